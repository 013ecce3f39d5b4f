from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from data.region_pack import load_region
from data.tables import read_water_loss
from risk.climate import DayClimate, hourly_weather, interpolate_normals
from risk.heat import LossTable, hourly_loss
from risk.shapley import shapley_values
from risk.stranding import Clocks, StrandingParameters, WaterReach, fate
from risk.survival import (
    Behaviour,
    BodyParameters,
    WalkParameters,
    behaviour_course,
    cumulated_loss_kg,
    hours_alive,
    survival_curve,
)
from risk.water import FARTHEST_M, WaterSupply, give_probability, water_distance, water_supply

PACK = load_region()
TABLE = LossTable(**read_water_loss())
BODY = BodyParameters()


# water ----------------------------------------------------------------------------------------------------------------
def test_nearest_water_is_brute_force():
    supply = water_supply(PACK.water_points, PACK.places, date(2026, 6, 15))
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(-15, 35, 200), rng.uniform(14, 30, 200)
    found = water_distance(lon, lat, supply)
    geod = Geod(ellps="WGS84")
    for row in range(len(lon)):
        count = len(supply.lon)
        _, _, away = geod.inv(np.full(count, lon[row]), np.full(count, lat[row]), supply.lon, supply.lat)
        assert found.nearest_m[row] == pytest.approx(np.min(away), abs=1.0)


def test_expected_distance_by_hand():
    # two points 0.1 and 0.2 degrees north on the meridian (11.07 and 22.14 km at 20 N), half and always working
    supply = WaterSupply(np.array([10.0, 10.0]), np.array([20.1, 20.2]), np.array([0.5, 1.0]))
    found = water_distance(np.array([10.0]), np.array([20.0]), supply)
    first, second = found.distance_m[0]
    assert found.expected_m[0] == pytest.approx(0.5 * first + 0.5 * second)
    assert found.none_works[0] == 0
    assert found.dry_within(first + 1)[0] == pytest.approx(0.5) and found.dry_within(second + 1)[0] == 0


def test_nothing_works_costs_the_farthest():
    supply = WaterSupply(np.array([10.0]), np.array([20.1]), np.array([0.0]))
    assert water_distance(np.array([10.0]), np.array([20.0]), supply).expected_m[0] == FARTHEST_M


def test_no_water_at_all_is_refused():
    empty = np.zeros(0)
    with pytest.raises(ValueError, match="no water"):
        water_distance(np.array([1.0]), np.array([1.0]), WaterSupply(empty, empty, empty))


@given(st.floats(0, 60))
def test_knowledge_of_a_well_decays_to_its_kind(years):
    on = date(2026, 6, 15)
    seen = pd.Timestamp(on) - pd.Timedelta(days=years * 365.25)
    columns = [
        pd.Series(["well"] * 2),
        pd.Series(["perennial", "reported_dry"]),
        pd.Series([seen.date().isoformat()] * 2),
    ]
    good, dry = give_probability(*columns, on)
    later_good, later_dry = give_probability(*columns, date(2027, 6, 15))
    assert 0 < dry <= later_dry <= 0.6 <= later_good <= good < 1


# climate --------------------------------------------------------------------------------------------------------------
def test_a_station_keeps_its_own_climate_nearly():
    agadez = PACK.climate_stations.set_index("station_id").loc["agadez"]
    at = np.array([agadez["lon"]]), np.array([agadez["lat"]])
    found = interpolate_normals(*at, date(2026, 6, 16), PACK.climate_stations, PACK.climate_normals)
    june = PACK.climate_normals.query("station_id == 'agadez' and month == 6")["tmax_degc"].item()
    assert found.tmax_degc[0] == pytest.approx(june, abs=1.0)


def test_height_cools_by_the_lapse_rate():
    at = np.array([9.0]), np.array([18.0])
    low, high = (
        interpolate_normals(*at, date(2026, 6, 15), PACK.climate_stations, PACK.climate_normals, np.array([metres]))
        for metres in (500.0, 1500.0)
    )
    assert low.tmax_degc[0] - high.tmax_degc[0] == pytest.approx(6.5)


@pytest.mark.parametrize("day", [date(2026, month, 15) for month in range(1, 13)])
def test_a_day_s_hours_stay_between_its_extremes(day):
    climate = DayClimate(np.array([40.0, 25.0]), np.array([25.0, 8.0]), np.array([1.0, 0.8]))
    weather = hourly_weather(np.array([17.0, 31.0]), day, climate)
    assert weather.air_degc.shape == (2, 24)
    assert (weather.air_degc <= climate.tmax_degc[:, None] + 1e-9).all()
    assert (weather.air_degc >= climate.tmin_degc[:, None] - 1e-9).all()
    assert weather.air_degc.max(axis=1) == pytest.approx(climate.tmax_degc, abs=0.5)
    assert weather.air_degc.min(axis=1) == pytest.approx(climate.tmin_degc, abs=1.2)
    assert (weather.air_degc.argmax(axis=1) >= 13).all() and (weather.air_degc.argmin(axis=1) <= 7).all()
    assert (weather.sun_degc[:, 12] > weather.air_degc[:, 12] + 15).all() and weather.night[:, 0].all()


def test_months_join_without_a_step():
    at = np.array([8.0]), np.array([17.0])
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31), date(2027, 1, 1)]
    tmax = [interpolate_normals(*at, day, PACK.climate_stations, PACK.climate_normals).tmax_degc[0] for day in days]
    assert abs(tmax[0] - tmax[1]) < 0.3 and abs(tmax[2] - tmax[3]) < 0.3


