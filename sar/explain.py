"""Why a segment is not in the plan: the constraint that binds, and by how much."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sar.note import Note
from sar.plan import ConvoyPlan, LeftOut
from sar.pricing import Visit, driven_rows
from sar.workspace import Workspace


def explain_left_out(
    space: Workspace, convoys: Sequence[ConvoyPlan], tours: Sequence[Sequence[Visit]], count: int
) -> tuple[LeftOut, ...]:
    """Explain the worst segments of the operational area that nobody visits, worst first."""
    swept = {piece.segment_id for convoy in convoys for piece in convoy.pieces}
    area = space.area()
    worst = area[np.argsort(-space.benefit[area], kind="stable")]
    missed = [int(row) for row in worst if space.segments.index[row] not in swept and space.benefit[row] > 0][:count]
    return tuple(_explain(space, convoys, tours, row) for row in missed)


def _explain(space: Workspace, convoys: Sequence[ConvoyPlan], tours: Sequence[Sequence[Visit]], row: int) -> LeftOut:
    segment_id, worth = str(space.segments.index[row]), float(space.benefit[row])
    if segment_id in space.request.closed:
        return LeftOut(segment_id, worth, Note("closed"))
    if segment_id in space.request.blocked:
        return LeftOut(segment_id, worth, Note("blocked", {"name": space.request.blocked[segment_id]}))
    trip_h, trip_l = space.trip_h[:, row], space.trip_l[:, row]
    if not np.isfinite(trip_h).any():
        return LeftOut(segment_id, worth, Note("no_way"))
    limits_h = np.array([shift.hours for shift in space.shifts])
    limits_l = np.array([space.fuel_limit_l(convoy) for convoy in space.request.convoys])
    in_shift, in_fuel = trip_h <= limits_h, trip_l <= limits_l
    if not in_shift.any():
        best = int(np.argmin(trip_h - limits_h))
        return LeftOut(segment_id, worth, Note("out_of_shift", _short(space, best, "h", trip_h[best], limits_h[best])))
    if not (in_shift & in_fuel).any():
        best = int(np.argmin(np.where(in_shift, trip_l - limits_l, np.inf)))
        return LeftOut(segment_id, worth, Note("out_of_fuel", _short(space, best, "l", trip_l[best], limits_l[best])))
    return _displaced(space, convoys, tours, row, in_shift & in_fuel)


def _short(space: Workspace, number: int, unit: str, needed: float, limit: float) -> dict[str, float | str]:
    base = space.request.convoys[number].base.place_id
    return {
        "base": base,
        f"needed_{unit}": float(needed),
        f"limit_{unit}": float(limit),
        f"short_{unit}": float(needed - limit),
    }


def _displaced(
    space: Workspace, convoys: Sequence[ConvoyPlan], tours: Sequence[Sequence[Visit]], row: int, able: NDArray[np.bool_]
) -> LeftOut:
    """Say how much a detour would overrun, and what the overrun minutes reach in the plan now."""
    overrun_h, number = min(
        (_overrun_h(space, tours, convoys, int(each), row), int(each)) for each in np.flatnonzero(able)
    )
    convoy, overrun_h = convoys[number], max(overrun_h, 0.0)
    per_hour = convoy.expected_people_reached / convoy.hours if convoy.hours else 0.0
    values: dict[str, float | str] = {
        "convoy": convoy.convoy.convoy_id,
        "overrun_min": overrun_h * 60,
        "worth_people": float(space.benefit[row]),
        "displaced_people": overrun_h * per_hour,
    }
    return LeftOut(str(space.segments.index[row]), float(space.benefit[row]), Note("displaces_more", values))


def _overrun_h(
    space: Workspace, tours: Sequence[Sequence[Visit]], convoys: Sequence[ConvoyPlan], number: int, row: int
) -> float:
    """Return the least hours by which inserting a segment anywhere in a tour breaks the shift."""
    terrain, convoy = space.terrain[number], convoys[number].convoy
    least = float("inf")
    for place in range(len(tours[number]) + 1):
        for forward in (True, False):
            visits = [*tours[number][:place], (row, forward), *tours[number][place:]]
            driven = driven_rows(terrain, convoy.base.place_id, visits)
            hours = sum(float(terrain.roads.time_s[terrain.arc_of_row[each]]) for each, _ in driven) / 3600
            least = min(least, hours - space.shifts[number].hours)
    return least
