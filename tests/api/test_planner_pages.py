"""The planner's pages without a browser: who may, what is refused and how it is told, nothing comes out as markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from tests_access import FREELY, client_of, local_client, new_store

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.setup import Access
from api.access.stored import StoredKeys
from api.context import RegionContext
from api.usecases.plan_shelf import keep_plan
from maps.exporters.json_plan import document
from maps.life_clock import told_hours
from maps.plan_view import PlanView

HOSTILE = "</script><img src=x onerror=alert(1)> \u202e`"
PAGES = ("/planner", "/planner/cases", "/planner/reports")


@pytest.fixture(scope="module")
def client(context: RegionContext) -> TestClient:
    return local_client(context)


@pytest.mark.parametrize("path", [*PAGES, "/planner/plans/x", "/planner/jobs/x", "/planner/cases/C-20260615-01"])
def test_nobody_else_sees_them(context: RegionContext, path: str) -> None:
    store = new_store()
    access = replace(Access.of_store(store, {}), limits=FREELY)
    asked = client_of(context, access, store=store).get(path, follow_redirects=False)
    assert asked.status_code == 303 and asked.headers["location"].startswith("/sign-in?next=")
    key, _ = new_key(StoredKeys(store), Audience.RESEARCHER, "a study of the network of tracks")
    other = client_of(context, access, key, store).get(path, follow_redirects=False)
    assert other.status_code == 303
    assert client_of(context, access, store=store).get("/planner/network").status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_style_or_script_of_their_own(client: TestClient, path: str) -> None:
    page = client.get(f"{path}?lang=ar")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    assert not re.search(r"<style| style=|<script>|javascript:| on[a-z]+=", page.text)


def test_a_bad_wish_is_told_above_the_form_it_came_from(client: TestClient) -> None:
    asked = {"date": "2026-06-15", "base": [HOSTILE, "arlit"], "vehicles": ["2", "1"], "hours": "12", "days": "1"}
    page = client.post("/planner?lang=fr", data=asked)
    assert page.status_code == 422 and 'role="alert"' in page.text
    assert "<img" not in page.text and 'value="2026-06-15"' in page.text
    assert "un seul véhicule" in page.text
    none = client.post("/planner?lang=fr", data={"date": "2026-06-15", "base": "", "vehicles": "2"})
    assert none.status_code == 422 and "indiquez une base" in none.text


def test_a_plan_asked_for_is_a_job_that_can_be_stopped(client: TestClient) -> None:
    asked = {"date": "2026-06-15", "base": ["arlit", ""], "vehicles": ["2", "2"], "hours": "5"}
    sent = client.post("/planner?lang=en", data=asked, follow_redirects=False)
    assert sent.status_code == 303
    page = client.get(sent.headers["location"])
    assert 'value="0"' in page.text and "data-job=" in page.text
    job_id = sent.headers["location"].split("/")[-1].partition("?")[0]
    assert client.get(f"/jobs/{job_id}").json()["status"] == "accepted"
    assert client.post(f"/planner/jobs/{job_id}?lang=en", follow_redirects=False).status_code == 303
    assert client.get(f"/jobs/{job_id}").json()["status"] == "dismissed"


def test_a_kept_plan_is_shown_and_changes_are_checked(context: RegionContext, june_plan: PlanView) -> None:
    store = new_store()
    plan_id = keep_plan(store, json.loads(json.dumps(document(june_plan))), "tests").record_id
    client = local_client(context, store)
    page = client.get(f"/planner/plans/{plan_id}?lang=fr")
    assert page.status_code == 200
    for convoy in june_plan.convoys:
        assert all(f"{each}.gpx" in page.text for each in convoy.plan.order_ids if convoy.runs)
    there = f"/planner/plans/{plan_id}?lang=fr"
    bad = client.post(there, data={"action": "edit", "add_more": "nowhere--else:001", "lock": "tamanrasset-9:1"})
    assert bad.status_code == 422 and "nowhere--else:001" in bad.text and "tamanrasset-9:1" in bad.text
    stale = client.post(there, data={"action": "status", "status": "ordered", "etag": "old"})
    assert stale.status_code == 422 and 'role="alert"' in stale.text
    good = client.post(there, data={"action": "edit", "lock": "agadez-1:1"}, follow_redirects=False)
    assert good.status_code == 303 and "/planner/jobs/" in good.headers["location"]
    where = client.post(there, data={"action": "divert", "alert": "nowhere at all"})
    assert where.status_code == 422


def test_words_of_reports_come_out_as_words(client: TestClient) -> None:
    told = {"kind": "water_report", "water_id": "dirkou", "state": "dry", "remark": HOSTILE, "once": "one"}
    assert client.post("/planner/reports?lang=fr", data=told, follow_redirects=False).status_code == 303
    assert client.post("/planner/reports?lang=fr", data=told, follow_redirects=False).status_code == 303
    page = client.get("/planner/reports?lang=fr").text
    assert page.count("&lt;/script&gt;&lt;img") == 1 and "<img" not in page
    bad = client.post("/planner/reports?lang=fr", data={"kind": "incident", "where": "nowhere", "source": "x"})
    assert bad.status_code == 422
    assert client.post("/planner/reports?lang=fr", data={"kind": "plan"}).status_code == 422


@pytest.mark.parametrize(("hours", "told"), [(0.4, 0), (5.9, 5), (23.9, 23), (30.9, 30), (31.9, 30), (-2, 0)])
def test_hours_are_rounded_down_to_what_is_known(hours: float, told: int) -> None:
    assert told_hours(hours) == told
