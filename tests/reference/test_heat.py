"""Published truth for heat and survival.

Adolph, E. F. et al., Physiology of Man in the Desert (1947): days of survival resting in shade by the day's maximum
temperature and the water carried, as reprinted in survival manuals (from degrees Fahrenheit and US quarts).
"""

from __future__ import annotations

import numpy as np
import pytest

from data.tables import read_water_loss
from risk.climate import DayClimate, hourly_weather, saturation_kpa
from risk.heat import (
    AXES,
    SKIN_DIFFUSION_KG_PER_H,
    Activity,
    LossTable,
    direct_loss_kg_per_h,
    hourly_loss,
    water_loss_kg_per_h,
)
from risk.survival import (
    Behaviour,
    BodyParameters,
    WalkParameters,
    behaviour_course,
    cumulated_loss_kg,
    hours_alive,
    survival_curve,
)

WATER_L = (0.0, 0.95, 1.9, 3.8, 18.9)
ADOLPH_DAYS = {
    48.9: (2, 2, 2, 2.5, 4.5),
    43.3: (3, 3, 3.5, 4, 7),
    37.8: (5, 5.5, 6, 7, 13.5),
    32.2: (7, 8, 9, 10.5, 23),
    26.7: (9, 10, 11, 13, 29),
    21.1: (10, 11, 12, 14, 32),
    15.6: (10, 11, 12, 14, 32),
    10.0: (10, 11, 12, 14.5, 32),
}
DESERT_RANGE_DEGC, DESERT_VAPOUR_KPA, START_HOUR = 15.0, 1.0, 0


@pytest.fixture(scope="module")
def table() -> LossTable:
    return LossTable(**read_water_loss())


def survival_days(table: LossTable) -> np.ndarray:
    from datetime import date

    hottest = np.array(list(ADOLPH_DAYS))
    climate = DayClimate(hottest, hottest - DESERT_RANGE_DEGC, np.full(len(hottest), DESERT_VAPOUR_KPA))
    loss = hourly_loss(table, hourly_weather(np.full(len(hottest), 33.0), date(2026, 6, 21), climate))
    # the table's people sit in full shade: radiant temperature is air temperature
    course = behaviour_course(Behaviour.STAY, loss, WalkParameters())
    body = BodyParameters()
    lost = cumulated_loss_kg(course, START_HOUR, 24 * 60, body)
    return np.column_stack([hours_alive(survival_curve(lost, litres, body), 0.5) / 24 for litres in WATER_L])


def test_every_cell_of_adolphs_table_within_a_quarter(table):
    published = np.array(list(ADOLPH_DAYS.values()))
    ratio = survival_days(table) / published
    assert ratio.min() >= 0.75 and ratio.max() <= 1.25, np.round(ratio, 2)


def test_adolph_is_monotone_in_heat_and_water(table):
    days = survival_days(table)
    assert (np.diff(days, axis=0) >= -1e-9).all(), "rows go from hot to cool: cooler never lives shorter"
    assert (np.diff(days, axis=1) > 0).all(), "more water lives longer"


def test_the_typed_table_is_the_reference_file(shared):
    import csv

    with (shared / "reference" / "heat" / "adolph_survival_days.csv").open() as file:
        rows = {
            float(row.pop("max_shade_degc")): tuple(float(value) for value in row.values())
            for row in csv.DictReader(file)
        }
    assert rows == {key: tuple(map(float, value)) for key, value in ADOLPH_DAYS.items()}


@pytest.mark.parametrize("activity", list(Activity))
def test_the_table_is_within_two_per_cent_of_iso_7933(table, activity):
    """2,000 random points of the whole domain against direct calls."""
    rng = np.random.default_rng(1)
    air, excess = rng.uniform(5, 52, 2000), rng.uniform(-12, 42, 2000)
    vapour = np.minimum(rng.uniform(0.2, 3.5, 2000), saturation_kpa(air))
    direct = direct_loss_kg_per_h(activity, air, excess, vapour) + SKIN_DIFFUSION_KG_PER_H
    tabled = water_loss_kg_per_h(table, activity, air, air + excess, vapour)
    assert np.max(np.abs(tabled / direct - 1)) < 0.02


