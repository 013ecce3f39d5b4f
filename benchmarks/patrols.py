"""Planning patrols: seconds, people and bound, beside PyVRP alone driven day by day in the same run.

`python -m benchmarks.patrols [--repeats 3] [--sizes 2] [--json]`. Two sizes on the shipped region in June: one day with
4 vehicles whose cars reach some 60 segments, and seven days with 12 vehicles whose cars reach over 300. The alternative
plans each day with PyVRP from base to base, what was seen before counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
from dataclasses import replace
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.context import RegionContext, open_region
from api.usecases.patrol import debts
from api.usecases.wishes import Wishes, read_request
from sar.benefit import VisitParameters
from sar.debt import CoverageDebt
from sar.first_tours import first_tours
from sar.patrol import plan_patrols
from sar.request import PatrolRequest
from sar.workspace import prepare

JUNE = date(2026, 6, 15)
SIZES = {
    "60 segments, 4 vehicles, 1 day": Wishes(("dirkou:4",), 8.0, explore=0.0),
    "300 segments, 12 vehicles, 7 days": Wishes(("agadez:4", "dirkou:4", "arlit:4"), 12.0, days=7, explore=0.0),
}


def reachable(context: RegionContext, request: PatrolRequest, debt: CoverageDebt) -> int:
    """Count the segments that some convoy can visit and be back at base the same day."""
    one_day = replace(request, days=1)
    space = prepare(context.network.segments, debt, debt, one_day)
    can = np.zeros(len(context.network.segments), dtype=bool)
    for slot in space.slots:
        hours, litres = space.trips(slot.convoy, 0)
        can |= (hours <= slot.hours) & (litres <= slot.fuel_l)
    return int(can.sum())


def pyvrp_alone(context: RegionContext, request: PatrolRequest, debt: CoverageDebt) -> float:
    """Plan day after day with PyVRP; return the people reached."""
    visited: NDArray[np.bool_] = np.zeros(debt.first.shape, dtype=bool)
    for day in range(request.days):
        today = CoverageDebt(debt.gain(visited, day)[:, None], np.zeros((len(visited), 1)))
        space = prepare(context.network.segments, today, today, replace(request, days=1))
        for steps in first_tours(space):
            visited[np.array([row for row, _ in steps], dtype=np.int64), day] = True
    return float(debt.by_visit(visited).sum())


def measure(context: RegionContext, wishes: Wishes, repeats: int) -> dict[str, Any]:
    """Plan a size some times; return medians."""
    request = read_request(context, JUNE, wishes)
    debt, _ = debts(context, request, VisitParameters(), VisitParameters().hours_since_visit)
    ours_s, theirs_s, plan, theirs = [], [], None, 0.0
    for _ in range(repeats):
        began = perf_counter()
        plan = plan_patrols(context.network.segments, debt, debt, request)
        ours_s.append(perf_counter() - began)
        began = perf_counter()
        theirs = pyvrp_alone(context, request, debt)
        theirs_s.append(perf_counter() - began)
    assert plan is not None
    return {
        "segments_within_a_day": reachable(context, request, debt),
        "seconds": statistics.median(ours_s),
        "people": plan.expected_people_reached,
        "at_least_share_of_best": plan.share_of_best,
        "pyvrp_seconds": statistics.median(theirs_s),
        "pyvrp_people": theirs,
        "people_ratio": plan.expected_people_reached / theirs,
    }


def main() -> None:
    """Measure both sizes and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="how many, the smallest first")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    sizes = dict(list(SIZES.items())[: arguments.sizes])
    context = open_region()
    context.risk(JUNE)
    found = {name: measure(context, wishes, arguments.repeats) for name, wishes in sizes.items()}
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for name, figures in found.items():
        print(f"{name} ({figures['segments_within_a_day']} within a day)")
        print(f"  planner     {figures['seconds']:6.1f} s  {figures['people']:7.2f} people, ", end="")
        print(f"at least {figures['at_least_share_of_best']:.1%} of the best")
        print(f"  PyVRP alone {figures['pyvrp_seconds']:6.1f} s  {figures['pyvrp_people']:7.2f} people")


if __name__ == "__main__":
    main()
