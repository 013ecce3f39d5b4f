"""Signing in with a browser: one key, one cookie, and no other site in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests_access import FREELY, client_of

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.rules import RULES, Rule, RuleBook
from api.access.sessions import LASTS, MemorySessions, SessionRecord, csrf_of
from api.access.setup import Access
from api.access.who import COOKIE
from api.context import RegionContext
from api.store.errors import StoreFault
from api.store.store import Store, open_store

PURPOSE = "planning rescue convoys from Agadez"
HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
PAGE = Rule(Audience.PLANNER, "plans", is_page=True)


class Clock:
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/guelta.db")


@pytest.fixture
def access(store: Store) -> Access:
    return replace(Access.of_store(store, {}), limits=FREELY, clock=Clock())


def key_of(access: Access, audience: Audience = Audience.PLANNER, **more: Any) -> str:
    assert access.keys
    return new_key(access.keys, audience, PURPOSE, now=access.clock(), **more)[0]


def sign_in(client: TestClient, key: str, **more: Any) -> Any:
    form = {"key": key, "next": more.pop("next", "/cases")}
    return client.post("/sign-in", data=form, headers=more.pop("headers", HERE), follow_redirects=False, **more)


def a_page(access: Access) -> TestClient:
    """Return a client of an application with one page for planners and one route that changes something."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/plans-page")(lambda: {"seen": True})
    app.post("/plans-page")(lambda: {"done": True})
    rules = {("GET", "/plans-page"): PAGE, ("POST", "/plans-page"): Rule(Audience.PLANNER, "plans", "plan")}
    replace(access, book=RuleBook(rules)).install(app, "v")
    return TestClient(app, client=("203.0.113.7", 1), follow_redirects=False)


def cookie_of(client: TestClient) -> dict[str, str]:
    return {COOKIE: client.cookies[COOKIE]}


def test_a_key_becomes_a_cookie_that_opens_what_the_key_opens(context: RegionContext, access: Access) -> None:
    client = client_of(context, access)
    answer = sign_in(client, key_of(access))
    assert answer.status_code == 303 and answer.headers["location"] == "/cases"
    told = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"} <= set(told.split("; "))
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/cases").status_code == 200 and client.get("/metrics").status_code == 403
    assert client.get("/cases").headers["cache-control"] == "no-store" and "Cookie" in answer.headers["vary"]
    # a wrong key in the header is not made good by the cookie
    assert client.get("/cases", headers={"Authorization": "Bearer gk_x"}).status_code == 401


def test_the_cookie_is_secure_where_the_service_is(context: RegionContext, access: Access) -> None:
    behind = replace(access, web=replace(access.web, address="https://guelta.example"))
    assert "Secure" in sign_in(client_of(context, behind), key_of(access)).headers["set-cookie"]


def test_neither_token_nor_key_is_in_any_file(context: RegionContext, access: Access, tmp_path: Path) -> None:
    client, key = client_of(context, access), key_of(access)
    sign_in(client, key)
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        content = file.read_bytes()
        assert client.cookies[COOKIE].encode() not in content and key.encode() not in content


def test_workers_share_sign_ins_and_signing_out(context: RegionContext, access: Access, store: Store) -> None:
    one = client_of(context, access)
    other = client_of(context, replace(Access.of_store(store, {}), limits=FREELY, clock=access.clock))
    sign_in(one, key_of(access))
    other.cookies.update(cookie_of(one))
    assert other.get("/cases").status_code == 200
    page = one.get("/public?lang=en").text
    assert csrf_of(one.cookies[COOKIE]) in page and "Sign out" in page
    kept = dict(cookie_of(one))
    form = {"csrf": csrf_of(one.cookies[COOKIE])}
    answer = one.post("/sign-out", data=form, headers=HERE, follow_redirects=False)
    assert answer.status_code == 303 and COOKIE not in one.cookies
    assert other.get("/cases", cookies=kept).status_code == 401 and other.get("/public").status_code == 200


def test_it_ends_after_twelve_hours_and_with_the_key(context: RegionContext, access: Access) -> None:
    clock = access.clock
    assert isinstance(clock, Clock) and access.keys
    client, key = client_of(context, access), key_of(access)
    sign_in(client, key)
    clock.now += LASTS - timedelta(seconds=1)
    assert client.get("/cases").status_code == 200
    clock.now += timedelta(seconds=1)
    assert client.get("/cases").status_code == 401 and client.get("/public").status_code == 200
    sign_in(client, key)
    assert client.get("/cases").status_code == 200
    access.keys.revoke(key.split("_")[1], clock.now)
    assert client.get("/cases").status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "gk_aaaaaaaaaa_" + "x" * 43, "é", "'; DROP TABLE sessions"])
def test_a_cookie_that_is_none_opens_nothing_and_closes_nothing(
    context: RegionContext, access: Access, cookie: str
) -> None:
    client = client_of(context, access)
    headers = {"Cookie": f"{COOKIE}={cookie}".encode()}
    assert client.get("/cases", headers=headers).status_code == 401
    assert client.get("/public", headers=headers).status_code == 200


