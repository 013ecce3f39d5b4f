import gpxpy
import numpy as np
import orjson
import pytest
from pyproj import Geod

from maps.exporter import exporters, write_all
from maps.exporters.geojson import collection
from maps.exporters.json_plan import document

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def folder(june_plan, tmp_path_factory):
    target = tmp_path_factory.mktemp("plan")
    write_all(june_plan, target)
    return target


def test_every_format_is_written(folder):
    assert {"gpx", "geojson", "json", "pdf", "kml", "gpkg", "cot", "hxl"} <= set(exporters())
    names = {path.name for path in folder.iterdir()}
    vehicles = ("agadez-1-v1", "agadez-1-v2", "dirkou-1-v1", "dirkou-1-v2")
    orders = {
        f"{name}{ending}" for name in vehicles for ending in (".gpx", ".cot.xml", ".fr.pdf", ".en.pdf", ".ar.pdf")
    }
    assert orders | {"plan.json", "plan.geojson", "plan.kml", "plan.kmz", "plan.gpkg", "plan.csv"} == names


def test_the_same_plan_gives_the_same_bytes(folder, june_plan, tmp_path):
    for path in write_all(june_plan, tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_old_orders_do_not_stay_beside_new_ones(june_plan, tmp_path):
    write_all(june_plan, tmp_path)
    old = (tmp_path / "agadez-1-v1.gpx").rename(tmp_path / "gao-1-v1.gpx")
    page = (tmp_path / "agadez-1-v1.fr.pdf").rename(tmp_path / "gao-1-v1.fr.pdf")
    foreign = tmp_path / "mine.gpx"
    foreign.write_text("<gpx creator='someone'/>")
    write_all(june_plan, tmp_path)
    assert not old.exists() and not page.exists() and foreign.exists()


def test_gpx_tracks_are_as_long_as_the_plan_says(folder, june_plan):
    for convoy in june_plan.convoys:
        for name in convoy.plan.convoy.vehicle_ids:
            gpx = gpxpy.parse((folder / f"{name}.gpx").read_text())
            points = gpx.tracks[0].segments[0].points
            length = GEOD.line_length([point.longitude for point in points], [point.latitude for point in points])
            assert length / 1000 == pytest.approx(convoy.plan.km, abs=0.01)
            assert len(gpx.routes[0].points) == len(convoy.runs) + 1
            assert gpx.waypoints[0].name == june_plan.places.at[convoy.plan.convoy.base.place_id, "name"]


def test_gpx_is_valid_against_the_schema(folder, shared):
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(str(shared / "reference" / "schemas" / "gpx" / "gpx11.xsd")))
    for path in folder.glob("*.gpx"):
        schema.assertValid(etree.parse(str(path)))


def test_geojson_is_rfc_7946(folder, june_plan):
    found = orjson.loads((folder / "plan.geojson").read_bytes())
    assert found["type"] == "FeatureCollection" and "crs" not in found
    assert found == orjson.loads(orjson.dumps(collection(june_plan), option=orjson.OPT_SERIALIZE_NUMPY))
    for feature in found["features"]:
        coordinates = np.atleast_2d(feature["geometry"]["coordinates"])
        assert coordinates.shape[1] == 2 and (abs(coordinates) <= (180, 90)).all()
    lines = [feature for feature in found["features"] if feature["geometry"]["type"] == "LineString"]
    assert sum(line["properties"]["km"] for line in lines) == pytest.approx(
        sum(each.plan.km for each in june_plan.convoys)
    )


def test_geojson_is_valid_against_the_schemas(folder, shared):
    import json

    import jsonschema

    schema = json.loads((shared / "reference" / "schemas" / "geojson" / "FeatureCollection.json").read_text())
    jsonschema.validate(json.loads((folder / "plan.geojson").read_text()), schema)


def test_plan_json_adds_up(june_plan):
    found = document(june_plan)
    for convoy in found["convoys"]:
        assert sum(leg["km"] for leg in convoy["legs"]) == pytest.approx(convoy["km"])
        assert sum(leg["hours"] for leg in convoy["legs"]) == pytest.approx(convoy["hours"])
        pieces = [piece for leg in convoy["legs"] for piece in leg["segments"]]
        assert sum(piece["expected_people_reached"] for piece in pieces) == pytest.approx(
            convoy["expected_people_reached"]
        )
        assert convoy["start"].endswith("Z") and convoy["end"].endswith("Z")
        for leg, following in zip(convoy["legs"][:-1], convoy["legs"][1:], strict=True):
            assert leg["to"] == following["from"]
    assert len(found["left_out"]) == 20 and all(left["detail"] for left in found["left_out"])
    assert found["data_version"] == june_plan.data_version
