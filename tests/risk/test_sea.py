from datetime import date

import numpy as np
import pandas as pd
import pytest
from tests_days import JANUARY, JUNE

from risk.immersion import immersion_survival
from risk.sea import death_probability, not_rescued, port_hours, sea_risk, water_degc


@pytest.fixture(scope="module")
def at_sea(context):
    segments = context.network.segments
    return segments[segments["mode"] == "sea"]


def test_a_year_of_risk_is_the_recorded_dead_of_each_route(context, at_sea):
    km = at_sea["length"].to_numpy() / 1000
    total = pd.Series(0.0, index=at_sea.index)
    for month in range(1, 13):
        total += sea_risk(at_sea, date(2026, month, 15), context.sea)["risk_per_km_day"] * km * 365.25 / 12
    for row in context.pack.sea_corridors.itertuples():
        year = total[at_sea["corridor"] == row.corridor].sum()
        assert year == pytest.approx(row.dead_missing / row.years, rel=1e-6)


def test_winter_kills_more_than_summer(context, at_sea):
    june, january = (sea_risk(at_sea, day, context.sea)["death_probability"] for day in (JUNE, JANUARY))
    assert (january > june)[at_sea["corridor"] == "central-med"].all()


def test_death_at_sea_equals_a_simulation(context):
    """The sum over founder and rescue times against 200,000 drawn boats."""
    sea, rng, count = context.sea, np.random.default_rng(5), 200_000
    given = sea.parameters
    founder = rng.exponential(1 / given.founder_per_h, count)
    called = given.alarm_h * np.exp(given.alarm_spread * rng.standard_normal(count)) + 3.0
    rescue = np.where(rng.random(count) < given.alarm_share, called, np.inf)
    rescue = np.minimum(rescue, rng.exponential(1 / given.ships_per_h, count))
    late = rescue > given.horizon_h
    in_water = np.maximum(np.minimum(rescue, given.horizon_h) - founder, 0)
    alive = np.where(late, 0.0, immersion_survival(np.full(count, 17.0), in_water, sea.immersion))
    dead = np.where(founder < np.minimum(rescue, given.horizon_h), 1 - alive, 0.0).mean()
    assert death_probability(np.array([17.0]), np.array([3.0]), sea)[0] == pytest.approx(dead, abs=0.004)


def test_farther_and_colder_is_deadlier_and_rescue_only_comes(context):
    degc, port = np.linspace(12, 28, 9), np.linspace(0, 12, 13)
    by_cold = death_probability(degc, np.full(9, 3.0), context.sea)
    by_port = death_probability(np.full(13, 17.0), port, context.sea)
    assert (np.diff(by_cold) < 0).all() and (np.diff(by_port) > 0).all()
    waiting = not_rescued(port, np.arange(0.0, 97.0), context.sea)
    assert (np.diff(waiting, axis=1) <= 1e-12).all() and waiting[:, 0] == pytest.approx(1.0)


def test_the_sea_is_as_warm_as_its_stations_and_ports_are_where_rescue_is(context):
    stations = context.pack.sea_stations
    lon, lat = stations["lon"].to_numpy(float), stations["lat"].to_numpy(float)
    june = context.pack.sea_normals.query("month == 6").set_index("station_id")["water_degc"]
    found = water_degc(lon, lat, date(2026, 6, 16), context.sea)
    assert np.abs(found - june[stations["station_id"]].to_numpy()).mean() < 0.6
    places = context.pack.places
    for place, far in (("lampedusa", False), ("tripoli", True)):  # nobody is brought back to Libya
        hours = port_hours(*(np.array([places.at[place, axis]]) for axis in ("lon", "lat")), context.sea)[0]
        assert (hours > 3) == far


def test_routes_by_risk_go_over_the_sea(context):
    from api.usecases.route import find_route

    found = find_route(context, "zuwara", "lampedusa", "risk", JUNE).routes[0].route
    assert any(leg.mode == "sea" for leg in found.legs) and np.isfinite(found.risk_per_day)
