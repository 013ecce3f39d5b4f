"""Exercises: the same seed the same exercise, a truth that stays hidden, luck that follows the lateral range curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from api.context import RegionContext
from api.usecases.exercise_draw import Exercise, draw_exercise, open_desk
from api.usecases.exercise_play import POLICIES, policy_of
from sar.exercise import END_H, Played, play, promised, straight_to
from sar.exercise_desk import drive_of
from sar.exercise_engine import Engine
from sar.hidden_truth import Truth, seen_from
from sar.search_leg import LegKind, SearchLeg, cut, ground_leg
from sar.swath import Swath, lateral_pod, sightings

#: Alerts for places near bases: short legs, quick tests.
SEEDS = (4, 9)
#: Of play: enough for several legs of each car.
HOURS = 12


@pytest.fixture(scope="module")
def exercise(context: RegionContext) -> Exercise:
    return draw_exercise(context, SEEDS[0], count=400)


def played(exercise: Exercise, name: str) -> Played:
    luck = np.random.default_rng([exercise.seed, 1])
    desk = exercise.desk.fresh()
    desk.until_h = desk.now_h + HOURS
    policy = Engine(150) if name == "engine" else policy_of(name, exercise.seed)
    return play(desk, policy, exercise.truth, exercise.outside, luck, storm_h=exercise.storm_h)


def past(truth: Truth, away_km: float, width_m: float) -> SearchLeg:
    """A leg that passes the first part of a truth at a distance, to the east of it, within one hour."""
    lon, lat = truth.at(0, -truth.shift_h)
    beside = lon + away_km / (111.32 * np.cos(np.radians(lat)))
    swath = Swath(
        np.full(2, beside), lat + np.array([-0.05, 0.05]), np.array([0.1, 0.9]) - truth.shift_h,
        np.full((1, 4), width_m),
    )  # fmt: skip
    return SearchLeg("car", LegKind.TRACK, "x", swath, np.ones(1, dtype=bool), 0.1, 0.9)


def test_the_same_seed_gives_the_same_exercise_and_the_same_play(context: RegionContext, exercise: Exercise) -> None:
    again = draw_exercise(context, SEEDS[0], count=400)
    assert again.alert == exercise.alert and again.outside == exercise.outside
    np.testing.assert_array_equal(again.truth.particles.lon, exercise.truth.particles.lon)
    np.testing.assert_array_equal(again.desk.belief.particles.lon, exercise.desk.belief.particles.lon)
    first, second = played(exercise, "engine"), played(again, "engine")
    assert (first.found_h, first.alive, first.news) == (second.found_h, second.alive, second.news)
    assert draw_exercise(context, SEEDS[1], count=50).alert != exercise.alert


def test_what_the_planner_has_does_not_change_with_the_truth(context: RegionContext, exercise: Exercise) -> None:
    # the desk is made of the alert alone
    desk, _ = open_desk(context, exercise.alert, (), 400)
    np.testing.assert_array_equal(desk.belief.particles.lat, exercise.desk.belief.particles.lat)
    assert desk.middle == exercise.desk.middle and desk.weights == exercise.desk.weights
    # and what is decided before anything is seen does not hang on where people are
    away = replace(exercise.truth.particles, lat=exercise.truth.particles.lat + np.float32(5))
    elsewhere = replace(exercise, truth=replace(exercise.truth, particles=away), outside=())
    here = replace(exercise, outside=())
    first, other = (played(each, "engine").legs[0] for each in (here, elsewhere))
    assert (first.to, first.asset_id, first.starts_h) == (other.to, other.asset_id, other.starts_h)


@pytest.mark.parametrize("name", POLICIES)
def test_every_way_of_deciding_plays_by_the_rules(exercise: Exercise, name: str) -> None:
    found = played(exercise, name)
    skies = exercise.desk.theatre.skies
    assert found.alive + found.dead <= found.people == exercise.truth.people
    assert found.ended_h <= HOURS + 1e-6
    for leg in found.legs:
        assert not skies.storm[int(leg.starts_h)], "a car left in the dark"
        assert leg.ends_h <= exercise.desk.now_h + HOURS + 1e-6
    for asset in {leg.asset_id for leg in found.legs}:
        own = [leg for leg in found.legs if leg.asset_id == asset]
        for before, after in zip(own, own[1:], strict=False):
            assert after.starts_h >= before.ends_h - 1e-9
            np.testing.assert_allclose(after.lonlat[0], before.lonlat[-1], atol=1e-9)


def test_nobody_is_sooner_than_somebody_who_knows(exercise: Exercise) -> None:
    # a vehicle is seen from up to four deviations of its curve, and within an hour the middle counts
    early_h, living = straight_to(exercise.truth, exercise.desk.fresh())
    assert 0 < early_h < END_H and 0 <= living <= exercise.truth.people
    for name in ("tracks", "square", "to-and-fro"):
        assert played(exercise, name).found_h > early_h - 1.2


@pytest.mark.parametrize("away_km", [0.0, 0.4, 0.9])
def test_finds_are_as_frequent_as_the_lateral_range_curve_says(exercise: Exercise, away_km: float) -> None:
    truth, width = exercise.truth, 1500.0
    leg = past(truth, away_km, width)
    seen = sightings(truth.particles, replace(leg.swath, hour=leg.swath.hour + truth.shift_h))
    expected = float(1 - np.prod(1 - seen.pod[seen.who == 0]))
    # points of a swath lie up to 100 m beside the foot of the perpendicular
    assert expected == pytest.approx(float(lateral_pod(np.array([away_km * 1000]), np.array([width]))[0]), abs=0.02)
    known = set(truth.parts[1:])
    rng = np.random.default_rng(1)
    hits = sum(any(each.what == truth.parts[0] for each in seen_from(truth, leg, rng, known, ())) for _ in range(800))
    assert hits / 800 == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 800) + 1e-3)


def test_a_crew_that_does_not_search_sees_nobody(exercise: Exercise) -> None:
    blind = past(exercise.truth, 0.0, 0.0)
    blind = replace(blind, searching=np.zeros(1, dtype=bool))
    assert not seen_from(exercise.truth, blind, np.random.default_rng(1), set(), ())


def test_a_leg_is_cut_where_the_car_is(exercise: Exercise) -> None:
    leg = past(exercise.truth, 0.0, 1000.0)
    half = cut(leg, (leg.swath.hour[0] + leg.swath.hour[1]) / 2)
    assert half is not None
    assert half.swath.lat[-1] == pytest.approx(leg.swath.lat.mean())
    assert half.search_km == pytest.approx(leg.search_km / 2, rel=1e-3)
    assert cut(leg, leg.swath.hour[0] - 1) is None
    assert cut(leg, leg.swath.hour[-1] + leg.ends_h + 1) is leg


def test_legs_promise_no_more_than_everything(exercise: Exercise) -> None:
    desk = exercise.desk.fresh()
    assert promised(desk, ()) == (0.0, 0.0)
    car = desk.cars[0]
    line, on = np.array([desk.middle]), np.ones(1, dtype=bool)
    leg = ground_leg(
        car.searcher, desk.theatre.skies, drive_of(desk, car), line, "middle", on, desk.hot,
        desk.theatre.skies.next_light(desk.now_h + 1),
    )  # fmt: skip
    once, twice = promised(desk, (leg,)), promised(desk, (leg, leg))
    assert 0 < once[0] <= twice[0] < 1 and once[1] <= twice[1] <= desk.count
    # the share outside is found by nobody
    assert twice[0] <= 1 - desk.belief.outside + 1e-9
