"""What the analyst's page shows: the risk of a day for a stranding at an hour, and how it differs from another day."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from api.context import RegionContext
from api.usecases.inputs import Box, Faults, box_of, day_of
from data.errors import BadInput
from data.units import HOURS_PER_DAY, M_PER_KM
from maps.analyst_layers import CHANGE, LEAST_CHANGED, RISK, shown_layers
from risk.combine import TYPICAL_MODES
from risk.hours import DayFates, at_hour, day_fates, risk_at_hour
from risk.stranding import StrandingParameters

#: Hour at which the model strands a group if nobody says otherwise.
USUAL_HOUR = StrandingParameters().start_hour
#: One takes some 3 MB, an assessed day some 60 MB.
_TABLES_KEPT, _DAYS_KEPT = 26, 1
WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class View:
    """What is looked at.

    Attributes
    ----------
    on : date
    hour : int
        Local solar hour of the stranding.
    layer : str
        A name of `maps.analyst_layers`.
    corridor : str
        "" for all.
    other : date or None
        Day to compare with.
    bbox : tuple or None
        Left, bottom, right, top of what is seen, degrees.
    """

    on: date
    hour: int = USUAL_HOUR
    layer: str = "risk"
    corridor: str = ""
    other: date | None = None
    bbox: Box | None = None


def view_of(context: RegionContext, given: Mapping[str, str], today: date) -> View:
    """Read a view from the parameters of an address; what is not there, or empty, is as usual.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults = Faults()
    on = faults.read(lambda: day_of(given["date"])) if given.get("date") else today
    other = faults.read(lambda: day_of(given["other"], field="other")) if given.get("other") else None
    hour = faults.read(lambda: hour_of(given["hour"])) if given.get("hour") else USUAL_HOUR
    box = faults.read(lambda: box_of(given["bbox"], WORLD)) if given.get("bbox") else None
    corridor, layer = given.get("corridor", ""), given.get("layer", "") or "risk"
    corridors = sorted(set(context.network.segments["corridor"]))
    if corridor and corridor not in corridors:
        faults.lines.append(f"corridor '{corridor[:40]}' is not known; there are {', '.join(corridors)}")
    names = [*(each.name for each in shown_layers()), CHANGE.name]
    if layer not in names:
        faults.lines.append(f"layer '{layer[:40]}' is not known; there are {', '.join(names)}")
    elif layer == CHANGE.name and not given.get("other"):
        faults.lines.append("layer 'change' needs the other day")
    faults.settle()
    assert on is not None and hour is not None
    return View(on, hour, layer, corridor, other, box)


def hour_of(text: str) -> int:
    """Read an hour of the day."""
    if not text.isascii() or not text.isdigit() or int(text[:6]) >= HOURS_PER_DAY:
        raise BadInput(f"hour '{text[:20]}' is not a whole hour from 0 to 23")
    return int(text)


@dataclass(eq=False)
class _Days:
    """The tables last asked about of one region."""

    tables: OrderedDict[tuple[date, int], pd.DataFrame] = field(default_factory=OrderedDict)
    fates: OrderedDict[date, DayFates] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


_KEPT: WeakKeyDictionary[RegionContext, _Days] = WeakKeyDictionary()
_MAKING = Lock()


def risk_seen(context: RegionContext, on: date, hour: int = USUAL_HOUR) -> pd.DataFrame:
    """Return every segment with its risk on a day, stranded at an hour; made once for those last asked about.

    Returns
    -------
    DataFrame
        Indexed by segment_id in the network's order, without geometry: the network's columns, those of
        `risk.combine.SegmentRisk.table` and `hour_ratio`.
    """
    with _MAKING:
        days = _KEPT.setdefault(context, _Days())
    with days.lock:
        key = (on, hour)
        if key not in days.tables:
            days.tables[key] = _table(context, days, on, hour)
            while len(days.tables) > _TABLES_KEPT:
                days.tables.popitem(last=False)
        days.tables.move_to_end(key)
        return days.tables[key]


def _table(context: RegionContext, days: _Days, on: date, hour: int) -> pd.DataFrame:
    table = context.risk(on).table
    segments = context.network.segments.drop(columns="geometry")
    if hour == USUAL_HOUR:
        table = table.assign(hour_ratio=1.0)
    else:
        if on not in days.fates:
            while len(days.fates) >= _DAYS_KEPT:
                days.fates.popitem(last=False)
            days.fates[on] = day_fates(segments, context.conditions(on))
        table = risk_at_hour(table, at_hour(days.fates[on], hour))
    return pd.DataFrame(segments.join(table))


def seen(context: RegionContext, view: View) -> pd.DataFrame:
    """Return the segments of a view: of its corridor and box, with `change` where another day is compared."""
    table = risk_seen(context, view.on, view.hour)
    if view.other is not None:
        table = table.assign(change=change_ratio(table, risk_seen(context, view.other, view.hour)))
    chosen = np.ones(len(table), dtype=bool)
    if view.corridor:
        chosen &= (table["corridor"] == view.corridor).to_numpy()
    if view.bbox is not None:
        left, bottom, right, top = view.bbox
        west, south, east, north = context.network.segments.geometry.bounds.to_numpy().T
        chosen &= (west <= right) & (east >= left) & (south <= top) & (north >= bottom)
    return table[chosen]


def change_ratio(table: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """Return how many times the risk of the other day that of the day is; NaN where both are next to nothing."""
    now, then = table["risk_per_km_day"], other["risk_per_km_day"]
    counted = np.maximum(now, then) * RISK.scale >= LEAST_CHANGED
    return (now / then).where(then > 0, np.inf).where(counted)


def deaths_a_day(table: pd.DataFrame) -> float:
    """Return the expected deaths of a day on all segments of a table from `risk_seen`."""
    return float((table["risk_per_km_day"] * table["length"]).sum() / M_PER_KM)


@dataclass(frozen=True)
class HourEffect:
    """What the hour changes on unpaved segments: times the risk at the usual hour, median, tenth and nine tenths."""

    median: float
    low: float
    high: float


def hour_effect(table: pd.DataFrame) -> HourEffect:
    """Return what the hour changes on the unpaved segments of a table from `risk_seen`."""
    ratio = table.loc[table["mode"].isin(TYPICAL_MODES), "hour_ratio"].dropna()
    median, low, high = (float(ratio.quantile(share)) for share in (0.5, 0.1, 0.9)) if len(ratio) else (1.0, 1.0, 1.0)
    return HourEffect(median, low, high)


def deaths_by_hour(context: RegionContext, on: date, segment_id: str) -> list[float]:
    """Return P(death | stranded) on one land segment for the 24 hours of a day."""
    row = context.network.segments.loc[[segment_id]].drop(columns="geometry")
    conditions = context.conditions(on)
    # the responders know the whole network's segments, and have no part in who dies
    day = day_fates(pd.DataFrame(row), replace(conditions, responders=None))
    return [float(at_hour(day, hour)["death_probability"].iloc[0]) for hour in range(HOURS_PER_DAY)]
