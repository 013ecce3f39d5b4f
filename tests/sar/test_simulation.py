"""The simulation against the formula it checks, and plans against habits."""

from __future__ import annotations

import numpy as np
import pytest
from tests_days import JUNE

from api.spread import Engine
from api.usecases.plan_file import read_plan
from api.usecases.simulate import HABITS, PLAN, simulate_plan, simulation_document
from maps.exporters.json_plan import EXPORTER
from risk.stranding import StrandingParameters
from sar.simulation import LITRES_WEIGHT, Ground, Passes, Trial, join, simulate_batch


def ground(decay: float, traffic: float = 0.0) -> Ground:
    """One segment on which people die at a constant rate and nobody walks."""
    curve = np.broadcast_to(np.exp(-decay * np.arange(361)), (len(LITRES_WEIGHT), 1, 361))
    one = np.ones(1)
    return Ground(
        2000 * one,
        1e6 * one,
        10 * one,
        curve,
        curve,
        traffic * one,
        0 * one,
        0 * one,
        np.full((1, 1), 360.0),
        np.ones((1, 1)),
    )


@pytest.mark.parametrize(("decay", "traffic", "every_h"), [(0.02, 0.0, 24.0), (0.02, 0.03, 24.0), (0.05, 0.01, 72.0)])
def test_simulated_people_are_those_of_the_formula(decay, traffic, every_h):
    days, pod = 60, 1.0
    at_h = np.arange(every_h, days * 24.0, every_h)
    ways = {"regular": Passes.of(np.zeros(len(at_h), dtype=np.int64), at_h, 1)}
    trial = Trial(ground(decay, traffic), ways, StrandingParameters(), pod, days, runs=400, seed=1)
    found = join([simulate_batch(trial, batch) for batch in trial.batches])["regular"]
    rate_per_h, people = 2000 / 1e6 * 10 / 24, 25
    gone = decay + traffic
    later = rate_per_h * people * (1 - np.exp(-gone * every_h)) / gone  # a visit after so many hours
    first = rate_per_h * people * (1 - np.exp(-gone * (168 + every_h))) / gone
    expected = first + (len(at_h) - 1) * later
    error = found.people.std() / np.sqrt(len(found.people))
    assert found.people.mean() == pytest.approx(expected, abs=4 * error + 0.01 * expected)


def test_missed_groups_have_a_second_chance():
    at_h = np.array([24.0, 48.0])
    way = Passes.of(np.zeros(2, dtype=np.int64), at_h, 1)
    row = np.zeros(4, dtype=np.int64)
    stranded_h, missed = np.array([0.0, 30.0, 0.0, 30.0]), np.array([0, 0, 1, 1])
    assert way.after(row, stranded_h, missed).tolist() == [24.0, 48.0, 48.0, np.inf]


def test_passes_of_segments_do_not_mix():
    way = Passes.of(np.array([2, 0, 0]), np.array([5.0, 9.0, 1.0]), 3)
    rows = np.array([0, 1, 2, 0, 2])
    assert way.after(rows, np.array([0.0, 0.0, 0.0, 2.0, 6.0]), np.zeros(5, dtype=np.int64)).tolist() == [
        1.0,
        np.inf,
        5.0,
        9.0,
        np.inf,
    ]


def test_a_plan_is_held_against_habits(context, june_plan, tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(EXPORTER.render(june_plan)["plan.json"])
    plan = read_plan(context, path)
    found = simulate_plan(context, plan, days=20, runs=60, seed=3)
    spread_out = simulate_plan(context, plan, days=20, runs=60, seed=3, engine=Engine(workers=2))
    more = simulate_plan(context, plan, days=20, runs=120, seed=3, engine=Engine(threads=1))
    assert list(found.outcomes) == [PLAN, *HABITS]
    for name, outcome in found.outcomes.items():
        assert outcome.people.tobytes() == spread_out.outcomes[name].people.tobytes()
        assert outcome.wait_h.tobytes() == spread_out.outcomes[name].wait_h.tobytes()
        assert (outcome.people[:50] == more.outcomes[name].people[:50]).all()
        assert (outcome.people[:50] != more.outcomes[name].people[50:100]).any()
    document = simulation_document(found)
    # a plan of one day is itself a loop driven every day
    assert 0.7 < document["ratio_to_best_habit"]["value"] < 1.5
    assert document["date"] == JUNE.isoformat()
    ways = document["ways"]
    assert all(way["people_reached_alive"]["low"] <= way["people_reached_alive"]["mean"] for way in ways.values())
    assert all(0 <= way["hours_to_be_found"]["median"] < 168 for way in ways.values())
