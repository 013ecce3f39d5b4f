"""Tours of the search are feasible, the best on instances small enough to enumerate, and the same for the same seed."""

from itertools import permutations

import numpy as np
import pytest

from sar.orienteering import NO_WAY, Orienteering, Tours, Vehicle, solve
from sar.tour_search import improve


def length(matrix: np.ndarray, start: int, end: int, tour: tuple[int, ...], depots: int) -> int:
    way = [start, *(depots + task for task in tour), end]
    return int(sum(matrix[a, b] for a, b in zip(way[:-1], way[1:], strict=True)))


def is_feasible(problem: Orienteering, vehicle: Vehicle, tour: tuple[int, ...]) -> bool:
    end = vehicle.depot if vehicle.end is None else vehicle.end
    return not tour or (
        length(problem.duration[vehicle.profile], vehicle.depot, end, tour, problem.depots) <= vehicle.max_duration
        and length(problem.distance[vehicle.profile], vehicle.depot, end, tour, problem.depots) <= vehicle.max_distance
    )


def recheck(problem: Orienteering, found: Tours) -> None:
    """Re-derive limits, groups and prize from the problem alone."""
    tasks = [task for tour in found.tasks for task in tour]
    groups = [int(problem.group[task]) for task in tasks]
    assert len(found.tasks) == len(problem.vehicles)
    assert len(groups) == len(set(groups)), "tasks of a group exclude one another"
    assert problem.required <= set(groups)
    assert found.prize == pytest.approx(problem.prize[tasks].sum())
    for vehicle, tour in zip(problem.vehicles, found.tasks, strict=True):
        assert is_feasible(problem, vehicle, tour)


def best_by_enumeration(problem: Orienteering) -> float | None:
    """Return the greatest prize by trying every tour of every vehicle; None where the required do not fit."""
    tasks = range(len(problem.prize))
    orders = [order for size in range(len(tasks) + 1) for order in permutations(tasks, size)]
    reached = {frozenset[int]()}
    for vehicle in problem.vehicles:
        sets = {frozenset(order) for order in orders if is_feasible(problem, vehicle, order)}
        reached = {before | more for before in reached for more in sets if not before & more}
    values = []
    for chosen in reached:
        groups = [int(problem.group[task]) for task in chosen]
        if len(groups) == len(set(groups)) and problem.required <= set(groups):
            values.append(float(sum(problem.prize[task] for task in chosen)))
    return max(values, default=None)


def shortest(matrix: np.ndarray) -> np.ndarray:
    np.fill_diagonal(matrix, 0)
    for by in range(len(matrix)):
        matrix = np.minimum(matrix, matrix[:, by, None] + matrix[None, by, :])
    return matrix


def random_problem(seed: int, *, detours: bool = False) -> Orienteering:
    """Two depots, five tasks in four groups, two profiles, asymmetric ways, a task that one profile cannot reach.

    With `detours` the way over another location may be the shorter one.
    """
    rng = np.random.default_rng(seed)
    matrices = [rng.integers(5, 60, (7, 7)) for _ in range(4)]
    if not detours:
        matrices = [shortest(matrix) for matrix in matrices]
    lost = rng.integers(2, 7)
    for matrix in matrices[::2]:
        matrix[lost, :] = matrix[:, lost] = NO_WAY
    for matrix in matrices:
        np.fill_diagonal(matrix, 0)
    duration, distance = matrices[:2], matrices[2:]
    vehicles = (
        Vehicle(0, int(rng.integers(40, 80)), 70, 0),
        Vehicle(0, int(rng.integers(30, 70)), 60, 1, end=1),
    )
    required = frozenset({3}) if seed % 2 else frozenset()
    prize = rng.integers(1, 20, 5).astype(float)
    return Orienteering(tuple(distance), tuple(duration), 2, prize, np.array([0, 1, 1, 2, 3]), required, vehicles)


def euclid(seed: int, tasks: int, vehicles: int, limit: int) -> Orienteering:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 100, (tasks + 2, 2))
    matrix = np.ceil(100 * np.linalg.norm(at[:, None] - at[None], axis=2)).astype(np.int64)
    fleet = tuple(Vehicle(0, limit, NO_WAY, 0, 1) for _ in range(vehicles))
    prize = rng.integers(1, 30, tasks).astype(float)
    return Orienteering((matrix,), (matrix,), 2, prize, np.arange(tasks), frozenset(), fleet)


@pytest.mark.parametrize("seed", range(20))
def test_tiny_problems_are_solved_exactly_from_nothing(seed):
    problem = random_problem(seed)
    best, found = best_by_enumeration(problem), improve(problem, None, seed=1, iterations=2_000)
    if best is None:
        assert found is None
    else:
        assert found is not None and found.prize == best
        recheck(problem, found)


@pytest.mark.parametrize("seed", range(10))
def test_tours_are_feasible_where_the_straight_way_is_not_the_shortest(seed):
    problem = random_problem(seed, detours=True)
    found = improve(problem, None, seed=1, iterations=500)
    if found is not None:
        recheck(problem, found)


@pytest.mark.parametrize("vehicles", [1, 3])
def test_tours_given_never_get_worse_and_usually_better(vehicles):
    problem = euclid(vehicles, 60, vehicles, 15_000)
    first = solve(problem, seed=1, iterations=5, scales=(30_000,))
    assert first is not None
    same = improve(problem, first, seed=1, iterations=0)
    assert same is not None and same.prize >= first.prize
    better = improve(problem, first, seed=1, iterations=4_000)
    assert better is not None and better.prize > first.prize
    recheck(problem, better)


def test_the_same_seed_gives_the_same_tours():
    problem = euclid(7, 50, 3, 20_000)
    one, other = (improve(problem, None, seed=3, iterations=3_000) for _ in range(2))
    assert one is not None and one == other


def test_seconds_end_a_search():
    found = improve(euclid(5, 60, 2, 20_000), None, seed=1, iterations=10**9, seconds=0.5)
    assert found is not None and found.prize > 0


def test_all_tasks_end_a_search_early():
    problem = euclid(4, 10, 2, 10**6)
    found = improve(problem, None, seed=1, iterations=10**9)
    assert found is not None and found.prize == problem.prize.sum()


@pytest.mark.parametrize("limit", [0, 50])
def test_nothing_in_reach_and_no_task_at_all(limit):
    far = euclid(1, 5, 2, limit)
    assert improve(far, None, seed=1, iterations=100) == Tours(((), ()), 0.0)
    none = euclid(1, 0, 2, limit)
    assert improve(none, None, seed=1, iterations=100) == Tours(((), ()), 0.0)


def test_required_groups_out_of_reach_have_no_answer():
    problem = euclid(2, 8, 1, 100)
    stated = Orienteering(
        problem.distance, problem.duration, 2, problem.prize, problem.group, frozenset({0}), problem.vehicles
    )
    assert improve(stated, None, seed=1, iterations=500) is None


def test_a_required_task_of_no_prize_is_done():
    matrix = np.array([[0, 10, 40], [10, 0, 40], [40, 40, 0]])
    problem = Orienteering(
        (matrix,), (matrix,), 1, np.array([5.0, 0.0]), np.arange(2), frozenset({1}), (Vehicle(0, 80, 80, 0),)
    )
    found = improve(problem, None, seed=1, iterations=200)
    assert found is not None and found.tasks == ((1,),)
