"""Published truth for heat and survival.

Adolph, E. F. et al., Physiology of Man in the Desert (1947): days of survival resting in shade by the day's maximum
temperature and the water carried, as reprinted in survival manuals (from degrees Fahrenheit and US quarts).
"""

from __future__ import annotations

import numpy as np
import pytest

from data.tables import read_water_loss
from risk.climate import DayClimate, hourly_weather, saturation_kpa
from risk.heat import AXES, Activity, LossTable, day_loss, direct_loss_kg_per_h, water_loss_kg_per_h
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
    loss = day_loss(table, hourly_weather(np.full(len(hottest), 33.0), date(2026, 6, 21), climate))
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


def test_the_shipped_table_is_what_iso_7933_gives(table):
    sample = np.random.default_rng(1).integers(0, [len(axis) for axis in AXES.values()], size=(300, 3))
    air, excess, vapour = (axis[sample[:, number]] for number, axis in enumerate(AXES.values()))
    for activity in Activity:
        direct = direct_loss_kg_per_h(activity, air, excess, vapour)
        shipped = table.loss_kg_per_h[activity][tuple(sample.T)]
        assert np.allclose(shipped, direct, rtol=1e-5, atol=1e-6)


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
