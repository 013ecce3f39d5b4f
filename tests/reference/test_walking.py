"""Published formulas of walking speed and cost, at their published points."""

import numpy as np
import pytest

from risk.walking import SAND_SPEED, lcda_w_per_kg, naismith_h, pandolf_w, slowness, tobler_kph


def test_lcda_at_its_worked_points():
    """Looney et al. 2019; worked numbers published at ironhiker.blogspot.com, 2021-12."""
    speed = np.array([0.4768426667, 0.89408, 0.54395076])
    grade = np.array([13.24968434, 15.15151515, -11.83712121])
    assert lcda_w_per_kg(speed, grade) == pytest.approx([5.002098962, 8.04202677, 2.305600338], rel=1e-6)


def test_pandolf_at_its_worked_point_and_table():
    """Pandolf, Givoni and Goldman 1977; 180 lb with 30 lb at 3.5 mph takes some 410 kcal/h (ruckauthority.com)."""
    watts = pandolf_w(np.array(81.6466), np.array(13.6078), np.array(1.56464), np.array(0.0), np.array(1.0))
    assert watts == pytest.approx(477.55, abs=0.005) and watts * 0.860421 == pytest.approx(410.89, abs=0.01)
    speed = np.array([0.8, 1.0, 1.2, 1.4])
    for terrain, row in ((1.0, [185, 228, 281, 343]), (1.5, [223, 288, 367, 461]), (2.1, [270, 360, 471, 602])):
        found = pandolf_w(np.array(70.0), np.array(10.0), speed, np.zeros(4), np.array(terrain))
        assert found == pytest.approx(row, abs=0.5)


def test_tobler_and_naismith():
    """Tobler 1993; Naismith 1892."""
    slope = np.array([-0.3, -0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2, 0.3])
    published = [2.5012, 3.5493, 5.0367, 6.0, 5.0367, 4.2281, 3.5493, 2.5012, 1.7625]
    assert tobler_kph(slope) == pytest.approx(published, abs=5e-5)
    assert naismith_h(np.array([10.0, 5.0]), np.array([600.0, 0.0])) == pytest.approx([3.0, 1.0], rel=1e-6)


def test_sand_slows_as_pandolf_says():
    at = [
        pandolf_w(np.array(65.0), np.array(5.0), np.array(v), np.array(0.0), np.array(e))
        for v, e in ((1.0, 1.0), (SAND_SPEED, 2.1))
    ]
    assert at[0] == pytest.approx(at[1]) and pytest.approx(0.690, abs=1e-3) == SAND_SPEED
    flat = slowness(np.zeros(2), np.array([False, True]))
    assert flat == pytest.approx([1.0, 1 / SAND_SPEED])
