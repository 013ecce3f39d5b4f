"""A case as GPX: one file for each asset that has somewhere to go, read back by gpxpy."""

from dataclasses import replace

import gpxpy
import numpy as np
import pytest
from tests_case_views import WRITTEN, told_case

from maps.case_gpx import case_gpx


@pytest.fixture(scope="module")
def files():
    return case_gpx(told_case().view)


def test_each_asset_has_its_legs(files):
    view = told_case().view
    assert set(files) == {
        f"{view.case_id}.{each}.gpx" for each in {*(leg.asset_id for leg in view.best_legs), "bilma-1"}
    }
    for each in view.best_legs:
        gpx = gpxpy.parse(files[f"{view.case_id}.{each.asset_id}.gpx"].decode())
        searched = gpx.tracks[-1].segments[0].points
        assert (searched[-1].longitude, searched[-1].latitude) == pytest.approx(each.lonlat[-1].tolist(), abs=1e-6)
        assert abs((searched[-1].time - each.times[-1]).total_seconds()) <= 1
        first = gpx.tracks[-2 if len(gpx.tracks) > 1 and gpx.tracks[-2].name.startswith("way") else -1]
        assert (first.segments[0].points[0].longitude) == pytest.approx(each.lonlat[0, 0], abs=1e-6)


def test_the_search_starts_where_the_way_ends(files):
    view = told_case().view
    gpx = gpxpy.parse(files[f"{view.case_id}.bilma-1.gpx"].decode())
    names = [track.name for track in gpx.tracks]
    assert any(name.startswith("under way to") for name in names)
    for way, search in zip(gpx.tracks, gpx.tracks[1:], strict=False):
        if way.name.startswith("way to"):
            last, first = way.segments[0].points[-1], search.segments[0].points[0]
            assert (last.longitude, last.latitude, last.time) == (first.longitude, first.latitude, first.time)


def test_places_come_with_it(files):
    view = told_case().view
    for content in files.values():
        points = gpxpy.parse(content.decode()).waypoints
        symbols = {point.symbol for point in points}
        assert "Flag, Red" in symbols and symbols & {"Drinking Water", "Skull and Crossbones"}
        last = view.last_positions[0]
        assert np.allclose([points[0].longitude, points[0].latitude], [last.lon, last.lat], atol=1e-6)
        assert WRITTEN not in content.decode()
    safe = set(view.safety.values())
    assert safe and all(view.places.at[each, "country"] == "NE" for each in safe)


def test_a_case_that_is_not_open_sends_nobody():
    assert case_gpx(replace(told_case().view, status="suspended", next_legs=())) == {}


def test_files_are_valid_against_the_schema(files, shared):
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(shared / "reference" / "schemas" / "gpx" / "gpx11.xsd")))
    for content in files.values():
        schema.assertValid(etree.fromstring(content))
