"""A plan put to the test: simulated strandings met by the plan, and by habits with the same fleet and fuel."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.context import RegionContext
from api.spread import HERE, Engine, spread
from api.usecases.patrol import debts
from api.usecases.plan_file import PlanFile
from api.usecases.wishes import read_request
from data.units import HOURS_PER_DAY, M_PER_KM, S_PER_H
from risk.assess import assess
from risk.stranding import TRAFFIC_PER_H, StrandingParameters, arrival_h, walkers
from sar.benefit import VisitParameters
from sar.habits import Days, always_the_same, at_random, worst_first
from sar.simulation import LITRES_FACTOR, Ground, Outcome, Passes, Trial, join, simulate_batch
from sar.workspace import Workspace, prepare

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The plan, and habits it is held against.
PLAN, HABITS = "plan", ("always the same loop", "worst first", "random")
INTERVAL = (0.1, 0.9)
#: Draws for the interval of the ratio to the best habit.
RESAMPLES = 1000


@dataclass(frozen=True)
class Simulated:
    """What came out of a simulation.

    Attributes
    ----------
    plan : PlanFile
    days, runs, seed : int
    outcomes : dict of str to Outcome
        The plan first, then the habits.
    promised : float
        People a day that the plan expects to reach.
    """

    plan: PlanFile
    days: int
    runs: int
    seed: int
    outcomes: dict[str, Outcome]
    promised: float

    @property
    def best_habit(self) -> str:
        """The habit that reaches most people."""
        return max(HABITS, key=lambda name: float(self.outcomes[name].people.mean()))

    def ratio(self) -> tuple[float, float, float]:
        """Return the people of the plan over those of the best habit, with the interval of the mean by resampling."""
        ours, theirs = self.outcomes[PLAN].people, self.outcomes[self.best_habit].people
        rng = np.random.default_rng(self.seed)
        picks = rng.integers(0, len(ours), (RESAMPLES, len(ours)))
        ratios = ours[picks].mean(axis=1) / np.maximum(theirs[picks].mean(axis=1), 1e-12)
        low, high = np.quantile(ratios, INTERVAL)
        return float(ours.mean() / max(float(theirs.mean()), 1e-12)), float(low), float(high)


def simulate_plan(
    context: RegionContext,
    plan: PlanFile,
    days: int,
    runs: int,
    seed: int,
    progress: Callable[[float], None] = lambda share: None,
    engine: Engine = HERE,
) -> Simulated:
    """Simulate a plan driven again and again for some days, beside the habits.

    Every day has the weather of the plan's first day; a plan shorter than the days begins anew when it ends. The same
    seed gives the same outcome wherever the runs are done.

    Raises
    ------
    BadInput
        When the plan's fleet cannot leave its bases.
    """
    visit = VisitParameters()
    request = replace(read_request(context, plan.on, replace(plan.wishes, days=1, ends=(), required=())), explore=0.0)
    people, aim = debts(context, request, visit, visit.hours_since_visit)
    space = prepare(context.network.segments, people, aim, request)
    risk = context.risk(plan.on).table["risk_per_km_day"].to_numpy(float)
    risk_of_segment = risk * context.network.segments["length"].to_numpy(float) / M_PER_KM
    driven = {
        HABITS[0]: always_the_same(space, days),
        HABITS[1]: worst_first(space, days, risk_of_segment),
        HABITS[2]: at_random(space, days, seed),
    }
    passes = {PLAN: _plan_passes(context, plan, days)}
    passes |= {name: _habit_passes(space, each, plan) for name, each in driven.items()}
    rows = np.unique(np.concatenate([own for own, _ in passes.values()]))
    ways = {name: Passes.of(np.searchsorted(rows, own), at_h, len(rows)) for name, (own, at_h) in passes.items()}
    stranding = context.conditions(plan.on).stranding
    trial = Trial(_ground(context, plan, rows), ways, stranding, visit.pod, days, runs, seed)
    progress(0.1)
    batches = {}
    with closing(spread(simulate_batch, trial, trial.batches, engine)) as done:
        for batch, found in done:
            batches[batch] = found
            progress(0.1 + 0.9 * len(batches) / len(trial.batches))
    outcomes = join([batches[batch] for batch in trial.batches])
    return Simulated(plan, days, runs, seed, outcomes, plan.people / plan.days)


def _plan_passes(context: RegionContext, plan: PlanFile, days: int) -> tuple[Ints, Array]:
    midnight = datetime.combine(plan.on, time(), UTC)
    steps = [step for convoy in plan.convoys for step in convoy.steps]
    rows = context.network.segments.index.get_indexer([step.segment_id for step in steps]).astype(np.int64)
    # a convoy has seen a segment when it leaves it
    at_h = np.array([(step.at - midnight).total_seconds() / S_PER_H + step.hours for step in steps])
    rounds = np.arange(-(-days // plan.days))
    all_rows = np.tile(rows, len(rounds))
    all_h = (at_h[None, :] + HOURS_PER_DAY * plan.days * rounds[:, None]).ravel()
    within = all_h < HOURS_PER_DAY * days
    return np.asarray(all_rows[within], dtype=np.int64), np.asarray(all_h[within], dtype=float)


def _habit_passes(space: Workspace, driven: Days, plan: PlanFile) -> tuple[Ints, Array]:
    midnight = datetime.combine(plan.on, time(), UTC)
    rows, at_h = [], []
    for day, convoys in enumerate(driven):
        for slot, steps in zip(space.slots, convoys, strict=True):
            spent_h = 0.0
            for row, _ in steps:
                spent_h += float(slot.terrain.roads.time_s[slot.terrain.arc_of_row[row]]) / S_PER_H
                moment = slot.shift.clock(spent_h)
                rows.append(row)
                at_h.append((moment - midnight).total_seconds() / S_PER_H + HOURS_PER_DAY * day)
    return np.array(rows, dtype=np.int64), np.array(at_h, dtype=float)


def _ground(context: RegionContext, plan: PlanFile, rows: Ints) -> Ground:
    """Assess the segments driven, once for each class of water left."""
    segments = context.network.segments.iloc[rows]
    conditions, rate = context.conditions(plan.on), context.stranding_rate(plan.on)
    base: StrandingParameters = conditions.stranding
    traffic = segments["mode"].map(TRAFFIC_PER_H).to_numpy(float)
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    found = [
        assess(
            lon,
            lat,
            traffic,
            replace(conditions, stranding=replace(base, litres_per_person=base.litres_per_person * float(factor))),
        )
        for factor in LITRES_FACTOR
    ]
    one = found[0]
    walks, knows = walkers(one.reach, base)
    arrivals_h = np.stack([arrival_h(one.clock, distance_km) for distance_km in one.reach.distance_km.T], axis=1)
    return Ground(
        rate.shape[rows],
        rate.rate[rows],
        segments["length"].to_numpy(float) / M_PER_KM,
        np.stack([each.clock.staying for each in found]),
        np.stack([each.clock.walking for each in found]),
        traffic,
        walks[:, 0],
        knows[:, 0],
        np.minimum(arrivals_h, base.horizon_h).astype(float),
        one.reach.first_working,
    )


def simulation_document(found: Simulated) -> dict[str, Any]:
    """Return a simulation as a JSON-ready document; intervals hold 80 %."""
    met = found.outcomes[found.best_habit].people.mean() > 0
    ratio = dict(zip(("value", "low", "high"), found.ratio(), strict=True)) if met else None
    return {
        "kind": "simulation",
        "plan_id": found.plan.plan_id,
        "data_version": found.plan.data_version,
        "date": found.plan.on.isoformat(),
        "plan_days": found.plan.days,
        "days": found.days,
        "runs": found.runs,
        "seed": found.seed,
        "promised_people_per_day": found.promised,
        "ways": {name: _outcome(outcome, found.days) for name, outcome in found.outcomes.items()},
        "best_habit": found.best_habit,
        "ratio_to_best_habit": ratio,
    }


def _outcome(outcome: Outcome, days: int) -> dict[str, Any]:
    low, high = np.quantile(outcome.people, INTERVAL)
    waits = np.quantile(outcome.wait_h, (INTERVAL[0], 0.5, INTERVAL[1])) if len(outcome.wait_h) else [None] * 3
    return {
        "people_reached_alive": {"mean": float(outcome.people.mean()), "low": float(low), "high": float(high)},
        "people_per_day": float(outcome.people.mean() / days),
        "standard_error": float(outcome.people.std(ddof=1) / np.sqrt(len(outcome.people)))
        if len(outcome.people) > 1
        else None,
        "groups_found": float(outcome.groups.mean()),
        "hours_to_be_found": {
            key: None if value is None else float(value)
            for key, value in zip(("low", "median", "high"), waits, strict=True)
        },
    }