def test_wrong_keys_are_refused_slowed_and_noted(context: RegionContext, access: Access, store: Store) -> None:
    client = client_of(context, access)
    answers = [sign_in(client, "gk_aaaaaaaaaa_" + "x" * 43) for _ in range(11)]
    assert [each.status_code for each in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1 and COOKIE not in client.cookies
    assert sign_in(client, key_of(access)).status_code == 429
    assert [(each.action, each.subject, each.author) for each in store.audit.read()] == [
        ("refuse", "session", "nobody")
    ] * 10


def test_signing_in_and_out_is_audited(context: RegionContext, access: Access, store: Store) -> None:
    client, key = client_of(context, access), key_of(access)
    sign_in(client, key)
    client.post("/sign-out", data={"csrf": csrf_of(client.cookies[COOKIE])}, headers=HERE)
    entries = store.audit.read()
    assert [each.action for each in entries] == ["sign-in", "sign-out"]
    assert {each.author for each in entries} == {key.split("_")[1]} and all(PURPOSE in each.detail for each in entries)
    assert "testserver" not in str(entries) and "203.0.113.7" not in str(entries)


def test_without_an_audit_nobody_signs_in(
    context: RegionContext, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> None:
        raise StoreFault("no space left")

    monkeypatch.setattr(access.audit, "note", full)
    client = client_of(context, access)
    assert sign_in(client, key_of(access)).status_code == 503 and COOKIE not in client.cookies


@pytest.mark.parametrize(
    "after",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a?b=//c", "/" * 300, ""],
)
def test_it_leads_to_no_other_site(context: RegionContext, access: Access, after: str) -> None:
    answer = sign_in(client_of(context, access), key_of(access), next=after)
    assert answer.status_code == 303 and answer.headers["location"] == "/public"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver:81", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_site_neither_signs_in_nor_acts(
    context: RegionContext, access: Access, store: Store, headers: dict[str, str]
) -> None:
    client = client_of(context, access)
    key = key_of(access)
    assert sign_in(client, key, headers=headers).status_code == 403 and COOKIE not in client.cookies
    sign_in(client, key)
    token = csrf_of(client.cookies[COOKIE])
    page = a_page(access)
    answer = page.post("/plans-page", headers=headers | {"X-Guelta-Token": token}, cookies=cookie_of(client))
    assert answer.status_code == 403 and "done" not in answer.text
    assert [each.action for each in store.audit.read()] == ["sign-in"]


@pytest.mark.parametrize("site", [HERE, {"Origin": "http://testserver"}, HERE | {"Origin": "null"}])
def test_a_page_of_this_service_acts_with_its_token_alone(
    context: RegionContext, access: Access, site: dict[str, str]
) -> None:
    client = client_of(context, access)
    sign_in(client, key_of(access))
    page, token = a_page(access), csrf_of(client.cookies[COOKIE])
    page.cookies.update(cookie_of(client))
    assert page.get("/plans-page").json() == {"seen": True}
    assert page.post("/plans-page", headers=site | {"X-Guelta-Token": token}).json() == {"done": True}
    assert page.post("/plans-page", headers=site, data={"csrf": token}).json() == {"done": True}
    for wrong in ("", token[:-1], "é"):
        assert page.post("/plans-page", headers=site, data={"csrf": wrong}).status_code == 403
    assert page.post("/plans-page", headers=site, json={"csrf": token}).status_code == 403
    assert page.post("/plans-page", headers=site).status_code == 403


def test_a_key_in_the_header_needs_no_token(access: Access) -> None:
    bearer = {"Authorization": f"Bearer {key_of(access)}"}
    assert a_page(access).post("/plans-page", headers=bearer).json() == {"done": True}


def test_a_page_sends_who_may_not_see_it_to_the_sign_in(context: RegionContext, access: Access) -> None:
    page = a_page(access)
    answer = page.get("/plans-page?at=19.05,12.1")
    assert answer.status_code == 303 and answer.headers["location"] == "/sign-in?next=/plans-page"
    assert page.post("/plans-page").status_code == 401
    client = client_of(context, access)
    sign_in(client, key_of(access, Audience.RESEARCHER))
    assert page.get("/plans-page", cookies=cookie_of(client)).status_code == 303
    told = client.get("/sign-in?next=/plans-page&lang=en").text
    assert "your key does not open that page" in told and 'value="/plans-page"' in told


def test_hostile_words_in_the_form_stay_text(context: RegionContext, access: Access) -> None:
    client = client_of(context, access)
    hostile = '"><script>alert(1)</script>'
    for answer in (
        client.get("/sign-in", params={"next": hostile, "lang": hostile}),
        sign_in(client, hostile, next=hostile),
    ):
        assert "<script" not in answer.text and "alert(1)" not in answer.text


def test_memory_forgets_what_is_over() -> None:
    store, now = MemorySessions(), datetime(2026, 1, 1, tzinfo=UTC)
    store.add(SessionRecord("a", "p", now + timedelta(hours=1)), now)
    store.add(SessionRecord("b", "p", now + timedelta(hours=3)), now + timedelta(hours=2))
    assert store.find("a") is None and store.find("b")
    store.end("b")
    assert store.find("b") is None


def test_every_page_rule_is_read_only() -> None:
    assert all(method == "GET" for (method, _), rule in RULES.items() if rule.is_page)
