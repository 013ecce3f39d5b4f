"""The exact day against every drive there is, on small networks; chains and trails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar.chains import draw_together
from sar.roads import Roads
from sar.trail import steps_of
from sar.walk import DayModel


def network(seed: int, nodes: int = 6, extra: int = 3) -> Roads:
    """A random connected network: a tree and a few more roads."""
    rng = np.random.default_rng(seed)
    pairs = [(int(rng.integers(0, node)), node) for node in range(1, nodes)]
    pairs += [tuple(rng.choice(nodes, 2, replace=False).tolist()) for _ in range(extra)]
    start, end = np.array(pairs, dtype=np.int64).T
    time_s = rng.integers(1, 10, len(pairs)).astype(float)
    fuel_l = rng.integers(1, 10, len(pairs)).astype(float)
    return Roads(np.arange(len(pairs)), start, end, {str(n): n for n in range(nodes)}, time_s, fuel_l)


def best_by_enumeration(roads: Roads, start: int, end: int, limit_s: float, limit_l: float, prize: np.ndarray) -> float:
    """Walk every way within the limits; a road is never worth driving more than twice."""
    best = -1.0
    stack = [(start, 0.0, 0.0, (0,) * len(roads.start))]
    seen: set[tuple[int, tuple[int, ...]]] = set()
    while stack:
        here, spent_s, spent_l, times = stack.pop()
        if (here, times) in seen:
            continue
        seen.add((here, times))
        if here == end:
            best = max(best, float(prize[np.array(times) > 0].sum()))
        for arc in range(len(times)):
            if times[arc] == 2 or here not in (roads.start[arc], roads.end[arc]):
                continue
            cost_s, cost_l = spent_s + roads.time_s[arc], spent_l + roads.fuel_l[arc]
            if cost_s <= limit_s and cost_l <= limit_l:
                there = int(roads.end[arc] if here == roads.start[arc] else roads.start[arc])
                more = (*times[:arc], times[arc] + 1, *times[arc + 1 :])
                stack.append((there, cost_s, cost_l, more))
    return best


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("end", [0, 3])
def test_the_day_is_the_best_there_is(seed, end):
    roads = network(seed, extra=2)
    rng = np.random.default_rng(seed + 100)
    prize = rng.integers(0, 20, len(roads.start)).astype(float)
    limit_s, limit_l = float(rng.integers(10, 30)), float(rng.integers(10, 30))
    chains = draw_together(roads, range(len(roads.start)), {0, end})
    model = DayModel(chains, chains.junction(0), chains.junction(end), limit_s, limit_l)
    found = model.best(prize)
    best = best_by_enumeration(roads, 0, end, limit_s, limit_l, prize)
    if best < 0:
        assert found is None
        return
    assert found is not None
    assert found.value == pytest.approx(best) and found.bound == pytest.approx(best)
    steps = steps_of(model, found)
    here = 0
    for arc, forward in steps:
        first, last = (roads.start[arc], roads.end[arc]) if forward else (roads.end[arc], roads.start[arc])
        assert first == here
        here = last
    assert here == end
    driven = [arc for arc, _ in steps]
    assert roads.time_s[driven].sum() <= limit_s and roads.fuel_l[driven].sum() <= limit_l
    assert prize[np.unique(np.array(driven, dtype=np.int64))].sum() == pytest.approx(best)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(5, 40), st.floats(0, 20), st.floats(0, 20))
def test_more_time_or_fuel_never_collects_less(seed, limit_s, more_s, more_l):
    roads = network(seed, nodes=9, extra=3)
    prize = np.random.default_rng(seed).uniform(0, 1, len(roads.start))
    chains = draw_together(roads, range(len(roads.start)), {0})
    values = []
    for time_s, fuel_l in ((limit_s, 20.0), (limit_s + more_s, 20.0 + more_l)):
        found = DayModel(chains, chains.junction(0), chains.junction(0), time_s, fuel_l).best(prize)
        assert found is not None and found.value <= found.bound + 1e-9
        values.append(found.value)
    assert values[0] <= values[1] + 1e-9


def test_a_loop_without_a_junction_is_driven_round():
    roads = Roads(
        np.arange(3),
        np.array([0, 1, 2]),
        np.array([1, 2, 0]),
        {"a": 0, "b": 1, "c": 2},
        np.array([1.0, 1.0, 1.0]),
        np.array([1.0, 1.0, 1.0]),
    )
    chains = draw_together(roads, range(3), {0})
    assert len(chains.chains) == 1 and chains.chains[0].start == chains.chains[0].end
    model = DayModel(chains, 0, 0, 3.0, 10.0)
    found = model.best(np.ones(3))
    assert found is not None and found.value == 3 and len(steps_of(model, found)) == 3
    short = DayModel(chains, 0, 0, 2.9, 10.0).best(np.ones(3))
    assert short is not None and short.value == 1  # out and back along one road
