"""Improve tours: anneal them in rounds, and between the rounds choose the best set of all tours come by."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csc_array

from sar.orienteering import Orienteering, Tours
from sar.solver import solve_milp
from sar.tour_anneal import Pool, Room, anneal, worth_of
from sar.tour_moves import Fleet, copy_state, empty_state, insert

#: Most iterations between looks at the clock (a hundredth of all, if fewer), and coolings from hot to cold in all.
CHUNK, COOLINGS = 1_000, 1
#: Temperatures in shares of the mean prize; the whole way of all tours is worth this share of it too.
HOT, COLD, TIE = 1.0, 0.02, 0.03
#: Tours kept, tours among which sets are chosen, the nodes that may take and the share of the seconds each time.
KEPT, CHOICES = 16_384, 2_000
CHOOSE_NODES, CHOOSE_SHARE = 2_000, 0.03


def improve(
    problem: Orienteering, tours: Tours | None, *, seed: int, iterations: int, seconds: float | None = None
) -> Tours | None:
    """Improve tours, or build them from nothing; None when no tours that do all required groups were found.

    All tours keep the limits on any matrices; the search is good where a tour gets no longer by a task left out.

    Parameters
    ----------
    problem : Orienteering
    tours : Tours, optional
        Feasible tours to begin with.
    seed : int
        Same problem, tours, seed and iterations: same tours.
    iterations : int
        Most rounds of tearing out and filling up.
    seconds : float, optional
        Stops earlier; the answer then hangs on the machine.
    """
    search = _Search(problem, seed)
    if tours is not None:
        search.begin_with(tours.tasks)
    search.run(iterations, math.inf if seconds is None else seconds)
    return search.answer()


class _Search:
    """One search: the fleet, the tours it is at and the best, the pool."""

    def __init__(self, problem: Orienteering, seed: int) -> None:
        self.problem = problem
        self.rng = np.random.default_rng(seed)
        self.fleet, self.kinds = _fleet(problem)
        self.groups = int(self.fleet.group.max(initial=-1)) + 1
        self.current, self.best, self.trial = (empty_state(self.fleet, self.groups) for _ in range(3))
        locations, vehicles = len(self.fleet.worth), len(problem.vehicles)
        self.room = Room(
            np.zeros(locations),
            np.zeros((locations, vehicles)),
            np.zeros((locations, vehicles), dtype=np.int64),
            np.zeros(locations, dtype=np.int64),
            np.zeros(locations + 3, dtype=np.int64),
        )
        self.pool = Pool(
            self.rng.integers(1, 2**62, locations + len(self.kinds)),
            np.zeros(KEPT, dtype=np.int64),
            np.zeros(KEPT, dtype=np.int64),
            np.zeros(KEPT, dtype=np.int64),
            np.full(KEPT, -1.0),
            np.zeros((KEPT, locations), dtype=np.int16),
        )
        every = [self.fleet.worth[self.fleet.group == group].max() for group in range(self.groups)]
        self.most = float(sum(every))
        self.mean = float(problem.prize[problem.prize > 0].mean()) if (problem.prize > 0).any() else 1.0

    def begin_with(self, tasks: tuple[tuple[int, ...], ...]) -> None:
        """Take over tours, whose limits are not checked again, as the best and as those to change."""
        for state in (self.current, self.best):
            copy_state(empty_state(self.fleet, self.groups), state)
            for vehicle, tour in enumerate(tasks):
                for at, task in enumerate(tour, start=1):
                    insert(self.fleet, state, vehicle, at, self.problem.depots + task)

    def run(self, iterations: int, seconds: float) -> None:
        """Search until the iterations or the seconds are over or everything is done."""
        began, done, cooling = time.monotonic(), 0, 0
        limit = CHOOSE_SHARE * seconds if math.isfinite(seconds) else None
        seconds -= limit or 0.0
        while done < iterations and worth_of(self.fleet, self.best) < self.most - 1e-9:
            spent = time.monotonic() - began
            progress = max(done / iterations, spent / max(seconds, 1e-9))
            if progress >= 1:
                break
            if int(progress * COOLINGS) > cooling:
                cooling = int(progress * COOLINGS)
                self.choose(limit)
                copy_state(self.best, self.current)
            warmth = HOT * (COLD / HOT) ** (progress * COOLINGS % 1)
            chunk = min(CHUNK, max(iterations // 100, 1), iterations - done)
            states = (self.current, self.trial, self.best)
            anneal(self.fleet, *states, self.pool, self.room, self.rng, chunk, warmth * self.mean, TIE * self.mean)
            done += chunk
        self.choose(limit)

    def choose(self, seconds: float | None) -> None:
        """Take the best set of the tours known over, if it is better than the best."""
        tours = _best_set(self.fleet, self.pool, self.kinds, self.groups, seconds)
        if sum(self.fleet.worth[list(tour)].sum() for tour in tours) > worth_of(self.fleet, self.best) + 1e-9:
            depots = self.problem.depots
            self.begin_with(tuple(tuple(location - depots for location in tour) for tour in tours))

    def answer(self) -> Tours | None:
        """Return the best tours, unless a required group is left out."""
        done = {int(self.problem.group[task]) for tour in self._tasks() for task in tour}
        if not self.problem.required <= done:
            return None
        return Tours(self._tasks(), float(sum(self.problem.prize[task] for tour in self._tasks() for task in tour)))

    def _tasks(self) -> tuple[tuple[int, ...], ...]:
        ways = zip(self.best.way, self.best.size, strict=True)
        return tuple(tuple((way[1 : 1 + size] - self.problem.depots).tolist()) for way, size in ways)


def _fleet(problem: Orienteering) -> tuple[Fleet, list[list[int]]]:
    """Return the problem in the search's arrays, and the vehicles of each kind."""
    kinds: dict[Any, list[int]] = {}
    for number, vehicle in enumerate(problem.vehicles):
        kinds.setdefault(vehicle, []).append(number)
    numbers = {vehicle: number for number, vehicle in enumerate(kinds)}
    duration = np.array([problem.duration[each.profile] for each in kinds], dtype=np.int64)
    distance = np.array([problem.distance[each.profile] for each in kinds], dtype=np.int64)
    limits = np.array([(max(each.max_duration, 1), max(each.max_distance, 1)) for each in kinds])
    cost = duration / limits[:, 0, None, None] + distance / limits[:, 1, None, None]
    group = np.unique(problem.group, return_inverse=True)[1]
    bonus = np.where(np.isin(problem.group, list(problem.required)), problem.prize.sum() + 1, 0.0)
    apart = np.minimum(cost[0], cost[0].T)[:, problem.depots :]
    fleet = Fleet(
        duration,
        distance,
        cost,
        np.array([numbers[each] for each in problem.vehicles], dtype=np.int64),
        np.array([each.depot for each in problem.vehicles], dtype=np.int64),
        np.array([each.depot if each.end is None else each.end for each in problem.vehicles], dtype=np.int64),
        np.array([each.max_duration for each in problem.vehicles], dtype=np.int64),
        np.array([each.max_distance for each in problem.vehicles], dtype=np.int64),
        np.concatenate([np.zeros(problem.depots), problem.prize + bonus]),
        np.concatenate([np.full(problem.depots, -1), group]).astype(np.int64),
        np.argsort(apart, axis=1, kind="stable") + problem.depots,
    )
    return fleet, list(kinds.values())


