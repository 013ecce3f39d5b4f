"""Survival in the water against published times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.immersion import immersion_survival, median_afloat_h, median_bare_h


def hayward_h(degc):
    """Hayward, Eckerson and Collis 1975, Can. J. Physiol. Pharmacol. 53: minutes to a core of 30 degC."""
    return (15 + 7.2 / (0.0785 - 0.0034 * degc)) / 60


def test_the_median_runs_through_the_published_half_times():
    """Geometric means of Hayward, Golden and Tipton, and the UK immersion survey (see `risk.immersion`)."""
    degc = np.array([5.0, 10.0, 15.0, 18.0, 28.0])
    published = [
        (1 * hayward_h(5) * 3.6) ** (1 / 3),
        (2 * hayward_h(10) * 5.7) ** (1 / 3),
        (6 * hayward_h(15) * 9.0) ** (1 / 3),
        (hayward_h(18) * np.sqrt(2 * 40)) ** 0.5,
        25.0,
    ]
    assert median_afloat_h(degc) == pytest.approx(published, rel=0.08)


def test_each_source_alone_is_within_its_scatter():
    for degc, times in ((5, (1, 2.2, 3.6)), (10, (2, 2.95, 5.7)), (15, (6, 4.6, 9.0))):
        ratio = np.array(times) / median_afloat_h(np.array(float(degc)))
        assert (ratio > 0.45).all() and (ratio < 1.9).all()


def test_with_nothing_to_float_on_people_tire_within_the_coast_guard_s_bands():
    """US Coast Guard, time to exhaustion: 0.5-1 h at 4.5-10 degC, 1-2 h to 15.5, 2-7 h to 21, 3-12 h to 26.5."""
    for degc, low, high in ((7.2, 0.5, 1), (12.8, 1, 2), (18.3, 2, 7), (23.9, 3, 12)):
        assert low <= median_bare_h(np.array(degc)) <= high


def test_the_upper_tail_follows_the_greatest_times_recorded():
    """Xu and Giesbrecht 2018: 11.9, 28, 39 h at 10, 18, 22 degC; 97.5 % of those afloat are dead by then."""
    for degc, hours in ((10, 11.9), (18, 28.0), (22, 39.0)):
        assert median_afloat_h(np.array(float(degc))) * np.exp(1.96 * 0.6) == pytest.approx(hours, rel=0.15)


@given(st.floats(0, 35), st.floats(0, 5), st.floats(0, 90), st.floats(0, 24))
def test_warmer_water_lives_longer_and_time_only_kills(degc, warmer, hours, later):
    here = immersion_survival(np.array(degc), np.array(hours))
    assert 0 <= here <= 0.8
    assert immersion_survival(np.array(degc + warmer), np.array(hours)) >= here - 1e-12
    assert immersion_survival(np.array(degc), np.array(hours + later)) <= here + 1e-12
