"""Risk and distance to water along the main line of a corridor, or along one leg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from api.context import RegionContext
from data.errors import BadInput
from routes.spine import SpineLeg, corridor_spine


@dataclass(frozen=True, eq=False)
class Profile:
    """What is met along a line.

    Attributes
    ----------
    table : DataFrame
        Segments in the order they are passed, with `at_from_km` and `at_to_km` from the start.
    stops : list of (float, str)
        Kilometre and place_id of the ends of the legs.
    off_line_legs : int
        Legs of the corridor that the line does not follow.
    """

    table: pd.DataFrame
    stops: list[tuple[float, str]]
    off_line_legs: int


def profile_along(context: RegionContext, table: pd.DataFrame, corridor: str, leg_id: str = "") -> Profile:
    """Return the profile of a corridor's main line, or of one of its legs.

    Parameters
    ----------
    table : DataFrame
        From `api.usecases.analyst.risk_seen`.

    Raises
    ------
    BadInput
        For a corridor or leg that is not known.
    """
    legs = context.network.legs
    chosen = legs[legs["corridor"] == corridor]
    if chosen.empty:
        raise BadInput(f"corridor '{corridor[:40]}' is not known")
    if leg_id and leg_id not in chosen.index:
        raise BadInput(f"leg '{leg_id[:80]}' is not one of corridor {corridor}")
    line = [SpineLeg(leg_id, False)] if leg_id else corridor_spine(pd.DataFrame(chosen.drop(columns="geometry")))
    parts, stops, done_km = [], list[tuple[float, str]](), 0.0
    of_legs = table[table["leg_id"].isin({each.leg_id for each in line})].groupby("leg_id")
    for each in line:
        rows, leg = of_legs.get_group(each.leg_id).sort_values("km_from"), legs.loc[each.leg_id]
        length_km = float(rows["km_to"].max())
        start, end = (leg["to_id"], leg["from_id"]) if each.is_reversed else (leg["from_id"], leg["to_id"])
        first, last = rows["km_from"].to_numpy(float), rows["km_to"].to_numpy(float)
        if each.is_reversed:
            first, last, rows = (length_km - last)[::-1], (length_km - first)[::-1], rows[::-1]
        parts.append(rows.assign(at_from_km=done_km + first, at_to_km=done_km + last))
        stops += [(done_km, start)] if not stops else []
        done_km += length_km
        stops.append((done_km, end))
    return Profile(
        pd.concat(parts), [(float(np.round(km, 1)), str(place)) for km, place in stops], len(chosen) - len(line)
    )
