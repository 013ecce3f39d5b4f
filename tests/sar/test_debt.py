"""Benefits over days: monotone and concave in debt, and the bound on visits."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sar.benefit import VisitBenefit
from sar.debt import CoverageDebt


def debt(decay: float, since: float, days: int) -> CoverageDebt:
    still = np.exp(-decay * np.arange(361))[None, :]
    benefit = VisitBenefit.of(np.array([1e-3]), np.array([10_000.0]), 25, still, 0.8)
    return CoverageDebt.of(benefit, since, days)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.002, 0.2), st.floats(0, 400), st.integers(1, 7))
def test_visits_reach_more_the_more_there_are_and_ever_less_each(decay, since, days):
    table = debt(decay, since, days)
    exact = np.zeros(days + 1)
    for count in range(days + 1):
        for chosen in combinations(range(days), count):
            visited = np.zeros((1, days), dtype=bool)
            visited[0, list(chosen)] = True
            exact[count] = max(exact[count], float(table.by_visit(visited).sum()))
    best = table.best_of_visits()[0]
    assert (best >= exact - 1e-12).all()
    assert (np.diff(best) >= -1e-12).all() and (np.diff(best, 2) <= 1e-9 * (1 + best[-1])).all()
    assert best[-1] == pytest.approx(exact[-1])


@settings(max_examples=40, deadline=None)
@given(st.floats(0.002, 0.2), st.floats(0, 400), st.lists(st.booleans(), min_size=5, max_size=5), st.integers(0, 4))
def test_the_gain_of_a_visit_is_the_difference_it_makes(decay, since, flags, day):
    table = debt(decay, since, 5)
    before = np.array([flags])
    before[0, day] = False
    after = before.copy()
    after[0, day] = True
    difference = float(table.by_visit(after).sum() - table.by_visit(before).sum())
    assert table.gain(before, day)[0] == pytest.approx(difference, abs=1e-12)
    assert table.gain(after, day)[0] == 0


@settings(max_examples=40, deadline=None)
@given(st.floats(0.002, 0.2), st.floats(0, 300), st.floats(0, 100))
def test_a_longer_debt_is_worth_more(decay, since, more):
    assert debt(decay, since, 1).first[0, 0] <= debt(decay, since + more, 1).first[0, 0] + 1e-15
