"""Plain team orienteering: published instances (Chao, Golden and Wasil 1996) through the patrol planner's solver.

`python -m benchmarks.orienteering FILE... [--seconds 10] [--best best_known.csv] [--json]` prints instance, score,
tours and their lengths for any file in that format, and the gap to the best known score where a table is given. Two
processes share the seconds. A tour is checked in floating point on the coordinates of the file: it may be longer than
Tmax by 1e-6 at most.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sar.orienteering import NO_WAY, Orienteering, Vehicle, solve

#: Lengths as a cost are in thousandths, as a limit in millionths, so that rounding costs no feasible tour.
COST_UNITS, LIMIT_UNITS = 1_000, 1_000_000
#: What the greatest prize is worth in cost units, a process each; most changes at once between local searches.
SCALES = (60_000, 200_000)
WORKERS, PERTURBATIONS = 2, 10


@dataclass(frozen=True)
class Instance:
    """One file: positions (n, 2), scores (n,), vehicles and the limit of each tour; first point start, last end."""

    name: str
    at: NDArray[np.float64]
    score: NDArray[np.float64]
    vehicles: int
    limit: float


def read_instance(path: Path) -> Instance:
    """Read a file of the published format."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    head = {line[0]: float(line[1]) for line in lines[:3]}
    table = np.array([[float(cell) for cell in line[:3]] for line in lines[3:]])
    return Instance(path.stem, table[:, :2], table[:, 2], int(head["m"]), head["tmax"])


def solve_instance(instance: Instance, seconds: float, worker: int) -> list[list[int]]:
    """Return the tours (points of the file, start and end left out) that one process finds."""
    away = np.linalg.norm(instance.at[:, None] - instance.at[None], axis=2)
    last = len(instance.at) - 1
    reach = away[0] + away[:, last]
    tasks = np.flatnonzero((reach <= instance.limit + 1e-9) & (instance.score > 0))
    tasks = tasks[(tasks != 0) & (tasks != last)]
    if len(tasks) == 0:
        return [[] for _ in range(instance.vehicles)]
    order = np.concatenate([[0, last], tasks])
    exact = away[np.ix_(order, order)]
    duration = np.rint(exact * LIMIT_UNITS).astype(np.int64)
    distance = np.rint(exact * COST_UNITS).astype(np.int64)
    limit = int(np.floor(instance.limit * LIMIT_UNITS + 0.5))
    problem = Orienteering(
        (distance,),
        (duration,),
        2,
        instance.score[tasks],
        np.arange(len(tasks)),
        frozenset(),
        tuple(Vehicle(0, limit, NO_WAY, 0, 1) for _ in range(instance.vehicles)),
    )
    found = solve(
        problem,
        seed=1 + worker,
        iterations=10**9,
        seconds=seconds,
        scales=SCALES[worker::WORKERS],
        perturbations=PERTURBATIONS,
    )
    return [[int(tasks[task]) for task in tour] for tour in found.tasks] if found else [[]] * instance.vehicles


def tour_length(instance: Instance, tour: list[int]) -> float:
    """Return the length of a tour from the start over its points to the end."""
    way = instance.at[[0, *tour, len(instance.at) - 1]]
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())


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
    records = []
    with ProcessPoolExecutor(WORKERS) as pool:
        for path in arguments.files:
            instance = read_instance(path)
            runs = [pool.submit(solve_instance, instance, arguments.seconds, worker) for worker in range(WORKERS)]
            found = [run.result() for run in runs]
            legal = [
                tours
                for tours in found
                if all(tour_length(instance, tour) <= instance.limit + 1e-6 for tour in tours if tour)
            ]
            tours = max(legal, key=lambda each: sum(instance.score[tour].sum() for tour in each), default=[])
            score = float(sum(instance.score[tour].sum() for tour in tours))
            known = best.get(instance.name)
            record = {
                "instance": instance.name,
                "score": score,
                "best_known": known,
                "gap": None if not known else 1 - score / known,
                "tours": tours,
                "lengths": [tour_length(instance, tour) if tour else 0.0 for tour in tours],
                "limit": instance.limit,
            }
            records.append(record)
            if not arguments.json:
                gap = "" if record["gap"] is None else f"  gap {record['gap']:.2%}"
                print(f"{instance.name:10} {score:8.0f}{gap}", flush=True)
    gaps = [record["gap"] for record in records if record["gap"] is not None]
    if arguments.json:
        print(json.dumps(records, indent=2))
    elif gaps:
        print(f"{len(gaps)} instances: mean gap {statistics.mean(gaps):.2%}, worst {max(gaps):.2%}")


if __name__ == "__main__":
    main()
