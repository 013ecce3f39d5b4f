"""Other people's programs read every collection whole and equal to its source, from a real server on loopback."""

import csv
import io

import geopandas as gpd
import gpxpy
import httpx
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from lxml import etree
from owslib.ogcapi.features import Features
from tests_server import served

from api.access.audience import Audience
from api.access.policy import visible
from api.collections import COLLECTIONS
from api.crs import SYSTEMS, UTM_ZONES

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
NAMES = tuple(COLLECTIONS)


@pytest.fixture(scope="module")
def base():
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def http(base):
    with httpx.Client(base_url=base, timeout=60) as client:
        yield client


def source(context, name):
    """The table a collection is made of, as a planner sees it, by its id."""
    collection = COLLECTIONS[name]
    table = collection.table(context)
    kept = [column for column in table.columns if column in visible(name, Audience.PLANNER)]
    return gpd.GeoDataFrame(table[kept]).set_index(collection.id_column, drop=False)


def assert_same(found, expected):
    """Every feature, every property and every position to a centimetre."""
    assert list(found.index) == list(expected.index)
    assert shapely.equals_exact(found.geometry.to_numpy(), expected.geometry.to_numpy(), tolerance=2e-7).all()
    assert set(found.columns) >= set(expected.columns)
    for name in expected.columns.drop("geometry"):
        left, right = found[name].to_numpy(), expected[name].to_numpy()
        if pd.api.types.is_numeric_dtype(expected[name]):
            np.testing.assert_allclose(pd.to_numeric(left).astype(float), right, rtol=1e-12)
        else:
            assert [_text(value) for value in left] == [_text(value) for value in right], name


def _text(value):
    if pd.isna(value):
        return ""
    # GDAL takes a day for its midnight
    return str(value).removesuffix("T00:00:00.000").removesuffix(" 00:00:00")


def as_table(features):
    """GeoJSON features as a table."""
    return gpd.GeoDataFrame.from_features(features)


@pytest.mark.parametrize("name", NAMES)
def test_gdal_reads_it_whole(base, context, name):
    expected = source(context, name)
    table = pyogrio.read_dataframe(f"OAPIF:{base}/collections/{name}", INITIAL_REQUEST_PAGE_SIZE=200, PAGE_SIZE=500)
    assert_same(table.set_index(COLLECTIONS[name].id_column, drop=False), expected)


def test_gdal_lists_the_collections_and_asks_by_box(base, context):
    assert {name for name, _ in pyogrio.list_layers(f"OAPIF:{base}")} == set(NAMES)
    found = pyogrio.read_dataframe(f"OAPIF:{base}", layer="places", bbox=(7, 16, 9, 19))
    expected = source(context, "places").cx[7:9, 16:19]
    assert set(found["place_id"]) == set(expected.index)


def test_gdal_reads_another_reference_system(base, context):
    found = pyogrio.read_dataframe(f"OAPIF:{base}/collections/places", CRS=f"{EPSG}3857")
    expected = source(context, "places").to_crs(3857)
    assert found.crs.to_epsg() == 3857
    assert shapely.equals_exact(found.geometry.to_numpy(), expected.geometry.to_numpy(), tolerance=0.02).all()


@pytest.mark.parametrize("name", NAMES)
def test_owslib_reads_it_whole(base, context, name):
    service = Features(f"{base}/")
    assert name in service.feature_collections()
    assert service.collection(name)["id"] == name
    features, size = [], 1000
    while len(page := service.collection_items(name, limit=size, offset=len(features))["features"]):
        features += page
    assert_same(as_table(features).set_index(COLLECTIONS[name].id_column, drop=False), source(context, name))
    queryables = service.collection_queryables(name)["properties"]
    assert set(queryables) == set(source(context, name).columns)


@pytest.mark.parametrize("name", NAMES)
def test_paging_as_qgis_does_it(http, context, name):
    largest = http.get("/api").json()["components"]["parameters"]["limit"]["schema"]["maximum"]
    features, url = [], f"/collections/{name}/items?limit={min(largest, 1000)}"
    while url:
        page = http.get(url, headers={"accept": "application/geo+json, application/json"}).json()
        features += page["features"]
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(features) == page["numberMatched"]
    assert_same(as_table(features).set_index(COLLECTIONS[name].id_column, drop=False), source(context, name))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["fgb", "parquet"])
