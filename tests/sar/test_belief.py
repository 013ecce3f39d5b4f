"""Beliefs sum to 1, follow Bayes, and do not mind the order of what is told."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_worlds import KM, evenly, still, walked

from risk.group import Group
from sar.belief import Belief, body_here, footprints_here, seen_here, vehicle_here
from sar.effort import allocate, posterior
from sar.particles import SCENARIOS
from sar.pinned import joined
from sar.scenarios import Scenario
from sar.scene import People

pods = st.lists(st.floats(0, 1), min_size=12, max_size=12).map(np.array)


@pytest.fixture(scope="module")
def crowd():
    """Half wait at 10.5 E, 20 N; half walk north to a town."""
    people = People(Group(10, litres=20.0), left_before_h=2.0)
    return joined([walked(Scenario.STAYED, 400, people), walked(Scenario.TO_TOWN, 400, people)])


@pytest.fixture(scope="module")
def belief(crowd):
    return Belief.begin(crowd, 0.1)


def clues(belief: Belief, genuine: float):
    return {
        "seen": seen_here(belief, 10.5, 20.1, 6.0, 5.0, genuine),
        "vehicle": vehicle_here(belief, 10.5, 20.0, 1.0, genuine, False),
        "empty": vehicle_here(belief, 10.5, 20.0, 1.0, genuine, True),
        "footprints": footprints_here(belief, 10.5, 20.1, 8.0, 1.0, genuine, None),
        "going north": footprints_here(belief, 10.5, 20.1, 8.0, 1.0, genuine, 0.0),
        "body": body_here(belief, 10.5, 20.2, 47.0, 5.0, genuine),
    }


def total(belief: Belief) -> float:
    return float(belief.weight.sum()) + belief.outside


@given(pods, pods, st.floats(0.01, 0.9))
@settings(max_examples=60, deadline=None)
def test_searches_keep_the_sum_and_never_raise_where_they_looked(first, second, outside):
    belief = Belief.begin(still(np.arange(12.0), np.zeros(12)), outside)
    looked = first > 0.5
    after = belief.searched(first)
    assert total(after) == pytest.approx(1) and total(after.searched(second)) == pytest.approx(1)
    assert after.outside >= belief.outside - 1e-12
    # where every pod is above those elsewhere, the whole can only fall; no weight rises before it is made to sum to 1
    assert after.weight[looked].sum() <= belief.weight[looked].sum() + 1e-12
    assert (belief.weight * (1 - first) <= belief.weight).all()
    assert float((belief.weight * first).sum()) <= belief.weight[first > 0].sum() + 1e-12  # POS <= POA


@given(pods, pods)
@settings(max_examples=60, deadline=None)
def test_searching_more_finds_no_fewer(first, second):
    belief = Belief.begin(still(np.arange(12.0), np.zeros(12)), 0.1)
    both = 1 - (1 - first) * (1 - second)
    assert (belief.weight * both).sum() >= (belief.weight * first).sum() - 1e-12
    gains = (belief.weight * first).sum(), (belief.searched(first).weight * second).sum()
    assert 1 - (1 - gains[0]) * (1 - gains[1]) == pytest.approx((belief.weight * both).sum(), abs=1e-9)


def test_a_search_says_what_the_closed_form_says():
    belief = Belief.begin(still(np.arange(4.0), np.zeros(4)), 0.2)
    pod = np.array([0.9, 0.5, 0.0, 0.3])
    areas, outside = posterior(belief.weight, pod)
    after = belief.searched(pod)
    assert after.weight == pytest.approx(areas, abs=1e-12) and after.outside == pytest.approx(outside, abs=1e-12)


@pytest.mark.parametrize("genuine", [0.0, 0.4, 0.95, 1.0])
def test_every_clue_is_a_mixture_with_mean_one(belief, genuine):
    for name, likelihood in clues(belief, genuine).items():
        assert (likelihood >= 1 - genuine - 1e-12).all(), name
        assert likelihood.mean() == pytest.approx(1), name
        assert (likelihood.std() > 0.1) == (genuine > 0), name


def test_a_clue_that_fits_nobody_changes_nothing(belief):
    likelihood = seen_here(belief, 45.0, 5.0, 6.0, 1.0, 0.8)
    after = belief.told(likelihood, 0.2)
    assert after.weight == pytest.approx(belief.weight, abs=1e-12) and after.outside == pytest.approx(0.1)


def test_a_surer_clue_moves_more(belief):
    near = seen_here(belief, 10.5, 20.1, 6.0, 5.0, 1.0) > 1
    shares, outsides = [], []
    for genuine in (0.0, 0.2, 0.4, 0.65, 0.85, 0.95):
        after = belief.told(seen_here(belief, 10.5, 20.1, 6.0, 5.0, genuine), 1 - genuine)
        assert total(after) == pytest.approx(1)
        shares.append(after.weight[near].sum())
        outsides.append(after.outside)
    assert (np.diff(shares) > 0).all() and (np.diff(outsides) < 0).all()


def test_no_order_of_searches_and_clues_matters(belief):
    told = clues(belief, 0.8)
    rng = np.random.default_rng(0)
    messages = [
        (told["seen"], 0.2), (told["going north"], 0.2), (1 - rng.random(800), 1.0), (1 - rng.random(800), 1.0),
    ]  # fmt: skip
    ends = []
    for order in permutations(messages):
        after = belief
        for likelihood, outside in order:
            after = after.told(likelihood, outside)
        ends.append(after)
    for each in ends[1:]:
        assert each.weight == pytest.approx(ends[0].weight, abs=1e-12)
        assert each.outside == pytest.approx(ends[0].outside, abs=1e-12)


def test_the_outside_follows_bayes(belief):
    likelihood = np.random.default_rng(0).random(800)
    after = belief.told(likelihood, 0.3)
    inside = float((belief.weight * likelihood).sum())
    assert after.outside == pytest.approx(0.1 * 0.3 / (inside + 0.1 * 0.3))


def test_what_cannot_be_told_is_refused(belief):
    for likelihood, outside in ((np.zeros(800), 0.0), (np.full(800, -0.1), 1.0), (np.ones(800), -1.0)):
        with pytest.raises(ValueError, match="likelihood"):
            belief.told(likelihood, outside)


def test_an_empty_vehicle_rules_out_those_who_wait_and_a_full_one_those_who_left(belief, crowd):
    told = clues(belief, 1.0)
    waits = crowd.waits
    assert not told["empty"][waits].any() and told["empty"][~waits].min() > 0
    assert told["vehicle"][waits].mean() / told["vehicle"][~waits].mean() == pytest.approx(5)


def test_footprints_tell_of_walkers_going_that_way(belief, crowd):
    assert not clues(belief, 1.0)["footprints"][crowd.waits].any()
    ways = [People(Group(10, litres=50.0), told_bearing_deg=way, left_before_h=1.0) for way in (0.0, 180.0)]
    both = evenly(joined([walked(Scenario.AS_TOLD, 300, each) for each in ways]))
    north, south, any_way = (footprints_here(both, 10.5, 20.0, 8.0, 4.0, 1.0, way) for way in (0.0, 180.0, None))
    assert north[:300].mean() > 10 * north[300:].mean() and south[300:].mean() > 10 * south[:300].mean()
    assert any_way[:300].mean() == pytest.approx(any_way[300:].mean(), rel=0.1)


def test_footprints_are_of_those_who_came_by_before(crowd):
    walkers = evenly(crowd.some(np.arange(400, 800)))
    lat = float(np.median(walkers.particles.lat[9]))
    passed = walkers.particles.lat[9] > lat + 5 * KM
    likelihood = footprints_here(walkers, 10.5, lat, 9.0, 1.0, 1.0, None)
    not_yet = walkers.particles.lat[9] < lat - 5 * KM
    assert likelihood[passed].mean() > 0.5 and likelihood[not_yet].max() < 0.01


def test_a_body_speaks_for_those_dead_there_before_those_who_walked_by(crowd):
    dead = np.arange(800) < 200
    crowd = replace(crowd, dies_h=np.where(dead, 10.0, np.inf))
    likelihood = body_here(evenly(crowd), 10.5, 20.0, 30.0, 1.0, 1.0)
    came_by, stays = ~crowd.waits, crowd.waits & ~dead
    assert likelihood[dead].min() > likelihood[came_by].max() > 0
    assert not likelihood[stays].any()


def test_hours_left_are_those_of_the_living(belief, crowd):
    rng = np.random.default_rng(1)
    weighted = belief.told(rng.random(800), 0.5)
    for hour in (0.0, 20.0, 30.0):
        alive = crowd.dies_h > hour
        dies, weight = crowd.dies_h[alive], weighted.weight[alive]
        for share, found in zip((0.1, 0.5, 0.9), weighted.hours_left(hour), strict=True):
            by = min(d for d in np.unique(dies) if weight[dies <= d].sum() >= share * weight.sum() - 1e-12)
            assert found == by - hour
        assert weighted.alive(hour) == pytest.approx(weight.sum() / weighted.weight.sum())


def test_no_hours_are_left_where_all_are_dead(crowd):
    dead = replace(crowd, dies_h=np.full(800, 3.0))
    assert Belief.begin(dead, 0.1).hours_left(5.0) == (0.0, 0.0, 0.0)


def test_scenarios_and_how_many_particles_count(belief):
    assert belief.effective == pytest.approx(800)
    one = replace(belief, weight=np.where(np.arange(800) == 3, 0.9, 0.0))
    assert one.effective == pytest.approx(1) and one.scenarios()["stayed"] == 1
    assert sum(belief.scenarios().values()) == pytest.approx(1)
    assert belief.scenarios()["to-town"] == pytest.approx(0.5)
    assert set(belief.scenarios()) == {each.value for each in SCENARIOS}


def test_two_areas_are_searched_in_the_order_of_the_closed_form():
    """The next best hour is always where p w exp(-w t) is greatest, as in the allocation in closed form."""
    rng = np.random.default_rng(4)
    in_first = np.arange(1000) < 700
    belief = evenly(still(np.where(in_first, 0.0, 1.0), rng.random(1000)), 0.1)
    rate = np.array([0.3, 0.5])
    spent = np.zeros(2)
    for _ in range(400):
        gain = [float(belief.weight[mask].sum()) * r for mask, r in ((in_first, rate[0]), (~in_first, rate[1]))]
        best = int(np.argmax(gain))
        spent[best] += 0.02
        belief = belief.searched(np.where(in_first == (best == 0), -np.expm1(-rate[best] * 0.02), 0.0))
    wanted = allocate(np.array([0.63, 0.27]), rate, 8.0).effort_h
    assert spent == pytest.approx(wanted, abs=0.05) and wanted.min() > 1
