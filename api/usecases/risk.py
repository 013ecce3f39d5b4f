"""Risk of segments on a day, as records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from api.context import RegionContext
from api.usecases.json_values import finite
from data.errors import BadInput, NoAnswer
from data.units import HOURS_PER_DAY
from risk.combine import causes_of
from risk.coverage import covered_rows, search_order
from risk.hindcast import WITHIN_M
from risk.layer import layers
from risk.overlay import CRITERIA, criterion_scores, overlay, rank_stability

#: Columns told of every segment; null where they have no meaning, as heat at sea.
MEASURES = (
    "distance_to_water_km",
    "expected_water_km",
    "tmax_degc",
    "heat",
    "water_degc",
    "rescue_h",
    "survival_h",
    "group_size",
    "death_probability",
    "incident_rate_per_km_day",
    "risk_per_km_day",
)


def risk_table(
    context: RegionContext, on: date, *, corridor: str | None = None, leg_id: str | None = None
) -> pd.DataFrame:
    """Return segments with their risk, worst first.

    Parameters
    ----------
    corridor, leg_id : str, optional
        Keep only these.

    Returns
    -------
    DataFrame
        Indexed by segment_id: the network's columns and those of `risk.combine.SegmentRisk.table`; only assessed
        segments.

    Raises
    ------
    BadInput
        For an unknown corridor or leg.
    NoAnswer
        If none of the segments asked for is assessed.
    """
    segments = context.network.segments.drop(columns="geometry")
    faults = []
    if corridor is not None and corridor not in set(segments["corridor"]):
        faults.append(f"corridor '{corridor}' is not known; there are {', '.join(sorted(set(segments['corridor'])))}")
    if leg_id is not None and leg_id not in context.network.legs.index:
        faults.append(f"leg '{leg_id}' is not known")
    if faults:
        raise BadInput(faults)
    chosen = pd.Series(True, index=segments.index)
    if corridor is not None:
        chosen &= segments["corridor"] == corridor
    if leg_id is not None:
        chosen &= segments["leg_id"] == leg_id
    table = pd.DataFrame(segments).join(context.risk(on).table)[chosen].dropna(subset=["risk_per_km_day"])
    if table.empty:
        raise NoAnswer("none of these segments is assessed: no facts are recorded for this sea route")
    return table.sort_index().sort_values("risk_per_km_day", ascending=False, kind="stable")


def overlay_columns(context: RegionContext, on: date, weights: Mapping[str, float], top: int) -> pd.DataFrame:
    """Return `overlay` (0 to 100) and `top_share` for every assessed segment on land, where all criteria hold.

    `top_share` is the share of 1,000 random weightings of the same criteria that put the segment among the worst `top`.
    """
    table = context.risk(on).table.dropna(subset=[column for column, _ in CRITERIA.values()])
    length_m = context.network.segments.loc[table.index, "length"].to_numpy(float)
    scores = criterion_scores(table, length_m)
    stability = rank_stability(scores, list(weights), top, np.random.default_rng(0))
    return pd.DataFrame({"overlay": overlay(scores, weights), "top_share": stability})


def in_search_order(context: RegionContext, table: pd.DataFrame) -> pd.DataFrame:
    """Sort a table of segments by the order in which to search them, each one covering its surroundings."""
    segments = context.network.segments.loc[table.index]
    length_m = segments["length"].to_numpy(float)
    covered = covered_rows(pd.DataFrame(segments.drop(columns="geometry")), WITHIN_M)
    rank = search_order(table["risk_per_km_day"].to_numpy(float), length_m, covered)
    return table.iloc[np.argsort(-rank, kind="stable")]


def weather_words(context: RegionContext, on: date) -> str:
    """Say where the day's weather comes from."""
    titles = context.weather.usual.words("air")
    usual = f"{titles} where it covers, climate normals elsewhere" if titles else "climate normals"
    if context.weather_file is None:
        return usual
    told = context.risk(on).table["weather_hours_from_file"].dropna()
    whole, some = int((told == HOURS_PER_DAY).sum()), int((told > 0).sum())
    return (
        f"{context.weather_file.name} for {whole} of {len(told)} segments, in part for {some - whole}; "
        f"{usual}{'' if titles else ' elsewhere'}"
    )


def risk_document(context: RegionContext, on: date, table: pd.DataFrame, order: str = "worst") -> dict[str, Any]:
    """Return a table of segments as a JSON-ready document, in the order of its rows."""
    return {
        "data_version": context.pack.version,
        "date": on.isoformat(),
        "order": order,
        "weather": weather_words(context, on),
        "segments": [risk_record(row) for _, row in table.iterrows()],
    }


def risk_record(row: pd.Series) -> dict[str, Any]:
    """Return one segment's risk as a JSON-ready record; see the README for the meaning of each field."""
    return {
        "segment_id": row["segment_id"],
        "leg_id": row["leg_id"],
        "corridor": row["corridor"],
        "mode": row["mode"],
        "km_from": float(row["km_from"]),
        "km_to": float(row["km_to"]),
        "lon": round(float(row["lon"]), 5),
        "lat": round(float(row["lat"]), 5),
        **{
            name: finite(row[name]) for name in dict.fromkeys((*MEASURES, *(each.column for each in layers().values())))
        },
        "weather_hours_from_file": None
        if np.isnan(row["weather_hours_from_file"])
        else int(row["weather_hours_from_file"]),
        "survival_interval_h": [finite(row["survival_h_p10"]), finite(row["survival_h_p90"])],
        "interval": [float(row["risk_low"]), float(row["risk_high"])],
        "log_ratio": float(row["log_ratio"]),
        "shares": {cause: float(row[f"share_{cause}"]) for cause in causes_of(row["mode"])},
        **{name: float(row[name]) for name in ("overlay", "top_share") if name in row and np.isfinite(row[name])},
    }
