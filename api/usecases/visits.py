"""What patrols have seen, from the files of plans that were driven; and the coverage debt that is left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.inputs import Faults
from api.usecases.plan_file import PlanFile, read_plan
from data.units import HOURS_PER_DAY, M_PER_KM
from sar.benefit import VisitBenefit, VisitParameters

Array = NDArray[np.float64]
#: A day of patrols begins about here (UTC) for counting the hours since a visit.
_MORNING = time(6, 0)


def read_visits(context: RegionContext, files: Iterable[Path], before: date) -> dict[str, datetime]:
    """Return when each segment was last driven before a day, from plan files.

    Raises
    ------
    BadInput
        For files that are no plans, or that drive nothing before the day, with every fault.
    """
    faults = Faults()
    last: dict[str, datetime] = {}
    for path in files:
        plan = faults.read(lambda path=path: read_plan(context, path))  # type: ignore[misc]
        if plan is None:
            continue
        over = [(segment, moment) for segment, moment in visits_of(plan) if moment.date() < before]
        if not over:
            faults.lines.append(f"{path.name}: begins on {plan.on}, so nothing of it was driven before {before}")
        for segment, moment in over:
            last[segment] = max(moment, last.get(segment, moment))
    faults.settle()
    return last


def visits_of(plan: PlanFile) -> list[tuple[str, datetime]]:
    """Return each segment driven and when, in no particular order."""
    return [(step.segment_id, step.at) for convoy in plan.convoys for step in convoy.steps]


def hours_since(context: RegionContext, visits: dict[str, datetime], on: date, default_h: float) -> Array:
    """Return the hours since the last visit to each segment on the morning of a day, shape (n,).

    A visit of the same morning, or later, counts as just made.
    """
    morning = datetime.combine(on, _MORNING, UTC)
    since = np.full(len(context.network.segments), default_h)
    rows = context.network.segments.index.get_indexer(pd.Index(list(visits)))
    for row, moment in zip(rows, visits.values(), strict=True):
        if row >= 0:
            since[row] = min(default_h, max(0.0, (morning - moment).total_seconds() / 3600))
    return since


def debt_table(context: RegionContext, on: date, visits: dict[str, datetime], default_h: float) -> pd.DataFrame:
    """Return the coverage debt of every land segment, greatest first.

    Parameters
    ----------
    context : RegionContext
    on : date
    visits : dict
        From `read_visits`.
    default_h : float
        Hours since the last visit where none is known.

    Returns
    -------
    DataFrame
        Indexed by segment_id: days_unseen, risk_per_km_day (deaths), km, debt (days x deaths a day), people (that a
        visit that day reaches alive), seen (whether a visit is known).
    """
    segments, risk = context.network.segments, context.risk(on)
    visit, length_m = VisitParameters(hours_since_visit=default_h), segments["length"].to_numpy(float)
    since = hours_since(context, visits, on, default_h)
    rate = risk.table["incident_rate_per_km_day"].to_numpy(float)
    group = context.conditions(on).stranding.group_size
    benefit = VisitBenefit.of(rate, length_m, group, risk.still_there, visit.pod)
    table = pd.DataFrame(
        {
            "days_unseen": since / HOURS_PER_DAY,
            "risk_per_km_day": risk.table["risk_per_km_day"],
            "km": length_m / M_PER_KM,
            "people": benefit.after(since),
            "seen": segments.index.isin(list(visits)),
        },
        index=segments.index,
    )
    table["debt"] = table["days_unseen"] * table["risk_per_km_day"] * table["km"]
    land = (segments["mode"] != "sea") & table["debt"].notna()
    return table[land].sort_values(["debt", "people"], ascending=False, kind="stable")