# survival -------------------------------------------------------------------------------------------------------------
def curve(tmax: float, litres: float, behaviour: Behaviour = Behaviour.STAY) -> np.ndarray:
    climate = DayClimate(np.array([tmax]), np.array([tmax - 15]), np.array([1.0]))
    loss = hourly_loss(TABLE, hourly_weather(np.array([18.0]), date(2026, 6, 15), climate))
    course = behaviour_course(behaviour, loss, WalkParameters())
    return survival_curve(cumulated_loss_kg(course, 9, 24 * 50, BODY), litres, BODY)


temperatures, waters = st.floats(12, 52), st.floats(0, 40)


@settings(max_examples=60, deadline=None)
@given(temperatures, waters, st.floats(0, 10), st.floats(0, 20), st.sampled_from(list(Behaviour)))
def test_hotter_never_lives_longer_and_more_water_never_shorter(tmax, litres, hotter, more, behaviour):
    base = curve(tmax, litres, behaviour)
    assert ((base >= 0) & (base <= 1)).all() and (np.diff(base) <= 1e-12).all()
    assert (curve(min(tmax + hotter, 56), litres, behaviour) <= base + 2e-3).all()
    assert (curve(tmax, litres + more, behaviour) >= base - 1e-12).all()


def test_walking_by_day_is_worse_than_staying():
    hours = [
        hours_alive(curve(42, 3, behaviour), 0.5)[0]
        for behaviour in (Behaviour.WALK_DAY, Behaviour.WALK_NIGHT, Behaviour.STAY)
    ]
    assert hours == sorted(hours) and hours[0] < hours[2] / 1.5


def test_hours_alive_between_whole_hours_and_beyond_the_horizon():
    survival = np.array([[1.0, 0.8, 0.4, 0.0], [1.0, 0.99, 0.98, 0.97]])
    found = hours_alive(survival, 0.5)
    assert found[0] == pytest.approx(1.75) and np.isinf(found[1])


def test_parameters_are_bounded():
    with pytest.raises(ValueError, match="response must be from"):
        BodyParameters(response=3)
    with pytest.raises(ValueError, match="tail"):
        BodyParameters(loss_spread=0.05)
    with pytest.raises(ValueError, match="walk_share"):
        StrandingParameters(walk_share=1.5)


# stranding ------------------------------------------------------------------------------------------------------------
def small_clocks(hours: int) -> Clocks:
    alive = np.clip(1 - np.arange(hours + 1) / 100, 0, 1)[None, :]
    return Clocks(alive, alive, np.arange(hours + 1)[None, :] * 2.0)


@given(st.floats(0.1, 400), st.floats(0, 1), st.floats(0, 2))
def test_fate_is_a_probability_and_nearer_water_or_traffic_never_kills(distance, works, traffic):
    stranding = StrandingParameters()
    clock = small_clocks(stranding.horizon_h)

    def death(km: float, p: float, per_hour: float) -> float:
        found = fate(clock, WaterReach(np.array([[km]]), np.array([[p]])), np.array([per_hour]), stranding)
        assert (
            np.diff(found.still_there) <= 1e-12
        ).all() and 0 <= found.still_there.min() <= found.still_there.max() <= 1
        return float(found.death[0])

    base = death(distance, works, traffic)
    assert 0 <= base <= 1 + 1e-12
    assert death(distance, works, traffic + 0.5) <= base + 1e-12
    # water near by draws people away from the vehicle and from traffic: only alone, and giving, is it sure to help
    assert death(distance * 1.5, 1.0, 0.0) >= death(distance, 1.0, 0.0) - 1e-9
    assert death(distance, works / 2, traffic) >= base - 1e-12


def test_without_water_and_traffic_everybody_dies():
    stranding = StrandingParameters()
    found = fate(
        small_clocks(stranding.horizon_h), WaterReach(np.array([[400.0]]), np.array([[0.0]])), np.zeros(1), stranding
    )
    assert found.death[0] == pytest.approx(1.0)


def test_traffic_alone_has_the_exponential_answer():
    """Uniform deaths over 100 h against traffic of rate m: P = sum over hours of 0.01 exp(-m h)."""
    stranding = StrandingParameters(walk_share=0, near_water_km=0.1, alarm_share=0)
    rate = 0.02
    found = fate(
        small_clocks(stranding.horizon_h),
        WaterReach(np.array([[400.0]]), np.array([[0.0]])),
        np.array([rate]),
        stranding,
    )
    assert found.death[0] == pytest.approx(sum(0.01 * np.exp(-rate * hour) for hour in range(1, 101)))


# Shapley --------------------------------------------------------------------------------------------------------------
def test_shapley_of_a_published_game():
    """The glove game of Shapley and Shubik: two left gloves, one right; values 1/6, 1/6, 2/3."""

    def pairs(group: frozenset[str]) -> np.ndarray:
        return np.array([float("right" in group and bool(group & {"left1", "left2"}))])

    found = shapley_values(["left1", "left2", "right"], pairs)
    assert [found[name][0] for name in ("left1", "left2", "right")] == pytest.approx([1 / 6, 1 / 6, 2 / 3])


@given(st.lists(st.floats(-5, 5), min_size=8, max_size=8))
def test_shapley_values_sum_to_the_total(worths):
    players = ["a", "b", "c"]
    table = {
        frozenset(n for i, n in enumerate(players) if mask >> i & 1): np.array([worths[mask]]) for mask in range(8)
    }
    found = shapley_values(players, table.__getitem__)
    assert sum(found.values())[0] == pytest.approx(worths[7] - worths[0], abs=1e-9)
