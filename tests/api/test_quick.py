"""Answers that lie ready are those the routes themselves give, and only to who may have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient
from tests_access import FREELY, client_of, local_client
from tests_days import JUNE

from api.access.audience import Audience
from api.access.setup import Access
from api.answer_cache import AnswerCache
from api.context import RegionContext
from api.prepared import prepared
from api.quick import QuickAnswers
from data.errors import BadInput

ITEMS = (
    "segments/items?bbox=5,15,15,25&limit=100",
    "segments/items?bbox=5,15,15,25&limit=7&offset=14",
    "segments/items?bbox=10.5,20.25,10.5,20.25",
    "segments/items?bbox=170,-10,-10,30&limit=3",
    "places/items?limit=5&bbox=7,16,9,20&bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    "incidents/items?datetime=2018-01-01/2020-06-30&limit=4",
    "water-points/items?offset=100000",
    "legs/items",
)


@pytest.fixture(scope="module")
def client(context: RegionContext) -> TestClient:
    return local_client(context)


def timeless(text: str) -> str:
    head, _, tail = text.partition('"timeStamp":"')
    return head + tail[len("2026-06-15T00:00:00Z") :]


@pytest.mark.parametrize("path", [f"/collections/{each}" for each in ITEMS])
def test_items_are_the_same_by_either_way(client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get(path)  # makes what lies ready
    given = []
    found = QuickAnswers.__call__
    monkeypatch.setattr(QuickAnswers, "__call__", lambda self, scope: given.append(found(self, scope)) or given[-1])
    client.get(path)  # keeps the page
    quick = client.get(path)
    assert given[-1] is not None
    monkeypatch.setattr(QuickAnswers, "__call__", lambda self, scope: None)
    slow = client.get(path)
    assert quick.status_code == slow.status_code == 200 and timeless(quick.text) == timeless(slow.text)
    one, other = (
        {name: value for name, value in each.headers.items() if name not in ("x-request-id", "date")}
        for each in (quick, slow)
    )
    assert one == other


def test_a_kept_page_is_for_the_same_question_only(client: TestClient) -> None:
    path = "/collections/segments/items?limit=2"
    for _ in range(3):
        for host in ("testserver", "guelta.example"):
            page = client.get(path, headers={"Host": host}).json()
            assert all(f"//{host}/" in link["href"] for link in page["links"]) and page["numberReturned"] == 2
        assert client.get(path, headers={"Accept": "text/html"}).headers["content-type"].startswith("text/html")
        assert client.get(path + "&offset=2").json()["features"] != page["features"]


def test_what_is_wrong_is_refused_as_before(client: TestClient) -> None:
    client.get("/collections/segments/items")
    for query in ("bbox=1,2,3", "limit=0", "limit=5&limit=6", "colour=blue", "f=xml", "offset=-1"):
        answer = client.get(f"/collections/segments/items?{query}")
        assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json", query
    assert client.request("GET", "/collections/segments/items", content=b"x" * 7_000_000).status_code == 413


def test_what_lies_ready_for_one_audience_is_not_given_to_another(context: RegionContext) -> None:
    planner, public = local_client(context), client_of(context, replace(Access.closed(), limits=FREELY))
    for _ in range(2):
        whole = planner.get("/collections/segments/items?limit=1").json()["numberMatched"]
        part = public.get("/collections/segments/items?limit=1").json()["numberMatched"]
        assert 0 < part < whole
        assert planner.get("/collections/water-points/items").status_code == 200
        assert public.get("/collections/water-points/items").status_code == 401
    tile = f"/tiles/risk/5/16/14.png?datetime={JUNE}"
    assert planner.get(tile).status_code == planner.get(tile).status_code == 200
    assert public.get(tile).status_code == 401
    vector = "/tiles/segments/6/33/28.mvt"
    assert planner.get(vector).content != public.get(vector).content == public.get(vector).content


@pytest.mark.parametrize("path", ["/tiles/segments/6/33/28.mvt", f"/tiles/risk/5/16/14.png?datetime={JUNE}"])
def test_a_tile_made_before_has_the_same_bytes_tag_and_304(client: TestClient, path: str) -> None:
    first, second = client.get(path), client.get(path)
    assert first.content == second.content and first.headers["etag"] == second.headers["etag"]
    assert {*first.headers} == {*second.headers}
    held = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert held.status_code == 304 and not held.content
    assert client.get(path + ("&" if "?" in path else "?") + "colour=blue").status_code == 400


def test_tiles_are_kept_within_their_bytes() -> None:
    cache = AnswerCache(most_bytes=5_000)
    made = []

    def make(number: int) -> bytes:
        made.append(number)
        return bytes([number]) * 1000

    for number in range(5):
        cache.get(number, lambda number=number: make(number))  # type: ignore[misc]
    assert cache.size_bytes <= 5_000 and cache.find(0) is None
    assert cache.get(4, lambda: make(4)).body == bytes([4]) * 1000 and made == [0, 1, 2, 3, 4]
    assert cache.find(4) != cache.find(3) and cache.find("4") is None


def test_a_way_is_found_once_and_again_for_another_question(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"from": "agadez", "to": "dirkou", "date": JUNE.isoformat(), "by": "risk"}
    first = client.get("/routes", params=asked)
    assert first.status_code == 200

    def nothing(*_: object, **__: object) -> None:
        raise BadInput("looked for once more")

    monkeypatch.setattr("api.usecases.route.find_route", nothing)
    again = client.get("/routes", params=asked)
    assert again.content == first.content and again.headers["content-type"] == "application/json"
    for other in ({"by": "time"}, {"to": "bilma"}, {"date": "2026-07-15"}, {"vehicle": "foot"}, {"alternatives": 2}):
        assert client.get("/routes", params=asked | other).status_code == 422


def test_boxes_find_what_meets_them(context: RegionContext) -> None:
    found = prepared(context, "segments", Audience.PUBLIC)
    draw = np.random.default_rng(3)
    for _ in range(30):
        west, south = draw.uniform(-12, 30), draw.uniform(5, 35)
        boxes = [(west, south, west + size, south + size / 2) for size in draw.uniform(0.05, 12, 2)]
        for asked in (tuple(boxes[:1]), tuple(boxes)):
            shape = shapely.union_all([shapely.box(*each) for each in asked])
            expected = np.flatnonzero(shapely.intersects(shape, found.geometries))
            assert found.rows(asked).tolist() == expected.tolist()
