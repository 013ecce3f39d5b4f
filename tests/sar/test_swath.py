"""What is seen from a track: the sweep width is what it says, and more effort never finds fewer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from tests_worlds import START, east, still, swath

from routes.geodesy import GEOD
from sar.particles import TARGETS, Particles
from sar.patterns import parallel_sweep
from sar.swath import PEAK, Swath, lateral_pod, sightings
from sar.sweep import Target

M = 1 / 111_319.49  # a metre on the equator, degrees
WIDTHS_M = {"car": (25, (640.0, 110.0, 2700.0, 88.0)), "foot": (4, (640.0, 132.0, 2700.0, 110.0))}
places = st.tuples(st.floats(0, 30), st.floats(-3, 3))


def passed(away_m, width_m=600.0, target=Target.STANDING, km=20.0):
    """Chances of people beside the middle of a straight track of less than an hour."""
    away = np.atleast_1d(np.asarray(away_m, dtype=float))
    people = still(np.full(len(away), km * 500 * M), away / 110_574.3, target)
    return sightings(people, swath(east(km), [3.1, 3.9], width_m)).total(len(away))


@pytest.mark.parametrize("width", [10.0, 88.0, 640.0, 5000.0])
def test_the_bell_integrates_to_the_sweep_width(width):
    away = np.linspace(-3 * width, 3 * width, 20_001)
    area = np.trapezoid(lateral_pod(np.abs(away), np.full(len(away), width)), away)
    assert area == pytest.approx(width, rel=1e-3)


def test_the_bell_falls_from_its_peak_and_is_nothing_without_width():
    pods = lateral_pod(np.arange(0, 3000.0), np.full(3000, 640.0))
    assert pods[0] == PEAK and (np.diff(pods) <= 0).all() and pods[-1] == 0
    assert not lateral_pod(np.zeros(3), np.zeros(3)).any()


@pytest.mark.parametrize("width", [60.0, 600.0, 2700.0])
def test_a_straight_pass_sees_as_the_bell_says(width):
    away = np.linspace(0, 2.2 * width, 40)
    wanted = PEAK * np.exp(-((away * PEAK * np.sqrt(2 * np.pi) / width) ** 2) / 2)
    wanted[away * PEAK * np.sqrt(2 * np.pi) / width > 4] = 0
    assert passed(away, width) == pytest.approx(wanted, abs=0.006)


@pytest.mark.parametrize(("kph", "widths"), WIDTHS_M.values(), ids=WIDTHS_M)
@pytest.mark.parametrize("target", list(Target))
def test_each_kind_of_target_is_swept_its_own_width_for_hours(kph, widths, target):
    """A track with a wide swath for vehicles is no coarser for bodies, and a clock that strikes adds nothing."""
    rng = np.random.default_rng(1)
    width = widths[TARGETS.index(target)]
    km = 3.0 * kph
    lon, lat = rng.uniform(0.2, 0.8, 20_000) * km * 1000 * M, rng.uniform(-3, 3, 20_000) * width * M
    line = np.array(east(km))
    track = Swath(line[:, 0], line[:, 1], np.array([0.5, 3.5]), np.array([widths]))
    seen = sightings(still(lon, lat, target), track).total(20_000)
    assert seen.mean() * 6 == pytest.approx(1, abs=0.05)


def test_parallel_legs_a_sweep_width_apart_find_between_random_search_and_inverse_cube():
    rng = np.random.default_rng(2)
    square = box(0, 0, 0.09, 0.09)
    for width in (300.0, 640.0):
        pattern = parallel_sweep(square, width, 25.0)
        km = np.append(0.0, np.cumsum(GEOD.line_lengths(*pattern.lonlat.T))) / 1000
        assert pattern.spacing_m == pytest.approx(width, rel=0.05)
        by_leg = Swath(*pattern.lonlat.T, km / 25.0, np.where(pattern.searching[:, None], width, 0.0) * np.ones(4))
        found = sightings(still(rng.random(20_000) * 0.09, rng.random(20_000) * 0.09), by_leg).total(20_000).mean()
        assert 0.63 <= found <= 0.78


def test_nothing_is_found_where_nothing_is_looked_for():
    people = still(np.linspace(0, 0.1, 50), np.zeros(50))
    assert not sightings(people, swath(east(10), [0, 1], 0.0)).total(50).any()
    track = Swath(np.array([0, 0.05, 0.1]), np.zeros(3), np.array([0, 0.4, 0.8]), np.array([[600.0] * 4, [0.0] * 4]))
    seen = sightings(people, track).total(50)
    assert seen[:20].min() > 0.7 and not seen[30:].any()


def test_only_what_is_looked_for_is_found():
    width = np.array([[0.0, 0.0, 600.0, 0.0]])
    track = Swath(np.array([0, 0.1]), np.zeros(2), np.array([0, 0.5]), width)
    assert sightings(still([0.05], [0.0], Target.VEHICLE), track).total(1)[0] == pytest.approx(PEAK, abs=1e-3)
    for other in (Target.STANDING, Target.LYING, Target.BODY):
        assert sightings(still([0.05], [0.0], other), track).total(1)[0] == 0


@given(st.lists(places, min_size=2, max_size=6), st.lists(places, min_size=1, max_size=30), st.floats(0.1, 6))
@settings(max_examples=25, deadline=None)
def test_the_way_back_sees_as_much_as_the_way_there(line, people, hours):
    lonlat = np.array(line) * 1000 * M
    hour = np.linspace(0, hours, len(lonlat))
    at = np.array(people) * 1000 * M
    there, back = (
        sightings(still(at[:, 0], at[:, 1]), swath(points, clock)).total(len(at))
        for points, clock in ((lonlat, hour), (lonlat[::-1], np.ceil(hours) - hour[::-1]))
    )
    assert there == pytest.approx(back, abs=0.01)


@given(st.lists(places, min_size=3, max_size=6), st.lists(places, min_size=1, max_size=30))
@settings(max_examples=25, deadline=None)
def test_a_track_told_in_two_parts_finds_the_same_but_for_who_is_in_sight_when_it_is_cut(line, people):
    lonlat = np.array(line) * 1000 * M
    hour = np.linspace(0, 2.0, 2 * len(lonlat) - 1)
    lonlat = np.stack([np.interp(hour, np.linspace(0, 2, len(lonlat)), axis) for axis in lonlat.T], axis=1)
    cut = len(lonlat) // 2
    assert hour[cut] == 1.0
    at = np.array(people) * 1000 * M
    crowd = still(at[:, 0], at[:, 1])
    whole = sightings(crowd, swath(lonlat, hour)).total(len(at))
    parts = [
        sightings(crowd, swath(lonlat[rows], hour[rows])).total(len(at))
        for rows in (slice(0, cut + 1), slice(cut, None))
    ]
    together = 1 - (1 - parts[0]) * (1 - parts[1])
    assert (together >= whole - 1e-9).all() and (whole >= np.maximum(*parts) - 1e-9).all()
    far = np.hypot(*(at - lonlat[cut]).T) > 1500 * M
    assert together[far] == pytest.approx(whole[far], abs=1e-9)


@given(st.lists(places, min_size=2, max_size=5), st.lists(places, min_size=2, max_size=5), st.floats(50, 3000))
@settings(max_examples=25, deadline=None)
def test_another_pass_never_finds_fewer(first, second, width):
    rng = np.random.default_rng(0)
    crowd = still(rng.uniform(0, 30_000, 200) * M, rng.uniform(-3000, 3000, 200) * M)
    lines = [np.array(first) * 1000 * M, np.array(second) * 1000 * M]
    hours = [np.linspace(0, 1.9, len(lines[0])), np.linspace(2.0, 4.5, len(lines[1]))]
    alone = sightings(crowd, swath(lines[0], hours[0], width)).total(200)
    both = sightings(crowd, swath(np.concatenate(lines), np.concatenate(hours), width)).total(200)
    assert (both >= alone - 1e-9).all() and (both <= 1).all()


def test_a_fast_pass_close_by_does_not_undo_a_slow_one_farther_off():
    people = still([0.05], [0.0])
    slow = [[0.0, 300 * M], [0.1, 300 * M]]
    both = np.array([*slow, [0.1, 250 * M], [0.0, 250 * M]])
    widths = np.array([[700.0] * 4, [0.0] * 4, [100.0] * 4])
    alone = sightings(people, swath(slow, [0.0, 0.4], 700.0)).total(1)
    later = sightings(people, Swath(both[:, 0], both[:, 1], np.array([0.0, 0.4, 0.41, 0.5]), widths)).total(1)
    assert alone[0] > 0.4 and later[0] >= alone[0]
    both[2:, 1] = 0.0
    close = sightings(people, Swath(both[:, 0], both[:, 1], np.array([0.0, 0.4, 0.41, 0.5]), widths)).total(1)
    assert close[0] == pytest.approx(PEAK, abs=0.01)


def test_passes_in_different_hours_are_independent_and_within_one_the_nearest_counts():
    people = still([0.05], [200 * M])
    there, back = east(11.0), east(11.0)[::-1]
    once = sightings(people, swath(there, [0.0, 0.4])).total(1)[0]
    within = sightings(people, swath([*there, *back], [0.0, 0.4, 0.41, 0.9])).total(1)[0]
    after = sightings(people, swath([*there, *back], [0.0, 0.4, 1.1, 1.5])).total(1)[0]
    assert within == pytest.approx(once) and after == pytest.approx(1 - (1 - once) ** 2)


def test_people_are_seen_where_they_are_then():
    walker = still([0.0], [0.0])
    lon = np.repeat((np.arange(49) * 0.02)[:, None], 1, axis=1).astype(np.float32)
    walker = Particles(START, lon, walker.lat, *(getattr(walker, name) for name in (
        "scenario", "waits", "with_vehicle", "dies_h", "safe_h", "walks")))  # fmt: skip
    beside = [[0.1, -0.01], [0.1, 0.01]]
    assert sightings(walker, swath(beside, [4.9, 5.0])).total(1)[0] > 0.7
    assert sightings(walker, swath(beside, [9.9, 10.0])).total(1)[0] == 0


def test_a_swath_that_cannot_be_is_refused():
    for lonlat, hour, width in (
        (east(1), [1, 0], 600),
        (east(1), [0, 1], -1),
        (east(1), [0, 1, 2], 600),
        (east(1)[:1], [0], 1),
    ):
        with pytest.raises(ValueError, match="swath"):
            swath(lonlat, hour, width)


def test_the_length_is_geodesic():
    assert swath(east(100.0), [0, 4]).length_km == pytest.approx(100, rel=1e-6)
