"""Plain team orienteering: published instances (Chao, Golden and Wasil 1996) through the patrol planner's solvers.

`python -m benchmarks.orienteering FILE... [--seconds 10] [--best best_known.csv] [--json]` prints instance, score,
tours and their lengths for any file in that format, and the gap to the best known score where a table is given. Two
processes search side by side for so many seconds and the better answer counts. A tour is checked in floating point on
the coordinates of the file: it may be longer than Tmax by 1e-6 at most. Before the clock starts the search is compiled,
which takes half a minute or more the first time on a machine.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sar.orienteering import NO_WAY, Orienteering, Vehicle, solve
from sar.tour_search import improve

#: A tour may be longer than the limit by this much.
TOLERANCE = 1e-6
#: Lengths as a cost are in thousandths; as a limit they are rounded up in units so small that 100 legs lose no more
#: than the tolerance, which the limit is given in advance.
COST_UNITS, LIMIT_UNITS = 1_000, 100_000_000
#: What the greatest prize is worth in cost units, a process each; most changes at once between local searches.
SCALES = (60_000, 200_000)
WORKERS, PERTURBATIONS = 2, 10
#: Share of the seconds in which PyVRP finds the tours that the search then improves.
FIRST_TOURS = 0.1
#: Iterations that the clock ends before.
NO_END = 10**9


@dataclass(frozen=True)
class Instance:
    """One file: positions (n, 2), scores (n,), vehicles and the limit of each tour; first point start, last end."""

    name: str
    at: NDArray[np.float64]
    score: NDArray[np.float64]
    vehicles: int
    limit: float


def read_instance(path: Path) -> Instance:
    """Read a file of the published format: lines of a name and a number, then n lines of x, y and score."""
    lines = [line.split() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    head = {line[0].lower(): float(line[1]) for line in lines if line[0][0].isalpha()}
    points = [[float(cell) for cell in line[:3]] for line in lines if not line[0][0].isalpha()]
    table = np.array(points[: int(head["n"])])
    return Instance(path.stem, table[:, :2], table[:, 2], int(head["m"]), head["tmax"])


def state_problem(instance: Instance) -> tuple[Orienteering, NDArray[np.int64]]:
    """Return an instance as the solvers take it, and the points of the file that are tasks there."""
    away = np.linalg.norm(instance.at[:, None] - instance.at[None], axis=2)
    last = len(instance.at) - 1
    within = (away[0] + away[:, last] <= instance.limit + TOLERANCE) & (instance.score > 0)
    tasks = np.flatnonzero(within)
    tasks = tasks[(tasks != 0) & (tasks != last)]
    order = np.concatenate([[0, last], tasks])
    exact = away[np.ix_(order, order)]
    limit = int((instance.limit + TOLERANCE) * LIMIT_UNITS)
    problem = Orienteering(
        (np.rint(exact * COST_UNITS).astype(np.int64),),
        (np.ceil(exact * LIMIT_UNITS).astype(np.int64),),
        2,
        instance.score[tasks],
        np.arange(len(tasks)),
        frozenset(),
        tuple(Vehicle(0, limit, NO_WAY, 0, 1) for _ in range(instance.vehicles)),
    )
    return problem, tasks


def solve_instance(instance: Instance, seconds: float, worker: int) -> list[list[int]]:
    """Return the tours (points of the file, start and end left out) that one process finds."""
    problem, tasks = state_problem(instance)
    if len(tasks) == 0:
        return [[] for _ in range(instance.vehicles)]
    first = solve(
        problem,
        seed=1 + worker,
        iterations=NO_END,
        seconds=seconds * FIRST_TOURS,
        scales=SCALES[worker::WORKERS],
        perturbations=PERTURBATIONS,
    )
    found = improve(problem, first, seed=1 + worker, iterations=NO_END, seconds=seconds * (1 - FIRST_TOURS))
    return [[int(tasks[task]) for task in tour] for tour in found.tasks] if found else [[]] * instance.vehicles


def compile_search() -> None:
    """Search tours of a tiny instance, so that processes started from this one need not compile."""
    at = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [0.0, 0.0]])
    problem, _ = state_problem(Instance("tiny", at, np.array([0.0, 1.0, 1.0, 0.0]), 1, 10.0))
    idle = replace(problem, vehicles=(replace(problem.vehicles[0], max_duration=0),))
    improve(idle, None, seed=1, iterations=1)


def is_legal(instance: Instance, tours: list[list[int]]) -> bool:
    """Whether every tour that leaves the start keeps the limit and no point is on two."""
    points = [point for tour in tours for point in tour]
    short = all(tour_length(instance, tour) <= instance.limit + TOLERANCE for tour in tours if tour)
    return short and len(points) == len(set(points))


def tour_length(instance: Instance, tour: list[int]) -> float:
    """Return the length of a tour from the start over its points to the end."""
    way = instance.at[[0, *tour, len(instance.at) - 1]]
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())


def total_score(instance: Instance, tours: list[list[int]]) -> float:
    """Return the score of all points on tours."""
    return float(sum(instance.score[point] for tour in tours for point in tour))


def main() -> None:
    """Solve the files given and print a line or a record for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--best", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    best = {}
    if arguments.best:
        with arguments.best.open() as file:
            best = {row["instance"]: float(row["best_known"]) for row in csv.DictReader(file)}
    compile_search()
    records: list[dict[str, object]] = []
    gaps: list[float] = []
    with ProcessPoolExecutor(WORKERS) as pool:
        for path in arguments.files:
            instance = read_instance(path)
            runs = [pool.submit(solve_instance, instance, arguments.seconds, worker) for worker in range(WORKERS)]
            found = [run.result() for run in runs]
            legal = [tours for tours in found if is_legal(instance, tours)]
            tours = max(legal, key=lambda each: total_score(instance, each), default=[])
            score = total_score(instance, tours)
            known = best.get(instance.name)
            gap = None if known is None else (1 - score / known if known else 0.0)
            if gap is not None:
                gaps.append(gap)
            record = {
                "instance": instance.name,
                "score": score,
                "best_known": known,
                "gap": gap,
                "tours": tours,
                "lengths": [tour_length(instance, tour) if tour else 0.0 for tour in tours],
                "limit": instance.limit,
            }
            records.append(record)
            if not arguments.json:
                print(f"{instance.name:10} {score:8.0f}" + ("" if gap is None else f"  gap {gap:.2%}"), flush=True)
    if arguments.json:
        print(json.dumps(records, indent=2))
    elif gaps:
        print(f"{len(gaps)} instances: mean gap {statistics.mean(gaps):.2%}, worst {max(gaps):.2%}")


if __name__ == "__main__":
    main()
