"""Who is let in where, and that a refusal tells nothing."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from tests_access import client_of, local_client, new_store

import api.routers
from api.access.audience import Audience
from api.access.keys import new_key
from api.access.rules import RULES, RuleBook
from api.access.setup import Access
from api.app import create_app
from api.context import RegionContext
from api.store.errors import StoreFault
from api.store.store import Store
from api.usecases.case_desk import CaseDesk
from api.usecases.case_events import Opened

PURPOSE = "planning rescue convoys from Agadez"
CASE = "C-20260615-01"


@pytest.fixture
def store() -> Store:
    return new_store()


@pytest.fixture
def access(store: Store) -> Access:
    return Access.of_store(store, {})


@pytest.fixture
def case(store: Store, context: RegionContext) -> str:
    told = datetime(2026, 6, 15, 10, tzinfo=UTC)
    return CaseDesk(context, store).open(Opened(where="90 km west of Dirkou", told_at=told, adults=27), "coordinator")


def key_of(access: Access, audience: Audience, **more: Any) -> str:
    assert access.keys
    return new_key(access.keys, audience, PURPOSE, **more)[0]


def test_every_route_is_declared_and_every_rule_has_a_route(context: RegionContext) -> None:
    app = create_app(context)
    assert RuleBook(RULES).undeclared(app) == []
    from api.access.rules import _routes

    assert set(RULES) <= set(_routes(app))


@pytest.mark.parametrize("how", ["route", "router", "mount", "websocket"])
def test_a_route_that_declares_nothing_keeps_the_service_from_starting(how: str) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    if how == "route":
        app.get("/informants")(lambda: {})
    elif how == "router":
        inner = APIRouter(prefix="/deep")
        inner.post("/informants")(lambda: {})
        outer = APIRouter()
        outer.include_router(inner, prefix="/deeper")
        app.include_router(outer)
    elif how == "mount":
        app.mount("/files", FastAPI())
    else:
        app.websocket("/live")(lambda websocket: None)
    with pytest.raises(ValueError, match=r"informants|files|live"):
        Access.closed().install(app, "v")


def test_a_router_file_added_without_a_rule_is_refused(context: RegionContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, ("GET", "/survival"))
    with pytest.raises(ValueError, match="GET /survival"):
        create_app(context)
    assert api.routers


def test_without_a_key_only_what_is_public_is_there(
    context: RegionContext, store: Store, case: str, access: Access
) -> None:
    client = client_of(context, access, store=store)
    for path in ("/", "/api", "/conformance", "/health", "/ready", "/collections", "/incident-cells"):
        assert client.get(path).status_code == 200, path
    assert {each["id"] for each in client.get("/collections").json()["collections"]} == {"places", "legs", "segments"}
    for (method, path), rule in RULES.items():
        if rule.least > Audience.PUBLIC:
            answer = client.request(method, path.replace("{case_id}", CASE), follow_redirects=False)
            if rule.is_page:
                assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="), path
                continue
            assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer"), path
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("there", "not_there"),
    [
        (f"/cases/{CASE}", "/cases/C-20260615-77"),
        (f"/cases/{CASE}/events", "/cases/nonsense/events"),
        ("/collections/incidents", "/collections/atlantis"),
        ("/collections/water-points/items", "/collections/atlantis/items"),
        ("/collections/incidents/items/inc-2013-001", "/collections/incidents/items/inc-9999-001"),
    ],
)
def test_a_refusal_has_the_same_bytes_whether_there_is_something_or_not(
    context: RegionContext, store: Store, case: str, access: Access, there: str, not_there: str
) -> None:
    for key in ("", "gk_aaaaaaaaaa_" + "x" * 43, "nonsense"):
        client = client_of(context, access, key, store)
        answers = [client.get(path) for path in (there, not_there)]
        assert {each.status_code for each in answers} == {401} and answers[0].content == answers[1].content
        heads = [dict(each.headers) for each in answers]
        assert [each.pop("x-request-id") for each in heads] and heads[0] == heads[1]
    if there.startswith("/cases"):
        client = client_of(context, access, key_of(access, Audience.RESEARCHER), store)
        answers = [client.get(path) for path in (there, not_there)]
        assert {each.status_code for each in answers} == {403} and answers[0].content == answers[1].content


def test_places_that_are_not_public_are_not_told_from_none(context: RegionContext) -> None:
    client = client_of(context, Access.closed())
    well = str(context.pack.places.index[context.pack.places["kind"] == "well"][0])
    answers = [client.get(f"/collections/places/items/{name}") for name in (well, "atlantis")]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].text.replace(well, "atlantis") == answers[1].text
    listed = client.get("/collections/places/items?limit=1000").json()
    assert well not in json.dumps(listed) and listed["numberMatched"] == len(listed["features"])


def test_bodies_are_not_looked_at_before_the_key(context: RegionContext, access: Access) -> None:
    client = client_of(context, access)
    assert client.post("/cases", content=b"{broken").status_code == 401
    assert client.post("/cases", json={"message": 1}).status_code == 401


def test_a_researcher_sees_exact_incidents_and_no_cases(
    context: RegionContext, store: Store, case: str, access: Access
) -> None:
    client = client_of(context, access, key_of(access, Audience.RESEARCHER), store)
    found = client.get("/collections/incidents/items/inc-2013-001").json()
    assert found["properties"]["date"] == "2013-01-10" and found["geometry"]["coordinates"] == [-16.97, 21.35]
    assert {each["id"] for each in client.get("/collections").json()["collections"]} >= {"incidents", "water-points"}
    assert client.get("/cases").status_code == client.get("/metrics").status_code == 403
    assert client.get("/health").headers["cache-control"] == "no-store"


def test_a_planner_reads_cases_and_every_read_is_in_the_audit(
    context: RegionContext, store: Store, case: str, access: Access
) -> None:
    key = key_of(access, Audience.PLANNER)
    client = client_of(context, access, key, store)
    assert client.get("/cases").json()["cases"][0]["case_id"] == case
    assert client.get(f"/cases/{CASE}/events").status_code == 200
    assert client.get("/cases/19.05,12.10/events").status_code == 422
    assert client_of(context, access, store=store).get("/cases").status_code == 401
    entries = store.audit.read()
    assert [(each.action, each.subject) for each in entries] == [
        ("read", "case"), ("read", f"case {CASE}"), ("read", "case ?"),
    ]  # fmt: skip
    said = {"audience": "planner", "purpose": PURPOSE}
    assert all(each.author == key.split("_")[1] and json.loads(each.detail) == said for each in entries)
    assert "Dirkou" not in repr(entries) and store.audit.verify() == ()


def test_where_the_audit_cannot_be_written_nothing_is_read(
    context: RegionContext, store: Store, case: str, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(context, access, key_of(access, Audience.PLANNER), store)
    assert client.get("/cases").status_code == 200

    def full(entry: object) -> None:
        raise StoreFault("no space left")

    monkeypatch.setattr(access.audit, "note", full)
    answer = client.get("/cases")
    assert answer.status_code == 503 and CASE not in answer.text
    assert client.get("/collections").status_code == 200


def test_scopes_narrow_a_key(context: RegionContext, access: Access) -> None:
    client = client_of(context, access, key_of(access, Audience.ADMIN, scopes=["metrics"]))
    text = client.get("/metrics").text
    assert 'guelta_requests_total{audience="admin"' not in text
    assert 'route="/metrics"' in client.get("/metrics").text
    assert client.get("/cases").status_code == client.get("/collections").status_code == 403


def test_revoked_at_once(context: RegionContext, access: Access) -> None:
    key = key_of(access, Audience.RESEARCHER)
    client = client_of(context, access, key)
    assert client.get("/collections/incidents").status_code == 200
    assert access.keys
    access.keys.revoke(key.split("_")[1], datetime.now(UTC))
    assert client.get("/collections/incidents").status_code == 401


def test_methods_and_paths_that_are_not_there(context: RegionContext, store: Store, case: str) -> None:
    closed = client_of(context, Access.closed())
    assert closed.get("/nothing").status_code == 404
    assert closed.delete(f"/cases/{CASE}").status_code == 401
    assert closed.post("/collections").status_code == 405
    for path in (
        "http://testserver//cases",
        "/cases/",
        "/./cases",
        "/%63ases",
        "/cases%2F" + CASE,
        "/CASES",
        f"/cases/{CASE}/",
    ):
        answer = closed.get(path)
        assert answer.status_code in (401, 404) and CASE not in answer.text, path
    assert local_client(context, store).delete(f"/cases/{CASE}").status_code == 405


@pytest.mark.parametrize(
    ("host", "client", "headers"),
    [
        ("http://127.0.0.1", ("203.0.113.7", 1), {}),
        ("http://example.org", ("127.0.0.1", 1), {}),
        ("http://127.0.0.1", ("127.0.0.1", 1), {"X-Forwarded-For": "127.0.0.1"}),
        ("http://127.0.0.1", ("127.0.0.1", 1), {"Origin": "https://example.org"}),
        ("http://127.0.0.1", ("127.0.0.1", 1), {"Origin": "null"}),
        ("http://127.0.0.1", ("127.0.0.1", 1), {"Sec-Fetch-Site": "cross-site"}),
        ("http://127.0.0.1", ("testclient", 1), {}),
    ],
)
def test_the_open_planner_is_open_to_this_machine_alone(
    context: RegionContext, store: Store, case: str, host: str, client: tuple[str, int], headers: dict[str, str]
) -> None:
    app = create_app(context, Access.open_planner(), store)
    assert TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 1)).get("/cases").status_code == 200
    assert TestClient(app, base_url=host, client=client, headers=headers).get("/cases").status_code == 401


def test_logs_hold_no_positions_ids_or_addresses(
    context: RegionContext, store: Store, case: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = local_client(context, store)
    with caplog.at_level(logging.INFO, "guelta"):
        client.get("/survival?at=19.0512,12.1034&start=today")
        client.get(f"/cases/{CASE}/events?near=19.0512")

        def broken(*_: object) -> None:
            raise RuntimeError("at 19.0512, 12.1034")

        monkeypatch.setattr("api.usecases.case_desk.summaries", broken)
        answer = client.get("/cases")
    assert answer.status_code == 500 and "19.05" not in answer.text and answer.headers["x-request-id"]
    assert "RuntimeError" in caplog.text and "test_access_gate.py" in caplog.text
    for secret in ("19.05", "12.10", CASE, "127.0.0.1"):
        assert secret not in caplog.text.replace("HTTP Request", "") or "httpx" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("guelta")]
    assert not any(secret in line for line in ours for secret in ("19.05", "12.10", CASE, "127.0.0.1"))
    assert json.loads(ours[0])["route"] == "/survival"
