"""Storms are waited out, and light is waited for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from sar.particles import TARGETS
from sar.searcher import Searcher, Skies
from sar.sweep import Conditions, Platform, Sun, Target, sweep_width_m

STEPS = 60  # of an hour


def car(**changed):
    values = dict(asset_id="a-1", platform=Platform.GROUND_VEHICLE, lon=12.0, lat=19.0, ready_h=0.0, endurance_h=10.0,
                  home_lon=12.0, home_lat=19.0)  # fmt: skip
    return Searcher(**values | changed)


def skies(storm, night=None):
    storm = np.asarray(storm, dtype=bool)
    return Skies(np.zeros(len(storm), dtype=bool) if night is None else np.asarray(night, dtype=bool), storm)


def by_the_minute(storm, start_h, needed_h):
    """Work a minute at a time wherever no storm is."""
    minute, left = round(start_h * STEPS), round(needed_h * STEPS)
    while left:
        hour = minute // STEPS
        left -= not (hour < len(storm) and storm[hour])
        minute += 1
    return minute / STEPS


@given(
    st.lists(st.booleans(), min_size=1, max_size=12),
    st.integers(0, 14 * STEPS),
    st.lists(st.integers(0, 600), max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_work_is_done_when_a_minute_by_minute_clock_says(storm, start, needed):
    needed_h = np.sort(np.array([0, *needed])) / STEPS
    done = skies(storm).through(start / STEPS, needed_h)
    assert (np.diff(done) >= 0).all() and done[0] == pytest.approx(start / STEPS)
    for each, found in zip(needed_h, done, strict=True):
        assert found == pytest.approx(by_the_minute(storm, start / STEPS, each), abs=1e-6)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12), st.floats(0, 15))
@settings(max_examples=100, deadline=None)
def test_the_next_light_is_the_first_calm_hour_by_day(hours, start):
    night, storm = np.array(hours).T
    found = skies(storm, night).next_light(start)
    fit = [max(start, float(h)) for h in range(int(start), len(hours)) if not night[h] and not storm[h]]
    assert found == (fit[0] if fit else start)


def test_nothing_is_seen_in_a_storm_and_little_by_night():
    over = skies([False, False, True], [False, True, False])
    widths = over.widths(car())
    for row, target in enumerate(TARGETS):
        day = sweep_width_m(target, Platform.GROUND_VEHICLE, Conditions(speed_kph=25.0))
        night = sweep_width_m(target, Platform.GROUND_VEHICLE, Conditions(speed_kph=25.0, sun=Sun.NIGHT))
        assert widths[:, row] == pytest.approx([day, night, 0.0]) and 0 < night < day
    assert (over.widths(car(), 100.0)[0] < widths[0]).all()


def test_endurance_goes_on_while_it_moves():
    moved = car().moved(13.0, 20.0, 4.0)
    assert (moved.lon, moved.lat, moved.ready_h, moved.endurance_h) == (13.0, 20.0, 4.0, 6.0)
    assert (moved.home_lon, moved.home_lat) == (12.0, 19.0)
    assert 0 < car().moved(13.0, 20.0, 40.0).endurance_h < 0.01


def test_who_flies_and_how_fast():
    assert car(platform=Platform.DRONE).flies and not car().flies
    assert car(speed_kph=12.0).search_kph == 12 and car().search_kph == 25
    assert car(measured_rd_m=300.0).measured_rd_m == 300
    assert skies([False]).widths(car(measured_rd_m=300.0))[0, TARGETS.index(Target.STANDING)] == pytest.approx(480)


def test_each_fault_has_its_line():
    with pytest.raises(BadInput) as caught:
        car(endurance_h=0, speed_kph=-1, measured_rd_m=1e9)
    assert len(caught.value.faults) == 3
