"""A search read back from its GPX is the search that was written."""

from datetime import UTC, datetime, timedelta

import gpxpy
import numpy as np
import pytest
from shapely.geometry import box

from data.errors import BadInput
from maps.search_gpx import SearchPoint, SearchWay, asset_gpx, search_gpx
from sar.patterns import parallel_sweep, sector_search

START = datetime(2026, 6, 15, 4, 30, tzinfo=UTC)
SWEEP = parallel_sweep(box(12.0, 20.0, 12.2, 20.08), 2000, 25)
POINTS = [
    SearchPoint("last seen <here> & gone", 12.1, 20.04, "last known position", "call at 03:10"),
    SearchPoint("Puits d'Ézerza", 12.3, 20.1, "water"),
    SearchPoint("Agadez", 7.99, 16.97, "place of safety"),
]


@pytest.fixture(scope="module")
def files():
    drive = SearchWay("drive", np.array([[12.0, 19.5], [12.05, 19.8], SWEEP.commence]), "by track")
    ways = [drive, SearchWay.of("area A1", SWEEP, pod=0.632, starts=START)]
    one = [SearchWay.of("datum", sector_search((0.0, 0.0), 3000, 20))]
    return search_gpx({"agadez-1": ways, "Drone 2 / nord": one}, POINTS)


def test_there_is_a_file_for_each_asset(files):
    assert list(files) == ["agadez-1.gpx", "Drone-2-nord.gpx"]
    with pytest.raises(ValueError, match=r"a-b\.gpx"):
        search_gpx({"a b": [], "a/b": []})


def test_the_track_is_the_pattern(files):
    gpx = gpxpy.parse(files["agadez-1.gpx"].decode())
    assert gpx.creator == "Guelta" and gpx.name == "agadez-1"
    track = gpx.tracks[1]
    assert track.name == "area A1"
    assert track.description == (
        f"parallel sweep, spacing {SWEEP.spacing_m:.0f} m, {SWEEP.length_km:.1f} km, {SWEEP.hours:.1f} h, "
        "POD expected 63%"
    )
    points = track.segments[0].points
    assert np.array([(p.longitude, p.latitude) for p in points]) == pytest.approx(SWEEP.lonlat, abs=5.1e-7)
    assert points[0].time == START
    assert abs(points[-1].time - START - timedelta(hours=SWEEP.hours)) <= timedelta(seconds=1)
    assert all(one.time < other.time for one, other in zip(points, points[1:], strict=False))
    assert all(point.time is None for point in gpx.tracks[0].segments[0].points)


def test_the_route_starts_at_the_commence_search_point(files):
    drive, sweep = gpxpy.parse(files["agadez-1.gpx"].decode()).routes
    assert [point.name for point in drive.points] == ["1-01", "1-02", "1-03"]
    assert [point.name for point in sweep.points][:3] == ["2-CSP", "2-02", "2-03"]
    assert len(sweep.points) == len(SWEEP.lonlat)
    assert sweep.points[0].description.startswith("search, bearing ")
    assert sweep.points[1].description.startswith("transit, bearing ")
    assert sweep.points[-1].description == "end"
    (sector,) = gpxpy.parse(files["Drone-2-nord.gpx"].decode()).routes
    assert sector.points[0].name == "CSP" and sector.points[0].description == "search, bearing 000, 3.00 km"
    assert sector.points[1].description.startswith("search, bearing 120")


def test_places_come_with_it(files):
    for content in files.values():
        found = gpxpy.parse(content.decode()).waypoints
        assert [point.name for point in found] == [point.name for point in POINTS]
        assert [point.symbol for point in found] == ["Flag, Red", "Drinking Water", "Medical Facility"]
        assert found[0].description == "call at 03:10"


def test_the_same_search_gives_the_same_bytes():
    ways = [SearchWay.of("A1", SWEEP, starts=START)]
    assert asset_gpx("x", ways, POINTS) == asset_gpx("x", ways, POINTS)


def test_a_start_without_time_zone_is_refused():
    with pytest.raises(BadInput, match="time zone"):
        asset_gpx("x", [SearchWay.of("A1", SWEEP, starts=datetime(2026, 6, 15, 4, 30))])


def test_files_are_valid_against_the_schema(files, shared):
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(shared / "reference" / "schemas" / "gpx" / "gpx11.xsd")))
    for content in [*files.values(), asset_gpx("nothing\x02", [])]:
        schema.assertValid(etree.fromstring(content))
