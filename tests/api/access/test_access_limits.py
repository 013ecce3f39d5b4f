"""Too much, too large, too slow: a clear answer, in bounded memory; and what stands on every answer."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_access import client_of, local_client, new_store

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.limits import Buckets, Limits, WorkLimit, network_of
from api.access.setup import Access
from api.access.watch import Web
from api.context import RegionContext
from api.store.store import open_store
from data.errors import BadInput


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_up_again() -> None:
    clock = Clock()
    buckets = Buckets(60, 5, clock=clock)
    assert [buckets.take("a") for _ in range(5)] == [0.0] * 5
    assert buckets.take("a") == pytest.approx(1) and buckets.take("b") == 0
    clock.now = 2.0
    assert [buckets.take("a") for _ in range(3)] == [0, 0, pytest.approx(1)]
    clock.now = 1e6
    assert [buckets.take("a") > 0 for _ in range(6)] == [False] * 5 + [True]
    buckets.fine("c", 100)
    assert buckets.take("c") == pytest.approx(6)


@given(st.lists(st.integers(0, 10**9), max_size=300))
def test_memory_of_buckets_is_bounded(names: list[int]) -> None:
    buckets = Buckets(60, 5, most=50)
    for name in names:
        buckets.take(str(name))
    assert len(buckets) <= 50


def test_addresses_of_one_network_are_one() -> None:
    def of(address: str) -> str:
        return network_of({"client": (address, 1)})

    assert of("2001:db8::1") == of("2001:db8::ffff") != of("2001:db8:1::1")
    assert of("::ffff:203.0.113.7") == of("203.0.113.7")
    assert of("nonsense") == network_of({}) == "unknown"


def test_an_address_is_held_to_its_rate_and_wrong_keys_cost_more(context: RegionContext, tmp_path: Path) -> None:
    limits = Limits(address_per_min=1, address_burst=40)
    access = Access(limits=limits)
    client = client_of(context, access)
    assert [client.get("/health").status_code for _ in range(41)] == [200] * 40 + [429]
    answer = client.get("/cases")
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json" and "x-request-id" in answer.headers
    guesser = client_of(context, Access(limits=limits), "gk_aaaaaaaaaa_" + "x" * 43)
    assert [guesser.get("/cases").status_code for _ in range(5)] == [401] * 4 + [429]


def test_a_key_is_held_to_its_rate_wherever_it_comes_from(context: RegionContext, tmp_path: Path) -> None:
    from dataclasses import replace

    access = replace(Access.of_store(new_store(), {}), limits=Limits(key_per_min=1, key_burst=3))
    assert access.keys
    key, _ = new_key(access.keys, Audience.RESEARCHER, "research on deaths of thirst")
    client = client_of(context, access, key)
    assert [client.get("/health").status_code for _ in range(4)] == [200] * 3 + [429]
    assert client.get("/health", headers={"Authorization": ""}).status_code in (200, 401)


@pytest.mark.parametrize("told", [True, False])
def test_a_body_over_the_limit(context: RegionContext, tmp_path: Path, told: bool) -> None:
    access = Access(is_open=True, limits=Limits(body_bytes=1000))
    client = local_client(context, None, access)
    body: Any = b"x" * 1001 if told else iter([b"x" * 500] * 10)
    answer = client.post("/cases", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413 and "1000 bytes" in answer.json()["detail"]
    wrong = client.post("/cases", content=b"{}", headers={"Content-Length": "-1"})
    assert wrong.status_code == 400


def test_an_endless_body_is_not_kept(context: RegionContext, tmp_path: Path) -> None:
    import tracemalloc

    client = local_client(context, None, Access(is_open=True, limits=Limits(body_bytes=100_000)))
    client.get("/health")
    tracemalloc.start()
    assert client.post("/cases", content=iter([b"x" * 65_536] * 400)).status_code == 413
    tracemalloc.stop()


async def _ask(limit: WorkLimit, heavy_s: float) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "guelta.heavy_s": heavy_s}
    await limit(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


def _until(ended: threading.Event) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(ended.wait)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    return app


def test_a_job_that_takes_too_long_is_given_up_and_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.access.limits.TURN_WITHIN_S", 0.1)

    ended = threading.Event()

    async def asks() -> None:
        limit = WorkLimit(_until(ended), Limits(jobs=1), Buckets(60, 9), "v")
        status, body = await _ask(limit, 0.05)
        assert status == 504 and b"ask for less" in body
        assert (await _ask(limit, 50))[0] == 503  # the thread is still at it
        ended.set()
        assert (await _ask(limit, 0))[0] == 200  # quick answers go on
        while limit.running:
            await asyncio.sleep(0.01)
        assert await _ask(limit, 50) == (200, b"done") and not limit.running

    asyncio.run(asks())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none(context: RegionContext, tmp_path: Path, number: str) -> None:
    store = new_store()
    client = local_client(context, store)
    body = f'{{"where": "Dirkou", "told_at": "2026-06-15T10:00Z", "litres": {number}}}'
    answer = client.post("/cases", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422 and not store.list("case")


def test_headers_of_every_answer(context: RegionContext) -> None:
    client = client_of(context, Access.closed())
    for path in ("/", "/cases", "/nothing", "/collections/places/items?limit=0"):
        heads = client.get(path).headers
        assert heads["x-content-type-options"] == "nosniff" and heads["referrer-policy"] == "no-referrer"
        assert heads["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert heads["x-frame-options"] == "DENY" and "Authorization" in heads["vary"]
        assert "access-control-allow-origin" not in heads and len(heads["x-request-id"]) == 16
    page = Web(frame_ancestors=("https://ngo.example",)).policy(html=True, framed=True)
    assert "unsafe" not in page and page.endswith("frame-ancestors https://ngo.example")
    assert client.get("/?f=html").headers["content-security-policy"] == Web().policy(html=True)


def test_other_sites_by_configuration_alone(context: RegionContext, tmp_path: Path) -> None:
    environment = {"GUELTA_CORS_ORIGINS": "https://map.example", "GUELTA_FRAME_ANCESTORS": "https://ngo.example"}
    client = client_of(context, Access.of_store(new_store(), environment))
    heads = client.get("/health", headers={"Origin": "https://map.example"}).headers
    assert heads["access-control-allow-origin"] == "https://map.example"
    assert "access-control-allow-credentials" not in heads
    # the embed alone may be framed, and only by those sites
    embed = client.get("/embed").headers
    assert embed["content-security-policy"].endswith("frame-ancestors https://ngo.example")
    assert "x-frame-options" not in embed
    for path in ("/health", "/public", "/sign-in", "/?f=html", "/collections", "/nothing"):
        other = client.get(path).headers
        assert other["content-security-policy"].endswith("frame-ancestors 'none'"), path
        assert other["x-frame-options"] == "DENY"
    other = client.get("/health", headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers
    asked = {"Origin": "https://map.example", "Access-Control-Request-Method": "GET"}
    assert client.options("/collections", headers=asked).status_code == 200
    posting = asked | {"Access-Control-Request-Method": "POST"}
    assert client.options("/cases", headers=posting).status_code == 400


@pytest.mark.parametrize(
    "environment",
    [
        {"GUELTA_CORS_ORIGINS": "example.org"},
        {"GUELTA_FRAME_ANCESTORS": "https://a.example; script-src *"},
        {"GUELTA_BODY_MB": "0"},
        {"GUELTA_JOBS": "many"},
        {"GUELTA_OIDC_ISSUER": "http://issuer.example"},
    ],
)
def test_bad_configuration(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        Access.of_store(new_store(), environment)


def test_ready(context: RegionContext, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/guelta.db")
    client = client_of(context, Access.of_store(store, {}), store=store)
    assert client.get("/ready").json()["status"] == "ready"
    store.close()
    (tmp_path / "guelta.db").write_bytes(b"no database" * 1000)
    answer = client.get("/ready")
    assert answer.status_code == 503 and str(tmp_path) not in answer.text
