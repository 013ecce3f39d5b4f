"""What the public, and each audience, reads through every format, filter and tile is what the policy says."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from tests_access import FREELY, client_of, new_store

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.policy import is_visible, restrict, visible
from api.access.setup import Access
from api.collections import COLLECTIONS
from api.context import RegionContext, open_region
from api.negotiation import FEATURES

SECRET = "secret-93"
FORMATS = tuple(each.name for each in FEATURES)
PUBLIC = tuple(name for name in COLLECTIONS if is_visible(name, Audience.PUBLIC))
CLOSED = tuple(name for name in COLLECTIONS if name not in PUBLIC)
#: Of everything, at zoom 0, and where the towns of Niger are.
TILES = ("0/0/0", "6/33/28")
KEYED = [each for each in Audience if each is not Audience.PUBLIC]


@pytest.fixture(scope="module")
def region() -> Iterator[RegionContext]:
    """Yield a region of its own in whose tables somebody has put a column and a row that nobody decided on."""
    with pytest.MonkeyPatch.context() as patch:
        for name, collection in COLLECTIONS.items():
            patch.setitem(COLLECTIONS, name, replace(collection, table=_salted(collection)))
        shared = open_region()
        yield RegionContext(shared.pack, shared.network)


def _salted(collection: Any) -> Any:
    def table(context: RegionContext) -> gpd.GeoDataFrame:
        whole = collection.table(context)
        kind = {"places": "kind", "legs": "mode", "segments": "mode"}.get(collection.name)
        row = whole.iloc[[0]].assign(**{collection.id_column: "hidden-row-93"})
        if kind:
            row = row.assign(**{kind: "hiding-place"})
        return gpd.GeoDataFrame(pd.concat([whole, row]).assign(informant=SECRET), crs=whole.crs)

    return table


@pytest.fixture(scope="module")
def access() -> Access:
    return replace(Access.of_store(new_store(), {}), limits=FREELY)


@pytest.fixture(scope="module")
def public(region: RegionContext) -> TestClient:
    return client_of(region, replace(Access.closed(), limits=FREELY))


@pytest.fixture(scope="module")
def clients(region: RegionContext, access: Access) -> dict[Audience, TestClient]:
    assert access.keys
    keys = {each: new_key(access.keys, each, "planning rescue convoys from Agadez")[0] for each in KEYED}
    keys[Audience.PUBLIC] = ""
    return {each: client_of(region, access, key) for each, key in keys.items()}


def table_in(form: str, content: bytes) -> pd.DataFrame | None:
    """Return what a file holds; None for those that are looked at as text."""
    if form == "json":
        return gpd.GeoDataFrame.from_features(json.loads(content)["features"])
    if form == "csv":
        return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    if form in ("fgb", "parquet"):
        return gpd.read_parquet(io.BytesIO(content)) if form == "parquet" else gpd.read_file(io.BytesIO(content))
    return None


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("form", FORMATS)
def test_files_hold_the_columns_and_rows_of_the_policy(
    clients: dict[Audience, TestClient], region: RegionContext, form: str, audience: Audience
) -> None:
    for name in COLLECTIONS if audience else PUBLIC:
        collection = COLLECTIONS[name]
        expected = restrict(name, collection.table(region), audience)
        answer = clients[audience].get(f"/collections/{name}/items?f={form}&limit=10000")
        assert answer.status_code == 200, name
        # text would tell; binary files are told by their tables
        assert SECRET.encode() not in answer.content and b"informant" not in answer.content
        if not audience and name in ("places", "legs", "segments"):
            assert b"hidden-row-93" not in answer.content and b"hiding-place" not in answer.content
        table = table_in(form, answer.content)
        if table is not None:
            assert set(table.columns) == set(expected.columns) <= visible(name, audience)
            assert sorted(table[collection.id_column]) == sorted(expected[collection.id_column])
        if form in ("csv", "fgb", "parquet", "gpx"):
            assert int(answer.headers["ogc-numbermatched"]) == len(expected)


@pytest.mark.parametrize("name", PUBLIC)
def test_counts_extents_and_queryables_are_of_what_the_public_sees(
    public: TestClient, region: RegionContext, name: str
) -> None:
    expected = restrict(name, COLLECTIONS[name].table(region), Audience.PUBLIC)
    assert public.get(f"/collections/{name}/items?limit=1").json()["numberMatched"] == len(expected)
    document = public.get(f"/collections/{name}").json()
    assert document["extent"]["spatial"]["bbox"][0] == pytest.approx(list(expected.total_bounds), abs=1e-6)
    assert "temporal" not in document["extent"]
    assert set(public.get(f"/collections/{name}/queryables").json()["properties"]) == set(expected.columns)
    page = public.get(f"/collections/{name}?f=html").text
    assert f">{len(expected)}<" in page.replace("\n", "").replace(" ", "")
    for path in ("items/hidden-row-93", "items/hidden-row-93?f=html"):
        assert public.get(f"/collections/{name}/{path}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "filter=informant='secret-93'", "filter=informant LIKE 'secret%25'", "filter=informant IS NULL",
        "informant=secret-93", "filter=roles LIKE '%25base%25'", "roles=sar_base", "filter=from_node='x'",
        "filter=precision_kn < 1",
    ],
)  # fmt: skip
def test_what_is_not_seen_cannot_be_asked_about(public: TestClient, query: str) -> None:
    """It is answered as a property that does not exist, in the same words."""
    answer = public.get(f"/collections/places/items?{query}")
    name = next(each for each in ("informant", "roles", "from_node", "precision_kn") if each in query)
    other = public.get(f"/collections/places/items?{query.replace(name, 'nonesuch')}")
    assert answer.status_code == other.status_code == 400
    assert answer.text.replace(name, "nonesuch") == other.text


def test_filters_and_boxes_find_only_rows_that_are_seen(public: TestClient, region: RegionContext) -> None:
    expected = restrict("places", COLLECTIONS["places"].table(region), Audience.PUBLIC)
    for query in ("filter=lon > -180", "filter=NOT kind = 'city' OR kind = 'city'", "bbox=-180,-90,180,90"):
        found = public.get(f"/collections/places/items?limit=10000&{query}").json()
        assert found["numberMatched"] == len(found["features"]) == len(expected)
    for query in ("kind=hiding-place", "filter=kind='hiding-place'", "filter=kind='well'", "place_id=hidden-row-93"):
        assert public.get(f"/collections/places/items?{query}").json()["numberMatched"] == 0


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("tile", TILES)
def test_tiles_hold_what_the_policy_says(
    clients: dict[Audience, TestClient], region: RegionContext, tile: str, audience: Audience
) -> None:
    for name in COLLECTIONS if audience else PUBLIC:
        collection = COLLECTIONS[name]
        expected = restrict(name, collection.table(region), audience)
        content = clients[audience].get(f"/tiles/{name}/{tile}.mvt").content
        assert SECRET.encode() not in content and b"informant" not in content
        layers = mapbox_vector_tile.decode(content)
        features = layers[name]["features"] if name in layers else []
        seen = {field for each in features for field in each["properties"]}
        assert seen <= visible(name, audience) - {"geometry"}
        found = {each["properties"][collection.id_column] for each in features}
        assert found <= set(expected[collection.id_column])
        fields = clients[audience].get(f"/tiles/{name}").json()["vector_layers"][0]["fields"]
        assert set(fields) == set(expected.columns) - {"geometry"}
    assert audience or b"hiding-place" not in content


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(
    "path", ["/collections/{}", "/collections/{}/queryables", "/collections/{}/items", "/collections/{}/items/x",
             "/collections/{}/items?f=csv", "/tiles/{}", "/tiles/{}/0/0/0.mvt"]
)  # fmt: skip
def test_a_collection_that_is_not_seen_is_none(public: TestClient, name: str, path: str) -> None:
    answers = [getattr(public, how)(path.format(each)) for each in (name, "atlantis") for how in ("get", "head")]
    assert {each.status_code for each in answers} == {401}
    assert answers[0].content == answers[2].content


def test_lists_name_only_what_is_seen(clients: dict[Audience, TestClient]) -> None:
    for audience, names in ((Audience.PUBLIC, PUBLIC), (Audience.RESEARCHER, tuple(COLLECTIONS))):
        client = clients[audience]
        listed = client.get("/collections").json()["collections"]
        assert tuple(each["id"] for each in listed) == names
        layers = client.get("/tiles").json()["layers"]
        assert tuple(each["id"] for each in layers if each["kind"] == "vector") == names
        assert any(each["kind"] == "raster" for each in layers) == (audience > Audience.PUBLIC)
        pages = client.get("/collections?f=html").text
        assert all((f"/collections/{name}?" in pages) == (name in names) for name in COLLECTIONS)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/position?coords=POINT(8 17)",
        "/area?coords=POLYGON((7 16, 9 16, 9 19, 7 19, 7 16))",
        "/corridor",
        "/nosuch",
    ],
)
def test_risk_is_not_public(public: TestClient, path: str) -> None:
    answer = public.get(f"/collections/risk{path}")
    assert answer.status_code == (404 if path == "/nosuch" else 401) and "risk_per_km_day" not in answer.text
    for picture in ("/tiles/risk/0/0/0.png", "/tiles/incidents/6/33/28.png", "/tiles/risk-raster"):
        assert public.get(picture).status_code == 401


def test_risk_tells_a_researcher_what_the_policy_says(clients: dict[Audience, TestClient]) -> None:
    asked = "/collections/risk/area?coords=POLYGON((7 16, 9 16, 9 19, 7 19, 7 16))&datetime=2026-06-15"
    client = clients[Audience.RESEARCHER]
    features = client.get(f"{asked}&f=geojson").json()["features"]
    assert features and {field for each in features for field in each["properties"]} <= visible(
        "risk", Audience.RESEARCHER
    )
    assert client.get(asked).json()["ranges"]
    segments = client.get("/risk?date=2026-06-15&top=3").json()["segments"]
    assert len(segments) == 3 and set(segments[0]) <= visible("risk", Audience.RESEARCHER)


def test_answers_of_one_audience_are_not_kept_for_another(clients: dict[Audience, TestClient]) -> None:
    path = "/collections/places/items?limit=10000"
    first, *others = (clients[each].get(path).json()["numberMatched"] for each in (*reversed(Audience), *Audience))
    assert [first, *others] == [first, first, first, others[2], others[2], first, first, first]
    assert others[2] < first
    tiles = [clients[each].get("/tiles/segments/6/33/28.mvt").content for each in (*reversed(Audience), *Audience)]
    assert tiles[3] == tiles[4] != tiles[0] == tiles[1] == tiles[2] == tiles[7]


def test_the_definition_says_what_needs_a_key_and_nothing_of_what_is_not_seen(
    clients: dict[Audience, TestClient],
) -> None:
    texts = {each: clients[each].get("/api").text for each in Audience}
    for each, text in texts.items():
        assert SECRET not in text and "informant" not in text and "hidden-row-93" not in text, each
    of_all = {each: json.loads(text) for each, text in texts.items()}
    for name in CLOSED:
        assert f"/collections/{name}/items" not in of_all[Audience.PUBLIC]["paths"]
        assert f"/collections/{name}/items" in of_all[Audience.PLANNER]["paths"]
    asked = {
        each: {
            parameter.get("name") for parameter in of_all[each]["paths"]["/collections/legs/items"]["get"]["parameters"]
        }
        for each in (Audience.PUBLIC, Audience.PLANNER)
    }
    assert "via_lonlat" not in asked[Audience.PUBLIC] and "via_lonlat" in asked[Audience.PLANNER]
    definition = of_all[Audience.ADMIN]
    assert definition["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    secured = {path for path, item in definition["paths"].items() if "security" in next(iter(item.values()))}
    assert {"/risk", "/cases", "/collections/incidents/items", "/collections/risk/area"} <= secured
    assert not secured & {"/", "/api", "/collections", "/collections/places/items", "/tiles", "/incident-cells"}
