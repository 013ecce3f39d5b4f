"""Sweep width falls with all that hides, and detection grows with coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sar.sweep import (
    Conditions,
    Platform,
    Sun,
    Target,
    Terrain,
    air_width_m,
    coverage,
    cumulative_pod,
    pod,
    sweep_width_m,
    width_from_rd,
)

targets, platforms = st.sampled_from(Target), st.sampled_from(Platform)


def test_the_published_table_is_met_at_its_points_and_between():
    assert air_width_m("Vehicle", 152.4, 5) == pytest.approx(0.9 * 1852)
    assert air_width_m("Vehicle", 1250 * 0.3048, 20) == pytest.approx(1.65 * 1852)
    assert air_width_m("Person", 200, 15) == pytest.approx(0.45 * 1852)
    assert air_width_m("Person", 200, 0) == 0
    assert air_width_m("Person", 610, 20) < air_width_m("Person", 305, 20)


def test_an_aircraft_in_hills():
    on = Conditions(visibility_km=10, terrain=Terrain.HILLY)
    assert sweep_width_m(Target.STANDING, Platform.AIRCRAFT, on) == pytest.approx(0.4 * 1852 * 0.5)
    assert sweep_width_m(Target.VEHICLE, Platform.AIRCRAFT, on) == pytest.approx(1.3 * 1852 * 0.7)


@given(targets, platforms, st.floats(0, 60), st.floats(10, 1000), st.floats(1, 300))
def test_worse_conditions_never_widen(target, platform, visibility, height, speed):
    best = sweep_width_m(target, platform, Conditions(visibility, height_m=height, speed_kph=speed))
    for worse in (
        Conditions(visibility / 2, height_m=height, speed_kph=speed),
        Conditions(visibility, Terrain.MOUNTAINOUS, height_m=height, speed_kph=speed),
        Conditions(visibility, dust=True, height_m=height, speed_kph=speed),
        Conditions(visibility, sun=Sun.LOW_AHEAD, height_m=height, speed_kph=speed),
        Conditions(visibility, height_m=height, speed_kph=2 * speed),
    ):
        assert 0 <= sweep_width_m(target, platform, worse) <= best


@given(platforms)
def test_a_vehicle_shows_best_and_a_body_worst(platform):
    widths = {each: sweep_width_m(each, platform, Conditions()) for each in Target}
    assert widths[Target.VEHICLE] >= widths[Target.STANDING] >= widths[Target.LYING] >= widths[Target.BODY] > 0


def test_a_drone_sees_no_wider_than_its_camera():
    on = Conditions(height_m=100, field_of_view_deg=90)
    assert sweep_width_m(Target.VEHICLE, Platform.DRONE, on) == pytest.approx(200 * 0.95)


def test_the_team_s_own_range_replaces_all():
    on = Conditions(visibility_km=0.1, sun=Sun.NIGHT, terrain=Terrain.DENSE)
    assert sweep_width_m(Target.VEHICLE, Platform.FOOT, on, measured_rd_m=300) == pytest.approx(540)
    assert sweep_width_m(Target.BODY, Platform.AIRCRAFT, on, measured_rd_m=300) == pytest.approx(330)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=6))
def test_passes_add_up_as_coverage(coverages):
    assert cumulative_pod(pod(np.array(coverages))) == pytest.approx(pod(sum(coverages)), abs=1e-12)


def test_coverage_is_track_by_width_by_area():
    assert coverage(20.0, 500.0, np.array([10.0, 40.0])) == pytest.approx([1.0, 0.25])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Conditions(visibility_km=-1), "visibility_km"),
        (lambda: Conditions(height_m=1), "height_m"),
        (lambda: Conditions(field_of_view_deg=180), "field_of_view"),
        (lambda: Conditions(speed_kph=0), "speed_kph"),
        (lambda: width_from_rd(-1, "high"), "negative"),
        (lambda: width_from_rd(1, "bright"), "none of"),
        (lambda: coverage(1, 1, 0), "above zero"),
        (lambda: cumulative_pod(np.array([1.2])), r"\[0, 1\]"),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