def test_axes_of_the_shipped_table_are_the_code_s(table):
    for name, axis in AXES.items():
        assert np.allclose(getattr(table, name), axis)


def test_loss_never_falls_with_air_temperature(table):
    air = np.linspace(0, 55, 111)
    for activity in Activity:
        loss = water_loss_kg_per_h(table, activity, air, air + 5, np.full_like(air, 1.0))
        assert (np.diff(loss) >= -2e-4).all()


def test_walking_costs_more_than_resting(table):
    air = np.linspace(10, 50, 41)
    rest, walk = (
        water_loss_kg_per_h(table, activity, air, air, np.minimum(1.2, saturation_kpa(air))) for activity in Activity
    )
    assert (walk > rest).all()


#: ISO 7933:2004 annex, as in the validation set of pythermalcomfort (MIT): inputs, rectal temperature (degC), time to
#: the limits of water loss for 50 % and 95 % of workers and of rectal temperature (min), water loss in 480 min (g).
ISO_7933_2004 = [
    (dict(tdb=40, tr=40, rh=33.85, v=0.3, met=2.58, clo=0.5, posture="standing"), 37.5, 440, 298, 480, 6166.4),
    (dict(tdb=35, tr=35, rh=71, v=0.3, met=2.58, clo=0.5, posture="standing"), 39.8, 385, 256, 75, 6934.6),
    (dict(tdb=30, tr=50, rh=70.65, v=0.3, met=2.58, clo=0.5, posture="standing"), 37.7, 380, 258, 480, 7166.2),
    (
        dict(tdb=28, tr=58, rh=79.31, v=0.3, met=2.58, clo=0.5, posture="standing", acclimatized=0),
        41.2,
        466,
        314,
        57,
        5807.3,
    ),
    (
        dict(tdb=35, tr=35, rh=53.3, v=1, met=2.58, clo=0.5, posture="sitting", acclimatized=0),
        37.6,
        480,
        463,
        480,
        3891.8,
    ),
    (dict(tdb=43, tr=43, rh=34.7, v=0.3, met=1.77, clo=0.5, posture="sitting"), 37.3, 401, 271, 480, 6765.1),
    (
        dict(tdb=35, tr=35, rh=53.3, v=0.3, met=3.54, clo=0.5, posture="standing", acclimatized=0),
        39.2,
        372,
        247,
        70,
        7235.9,
    ),
    (
        dict(tdb=34, tr=34, rh=56.3, v=0.3, met=2.58, clo=1, posture="standing", acclimatized=0),
        41.0,
        480,
        318,
        67,
        5547.7,
    ),
    (dict(tdb=40, tr=40, rh=40.63, v=0.3, met=2.58, clo=0.4, posture="standing"), 37.5, 407, 276, 480, 6683.4),
    (
        dict(tdb=40, tr=40, rh=40.63, v=0.3, met=2.58, clo=0.4, posture="standing", theta=90, walk_sp=1),
        37.6,
        480,
        339,
        480,
        5379.1,
    ),
]


@pytest.mark.parametrize("inputs, t_re, loss_50, loss_95, limit, sweat_g", ISO_7933_2004)
def test_the_standard_s_own_cases(inputs, t_re, loss_50, loss_95, limit, sweat_g):
    from pythermalcomfort.models import phs

    found = phs(**inputs, model="7933-2004")
    assert found.t_re == pytest.approx(t_re, abs=0.1)
    assert found.d_lim_loss_50 == pytest.approx(loss_50, abs=1)
    assert found.d_lim_loss_95 == pytest.approx(loss_95, abs=1)
    assert found.d_lim_t_re == pytest.approx(limit, abs=1)
    assert found.sweat_loss_g == pytest.approx(sweat_g, abs=10)
