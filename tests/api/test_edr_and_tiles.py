import io

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from PIL import Image
from tests_access import client_of, local_client
from tests_days import JUNE

from api.access.setup import Access
from api.usecases.risk import risk_table
from maps.tiles import EXTENT, tile_bounds_m

DAY = {"datetime": JUNE.isoformat()}


@pytest.fixture(scope="module")
def client(context):
    with local_client(context) as opened:
        yield opened


def ask(client, kind, coords, **more):
    return client.get(f"/collections/risk/{kind}", params=DAY | {"coords": coords} | more)


def test_position_tells_the_nearest_segment(client, context):
    segment = context.network.segments.iloc[40]
    middle = segment.geometry.interpolate(0.5, normalized=True)
    answer = ask(client, "position", f"POINT({middle.x} {middle.y})", f="geojson").json()["features"]
    assert [each["id"] for each in answer] == [segment["segment_id"]]
    assert answer[0]["properties"]["distance_km"] < 0.3
    expected = risk_table(context, JUNE).loc[segment["segment_id"], "risk_per_km_day"]
    assert answer[0]["properties"]["risk_per_km_day"] == pytest.approx(expected)


def test_coverage_and_geojson_say_the_same(client):
    corners = "POLYGON((7 16, 9 16, 9 19, 7 19, 7 16))"
    coverage = ask(client, "area", corners)
    assert coverage.headers["content-type"] == "application/prs.coverage+json"
    document = coverage.json()
    features = ask(client, "area", corners, f="geojson").json()["features"]
    assert document["domain"]["axes"]["t"]["values"] == ["2026-06-15T00:00:00Z"]
    assert len(document["domain"]["axes"]["composite"]["values"]) == len(features) > 50
    for name, values in document["ranges"].items():
        assert values["shape"] == [len(features)] and values["values"] == [
            each["properties"][name] for each in features
        ]
    narrow = ask(client, "area", corners, **{"parameter-name": "survival_h"}).json()
    assert list(narrow["ranges"]) == list(narrow["parameters"]) == ["survival_h"]


def test_area_is_what_meets_it(client, context):
    box = shapely.box(7, 16, 9, 19)
    found = {each["id"] for each in ask(client, "area", box.wkt, f="geojson").json()["features"]}
    assessed = set(risk_table(context, JUNE).index)
    segments = context.network.segments
    assert found == set(segments.index[segments.intersects(box)]) & assessed


def test_corridors_widen(client):
    line = "LINESTRING(7.991 16.973, 11.72 19.05, 12.92 19.0)"
    counts = [
        len(ask(client, "corridor", line, f="geojson", **{"corridor-width": width}).json()["features"])
        for width in (2, 20, 100)
    ]
    way = len(ask(client, "trajectory", line, f="geojson").json()["features"])
    assert 0 < way == counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("position", {"coords": "POINT(200 1)"}),
        ("position", {"coords": "LINESTRING(1 2, 3 4)"}),
        ("position", {"coords": "here"}),
        ("position", {"coords": "POINT(8 17)", "datetime": "1900-01-01"}),
        ("position", {"coords": "POINT(8 17)", "colour": "red"}),
        ("position", {"coords": "POINT(8 17)", "parameter-name": "names"}),
        ("position", {"coords": "POINT(8 17)", "f": "html"}),
        ("position", {}),
        ("area", {"coords": "POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"}),
        ("corridor", {"coords": "LINESTRING(1 2, 3 4)", "corridor-width": "-1"}),
    ],
)
def test_bad_questions_are_problems(client, kind, query):
    answer = client.get(f"/collections/risk/{kind}", params=DAY | query)
    assert answer.status_code == 400 and answer.json()["faults"]


def test_far_from_the_network_nothing_is_told(client):
    assert ask(client, "position", "POINT(0 60)").status_code == 409


def test_vector_tiles_hold_what_lies_in_them(client, context):
    z, x, y = 6, 33, 28
    content = client.get(f"/tiles/segments/{z}/{x}/{y}.mvt").content
    layer = mapbox_vector_tile.decode(content)["segments"]
    assert layer["extent"] == EXTENT
    segments = context.network.segments.to_crs(3857)
    inside = segments.index[segments.intersects(shapely.box(*tile_bounds_m(z, x, y)))]
    found = {each["properties"]["segment_id"] for each in layer["features"]}
    assert len(inside) > 20 and set(inside) <= found
    assert "from_node" not in layer["features"][0]["properties"]


def test_vector_tiles_lie_where_the_features_do(client, context):
    z, x, y = 8, 133, 115
    layer = mapbox_vector_tile.decode(client.get(f"/tiles/places/{z}/{x}/{y}.mvt").content)["places"]
    left, bottom, right, _ = tile_bounds_m(z, x, y)
    places = {each["properties"]["place_id"]: each["geometry"]["coordinates"] for each in layer["features"]}
    agadez = context.pack.places.loc["agadez"]
    point = gpd.GeoSeries(gpd.points_from_xy([agadez["lon"]], [agadez["lat"]]), crs=4326).to_crs(3857).iloc[0]
    expected = (np.array([point.x - left, point.y - bottom]) / (right - left) * EXTENT).round()
    assert places["agadez"] == pytest.approx(expected, abs=1)


def test_pictures_of_risk(client):
    answer = client.get("/tiles/risk/5/16/14.png", params=DAY)
    picture = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
    assert picture.shape == (256, 256, 4)
    seen = picture[..., 3] > 0
    assert 0.05 < seen.mean() < 0.95 and len(np.unique(picture[seen][:, :3], axis=0)) >= 3
    outside = np.asarray(
        Image.open(io.BytesIO(client.get("/tiles/risk/5/0/0.png", params=DAY).content)).convert("RGBA")
    )
    assert not outside[..., 3].any()


@pytest.mark.parametrize("address", ["/tiles/segments/6/33/28.mvt", f"/tiles/risk/5/16/14.png?datetime={JUNE}"])
def test_tiles_are_asked_for_once(client, address):
    first = client.get(address)
    assert first.status_code == 200 and first.headers["cache-control"] == "no-store"
    again = client.get(address, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert again.status_code == 304 and not again.content and again.headers["etag"] == first.headers["etag"]
    assert client.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def test_public_tiles_may_be_kept_and_answers_differ_by_key(client, context):
    address = "/tiles/places/6/33/28.mvt"
    first = client_of(context, Access.closed()).get(address)
    assert "max-age" in first.headers["cache-control"] and "Authorization" in first.headers["vary"]
    assert client.get(address, headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_tilejson_leads_to_tiles(client):
    for layer in client.get("/tiles").json()["layers"]:
        document = client.get(layer["tilejson"]).json()
        assert document["tilejson"] == "3.0.0" and document["bounds"][0] < document["bounds"][2]
        if layer["kind"] == "vector":
            assert client.get(document["tiles"][0].format(z=3, x=4, y=3)).status_code == 200
    for missing in (
        "/tiles/atlantis",
        "/tiles/atlantis/0/0/0.mvt",
        "/tiles/atlantis/0/0/0.png",
        "/tiles/places/3/8/0.mvt",
    ):
        assert client.get(missing).status_code == 404
    assert client.get("/tiles/places/99/0/0.mvt").status_code == 400
