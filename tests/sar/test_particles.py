"""People moved hour by hour: bodies as the life clock has them, and nobody where nobody can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_worlds import KM, around, km_between, scene, still, two_tracks, walked

from data.errors import BadInput
from data.grid import RasterGrid
from risk.group import Group
from risk.survival import BodyParameters, WalkParameters, survival_curve
from risk.terrain import Ground
from sar.alert import Alert, Movement, VehicleState
from sar.particles import SCENARIOS, TARGETS, Particles
from sar.pinned import joined, pinned
from sar.scenarios import Scenario, prior, with_weights
from sar.scene import People, WanderParameters
from sar.sweep import Target
from sar.walkers import simulate
from sar.whereabouts import Whereabouts

from tests_worlds import START  # isort: skip

MIXED = {Scenario.STAYED: 0.4, Scenario.TO_WATER: 0.2, Scenario.BACK: 0.1, Scenario.ON: 0.1, Scenario.SPLIT: 0.2}
OFF_TRACK = (Scenario.STAYED, Scenario.TO_WATER)
GROUP = People(Group(6, 3, 1, litres=20.0))


def steps_km(particles: Particles):
    lon, lat = particles.lon.astype(float), particles.lat.astype(float)
    return km_between(lon[1:], lat[1:], lon[:-1], lat[:-1])


@pytest.fixture(scope="module")
def mixed():
    return simulate(around(spacing_km=4.0), MIXED, GROUP, scene(72), np.random.default_rng(3), 3000)


def test_the_same_seed_gives_the_same_lives(mixed):
    again = simulate(around(spacing_km=4.0), MIXED, GROUP, scene(72), np.random.default_rng(3), 3000)
    other = simulate(around(spacing_km=4.0), MIXED, GROUP, scene(72), np.random.default_rng(4), 3000)
    for name in ("lon", "lat", "scenario", "waits", "dies_h", "safe_h", "walks"):
        assert np.array_equal(getattr(mixed, name), getattr(again, name)), name
    assert not np.array_equal(mixed.lon, other.lon)


def test_more_hours_change_none_of_the_earlier(mixed):
    longer = simulate(around(spacing_km=4.0), MIXED, GROUP, scene(90), np.random.default_rng(3), 3000)
    assert np.array_equal(longer.lon[:73], mixed.lon) and np.array_equal(longer.lat[:73], mixed.lat)
    known = longer.dies_h <= 72
    assert np.array_equal(longer.dies_h[known], mixed.dies_h[known]) and np.isinf(mixed.dies_h[~known]).all()
    assert known.any() and not known.all()


@pytest.mark.parametrize("group", [Group(10, litres=20), Group(4, 5, 1, litres=30), Group(0, 2, 0, litres=0)])
@pytest.mark.parametrize("vehicle", [True, False])
def test_who_stays_lives_as_the_survival_curve_says(group, vehicle):
    world = scene(72)
    found = simulate(around(), {Scenario.STAYED: 1.0}, People(group, vehicle), world, np.random.default_rng(1), 20_000)
    body = BodyParameters()
    sun = 0.3 if vehicle else WalkParameters().open_rest_share
    hourly = (sun * world.loss.rest_sun + (1 - sun) * world.loss.rest_shade)[0, 18:]
    lost = np.append(0.0, np.cumsum(body.response * hourly[:72] + body.urine_kg_per_h))
    curves = np.zeros(73)
    for kind, share in group.parts():
        scaled = BodyParameters(lethal_deficit_kg=body.lethal_deficit_kg * kind.relative_reserve)
        curves += share * survival_curve((kind.relative_loss * lost)[None], group.litres_per_person, scaled)[0]
    drawn = np.array([found.alive(hour).mean() for hour in range(73)])
    assert np.abs(drawn - curves).max() < 0.015
    assert curves[-1] < 0.9  # or the comparison says nothing


def test_more_water_kills_nobody_sooner_who_stays():
    lives = [walked(Scenario.STAYED, 2000, People(Group(10, litres=litres))).dies_h for litres in (0, 10, 40)]
    assert (lives[0] <= lives[1]).all() and (lives[1] <= lives[2]).all() and (lives[0] < lives[1]).any()


def test_children_die_sooner_without_water():
    adults, children = (
        walked(Scenario.STAYED, 2000, People(group), hours=72).dies_h for group in (Group(9), Group(0, 9))
    )
    assert np.median(children) < np.median(adults)


def test_nobody_walks_by_a_hot_day_or_in_a_storm():
    storm = np.zeros(48, dtype=bool)
    storm[3:6] = True
    hot = np.full((1, 96), 41.0)
    found = walked(Scenario.TO_TOWN, 400, no_walk=storm, air_degc=hot)
    night = np.arange(18, 66) % 24
    night = (night < 6) | (night >= 18)
    still_then = ~night | storm
    assert not found.walks[still_then].any() and not steps_km(found)[still_then].any()
    assert found.walks[night & ~storm].any(axis=1)[1:9].all()


def test_by_a_mild_day_a_fifth_walks():
    found = walked(Scenario.AS_TOLD, 2000, People(Group(10, litres=300), told_bearing_deg=270.0, left_before_h=1.0))
    by_day = (found.walks[13] > 0).mean()
    assert by_day == pytest.approx(WanderParameters().day_walkers, abs=0.03)
    assert (found.walks[2] > 0).all()


def test_the_dead_and_the_safe_stay_where_they_are():
    found = walked(Scenario.TO_WATER, 800, People(Group(10, litres=0), left_before_h=8.0), hours=72, water=np.array([
        [10.5, 20 + 25 * KM, 0.5], [10.5, 20 + 45 * KM, 1.0]]))  # fmt: skip
    moves = steps_km(found) > 0
    hour = np.arange(72)[:, None]
    assert not moves[hour >= found.dies_h + 1].any() and not moves[hour >= found.safe_h].any()
    assert np.isfinite(found.dies_h).any() and np.isfinite(found.safe_h).any()
    assert np.isinf(found.dies_h[np.isfinite(found.safe_h)]).all()


def test_nobody_outruns_a_walker(mixed):
    steps = steps_km(mixed)
    fastest = 3.2 * np.exp(0.2 * 4.5) * 0.7
    assert steps.max() <= fastest * 1.02
    # who comes within sight of the track from open ground is put on it, once
    beyond = steps - (fastest * mixed.walks / 0.7 * 1.02 + 1e-3)
    assert beyond.max() < WanderParameters().arrive_km and ((beyond > 0).sum(axis=0) <= 1).all()
    assert not (beyond[:, np.isin(mixed.scenario, [SCENARIOS.index(s) for s in OFF_TRACK])] > 0).any()
    start = km_between(mixed.lon[-1].astype(float), mixed.lat[-1].astype(float), mixed.lon[0], mixed.lat[0])
    assert (start <= steps.sum(axis=0) * 1.01 + 1e-3).all()
    assert not steps[:, mixed.waits].any()


def test_sand_and_heat_slow_walkers():
    sand = RasterGrid(np.ones((40, 40), dtype=np.float32), 8.0, 22.0, 0.1, "sand", "", "")
    people = People(Group(10, litres=300), told_bearing_deg=270.0, left_before_h=1e-6)
    firm, soft, warm = (
        steps_km(walked(Scenario.AS_TOLD, 400, people, hours=4, **changed))[0]
        for changed in ({}, {"ground": Ground(sand)}, {"air_degc": np.full((1, 96), 35.0)})
    )
    assert soft / firm == pytest.approx(np.full(400, 0.69), abs=0.005)
    assert warm / firm == pytest.approx(np.full(400, 0.85), abs=0.005)


def test_who_follows_the_track_stays_on_it_and_parts_in_the_way_told():
    people = People(Group(10, litres=200), left_before_h=1.0, travel_sign=dict.fromkeys(range(120), 1))
    lon = float(two_tracks().lon[40])
    back, on = (walked(each, 300, people, around(lon, 20.0, 40)) for each in (Scenario.BACK, Scenario.ON))
    for each in (back, on):
        assert np.abs(each.lat - 20.0).max() < 0.1 * KM
    assert (back.lon[-1] < back.lon[0]).all() and (on.lon[-1] > on.lon[0]).all()
    first = steps_km(on)[0]
    assert first.max() < 3.2 * np.exp(0.8) * 0.7  # nobody leaps to a point of the track


def test_who_is_off_the_track_walks_to_it_first():
    lon = float(two_tracks().lon[40])
    on = walked(Scenario.ON, 200, where=around(lon, 20 + 5 * KM))
    assert (np.abs(on.lat[10:] - 20.0) < 0.1 * KM).mean() > 0.95
    far = walked(Scenario.ON, 200, where=around(lon, 20 + 60 * KM), hours=10)
    assert (np.abs(far.lat[10] - far.lat[0]) > 2 * KM).mean() > 0.5  # too far: anywhere


def test_who_goes_to_water_gets_nearer_and_arrives():
    found = walked(Scenario.TO_WATER, 500)
    away = km_between(found.lon.astype(float), found.lat.astype(float), 10.5, 20 + 20 * KM)
    under_way = (found.safe_h > np.arange(2, 11)[:, None] - 1) & (found.walks[1:10] > 0)
    assert (np.diff(away[1:11], axis=0)[under_way] < 0).mean() > 0.99
    there = np.isfinite(found.safe_h)
    assert there.mean() > 0.9
    assert (away[-1][there] < 0.8).all()
    who, last = np.flatnonzero(there), found.safe_h[there].astype(int)
    assert (found.walks[last - 1, who] > 0).all() and (away[last - 1, who] > away[last, who]).all()


def test_a_dry_well_sends_to_the_next_and_then_nowhere():
    wells = np.array([[10.5, 20 + 10 * KM, 0.0], [10.5, 20 + 16 * KM, 0.0], [10.56, 20 + 17 * KM, 1.0]])
    found = walked(Scenario.TO_WATER, 300, water=wells[:2], towns=np.zeros((0, 3)))
    assert np.isinf(found.safe_h).all()
    away = km_between(found.lon[-1].astype(float), found.lat[-1].astype(float), 10.5, 20 + 16 * KM)
    assert np.median(away) < 1.0
    assert np.isfinite(walked(Scenario.TO_WATER, 300, water=wells).safe_h).mean() > 0.5


def test_few_wells_and_many_towns_lead_to_no_well_of_no_name():
    wells = np.array([[10.5, 20 - 10 * KM, 0.0]])
    towns = np.column_stack([np.full(4, 14.0), np.linspace(24, 25, 4), np.ones(4)])
    found = simulate(
        around(), {Scenario.TO_WATER: 0.5, Scenario.TO_TOWN: 0.5}, People(Group(10, litres=300), left_before_h=1.0),
        scene(40, water=wells, towns=towns), np.random.default_rng(0), 400,
    )  # fmt: skip
    walkers = found.scenario == SCENARIOS.index(Scenario.TO_WATER)
    assert not (found.walks[30:, walkers] > 0).any()  # the only well was dry: they stay there


@given(st.lists(st.floats(0, 1), min_size=7, max_size=7).filter(lambda w: sum(w) > 0.1), st.integers(1, 700))
@settings(max_examples=15, deadline=None)
def test_every_scenario_gets_its_share(weights, count):
    wanted = {each: w / sum(weights) for each, w in zip(Scenario, weights, strict=True)}
    found = simulate(around(), wanted, GROUP, scene(2), np.random.default_rng(0), count)
    drawn = np.bincount(found.scenario, minlength=len(SCENARIOS))
    for name, weight in wanted.items():
        assert abs(drawn[SCENARIOS.index(name)] - weight * count) <= 1
    assert found.waits[found.scenario == SCENARIOS.index(Scenario.STAYED)].all()
    assert not found.waits[(found.scenario != 0) & (found.scenario != SCENARIOS.index(Scenario.SPLIT))].any()


def test_starts_follow_the_weights_of_the_whereabouts():
    rng = np.random.default_rng(5)
    tracks = two_tracks()
    weight = rng.random(40)
    weight /= weight.sum()
    lon = np.concatenate([tracks.lon[:20], 10 + rng.random(20)])
    lat = np.concatenate([tracks.lat[:20], 22 + np.arange(20) * 0.1])
    row = np.concatenate([np.arange(20), np.full(20, -1)])
    where = Whereabouts(lon, lat, weight, np.where(row < 0, -1, 0), row, 4.0)
    found = simulate(where, MIXED, GROUP, scene(2), rng, 4000)
    away = km_between(found.lon[0].astype(float)[:, None], found.lat[0].astype(float)[:, None], lon, lat)
    drawn = np.bincount(away.argmin(axis=1), minlength=40) / 4000
    assert np.abs(drawn - weight).max() < 0.002
    assert away.min(axis=1).max() <= np.hypot(2, 2) * 1.01
    # spread evenly over the ground and the track that each position stands for
    drawn_from = away.argmin(axis=1)
    off = drawn_from >= 20
    north = (found.lat[0] - lat[drawn_from])[off] / KM
    west = ((found.lon[0] - lon[drawn_from]) * np.cos(np.radians(lat[drawn_from])))[off] / KM
    along = ((found.lon[0] - lon[drawn_from]) * np.cos(np.radians(20.0)))[~off] / KM
    for each, step in ((north, 4.0), (west, 4.0), (along, 2.0)):
        assert np.abs(each).max() <= step / 2 * 1.01 and np.std(each) == pytest.approx(step / np.sqrt(12), rel=0.1)


def test_between_whole_hours_and_beyond_the_last():
    found = walked(Scenario.TO_TOWN, 50, hours=6)
    lon, _ = found.at(2.25)
    assert lon == pytest.approx(0.75 * found.lon[2].astype(float) + 0.25 * found.lon[3], abs=1e-9)
    for beyond in (6.0, 6.5, 1e6):
        assert np.array_equal(found.at(beyond)[1], found.lat[6].astype(float))
    assert np.array_equal(found.at(-3.0)[0], found.lon[0].astype(float))


def test_what_a_searcher_sees():
    for target in Target:
        assert (still([1.0, 2.0], [3.0, 3.0], target).target(5.0) == TARGETS.index(target)).all()
    south = People(Group(10, litres=100), told_bearing_deg=180.0, left_before_h=1.0)
    found = walked(Scenario.AS_TOLD, 100, south, air_degc=np.full((1, 96), 41.0), hours=24)
    assert (found.target(3.0) == TARGETS.index(Target.STANDING)).all()
    assert (found.target(15.0) == TARGETS.index(Target.LYING)).all()


def test_pinned_lives_pass_by_the_clue_and_keep_their_shape():
    found = walked(Scenario.TO_TOWN, 2000)
    moved = pinned(found, 14.0, 27.0, np.full(len(found), 9), 2.0, np.random.default_rng(0))
    lon, lat = moved.at(9.0)
    off_east, off_north = (lon - 14.0) * np.cos(np.radians(27.0)) / KM, (lat - 27.0) / KM
    assert np.std(off_east) == pytest.approx(2.0, rel=0.06) and np.std(off_north) == pytest.approx(2.0, rel=0.06)
    assert abs(off_east.mean()) < 0.2 and abs(off_north.mean()) < 0.2
    assert steps_km(moved) == pytest.approx(steps_km(found), abs=0.03)
    assert np.array_equal(moved.dies_h, found.dies_h) and np.array_equal(moved.walks, found.walks)


def test_joined_sets_and_parts_of_them():
    first, second = walked(Scenario.STAYED, 30), walked(Scenario.ON, 20)
    both = joined([first, second])
    assert len(both) == 50 and np.array_equal(both.some(slice(30, 50)).lon, second.lon)
    assert np.array_equal(both.some(np.arange(30)).dies_h, first.dies_h)
    with pytest.raises(ValueError, match="same hours"):
        joined([first, walked(Scenario.ON, 20, hours=20)])


@given(
    st.sampled_from(Movement), st.sampled_from(VehicleState), st.booleans(),
    st.dictionaries(st.sampled_from([each.value for each in Scenario]), st.floats(0, 1), max_size=4),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_scenario_weights_sum_to_one_and_the_planner_s_stand(movement, vehicle, told, changed):
    before = prior(Alert("x", START, movement=movement, vehicle=vehicle, walked_towards="north" if told else ""))
    assert sum(before.values()) == pytest.approx(1) and min(before.values()) >= 0
    if sum(changed.values()) > 1 + 1e-9:
        with pytest.raises(BadInput, match="over 1"):
            with_weights(before, changed)
        return
    after = with_weights(before, changed)
    assert sum(after.values()) == pytest.approx(1)
    assert all(after[Scenario(name)] == weight for name, weight in changed.items())


@pytest.mark.parametrize("weight", [-0.1, 1.1, float("nan")])
def test_planner_s_weights_out_of_range_are_refused_line_by_line(weight):
    with pytest.raises(BadInput) as caught:
        with_weights(prior(Alert("x", START)), {"stayed": weight, "flown": 0.2})
    assert len(caught.value.faults) == 2
