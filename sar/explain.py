"""Why a segment is not in the plan: the constraint that binds, and the smallest change that would let it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sar.columns import Column
from sar.note import Note
from sar.plan import LeftOut
from sar.schedule import Schedule

Array = NDArray[np.float64]

#: What a forced visit counts, times the worth of everything; and the gap at which the forced drive is good enough.
_FORCED, _GAP = 10.0, 1e-3


def explain_left_out(schedule: Schedule, count: int, stopped: Callable[[], bool]) -> tuple[LeftOut, ...]:
    """Explain the worst segments of the operational area that nobody visits, worst first."""
    space = schedule.space
    seen = np.asarray(schedule.visited.any(axis=1))
    worth = space.people.first[:, 0]
    area = space.area()
    worst = area[np.argsort(-worth[area], kind="stable")]
    missed = [int(row) for row in worst if not seen[row] and worth[row] > 0][:count]
    last = space.request.days - 1
    trips = [space.trips(number, last) for number in range(len(space.request.convoys))]
    left = []
    for row in missed:
        if stopped():
            break
        left.append(LeftOut(str(space.segments.index[row]), float(worth[row]), _why(schedule, row, trips)))
    return tuple(left)


def _why(schedule: Schedule, row: int, trips: Sequence[tuple[Array, Array]]) -> Note:
    """Name what binds, given each convoy's hours and litres to visit every segment and be back."""
    space = schedule.space
    request, segment_id = space.request, str(space.segments.index[row])
    if segment_id in request.blocked:
        return Note("blocked", {"name": request.blocked[segment_id]})
    shut = [segment_id in request.shut(convoy, day) for convoy in request.convoys for day in range(request.days)]
    if all(shut) or (any(shut) and segment_id in request.closed):
        return _shut(schedule, segment_id)
    slots = [space.slot(number, request.days - 1) for number in range(len(request.convoys))]
    hours, litres = (np.array([trip[which][row] for trip in trips]) for which in (0, 1))
    if not np.isfinite(hours).any():
        return Note("no_way")
    over_h = hours - np.array([slot.hours for slot in slots])
    over_l = litres - np.array([slot.fuel_l for slot in slots])
    if (over_h > 0).all():
        return _short(schedule, int(np.argmin(over_h)), "h", hours, over_h)
    if ((over_h > 0) | (over_l > 0)).all():
        return _short(schedule, int(np.argmin(np.where(over_h > 0, np.inf, over_l))), "l", litres, over_l)
    able = np.flatnonzero((over_h <= 0) & (over_l <= 0))
    return _displaced(schedule, row, int(able[np.argmin(hours[able])]))


def _shut(schedule: Schedule, segment_id: str) -> Note:
    request = schedule.space.request
    if segment_id in request.closed:
        until = request.closed[segment_id]
        return Note("closed") if until is None else Note("closed_until", {"until": until.isoformat()})
    return Note("zone", {"skill": request.zones[segment_id]})


def _short(schedule: Schedule, number: int, unit: str, needed: np.ndarray, over: np.ndarray) -> Note:
    values: dict[str, float | str] = {
        "base": schedule.space.request.convoys[number].base.place_id,
        f"needed_{unit}": float(needed[number]),
        f"limit_{unit}": float(needed[number] - over[number]),
        f"short_{unit}": float(over[number]),
    }
    return Note("out_of_shift" if unit == "h" else "out_of_fuel", values)


def _displaced(schedule: Schedule, row: int, convoy: int) -> Note:
    """Give the nearest convoy the best drive that takes the segment in, and say what that costs."""
    space = schedule.space
    index = min(
        (schedule.index(convoy, day) for day in range(space.request.days)),
        key=lambda each: sum(space.people.first[schedule.drives[each].rows, 0]),
    )
    slot, old = space.slots[index], schedule.drives[index]
    schedule.put(index, Column((), np.zeros(0, dtype=np.int64), 0.0))
    prize = schedule.prize(slot.day)
    people = space.people.gain(schedule.visited, slot.day)
    forced = prize.copy()
    forced[row] += _FORCED * (prize.sum() + 1e-12)
    _, start, end = schedule.pair(index)
    found = space.drive(slot, start, end, forced, gap=_GAP)
    schedule.put(index, old)
    convoy_id = space.request.convoys[convoy].convoy_id
    rows = np.unique([step for step, _ in found[1]]) if found else np.zeros(0, dtype=np.int64)
    if row not in rows:
        return Note("not_from_night", {"convoy": convoy_id})
    given_up = float(people[np.setdiff1d(old.rows, rows)].sum())
    gained = float(people[np.setdiff1d(rows, old.rows)].sum())
    return Note("displaces_more", {"convoy": convoy_id, "worth_people": gained, "displaced_people": given_up})
