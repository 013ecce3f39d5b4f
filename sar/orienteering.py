"""Team orienteering with PyVRP: prizes collected by a fleet under limits of time and distance.

The problem is stated in arrays, so the patrols and the published benchmark instances go through the same solver. PyVRP
minimises distance plus uncollected prizes; several runs with different prize scales see different landscapes, and the
best by prize wins. Runs stop after a number of iterations, so the same seed gives the same answer on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp import stop as pyvrp_stop
from pyvrp.search import PerturbationParams

Ints = NDArray[np.int64]
Array = NDArray[np.float64]

#: Stands for "no way": above every limit, small enough that sums of a tour stay in 64 bits.
NO_WAY = 10**9
SEED_STRIDE = 7919
#: Tracks are chains: to turn a tour into another valley many visits have to change at once.
MAX_PERTURBATIONS = 60
PRIZE_SCALES = (30_000, 300_000)


@dataclass(frozen=True)
class Vehicle:
    """One vehicle (or convoy driving as one): depot it leaves, limits, matrices' profile, depot it ends at.

    `end` of None stands for the depot it left.
    """

    depot: int
    max_duration: int
    max_distance: int
    profile: int
    end: int | None = None


@dataclass(frozen=True)
class Orienteering:
    """A team orienteering problem.

    Attributes
    ----------
    distance, duration : tuple of int array, shape (locations, locations)
        One of each a profile; `NO_WAY` where there is none. Depots are the first `depots` locations, each further
        location is a task.
    depots : int
        Number of depots.
    prize : array, shape (tasks,)
        Not negative.
    group : array of int, shape (tasks,)
        Tasks of one group exclude one another; every task has a group.
    required : set of int
        Groups that have to be done.
    vehicles : tuple of Vehicle
    """

    distance: tuple[Ints, ...]
    duration: tuple[Ints, ...]
    depots: int
    prize: Array
    group: Ints
    required: frozenset[int]
    vehicles: tuple[Vehicle, ...]


@dataclass(frozen=True)
class Tours:
    """For each vehicle, in the order of the problem, the tasks it does; and the prize of all."""

    tasks: tuple[tuple[int, ...], ...]
    prize: float


def solve(
    problem: Orienteering,
    *,
    seed: int,
    iterations: int,
    seconds: float | None = None,
    starts: int = 1,
    scales: Sequence[int] = PRIZE_SCALES,
    perturbations: int = MAX_PERTURBATIONS,
    progress: Callable[[float], None] | None = None,
) -> Tours | None:
    """Solve a problem; None when no feasible tours that do all required groups were found.

    Parameters
    ----------
    problem : Orienteering
    seed : int
        Same problem, seed and iterations: same tours.
    iterations : int
        Of each run.
    seconds : float, optional
        For all runs together; the answer then hangs on the machine.
    starts : int
        Runs for each scale, each from its own seed: several short runs beat a long one, which stays where it fell.
    scales : sequence of int
        What the greatest prize is worth in units of distance, one run each.
    perturbations : int
        Most changes at once between two local searches.
    progress : callable, optional
        Called with the share done after each run.
    """
    best: Tours | None = None
    data = [_data(problem, scale) for scale in scales]
    runs = [(each, start) for start in range(starts) for each in range(len(scales))]
    for number, (which, start) in enumerate(runs, start=1):
        stop: Any = pyvrp_stop.MaxIterations(iterations)
        if seconds is not None:
            stop = pyvrp_stop.MultipleCriteria([stop, pyvrp_stop.MaxRuntime(seconds / len(runs))])
        found = _run(problem, data[which], seed + start * SEED_STRIDE, stop, scales[which], perturbations)
        if found is not None and (best is None or found.prize > best.prize + 1e-12):
            best = found
        if progress:
            progress(number / len(runs))
    return best


def _run(
    problem: Orienteering, data: pyvrp.ProblemData, seed: int, stop: Any, scale: int, perturbations: int
) -> Tours | None:
    params = pyvrp.SolveParams(
        penalty=pyvrp.PenaltyParams(max_penalty=scale * 100.0),
        perturbation=PerturbationParams(min_perturbations=1, max_perturbations=perturbations),
    )
    result = pyvrp.solve(data, stop=stop, seed=seed, collect_stats=False, display=False, params=params)
    if not result.best.is_feasible():
        return None
    tasks: list[tuple[int, ...]] = [() for _ in problem.vehicles]
    for route in result.best.routes():
        visits = [activity.idx for activity in route if activity.is_client()]
        tasks[route.vehicle_type()] = tuple(visits)
    return Tours(tuple(tasks), float(sum(problem.prize[task] for tour in tasks for task in tour)))


def _data(problem: Orienteering, scale: int) -> pyvrp.ProblemData:
    count = problem.distance[0].shape[0]
    members = {int(group): np.flatnonzero(problem.group == group) for group in np.unique(problem.group)}
    position = {group: number for number, group in enumerate(members)}
    worth = np.rint(problem.prize / max(problem.prize.max(initial=0.0), 1e-300) * scale).astype(int)
    clients = [
        pyvrp.Client(
            location=problem.depots + task,
            prize=int(worth[task]),
            required=False,
            group=position[int(problem.group[task])],
        )
        for task in range(len(worth))
    ]
    groups = [
        pyvrp.ClientGroup([int(task) for task in tasks], required=group in problem.required)
        for group, tasks in members.items()
    ]
    vehicles = [
        pyvrp.VehicleType(
            num_available=1,
            start_depot=vehicle.depot,
            end_depot=vehicle.depot if vehicle.end is None else vehicle.end,
            shift_duration=vehicle.max_duration,
            max_distance=vehicle.max_distance,
            profile=vehicle.profile,
        )
        for vehicle in problem.vehicles
    ]
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(count)],
        clients,
        [pyvrp.Depot(location=depot) for depot in range(problem.depots)],
        vehicles,
        cast(Any, list(problem.distance)),  # PyVRP's hints ask for an array type that numpy no longer has
        cast(Any, list(problem.duration)),
        groups,
    )
