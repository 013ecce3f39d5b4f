"""Habits a plan is held against: the same fleet and fuel driven always the same, worst first, or at random."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from data.units import S_PER_H
from sar.columns import Pool
from sar.request import Step
from sar.schedule import Schedule, build
from sar.workspace import Slot, Workspace

Array = NDArray[np.float64]
#: Days of one habit: for each, what every convoy drives.
Days = list[list[tuple[Step, ...]]]

#: Targets looked at before a convoy goes home, the best by the habit first.
_LOOKED_AT = 400


def always_the_same(space: Workspace, days: int) -> Days:
    """Return the best loops of a first day, driven every day: the strongest form of the habit.

    Parameters
    ----------
    space : Workspace
        Of one day.
    days : int
    """
    schedule = Schedule.standing(space, Pool(space))
    build(schedule, list(range(len(space.slots))), lambda share: None)
    loops = [column.steps for column in schedule.drives]
    return [loops for _ in range(days)]


def worst_first(space: Workspace, days: int, risk: Array) -> Days:
    """Return drives to the worst segments in turn: those visited least often first, among them the worst.

    Parameters
    ----------
    space : Workspace
        Of one day.
    days : int
    risk : array, shape (n,)
        By which segments are worse; NaN for none.
    """
    times = np.zeros(len(risk))
    worse = np.nan_to_num(risk)
    result = []
    for _ in range(days):
        today = []
        for slot in space.slots:
            steps = _through(space, slot, np.lexsort((-worse, times)))
            rows = np.unique([row for row, _ in steps]).astype(np.int64)
            times[rows] += 1
            today.append(steps)
        result.append(today)
    return result


def at_random(space: Workspace, days: int, seed: int) -> Days:
    """Return drives from one segment drawn at random to the next, as long as the shift and the fuel allow."""
    rng = np.random.default_rng(seed)
    rows = np.arange(len(space.segments))
    return [[_through(space, slot, rng.permutation(rows)) for slot in space.slots] for _ in range(days)]


def _through(space: Workspace, slot: Slot, order: Iterable[int]) -> tuple[Step, ...]:
    """Drive to targets in an order, leaving out those that would keep the convoy from being home in time."""
    terrain, ways, roads = slot.terrain, slot.terrain.ways, slot.terrain.roads
    home = terrain.node(space.start_of(slot.convoy))
    here, spent_s, spent_l = home, 0.0, 0.0
    steps: list[Step] = []
    seen: set[int] = set()
    known = set(ways.sources.tolist())
    looked = 0
    for row in order:
        arc = terrain.arc_of_row.get(int(row))
        if arc is None or int(row) in seen:
            continue
        first, last = int(roads.start[arc]), int(roads.end[arc])
        if first not in known or last not in known:
            continue
        looked += 1
        if looked > _LOOKED_AT:
            break
        source = ways.row(here)
        if ways.time_s[source, last] < ways.time_s[source, first]:
            first, last = last, first
        there_s = ways.time_s[source, first] + roads.time_s[arc]
        there_l = ways.fuel_l[source, first] + roads.fuel_l[arc]
        back = ways.row(last)
        if spent_s + there_s + ways.time_s[back, home] > slot.hours * S_PER_H:
            continue
        if spent_l + there_l + ways.fuel_l[back, home] > slot.fuel_l:
            continue
        steps += terrain.between(here, first)
        steps.append((int(row), int(roads.start[arc]) == first))
        seen.update(each for each, _ in steps)
        here, spent_s, spent_l = last, spent_s + there_s, spent_l + there_l
    return tuple(steps + terrain.between(here, home))