def test_binary_files_are_the_source(http, context, name, form):
    answer = http.get(f"/collections/{name}/items?f={form}")
    assert answer.headers["ogc-numbermatched"] == answer.headers["ogc-numberreturned"]
    file = io.BytesIO(answer.content)
    table = gpd.read_parquet(file) if form == "parquet" else gpd.read_file(file)
    id_column = COLLECTIONS[name].id_column
    # the index of FlatGeobuf sorts features by place
    expected = source(context, name)
    assert_same(table.set_index(id_column, drop=False).loc[expected.index], expected)


@pytest.mark.parametrize("name", NAMES)
def test_csv_is_the_source_and_has_hxl_tags_on_request(http, context, name):
    text = http.get(f"/collections/{name}/items?f=csv&hxl=true").content.decode("utf-8-sig")
    heading, tags, *rows = csv.reader(io.StringIO(text))
    expected = source(context, name)
    assert all(tag.startswith("#") for tag in tags) and len(tags) == len(heading)
    table = pd.DataFrame(rows, columns=heading).replace("", None)
    table = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries.from_wkt(table["geometry"]))
    assert_same(table.set_index(COLLECTIONS[name].id_column, drop=False), expected)
    plain = http.get(f"/collections/{name}/items", headers={"accept": "text/csv"}).content
    assert plain.count(b"\n") == text.count("\n") - 1


def test_gpx_is_valid_and_whole(http, context, shared):
    schema = etree.XMLSchema(etree.parse(str(next((shared / "reference/schemas/gpx").glob("*.xsd")))))
    for name in ("places", "legs"):
        content = http.get(f"/collections/{name}/items?f=gpx").content
        schema.assertValid(etree.fromstring(content))
        read = gpxpy.parse(content.decode())
        expected = source(context, name)
        if name == "places":
            assert [(each.longitude, each.latitude) for each in read.waypoints] == list(
                zip(expected["lon"], expected["lat"], strict=True)
            )
        else:
            points = sum(len(track.segments[0].points) for track in read.tracks)
            assert points == shapely.get_num_coordinates(expected.geometry.to_numpy()).sum()
    assert http.get(f"/collections/places/items?f=gpx&crs={EPSG}3857").status_code == 400


def test_axis_order_is_the_reference_systems(http, context):
    place = source(context, "places").loc["agadez"].geometry
    for address, name in SYSTEMS.items():
        answer = http.get("/collections/places/items/agadez", params={"crs": address})
        assert answer.headers["content-crs"] == f"<{address}>"
        first, second = answer.json()["geometry"]["coordinates"]
        moved = gpd.GeoSeries([place], crs="OGC:CRS84").to_crs(name).iloc[0]
        expected = (moved.y, moved.x) if name == "EPSG:4326" else (moved.x, moved.y)
        assert (first, second) == pytest.approx(expected, abs=0.02 if abs(expected[0]) > 180 else 1e-6)
    assert http.get("/collections/places").json()["crs"] == list(SYSTEMS)
    assert len(SYSTEMS) == 4 + len(UTM_ZONES)


def test_boxes_in_other_reference_systems(http):
    def ids(**query):
        return {
            each["id"]
            for each in http.get("/collections/places/items", params=query | {"limit": 1000}).json()["features"]
        }

    expected = ids(bbox="7,16,9,19")
    assert expected and ids(**{"bbox": "16,7,19,9", "bbox-crs": f"{EPSG}4326"}) == expected
    corners = gpd.GeoSeries([shapely.box(7, 16, 9, 19)], crs=4326)
    for code in (3857, 32632):
        box = ",".join(str(edge) for edge in corners.to_crs(code).total_bounds)
        assert ids(**{"bbox": box, "bbox-crs": f"{EPSG}{code}"}) >= expected


