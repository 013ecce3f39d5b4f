"""Hauer et al. 2002, Estimating safety by the empirical Bayes method: 12 crashes in a year on 1.8 units of length.

Expected 4.3359 by the model, overdispersion 2.05 per unit length: weight 0.45976, estimate 8.476 +- 2.140.
"""

import pytest

from risk.incidents import shrink


def test_hauer_s_example():
    expected, overdispersion, length = 4.3359, 2.05, 1.8
    shape = overdispersion * length
    found = shrink(shape, shape / expected, reports=12.0, exposure=1.0)
    weight = 1 / (1 + expected / (overdispersion * length))
    assert weight == pytest.approx(0.45976, abs=1e-4)
    assert found.mean_per_km_day == pytest.approx(8.476, abs=2e-3)
    assert (found.shape**0.5 / found.rate) == pytest.approx(2.140, abs=2e-3)