def _best_set(fleet: Fleet, pool: Pool, kinds: list[list[int]], groups: int, seconds: float | None) -> list[list[int]]:
    """Return for each vehicle the locations of a tour of the pool, so that all together are worth the most."""
    slots = np.argsort(-pool.value, kind="stable")[:CHOICES]
    slots = slots[pool.value[slots] >= 0]
    tours: list[list[int]] = [[] for _ in fleet.kind]
    if len(slots) == 0:
        return tours
    members = [pool.tasks[slot, : pool.size[slot]].astype(np.int64) for slot in slots]
    rows = [np.append(fleet.group[tasks], groups + pool.kind[slot]) for tasks, slot in zip(members, slots, strict=True)]
    column = np.repeat(np.arange(len(slots)), [len(each) for each in rows])
    row = np.concatenate(rows)
    shape = (groups + len(kinds), len(slots))
    most = np.append(np.ones(groups), [len(vehicles) for vehicles in kinds])
    options = {"node_limit": CHOOSE_NODES, **({} if seconds is None else {"time_limit": seconds})}
    chosen = solve_milp(
        -np.array([fleet.worth[tasks].sum() for tasks in members]),
        integrality=np.ones(len(slots)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csc_array((np.ones(len(row)), (row, column)), shape=shape), ub=most),
        options=options,
    )
    if chosen.x is None:
        return tours
    idle = [list(vehicles) for vehicles in kinds]
    for number in np.flatnonzero(chosen.x > 0.5):
        tours[idle[pool.kind[slots[number]]].pop(0)] = members[number].tolist()
    return tours
