"""Next legs are ways that an asset can do and be home from, and their worth is what a search would find."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests_worlds import KM, evenly, km_between, still, two_tracks

from sar.belief import Belief
from sar.leg_candidates import Theatre, candidates
from sar.next_legs import LEAST_H, advise, thinned
from sar.pinned import joined
from sar.poa import square_box
from sar.search_leg import LegKind, SearchLeg, together, worth
from sar.searcher import Searcher, Skies
from sar.swath import Swath, sightings
from sar.sweep import Platform, Target
from sar.track_graph import TrackGraph

IDS = np.array([f"a:{number}" for number in range(5)] + ["b:0"], dtype=object)
TRACKS = two_tracks()
PEOPLE = 20.0


def network():
    """Places at the ends of the two tracks, 10 (west), 12 (east), and the end of the northern one."""
    step = KM / np.cos(np.radians(20.0))
    places = pd.DataFrame(
        {"lon": [10.0, 10 + 100 * step, 10 + 200 * step, 10 + 100 * step], "lat": [20.0, 20.0, 20.0, 20 + 40 * KM]},
        index=["west", "middle", "east", "north"],
    )
    legs = pd.DataFrame(
        {"from_id": ["west", "middle"], "to_id": ["east", "north"], "length": [200_000.0, 40_000.0]}, index=["a", "b"]
    )
    segments = pd.DataFrame({"mode": ["track"] * 6})
    return SimpleNamespace(places=places, legs=legs, segments=segments)


@pytest.fixture(scope="module")
def graph():
    from routes.segments import SPEED_KPH

    world = network()
    world.segments["mode"] = next(mode for mode in SPEED_KPH if mode != "sea")
    return TrackGraph.of(world, TRACKS)


def theatre_of(graph, night=None, storm=None, hours=48):
    dark, blown = (np.zeros(hours, dtype=bool) if each is None else each for each in (night, storm))
    return Theatre(TRACKS, graph, IDS, Skies(dark, blown))


@pytest.fixture(scope="module")
def theatre(graph):
    return theatre_of(graph)


@pytest.fixture(scope="module")
def belief():
    """Most along the track 80 to 120 km east of its beginning; some on open ground south of there."""
    rng = np.random.default_rng(0)
    step = KM / np.cos(np.radians(20.0))
    on = still(10 + (80 + 40 * rng.random(700)) * step, 20 + 0.3 * KM * rng.standard_normal(700))
    off = still(10 + (90 + 6 * rng.random(300)) * step, 20 - (9 + 6 * rng.random(300)) * KM, Target.LYING)
    return evenly(joined([on, off]), 0.1)


def asset(name="a-1", platform=Platform.GROUND_VEHICLE, lon=10.0, lat=20.0, ready=2.0, endurance=20.0, **more):
    return Searcher(name, platform, lon, lat, ready, endurance, lon, lat, **more)


ASSETS = [
    asset(),
    asset("d-1", Platform.DRONE, lon=10.9, lat=20.05, ready=4.0, endurance=2.5),
    asset("p-1", Platform.AIRCRAFT, ready=3.0, endurance=5.0),
    asset("f-1", Platform.FOOT, lon=10.85, lat=20.0, ready=0.0, endurance=14.0),
]


@pytest.fixture(scope="module")
def advice(belief, theatre):
    return advise(belief, ASSETS, theatre, 3.0, PEOPLE)


def choices_of(advised):
    return [each for each in (advised.best, *advised.others) if each is not None]


def test_every_leg_can_be_done_and_the_asset_is_home_in_time(advice):
    for advised in advice.assets:
        searcher = advised.searcher
        assert advised.best is not None, searcher.asset_id
        for each in choices_of(advised):
            leg = each.leg
            assert leg.starts_h >= max(3.0, searcher.ready_h) and leg.swath.hour[0] >= leg.starts_h
            assert leg.ends_h == pytest.approx(leg.swath.hour[-1]) and (np.diff(leg.swath.hour) >= 0).all()
            assert leg.ends_h + each.home_h <= searcher.ready_h + searcher.endurance_h + 1e-9
            assert each.hours == pytest.approx(leg.ends_h - 3.0)


def test_ways_begin_where_the_asset_is_and_do_not_leap(advice):
    for advised in advice.assets:
        for each in choices_of(advised):
            lonlat, hour = each.leg.lonlat, each.leg.swath.hour
            assert lonlat[0] == pytest.approx([advised.searcher.lon, advised.searcher.lat])
            km = km_between(lonlat[1:, 0], lonlat[1:, 1], lonlat[:-1, 0], lonlat[:-1, 1])
            fastest = {Platform.AIRCRAFT: 223, Platform.DRONE: 51}.get(advised.searcher.platform, 100)
            assert (km <= fastest * np.diff(hour) * 1.02 + 0.01).all()
            assert each.leg.swath.width_m[~each.leg.searching].max(initial=0) == 0 and each.leg.searching.any()


def test_chances_are_within_what_is_there(advice, belief):
    for advised in advice.assets:
        for each in choices_of(advised):
            assert 0 <= each.pos <= 1 - belief.outside and 0 <= each.alive <= PEOPLE * each.pos + 1e-9
        scores = [each.score for each in choices_of(advised)]
        assert scores == sorted(scores, reverse=True)
    assert advice.pos <= 1 - belief.outside and advice.alive <= PEOPLE * advice.pos + 1e-9
    chosen = together(belief, [each.best.leg for each in advice.assets])
    assert advice.alive == pytest.approx(PEOPLE * (belief.weight @ chosen.alive))
    # assets count on each other by the hour on the whole: each alone promises about its part
    assert advice.alive == pytest.approx(sum(each.best.alive for each in advice.assets), rel=0.1)


def test_what_a_leg_promises_is_what_the_search_then_does(belief, theatre):
    best = advise(belief, [asset("a-1")], theatre, 3.0, PEOPLE).assets[0].best
    pod = sightings(belief.particles, best.leg.swath).total(1000)
    assert best.pos == pytest.approx((belief.weight * pod).sum())
    assert best.alive == pytest.approx(PEOPLE * best.pos)  # all are alive here


def test_the_second_asset_gets_nothing_for_what_the_first_finds(belief, theatre):
    one = advise(belief, [asset("a-1")], theatre, 3.0, PEOPLE)
    both = advise(belief, [asset("a-1"), asset("a-2")], theatre, 3.0, PEOPLE)
    first, second = (each.best for each in both.assets)
    assert first.pos == pytest.approx(one.assets[0].best.pos)
    pods = [sightings(belief.particles, each.leg.swath).total(1000) for each in (first, second)]
    assert second.pos == pytest.approx((belief.weight * (1 - pods[0]) * pods[1]).sum(), rel=0.03)
    assert second.pos < 0.9 * (belief.weight * pods[1]).sum()
    assert second.pos < (belief.weight * pods[1]).sum()
    assert both.pos == pytest.approx((belief.weight * (1 - (1 - pods[0]) * (1 - pods[1]))).sum())
    assert both.pos >= one.pos - 1e-12


def test_the_order_in_which_assets_are_named_is_of_no_account(belief, theatre, advice):
    turned = advise(belief, ASSETS[::-1], theatre, 3.0, PEOPLE)
    assert [each.searcher for each in turned.assets] == ASSETS[::-1]
    assert {each.searcher.asset_id: each.best.pos for each in turned.assets} == pytest.approx(
        {each.searcher.asset_id: each.best.pos for each in advice.assets}
    )


@pytest.mark.parametrize("platform", list(Platform))
def test_more_endurance_never_gives_less(belief, theatre, platform):
    where = dict(lon=10.8, lat=20.0) if platform in (Platform.FOOT, Platform.DRONE) else {}
    before = -1.0
    for endurance in (1.0, 3.0, 6.0, 12.0, 24.0):
        found = advise(belief, [asset(platform=platform, endurance=endurance, **where)], theatre, 2.0, PEOPLE)
        score = found.assets[0].best.score if found.assets[0].best else 0.0
        assert score >= before - 1e-9
        before = score
    assert before > 0


def test_who_is_at_the_spot_is_worth_more_than_who_is_far(belief, theatre):
    scores = [
        advise(belief, [asset(lon=lon)], theatre, 2.0, PEOPLE).assets[0].best.score for lon in (10.75, 10.4, 10.0)
    ]
    assert scores[0] > scores[1] > scores[2]


def test_nobody_who_cannot_be_back_is_sent(belief, theatre):
    short = advise(belief, [asset(endurance=0.4)], theatre, 2.0, PEOPLE)
    assert short.assets[0].best is None and short.assets[0].others == () and short.pos == 0 and short.alive == 0
    none = advise(belief, [], theatre, 2.0, PEOPLE)
    assert none.assets == () and none.pos == 0


def test_a_leg_waits_for_light_when_that_is_better(belief, graph):
    night = np.zeros(48, dtype=bool)
    night[:5] = True
    found = advise(belief, [asset(lon=10.75, endurance=40.0)], theatre_of(graph, night), 2.0, PEOPLE).assets[0].best
    assert found.leg.starts_h >= 5.0 - 0.5
    long_night = np.ones(48, dtype=bool)
    by_night = advise(belief, [asset(lon=10.75, endurance=40.0)], theatre_of(graph, long_night), 2.0, PEOPLE)
    assert by_night.assets[0].best.leg.starts_h == 2.0
    assert by_night.assets[0].best.score < found.score


def test_nothing_is_searched_or_driven_in_a_storm(belief, graph):
    storm = np.zeros(48, dtype=bool)
    storm[2:9] = True
    found = advise(belief, [asset(endurance=40.0)], theatre_of(graph, storm=storm), 3.0, PEOPLE).assets[0].best
    hour = found.leg.swath.hour
    lonlat = found.leg.lonlat[1:][hour[1:] < 9 - 1e-6]
    assert km_between(lonlat[:, 0], lonlat[:, 1], 10.0, 20.0).max(initial=0) < 0.1
    seen = sightings(belief.particles, found.leg.swath)
    assert found.pos > 0 and seen.hour.min() >= 9


def test_a_storm_on_the_way_is_waited_out(belief, graph):
    storm = np.zeros(48, dtype=bool)
    storm[3:8] = True
    legs = candidates(belief, asset(endurance=40.0), theatre_of(graph, storm=storm), 2.0)
    assert len(legs) > 3
    for leg, _ in legs:
        clock = leg.swath.hour
        for axis in (leg.swath.lon, leg.swath.lat):
            assert np.ptp(np.interp(np.linspace(3.001, 7.999, 9), clock, axis)) < 2.3 * KM  # between two points
        assert leg.ends_h > 8 and not ((clock > 3.01) & (clock < 7.99)).any()


def test_where_nobody_can_be_nobody_is_sent(theatre):
    far = evenly(still(np.full(50, 30.0), np.full(50, 5.0)), 0.1)
    assert advise(far, [asset(endurance=10.0)], theatre, 2.0, PEOPLE).assets[0].best is None


def test_areas_on_open_ground_are_swept_within_their_square(belief, theatre):
    open_ground = Belief(belief.particles, np.where(np.arange(1000) < 700, 0.0, 0.003), 0.1)
    assert advise(open_ground, [asset(lon=10.8)], theatre, 2.0, PEOPLE).assets[0].best.leg.kind is LegKind.AREA
    swept = [leg for leg, _ in candidates(open_ground, asset(lon=10.8), theatre, 2.0) if leg.pattern is not None]
    assert len(swept) > 2
    for leg in swept:
        left, bottom, right, top = square_box(leg.to)
        # the way over tracks there may be searched too; the sweep is the last run without a pause
        first = int(np.flatnonzero(~leg.searching)[-1]) + 1 if not leg.searching.all() else 0
        lon, lat = leg.lonlat[first:].T
        assert left - 1e-6 <= lon.min() and lon.max() <= right + 1e-6
        assert bottom - 1e-6 <= lat.min() and lat.max() <= top + 1e-6


@pytest.mark.parametrize("platform", [Platform.DRONE, Platform.GROUND_VEHICLE, Platform.FOOT])
def test_a_sweep_ends_early_enough_for_the_way_there_and_home(belief, theatre, platform):
    """Hours left for a square are counted without the way to its corner: short of hours it is swept in part."""
    open_ground = Belief(belief.particles, np.where(np.arange(1000) < 700, 0.0, 0.003), 0.1)
    near = asset(platform=platform, lon=10.85, lat=20 - 5 * KM, endurance=4.0)
    swept = [leg for leg, _ in candidates(open_ground, near, theatre, 2.0) if leg.kind is LegKind.AREA]
    assert swept and max(leg.ends_h for leg in swept) > 4.5


def test_the_dead_count_little(belief, theatre):
    dead = Belief(replace(belief.particles, dies_h=np.where(np.arange(1000) < 350, 1.0, np.inf)), belief.weight, 0.1)
    found = advise(dead, [asset()], theatre, 2.0, PEOPLE).assets[0].best
    assert found.alive + found.dead == pytest.approx(PEOPLE * found.pos)
    assert 0 < found.alive < PEOPLE * found.pos
    assert found.score < advise(belief, [asset()], theatre, 2.0, PEOPLE).assets[0].best.score


def test_found_while_alive_counts_the_first_sighting(belief):
    """Seen at 1 h and 3 h with death at 2 h: alive only where the first passage saw them."""
    people = replace(still([0.05], [0.0]), dies_h=np.array([2.0]))
    line = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.0]])
    track = Swath(line[:, 0], line[:, 1], np.array([1.0, 1.9, 3.9]), np.full((2, 4), 600.0))
    leg = SearchLeg("a", LegKind.TRACK, "x", track, np.ones(2, dtype=bool), 1.0, 3.9)
    found = worth(evenly(people), leg)
    assert found.alive[0] == pytest.approx(0.8, abs=0.01) and found.pod[0] == pytest.approx(0.96, abs=0.01)


def test_few_particles_stand_for_all(belief):
    heavy = belief.told(np.where(np.arange(1000) < 500, 3.0, 1.0), 1.0)
    few = thinned(heavy, 200)
    assert len(few.particles) == 200 and few.weight.sum() + few.outside == pytest.approx(1)
    assert np.ptp(few.weight) == 0
    first = np.isin(few.particles.lon[0], heavy.particles.lon[0][:500])
    assert few.weight[first].sum() == pytest.approx(heavy.weight[:500].sum(), abs=0.01)
    assert thinned(heavy, 1000) is heavy


def test_questions_are_worth_something_and_no_more_than_knowing_all(belief, theatre):
    alone = advise(belief, [asset("a-1")], theatre, 3.0, PEOPLE)
    assert alone.questions and all(each.per_h > 0 for each in alone.questions)
    assert [each.per_h for each in alone.questions] == sorted((each.per_h for each in alone.questions), reverse=True)
    legs = candidates(belief, asset("a-1"), theatre, 3.0)
    rates = np.array([worth(belief, leg).alive * PEOPLE / max(leg.ends_h - 3.0, LEAST_H) for leg, _ in legs])
    perfect = float((rates.max(axis=0) * belief.weight).sum()) - float((rates @ belief.weight).max())
    assert all(each.per_h <= perfect + 1e-9 for each in alone.questions)
