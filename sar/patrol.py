"""Planning patrols of one or more days: a schedule of drives, a bound on what could be done, and the reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import BadInput, NoAnswer
from data.units import S_PER_H
from sar.bound import Bound, bound_of
from sar.columns import Group, Pool, groups_of, required_worth
from sar.debt import CoverageDebt
from sar.explain import explain_left_out
from sar.first_tours import first_tours
from sar.plan import Plan
from sar.pricing import price
from sar.request import PatrolRequest, Step
from sar.schedule import Schedule, build, improve
from sar.workspace import Workspace, prepare

Array = NDArray[np.float64]

LEFT_OUT_SHOWN = 20
#: Rounds of prices for the bound, for one day and for several, and passes over all days.
ROUNDS_ONE_DAY, ROUNDS_DAYS, PASSES = 60, 12, 4
#: Tries at another plan when a watcher must not foresee it, and how far prices are disturbed for it.
VARIATIONS, DISTURBANCE = 8, 0.5


@dataclass(frozen=True)
class Watch:
    """How a long calculation is followed: told the share done, and asked whether to stop with the best so far."""

    progress: Callable[[float], None] = lambda share: None
    stopped: Callable[[], bool] = lambda: False

    def part(self, begin: float, end: float) -> Callable[[float], None]:
        """Return a report of a part of the work."""
        return lambda share: self.progress(begin + (end - begin) * share)


def plan_patrols(
    segments: pd.DataFrame,
    people: CoverageDebt,
    aim: CoverageDebt,
    request: PatrolRequest,
    watch: Watch | None = None,
) -> Plan:
    """Plan patrols that reach the most people in expectation.

    Parameters
    ----------
    segments : DataFrame
        Indexed by segment_id: length (m), mode, from_node, to_node, country.
    people, aim : CoverageDebt
        What visits reach, and what is maximised: people, with a share for exploration.
    request : PatrolRequest
    watch : Watch, optional
        Follows the work and may stop it; a plan stopped early is the best so far.

    Returns
    -------
    Plan
        Deterministic for the request and its seed, unless stopped.

    Raises
    ------
    BadInput
        For unknown segment ids and convoys that cannot leave their base.
    NoAnswer
        If the required segments cannot be visited within shift and fuel.
    """
    watch = watch or Watch()
    space = prepare(segments, people, aim, request)
    _require_reachable(space)
    pool = Pool(space)
    schedule = Schedule.standing(space, pool)
    free = _lock(schedule, request.locked)
    if request.days == 1:
        for index, steps in enumerate(first_tours(space)):
            if steps:  # nothing is no way from one place to another
                pool.add(schedule.pair(index), steps)
    build(schedule, free, watch.part(0.0, 0.3))
    if request.days == 1:
        _require_done(schedule, visits=False)
    rounds = ROUNDS_ONE_DAY if request.days == 1 else ROUNDS_DAYS
    bound = bound_of(pool, rounds, progress=watch.part(0.3, 0.7), stopped=watch.stopped)
    schedule = _best_schedule(schedule, free, bound, watch)
    _require_done(schedule)
    watch.progress(0.9)
    convoys = price(schedule)
    best_aim = bound.value - len(request.required) * required_worth(space)
    return Plan(
        request=request,
        convoys=convoys,
        left_out=explain_left_out(schedule, LEFT_OUT_SHOWN, watch.stopped),
        area_benefit=float(people.best_of_visits()[space.area(), -1].sum()),
        aim=schedule.aim,
        best_aim=max(best_aim, schedule.aim),
    )


def _require_reachable(space: Workspace) -> None:
    rows = space.required_rows()
    slots = [slot for slot in space.slots if slot.day == 0]
    trips = [space.trips(slot.convoy, 0) for slot in slots]
    lost = [
        f"{space.segments.index[row]} ({min(hours[row] for hours, _ in trips):.1f} h and "
        f"{min(litres[row] for _, litres in trips):.0f} l)"
        for row in rows
        if space.request.days == 1
        and not any(
            hours[row] <= slot.hours and litres[row] <= slot.fuel_l
            for slot, (hours, litres) in zip(slots, trips, strict=True)
        )
    ]
    if lost:
        limits = ", ".join(
            f"{space.request.convoys[slot.convoy].convoy_id} has {slot.hours:.1f} h and {slot.fuel_l:.0f} l"
            for slot in slots
        )
        raise NoAnswer(f"no convoy can visit required segment {', '.join(lost)} there and back: {limits}")


def _require_done(schedule: Schedule, *, visits: bool = True) -> None:
    missing = schedule.missing()
    if missing and visits:
        raise NoAnswer(
            f"no tours visit all required segments within the shift and the fuel; left: {', '.join(missing)}"
        )
    for start, end in schedule.broken():
        raise NoAnswer(f"no way from {start} to {end} within the shift and the fuel")


def _lock(schedule: Schedule, locked: Mapping[tuple[str, int], tuple[Step, ...]]) -> list[int]:
    """Put in what is locked; return the slots that are free.

    Raises
    ------
    BadInput
        When a locked day drives closed segments, is longer than its shift, leaves the fuel short, or does not begin
        where the convoy is.
    """
    faults, free = [], []
    for index, slot in enumerate(schedule.space.slots):
        convoy_id = schedule.space.request.convoys[slot.convoy].convoy_id
        if (convoy_id, slot.day) not in locked:
            free.append(index)
            continue
        steps = locked[convoy_id, slot.day]
        fault = _put_locked(schedule, index, steps)
        faults += [f"convoy {convoy_id} cannot drive its locked day {slot.day + 1}: {fault}"] if fault else []
    for index in sorted(set(range(len(schedule.drives))) - set(free)):
        slot = schedule.space.slots[index]
        over_l = schedule.drives[index].fuel_l - schedule.fuel_left_l(index)
        if over_l > 1e-6 and not faults:
            convoy_id = schedule.space.request.convoys[slot.convoy].convoy_id
            faults.append(f"convoy {convoy_id} runs {over_l:.0f} l short on its locked day {slot.day + 1}")
    if faults:
        raise BadInput(faults)
    return free


def _put_locked(schedule: Schedule, index: int, steps: tuple[Step, ...]) -> str:
    """Put a locked day into a slot; return what is wrong with it, "" for nothing."""
    slot, request = schedule.space.slots[index], schedule.space.request
    if any(row not in slot.terrain.arc_of_row for row, _ in steps):
        return "it drives segments that are closed to it"
    hours = sum(float(slot.terrain.roads.time_s[slot.terrain.arc_of_row[row]]) for row, _ in steps) / S_PER_H
    if hours > slot.hours + 1e-6:
        return f"it takes {hours:.1f} h and the shift has {slot.hours:.1f} h"
    if steps:
        names = {number: name for name, number in slot.terrain.roads.nodes.items()}
        begin, end = (names[node] for node in (slot.terrain.ends(*steps[0])[0], slot.terrain.ends(*steps[-1])[1]))
        places = schedule.places[slot.convoy]
        convoy_id = request.convoys[slot.convoy].convoy_id
        fixed = slot.day == 0 or (convoy_id, slot.day - 1) in request.locked
        if fixed and places[slot.day] != begin:
            return f"it begins at {begin} and the convoy is at {places[slot.day]}"
        if slot.day == request.days - 1 and places[slot.day + 1] != end:
            return f"it ends at {end} and the convoy has to be at {places[slot.day + 1]}"
        places[slot.day], places[slot.day + 1] = begin, end
    schedule.put(index, schedule.pool.add(schedule.pair(index), steps))
    return ""


def _suggested(schedule: Schedule) -> list[Schedule]:
    """Return the plan known already as a schedule, where it keeps all limits."""
    start = Schedule.standing(schedule.space, schedule.pool)
    try:
        _lock(start, {**schedule.space.request.suggested, **schedule.space.request.locked})
    except BadInput:
        return []
    return [start]


def _best_schedule(schedule: Schedule, free: list[int], bound: Bound, watch: Watch) -> Schedule:
    """Improve the greedy schedule, and the best choice among all drives; keep the better."""
    space, rng = schedule.space, np.random.default_rng(schedule.space.request.seed)
    candidates = [schedule]
    if space.request.suggested:
        candidates += _suggested(schedule)
    if len(free) == len(space.slots):
        candidates.append(_whole(schedule, bound))
    for number, each in enumerate(candidates):
        improve(each, free, _nights(each, bound), PASSES, rng, watch.stopped)
        watch.progress(0.7 + 0.2 * (number + 1) / len(candidates))
    best = max(candidates, key=lambda each: (not each.broken(), each.value))
    return _varied(best, free, rng, watch) if space.request.vary else best


def _whole(schedule: Schedule, bound: Bound) -> Schedule:
    """Return the best choice among the drives known, each convoy going on from where it is."""
    chosen = schedule.copy()
    waiting: dict[tuple[Group, str], list[int]] = {}
    for group in groups_of(schedule.pool):
        waiting[group, group.start] = list(group.convoys)
    moved: dict[tuple[Group, str], list[int]] = {}
    day = 0
    for choice in sorted(bound.master.whole(), key=lambda each: each.day):
        if choice.day > day:
            day, waiting, moved = choice.day, moved, {}
        _, begin, end = choice.pair
        convoy = waiting[choice.group, begin].pop(0)
        moved.setdefault((choice.group, end), []).append(convoy)
        chosen.places[convoy][day + 1] = end
        chosen.put(chosen.index(convoy, day), choice.column)
    for index, column in enumerate(chosen.drives):  # days that would run dry together are driven shorter
        if column.fuel_l > chosen.fuel_left_l(index) + 1e-9:
            chosen.shorten(index)
    return chosen


def _nights(schedule: Schedule, bound: Bound) -> dict[int, list[str]]:
    """Return, for each convoy, the places for the night that the relaxation uses, and its base."""
    if schedule.space.request.days == 1:
        return {}
    used: dict[Group, set[str]] = {}
    for choice in bound.master.shares():
        used.setdefault(choice.group, {choice.group.stops[0]}).add(choice.pair[2])
    return {convoy: sorted(places & set(group.stops)) for group, places in used.items() for convoy in group.convoys}


def _varied(best: Schedule, free: list[int], rng: np.random.Generator, watch: Watch) -> Schedule:
    """Return one of the plans whose aim is not much less than the best: drawn by the seed, as different as may be."""
    least = (1 - best.space.request.vary) * best.aim
    drawn, far = best, -1
    for _ in range(VARIATIONS):
        if watch.stopped():
            break
        other = best.copy()
        for index in rng.permutation(free).tolist():
            other.disturb(index, rng.uniform(1 - DISTURBANCE, 1 + DISTURBANCE, len(best.space.segments)), least)
        apart = int((other.visited != best.visited).sum())
        if apart > far and other.aim >= least and not other.missing():
            drawn, far = other, apart
    return drawn
