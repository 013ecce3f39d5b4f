"""Effort is shared out as well as it can be, and a search that finds nothing says where to look next."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sar.effort import CircularPlan, SearchAsset, allocate, allocate_assets, allocate_several, posterior
from sar.effort_solver import Programme, maximise
from sar.sweep import pod

AREAS = 5
shares = arrays(float, AREAS, elements=st.one_of(st.just(0.0), st.floats(1e-9, 1)))
rates = arrays(float, AREAS, elements=st.one_of(st.just(0.0), st.floats(1e-3, 20)))
pods = arrays(float, AREAS, elements=st.floats(0, 0.99))


def chances(weights):
    return weights / max(weights.sum(), 1.0)


@given(shares, rates, st.floats(0, 50))
def test_no_area_would_use_an_hour_better(weights, per_h, hours):
    poa = chances(weights)
    found = allocate(poa, per_h, hours)
    assert (found.effort_h >= 0).all() and found.effort_h.sum() <= hours * (1 + 1e-12) + 1e-12
    assert 0 <= found.pos <= poa.sum() + 1e-12
    if (poa * per_h > 0).any():
        assert found.effort_h.sum() == pytest.approx(hours)
    worth = poa * per_h * np.exp(-per_h * found.effort_h)
    searched = found.effort_h > 1e-9 * hours
    if searched.any():
        assert worth[searched] == pytest.approx(np.full(searched.sum(), worth.max()), rel=1e-6, abs=1e-12)


@given(shares, rates, st.floats(0, 20), st.floats(0, 20))
def test_more_effort_never_finds_fewer(weights, per_h, hours, more):
    poa = chances(weights)
    assert allocate(poa, per_h, hours + more).pos >= allocate(poa, per_h, hours).pos - 1e-12


@given(shares, rates, st.floats(0.1, 20), shares)
def test_better_than_any_other_share(weights, per_h, hours, other):
    poa = chances(weights)
    assume(other.sum() > 0)
    effort = hours * other / other.sum()
    assert allocate(poa, per_h, hours).pos >= (poa * pod(per_h * effort)).sum() - 1e-12


def test_value_draws_effort_to_where_people_live():
    poa, per_h = np.array([0.5, 0.5]), np.array([1.0, 1.0])
    assert allocate(poa, per_h, 1.0).effort_h == pytest.approx([0.5, 0.5])
    assert allocate(poa, per_h, 1.0, np.array([0.9, 0.1])).effort_h == pytest.approx([1.0, 0.0])


@settings(deadline=None, max_examples=40)
@given(shares, arrays(float, (AREAS, 3), elements=st.floats(0, 20)), arrays(float, 3, elements=st.floats(0, 5)), shares)
def test_several_resources_within_a_proven_gap(weights, per_h, hours, other):
    poa = chances(weights)
    found = allocate_several(poa, per_h, hours)
    assert (found.effort_h >= 0).all() and (found.effort_h.sum(axis=0) <= hours * (1 + 1e-9)).all()
    assert found.gap <= 1e-6 and found.pos <= poa.sum() + 1e-9
    assume(other.sum() > 0)
    effort = hours * (other / other.sum())[:, None]
    assert found.pos + found.gap >= (poa * pod((per_h * effort).sum(axis=1))).sum() - 1e-12
    alone = allocate(poa, per_h[:, 0], float(hours[0]))
    assert found.pos + found.gap >= alone.pos - 1e-12


def test_like_resources_are_one():
    poa, per_h = np.array([0.4, 0.3, 0.2]), np.array([1.0, 2.0, 0.5])
    together = allocate_several(poa, np.stack([per_h, per_h], axis=1), np.array([1.0, 2.0]))
    assert together.pos == pytest.approx(allocate(poa, per_h, 3.0).pos, abs=1e-9)


def test_the_closed_form_and_the_programme_agree():
    rng = np.random.default_rng(3)
    poa, per_h = rng.dirichlet(np.ones(40)), rng.uniform(0, 5, 40)
    programme = Programme(poa[:, None], per_h[:, None], np.zeros(1, dtype=np.int64), np.array([6.0]))
    effort = maximise(programme)
    assert programme.total(effort) == pytest.approx(allocate(poa, per_h, 6.0).pos, abs=1e-10)


def scene(arrivals, survival, edges=(0.0, 2.0, 4.0, 6.0), endurance=3.0):
    widths = np.array([500.0, 400.0, 300.0])
    assets = [SearchAsset(widths, 20.0, arrival, endurance) for arrival in arrivals]
    alive = np.tile(survival, (3, 1))
    return allocate_assets(np.array([0.5, 0.2, 0.1]), np.array([30.0, 20.0, 10.0]), assets, np.array(edges), alive, 10)


def test_assets_search_between_arrival_and_end():
    plan = scene([1.0, 5.0], np.array([1.0, 0.8, 0.5, 0.2]))
    assert plan.effort_h.sum(axis=0) == pytest.approx(np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]))
    assert plan.alive <= plan.at_most and plan.alive <= 10 * plan.pos <= 8


def test_all_alive_makes_people_found_the_pos():
    plan = scene([0.0], np.ones(4))
    assert plan.alive == pytest.approx(10 * plan.pos) and plan.at_most == pytest.approx(plan.alive, rel=1e-7)
    per_h = 20 * np.array([500.0, 400.0, 300.0]) / 1000 / np.array([30.0, 20.0, 10.0])
    assert plan.pos == pytest.approx(allocate(np.array([0.5, 0.2, 0.1]), per_h, 3.0).pos, abs=1e-8)


def test_finer_slots_close_the_bound():
    gaps = []
    for slots in (3, 12):
        edges = np.linspace(0, 6, slots + 1)
        plan = scene([1.0, 2.0], np.exp(-edges / 4), edges)
        gaps.append(plan.at_most - plan.alive)
    assert 0 < gaps[1] < gaps[0] / 3


def test_who_comes_later_finds_fewer_alive():
    survival = np.array([1.0, 0.8, 0.5, 0.2])
    assert scene([0.0], survival).alive > scene([2.0], survival).alive > scene([9.0], survival).alive == 0


def test_effort_goes_first_to_those_with_least_time():
    edges, widths = np.array([0.0, 1.0, 2.0]), np.full(2, 500.0)
    alive = np.array([[1.0, 0.9, 0.05], [1.0, 0.9, 0.85]])
    plan = allocate_assets(np.full(2, 0.5), np.full(2, 10.0), [SearchAsset(widths, 20.0, 0.0, 2.0)], edges, alive)
    first, second = plan.effort_h[:, 0, 0], plan.effort_h[:, 0, 1]
    assert first[0] > first[1] and second[1] > second[0]


@given(shares, pods)
def test_an_unsuccessful_search_never_raises_where_it_looked(weights, seen):
    poa = chances(weights)
    cells, outside = posterior(poa, np.where(np.arange(AREAS) == 2, seen, 0.0))
    assert cells[2] <= poa[2] + 1e-12 and cells.sum() + outside == pytest.approx(1)
    assert outside >= 1 - poa.sum() - 1e-12 and (cells[[0, 1, 3, 4]] >= poa[[0, 1, 3, 4]] - 1e-12).all()


@given(shares, pods, pods)
def test_the_order_of_independent_searches_does_not_matter(weights, one, other):
    poa = chances(weights)
    first, _ = posterior(posterior(poa, one)[0], other)
    second, _ = posterior(posterior(poa, other)[0], one)
    both, outside = posterior(poa, 1 - (1 - one) * (1 - other))
    assert first == pytest.approx(second, abs=1e-9) and first == pytest.approx(both, abs=1e-9) and outside >= 0


def test_the_circular_plan_covers_what_is_swept():
    plan = CircularPlan.of(5.0, 200.0)
    r = np.linspace(0, plan.radius_km, 20001)
    middle = (r[1:] + r[:-1]) / 2
    assert (plan.coverage_at(middle) * 2 * np.pi * middle * np.diff(r)).sum() == pytest.approx(200, rel=1e-6)
    density = np.exp(-(middle**2) / 50) / (2 * np.pi * 25)
    found = (density * pod(plan.coverage_at(middle)) * 2 * np.pi * middle * np.diff(r)).sum()
    assert found == pytest.approx(plan.pos, rel=1e-6) and plan.coverage_at(np.array([99.0])) == 0


ONE, SIZE, EDGES, ALIVE = [SearchAsset(np.ones(1), 1.0, 0.0, 1.0)], np.ones(1), np.array([0.0, 1.0]), np.ones((1, 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: allocate(np.array([-0.1]), SIZE, 1.0), "not negative"),
        (lambda: allocate(np.array([np.nan]), SIZE, 1.0), "finite"),
        (lambda: allocate(np.ones(2), SIZE, 1.0), "areas"),
        (lambda: allocate(SIZE, SIZE, -1.0), "hours"),
        (lambda: allocate_several(SIZE, np.ones((1, 2)), SIZE), "shape"),
        (lambda: posterior(np.array([0.7, 0.7]), np.zeros(2)), "over 1"),
        (lambda: posterior(SIZE, np.array([1.0])), "certainty"),
        (lambda: posterior(SIZE, np.array([1.5])), "pod"),
        (lambda: CircularPlan.of(0.0, 1.0), "sigma_km"),
        (lambda: SearchAsset(SIZE, 0.0, 0.0, 1.0), "speed_kph"),
        (lambda: allocate_assets(SIZE, SIZE, [], EDGES, ALIVE), "asset"),
        (lambda: allocate_assets(SIZE, np.zeros(1), ONE, EDGES, ALIVE), "area_km2"),
        (lambda: allocate_assets(SIZE, SIZE, ONE, EDGES[::-1], ALIVE), "edges_h"),
        (lambda: allocate_assets(SIZE, SIZE, ONE, EDGES, np.array([[0.5, 0.9]])), "not rise"),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
