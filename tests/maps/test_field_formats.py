"""Every format of a plan, read back by another program, holds the plan."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta

import numpy as np
import pyogrio
import pytest
from lxml import etree
from pyproj import Geod

from maps.exporters.cot import ROUTE, STALE_H, TYPE, vehicle_cot
from maps.exporters.gpkg import plan_gpkg
from maps.exporters.hxl import plan_csv
from maps.exporters.kml import plan_kml, plan_kmz

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def written(june_plan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("formats")
    (folder / "plan.kml").write_bytes(plan_kml(june_plan))
    (folder / "plan.gpkg").write_bytes(plan_gpkg(june_plan))
    return folder


def test_gdal_reads_the_ways_of_the_kml(written, june_plan):
    layers = [name for name, _ in pyogrio.list_layers(written / "plan.kml")]
    assert [convoy.plan.convoy.convoy_id for convoy in june_plan.convoys] == layers[:-1] and layers[-1] == "water"
    for convoy, layer in zip(june_plan.convoys, layers, strict=False):
        features = pyogrio.read_dataframe(written / "plan.kml", layer=layer)
        way = features[features.geom_type == "LineString"].geometry.item()
        assert GEOD.geometry_length(way) / 1000 == pytest.approx(convoy.plan.km, abs=0.01)
        assert len(features) == 1 + len(convoy.runs)
    water = pyogrio.read_dataframe(written / "plan.kml", layer="water")
    assert len(water) == len(june_plan.water_points)


def test_the_kmz_is_the_kml(june_plan):
    with zipfile.ZipFile(io.BytesIO(plan_kmz(june_plan))) as archive:
        assert archive.namelist() == ["doc.kml"] and archive.read("doc.kml") == plan_kml(june_plan)
    assert plan_kmz(june_plan) == plan_kmz(june_plan)


def test_the_geopackage_holds_legs_stops_and_water_and_a_style_for_each(written, june_plan):
    path = written / "plan.gpkg"
    legs = pyogrio.read_dataframe(path, layer="legs")
    runs = [run for convoy in june_plan.convoys for run in convoy.runs]
    assert legs.crs.to_epsg() == 4326 and len(legs) == len(runs)
    assert legs["km"].to_numpy() == pytest.approx([run.km for run in runs])
    lengths = [GEOD.geometry_length(line) / 1000 for line in legs.geometry]
    assert lengths == pytest.approx(legs["km"].tolist(), abs=0.01)
    assert len(pyogrio.read_dataframe(path, layer="water")) == len(june_plan.water_points)
    styles = pyogrio.read_dataframe(path, layer="layer_styles")
    assert set(styles["f_table_name"]) == {"legs", "stops", "water"} and styles["useAsDefault"].all()
    for text in styles["styleQML"]:
        assert etree.fromstring(text.split(">", 1)[1].encode()).find("renderer-v2/symbols/symbol/layer") is not None


def test_cursor_on_target_is_a_route_that_goes_stale(june_plan):
    for convoy in june_plan.convoys:
        event = etree.fromstring(vehicle_cot(june_plan, convoy, "car"))
        assert event.get("type") == ROUTE and all(TYPE.match(link.get("type")) for link in event.iter("link"))
        stale = datetime.fromisoformat(event.get("stale"))
        assert abs(stale - convoy.plan.end - timedelta(hours=STALE_H)) < timedelta(seconds=1)
        points = np.array([[float(value) for value in link.get("point").split(",")] for link in event.iter("link")])
        ends = np.array([convoy.runs[0].lonlat[0], *(run.lonlat[-1] for run in convoy.runs)])
        assert points[:, ::-1] == pytest.approx(ends, abs=1e-6)
        assert len({link.get("uid") for link in event.iter("link")}) == len(points)


def test_the_csv_has_hxl_tags_and_the_plan_s_sums(june_plan):
    rows = list(csv.reader(io.StringIO(plan_csv(june_plan).decode("utf-8-sig"))))
    heads, tags, *legs = rows
    assert len(heads) == len(tags) == len(set(tags))
    assert all(re.fullmatch(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*", tag) for tag in tags)
    total = sum(float(leg[heads.index("km")]) for leg in legs)
    assert total == pytest.approx(sum(convoy.plan.km for convoy in june_plan.convoys), abs=0.1)
    people = sum(float(leg[heads.index("people expected")]) for leg in legs)
    assert people == pytest.approx(june_plan.plan.expected_people_reached, abs=0.01)


@pytest.mark.parametrize(
    "kind, schema", [("kml", "kml/ogckml22.xsd"), ("cot", "cot/CoT Base-Event Schema  (PUBLIC RELEASE).xsd")]
)
def test_files_are_valid_against_their_schema(june_plan, shared, kind, schema):
    content = plan_kml(june_plan) if kind == "kml" else vehicle_cot(june_plan, june_plan.convoys[0], "car")
    known = etree.XMLSchema(etree.parse(str(shared / "reference" / "schemas" / schema)))
    known.assertValid(etree.fromstring(content))
