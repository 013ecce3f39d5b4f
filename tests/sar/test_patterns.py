"""Patterns stay inside, sweep everything, and are as long as they say."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Proj
from shapely.affinity import affine_transform, rotate
from shapely.geometry import LineString, Polygon, box

from data.errors import BadInput
from sar.legs import fit_spacing, lay_legs
from sar.patterns import (
    PatternKind,
    creeping_line,
    expanding_square,
    outside_km,
    parallel_sweep,
    sector_search,
    spacing_for,
    track_line,
)

GEOD = Geod(ellps="WGS84")
LATITUDES = [0.0, 20.0, 35.0, -3.0]
LON = 12.0
#: Outlines in km.
CONVEX = Polygon([(0, 0), (30, 4), (27, 17), (3, 14)])
CONCAVE = Polygon([(0, 0), (30, 0), (30, 25), (20, 25), (20, 8), (10, 8), (10, 20), (0, 20)])
HOLED = Polygon(
    [(0, 0), (30, -2), (33, 18), (4, 22)], [[(10, 6), (18, 7), (17, 14), (9, 13)], [(22, 2), (25, 3), (24, 8)]]
)
TONGUE = Polygon([(0, 0), (12, 0), (12, 5.2), (30, 5.2), (30, 6.9), (12, 6.9), (12, 12), (0, 12)])
SHAPES = {"convex": CONVEX, "concave": CONCAVE, "holed": HOLED, "tongue": TONGUE}
SWEEPS = [parallel_sweep, creeping_line]


def on_earth(outline_km, lat, lon=LON):
    project = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")
    return shapely.transform(outline_km, lambda xy: np.column_stack(project(*(xy * 1000).T, inverse=True)))


def flat(shape, lat, lon=LON):
    """In metres about a place; sides of an area are straight in degrees."""
    project = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")
    return shapely.transform(shapely.segmentize(shape, 0.01), lambda xy: np.column_stack(project(*xy.T)))


def legs_of(pattern):
    pieces = np.stack([pattern.lonlat[:-1], pattern.lonlat[1:]], axis=1)
    return shapely.multilinestrings(shapely.linestrings(pieces[pattern.searching]))


def turns_of(pattern):
    start, end = pattern.lonlat[:-1], pattern.lonlat[1:]
    leaves, back, _ = GEOD.inv(*start.T, *end.T)
    return (np.asarray(leaves)[1:] - np.asarray(back)[:-1] + 180) % 360


def assert_sweeps(pattern, area, lat, lon=LON):
    """Legs inside by 1 m; all ground more than half a spacing inside is within half a spacing of a leg."""
    ground, legs, half = flat(area, lat, lon), flat(legs_of(pattern), lat, lon), pattern.spacing_m / 2
    assert legs.difference(ground.buffer(1.0)).length == 0
    inner = ground.buffer(-1.05 * half)
    assert inner.difference(legs.buffer(1.05 * half, quad_segs=32)).area <= 1e-9 * ground.area
    assert legs.buffer(half).intersection(ground).area >= 0.85 * ground.area


def assert_measured(pattern, speed_kph):
    assert pattern.length_km == pytest.approx(GEOD.line_length(*pattern.lonlat.T) / 1000)
    assert pattern.hours == pytest.approx(pattern.length_km / speed_kph)
    assert pattern.search_km + pattern.transit_km == pytest.approx(pattern.length_km)
    assert pattern.searching.shape == (len(pattern.lonlat) - 1,)
    assert (np.asarray(GEOD.inv(*pattern.lonlat[:-1].T, *pattern.lonlat[1:].T)[2]) > 0).all()


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_a_sweep_stays_inside_and_misses_nothing(sweep, shape, lat):
    area = on_earth(SHAPES[shape], lat)
    pattern = sweep(area, 1500, 25)
    assert_sweeps(pattern, area, lat)
    assert_measured(pattern, 25)
    assert pattern.transit_km < (0.25 if sweep is parallel_sweep else 0.4) * pattern.search_km


@pytest.mark.parametrize("heading", [0, 17, 45, 90, 200, 359])
@pytest.mark.parametrize("sweep", SWEEPS)
def test_any_heading_sweeps_all(sweep, heading):
    area = on_earth(HOLED, 20)
    pattern = sweep(area, 1200, 25, heading_deg=heading)
    assert_sweeps(pattern, area, 20)
    legs = flat(legs_of(pattern), area.centroid.y, area.centroid.x)
    along = heading + (90 if pattern.kind is PatternKind.CREEPING_LINE else 0)
    for leg in shapely.get_parts(legs):
        east, north = np.subtract(leg.coords[-1], leg.coords[0])
        off = (np.degrees(np.arctan2(east, north)) - along + 90) % 180 - 90
        assert abs(np.radians(off)) * leg.length < 1


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_legs_lie_as_far_apart_as_asked(sweep, lat):
    area = on_earth(box(0, 0, 20, 12), lat)
    pattern = sweep(area, 2000, 25, heading_deg=90)
    assert pattern.spacing_m == pytest.approx(2000, rel=0.01)
    legs = shapely.get_parts(flat(legs_of(pattern), lat))
    assert len(legs) == (6 if sweep is parallel_sweep else 10)
    gaps = [one.distance(other) for one, other in zip(legs, legs[1:], strict=False)]
    assert gaps == pytest.approx([2000] * len(gaps), rel=0.01)
    assert not pattern.searching[1::2].any() and pattern.searching[::2].all()
    for end in (pattern.lonlat[0], pattern.lonlat[-1]):  # half a spacing inside of two sides
        east, north = shapely.get_coordinates(flat(shapely.Point(end), lat))[0]
        assert min(east, 20_000 - east) == pytest.approx(1000, rel=0.02)
        assert min(north, 12_000 - north) == pytest.approx(1000, rel=0.02)


@given(st.floats(1, 1e6), st.floats(1, 1e5))
def test_legs_fill_the_width_evenly(width, spacing):
    count, laid = fit_spacing(width, spacing)
    assert laid <= 1.01 * spacing * (1 + 1e-9)
    if count > 1:
        assert count * laid == pytest.approx(width) and (count - 1) * 1.01 * spacing < width
    else:
        assert width <= 1.01 * spacing * (1 + 1e-9) and laid == spacing


def test_the_long_side_gives_the_heading():
    area = rotate(box(0, 0, 30, 10), 33, origin=(0, 0))  # anticlockwise from east: 57 degrees from north
    for sweep, heading in ((parallel_sweep, 57), (creeping_line, 147)):
        pattern = sweep(on_earth(area, 20), 2000, 25)
        first = GEOD.inv(*pattern.lonlat[0], *pattern.lonlat[1])[0]
        assert abs((first - heading + 90) % 180 - 90) < 0.3


@pytest.mark.parametrize("corner", [(0, 0), (30, 0), (30, 12), (0, 12)])
def test_it_starts_at_the_corner_one_comes_from(corner):
    near = shapely.get_coordinates(on_earth(shapely.Point(corner), 20))[0]
    pattern = parallel_sweep(on_earth(box(0, 0, 30, 12), 20), 2000, 25, near=tuple(near))
    assert GEOD.inv(*pattern.commence, *near)[2] == pytest.approx(np.hypot(1000, 1000), rel=0.03)


def test_a_tongue_between_two_legs_gets_its_own():
    area = on_earth(TONGUE, 0)
    pattern = parallel_sweep(area, 2000, 25, heading_deg=90)
    assert legs_of(pattern).distance(shapely.Point(LON + 29 / 111.3, 6.05 / 110.6)) < 0.01


def test_cells_are_run_one_after_the_other():
    """Round a hole without crossing it on every leg."""
    area = on_earth(Polygon(box(0, 0, 30, 20).exterior, [box(12, 6, 18, 14).exterior.coords]), 20)
    pattern = parallel_sweep(area, 1000, 25)
    assert outside_km(pattern, area) < 9  # eight legs are split; crossing on each would make 48 km
    assert outside_km(parallel_sweep(on_earth(CONVEX, 20), 1000, 25), on_earth(CONVEX, 20)) == 0


def test_an_area_narrower_than_the_spacing_is_passed_once():
    for sweep in SWEEPS:
        strip = sweep(on_earth(box(0, 0, 20, 1.5), 20), 2000, 25)
        assert len(strip.lonlat) == 2 and strip.searching.all()
        assert strip.length_km == pytest.approx(18, rel=0.01)
        spot = sweep(on_earth(box(0, 0, 0.3, 0.2), 20), 2000, 25)
        assert len(spot.lonlat) == 2 and 0 < spot.length_km < 0.3


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 6.2), st.floats(0.3, 1.0)), min_size=5, max_size=14, unique_by=lambda p: round(p[0], 1)
    ),
    st.sampled_from(LATITUDES),
    st.floats(400, 9000),
    st.sampled_from([None, 0.0, 61.0, 123.0]),
    st.floats(0.2, 5),
)
def test_any_star_shaped_area_is_swept(rays, lat, spacing, heading, stretch):
    angle, reach = np.array(sorted(rays)).T
    outline = Polygon(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]) * 12)
    if not outline.is_valid or outline.area < 1:
        return
    area = on_earth(affine_transform(outline, [stretch, 0, 0, 1, 0, 0]), lat)
    for sweep in SWEEPS:
        pattern = sweep(area, spacing, 30, heading_deg=heading)
        ground, legs, half = flat(area, lat), flat(legs_of(pattern), lat), pattern.spacing_m / 2
        assert legs.difference(ground.buffer(1.0)).length == 0
        assert ground.buffer(-1.1 * half).difference(legs.buffer(1.1 * half)).area <= 1e-6 * ground.area
        assert pattern.spacing_m <= 1.01 * spacing * (1 + 1e-9)
        assert_measured(pattern, 30)


def test_many_holes_are_still_ordered_well():
    holes = [box(x, y, x + 1.2, y + 1.2).exterior.coords for x in range(2, 28, 6) for y in range(2, 18, 5)]
    area = on_earth(Polygon(box(0, 0, 30, 20).exterior, holes), 20)
    pattern = parallel_sweep(area, 500, 25)
    assert_sweeps(pattern, area, 20)
    assert pattern.transit_km < 0.4 * pattern.search_km


def test_legs_have_no_order_but_rise():
    for cell in lay_legs(CONCAVE, 25, 1.0):
        assert all(one.v < other.v for one, other in zip(cell, cell[1:], strict=False))
        assert all(leg.start < leg.end for leg in cell)


@pytest.mark.parametrize("lat", LATITUDES)
def test_an_expanding_square(lat):
    pattern = expanding_square((LON, lat), 800, 20, radius_m=3000, heading_deg=30)
    lengths = np.asarray(GEOD.inv(*pattern.lonlat[:-1].T, *pattern.lonlat[1:].T)[2])
    assert lengths / 800 == pytest.approx([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9][: len(lengths)], rel=1e-4)
    assert turns_of(pattern) == pytest.approx(90, abs=0.05)
    assert pattern.commence == pytest.approx((LON, lat))
    assert GEOD.inv(*pattern.lonlat[0], *pattern.lonlat[1])[0] == pytest.approx(30, abs=0.01)
    way, circle = flat(LineString(pattern.lonlat), lat), shapely.Point(0, 0).buffer(3000)
    assert way.buffer(0.59 * 800, quad_segs=64).contains(circle)
    assert_measured(pattern, 20)


@settings(deadline=None)
@given(st.floats(50, 5000), st.floats(0.1, 10), st.floats(2, 60))
def test_a_square_ends_with_the_hours(spacing, hours, speed):
    pattern = expanding_square((LON, 20), spacing, speed, hours=hours)
    assert pattern.hours == pytest.approx(hours) and pattern.length_km == pytest.approx(hours * speed)


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("runs", [1, 2])
def test_a_sector_search(lat, runs):
    pattern = sector_search((LON, lat), 4000, 20, heading_deg=10, runs=runs)
    azimuth, _, lengths = (np.asarray(each) for each in GEOD.inv(*pattern.lonlat[:-1].T, *pattern.lonlat[1:].T))
    assert len(lengths) == 9 * runs and lengths == pytest.approx(4000, rel=1e-4)
    back = np.asarray(GEOD.inv(*np.tile([LON, lat], (9 * runs + 1, 1)).T, *pattern.lonlat.T)[2]) < 0.01
    assert np.flatnonzero(back).tolist() == list(range(0, 9 * runs + 1, 3))
    first = [120, 120, 0, 120, 120, 0, 120, 120]
    expected = first if runs == 1 else [*first, 30, *first]
    assert (turns_of(pattern) + 1) % 360 - 1 == pytest.approx(expected, abs=0.1)
    assert azimuth[::9] % 360 == pytest.approx([10, 40][:runs], abs=0.05)
    assert pattern.spacing_m * pattern.search_km * 1000 == pytest.approx(np.pi * 4000**2, rel=1e-3)
    assert_measured(pattern, 20)


@pytest.mark.parametrize("lat", LATITUDES)
def test_both_sides_of_a_track(lat):
    bends = on_earth(LineString([(0, 0), (20, 5), (25, 20), (45, 22)]), lat)
    track = shapely.get_coordinates(bends)
    pattern = track_line(track, 2000, 25)
    assert_measured(pattern, 25)
    line = flat(bends, lat)
    way = flat(legs_of(pattern), lat)
    assert shapely.hausdorff_distance(way, line) < 2300
    for leg in shapely.get_parts(way):
        assert leg.interpolate(0.5, normalized=True).distance(line) == pytest.approx(1000, rel=0.01)
    assert way.buffer(1010).contains(line)
    assert GEOD.inv(*pattern.lonlat[0], *track[0])[2] == pytest.approx(1000, rel=0.01)
    assert GEOD.inv(*pattern.lonlat[-1], *track[0])[2] == pytest.approx(1000, rel=0.01)
    right = (GEOD.inv(*track[0], *pattern.commence)[0] - GEOD.inv(*track[0], *track[1])[0]) % 360
    assert right == pytest.approx(90, abs=0.5)
    assert pattern.transit_km == pytest.approx(2, rel=0.01)
    straight = track_line(track, 2000, 25, sides=1)
    assert straight.lonlat == pytest.approx(track) and straight.transit_km == 0


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 30), st.sampled_from(["parallel", "track", "sector"]))
def test_endurance_cuts_the_way(hours, kind):
    make = {
        "parallel": lambda **kw: parallel_sweep(on_earth(CONCAVE, 20), 1500, 25, **kw),
        "track": lambda **kw: track_line(np.array([(9, 20), (9.4, 20.3), (10, 20)]), 1500, 25, **kw),
        "sector": lambda **kw: sector_search((9, 20), 5000, 25, **kw),
    }[kind]
    whole, cut = make(), make(hours=hours)
    assert cut.hours == pytest.approx(min(hours, whole.hours))
    assert cut.lonlat[:-1] == pytest.approx(whole.lonlat[: len(cut.lonlat) - 1])
    assert (cut.searching == whole.searching[: len(cut.searching)]).all()
    assert_measured(cut, 25)


def test_spacing_is_sweep_width_by_coverage():
    assert spacing_for(720) == 720
    assert spacing_for(720, 1.5) == 480


SQUARE = box(12, 20, 12.1, 20.1)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: parallel_sweep(Polygon(), 500, 20), "holds some ground"),
        (lambda: parallel_sweep(Polygon([(0, 0), (1, 1), (1, 0), (0, 2)]), 500, 20), "not valid"),
        (lambda: parallel_sweep(box(400, 0, 401, 1), 500, 20), "degrees"),
        (lambda: parallel_sweep(box(-20, 0, 40, 30), 500, 20), "split it"),
        (lambda: parallel_sweep(SQUARE, 0.5, 20), "5000"),
        (lambda: parallel_sweep(SQUARE, -1, 20), "spacing_m"),
        (lambda: creeping_line(SQUARE, 500, float("nan")), "speed_kph"),
        (lambda: creeping_line(SQUARE, 500, 20, hours=0), "hours"),
        (lambda: parallel_sweep(SQUARE, 500, 20, heading_deg=float("inf")), "heading_deg"),
        (lambda: parallel_sweep(SQUARE, 500, 20, near=(20, 120)), "near"),
        (lambda: expanding_square((12, 20), 500, 20), "radius or hours"),
        (lambda: expanding_square((12, 20), 1, 20, radius_m=50_000), "widen"),
        (lambda: sector_search((12, 20), 500, 20, runs=3), "runs"),
        (lambda: track_line(np.array([(12, 20), (12, 20)]), 500, 20), "no length"),
        (lambda: track_line(np.array([(12.0, 20.0)]), 500, 20), "no length"),
        (lambda: track_line(np.array([(12, 20), (13, 20)]), 500, 20, sides=3), "sides"),
        (lambda: track_line(np.array([(12, 20, 3)]), 500, 20), "row of positions"),
        (lambda: spacing_for(500, 0), "coverage"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(make, word):
    with pytest.raises(BadInput, match=word) as refused:
        make()
    assert len(refused.value.faults) == 1