@pytest.mark.parametrize(
    ("name", "text", "keep"),
    [
        (
            "segments",
            "mode = 'sea' OR mode = 'track' AND length > 9000",
            lambda t: (t["mode"] == "sea") | ((t["mode"] == "track") & (t["length"] > 9000)),
        ),
        (
            "segments",
            "(mode = 'sea' OR mode = 'track') AND length > 9000",
            lambda t: t["mode"].isin(["sea", "track"]) & (t["length"] > 9000),
        ),
        ("segments", "km_to - km_from BETWEEN 5 AND 7", lambda t: (t["km_to"] - t["km_from"]).between(5, 7)),
        ("incidents", "NOT dead > 10", lambda t: t["dead"] <= 10),
        ("incidents", "dead IS NULL", lambda t: t["dead"].isna()),
        ("incidents", "date >= DATE('2020-01-01')", lambda t: t["date"] >= "2020-01-01"),
        ("incidents", "T_BEFORE(date, DATE('2015-01-01'))", lambda t: t["date"] < "2015-01-01"),
        (
            "incidents",
            "country IN ('NE', 'LY') AND cause NOT LIKE 'thirst%'",
            lambda t: t["country"].isin(["NE", "LY"]) & ~t["cause"].str.startswith("thirst"),
        ),
        ("places", "CASEI(name) = CASEI('AGADEZ')", lambda t: t["name"] == "Agadez"),
        ("places", "name LIKE 'A_li%'", lambda t: t["name"].str.match("A.li")),
        ("places", "name = 'it''s'", lambda t: t["name"] == "it's"),
        (
            "places",
            "S_INTERSECTS(geometry, POLYGON((7 16, 9 16, 9 19, 7 19, 7 16)))",
            lambda t: t["lon"].between(7, 9) & t["lat"].between(16, 19),
        ),
        (
            "places",
            "S_WITHIN(geometry, BBOX(7, 16, 9, 19))",
            lambda t: (t["lon"] > 7) & (t["lon"] < 9) & (t["lat"] > 16) & (t["lat"] < 19),
        ),
        ("places", 'lon > -5 AND "lat" < +10'.replace("+", ""), lambda t: (t["lon"] > -5) & (t["lat"] < 10)),
    ],
)
def test_filters_keep_what_pandas_keeps(http, context, name, text, keep):
    expected = source(context, name)
    document = http.get(
        f"/collections/{name}/items", params={"filter": text, "filter-lang": "cql2-text", "limit": 10000}
    ).json()
    assert [each["id"] for each in document["features"]] == list(expected.index[keep(expected).fillna(False)])


def test_filters_tell_shapes_in_their_reference_system(http):
    asked = {"filter": "S_INTERSECTS(geometry, BBOX(16, 7, 19, 9))", "filter-crs": f"{EPSG}4326"}
    plain = http.get("/collections/places/items?bbox=7,16,9,19").json()
    assert http.get("/collections/places/items", params=asked).json()["numberMatched"] == plain["numberMatched"]


@pytest.mark.parametrize(
    "text",
    [
        "lon >",
        "nothing = 1",
        "lon > 'x'",
        "mode > 3",
        "from_node = 'agadez'",
        "geometry = 1",
        "S_INTERSECTS(mode, POINT(1 2))",
        "NOT " * 900 + "lon = 1",
        "lon = 1" + " AND lon = 1" * 500,
        "S_INTERSECTS(geometry, POLYGON((1 2, 3 4)))",
        "T_AFTER(mode, DATE('x'))",
    ],
)
def test_filters_that_cannot_be_read_are_problems(http, text):
    answer = http.get("/collections/segments/items", params={"filter": text})
    assert answer.status_code == 400 and answer.json()["faults"]


def test_property_parameters(http, pack):
    document = http.get("/collections/incidents/items?country=NE&dead=92").json()
    assert [each["id"] for each in document["features"]] == ["inc-2013-002"]
    assert (
        http.get("/collections/places/items?kind=city&limit=1000").json()["numberMatched"]
        == (pack.places["kind"] == "city").sum()
    )
