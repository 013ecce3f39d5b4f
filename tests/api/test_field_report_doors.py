"""Wells, closures and incidents reported over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests_access import FREELY, client_of, local_client, new_store

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.setup import Access
from api.access.stored import StoredKeys
from api.context import RegionContext
from api.usecases.field_reports import FieldRegion

WELL = {"water_id": "achegour", "seen_at": "2026-06-14T06:00:00Z", "state": "dry"}
CLOSURE = {"begins": "2026-06-14T00:00:00Z", "segments": ["agadez--arlit:004"], "reason": "sand"}
INCIDENT = {"date": "2026-06-13", "lon": 12.0, "lat": 19.0, "precision_km": 5, "dead": 2, "source": "patrol of Dirkou"}
KINDS = [("water-reports", WELL), ("closures", CLOSURE), ("incident-reports", INCIDENT)]
OTHERWISE = {"water-reports": {"state": "little"}, "closures": {"reason": "flood"}, "incident-reports": {"dead": 3}}


@pytest.fixture(scope="module")
def client(context: RegionContext) -> TestClient:
    return local_client(context)


@pytest.mark.parametrize(("path", "body"), KINDS)
def test_a_report_is_kept_corrected_and_taken_back(client: TestClient, path: str, body: dict[str, Any]) -> None:
    made = client.post(f"/{path}", json=body, headers={"Idempotency-Key": f"one {path}"})
    assert made.status_code == 201 and all(made.json()[name] == value for name, value in body.items())
    again = client.post(f"/{path}", json=body, headers={"Idempotency-Key": f"one {path}"})
    assert again.json()["report_id"] == made.json()["report_id"]
    other = body | OTHERWISE[path]
    there, tag = made.headers["location"], made.headers["etag"]
    assert client.get(there, headers={"If-None-Match": tag}).status_code == 304
    assert client.put(there, json=other).status_code == 409
    changed = client.put(there, json=other, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["version"] == 2
    assert client.put(there, json=body, headers={"If-Match": tag}).status_code == 412
    assert client.delete(there).status_code == 422
    assert [each["report_id"] for each in client.get(f"/{path}").json()["reports"]] == [made.json()["report_id"]]
    assert client.delete(there, headers={"If-Match": changed.headers["etag"]}).status_code == 204
    assert client.get(there).status_code == 404 and client.get(f"/{path}").json()["reports"] == []


def test_words_are_screened(client: TestClient) -> None:
    made = client.post("/water-reports", json={**WELL, "remark": "ask at +227 96 12 34 56, camp at 19.0512N 12.1034E"})
    assert made.json()["remark"] == "ask at [phone], camp at [position]"
    assert made.json()["taken_out"] == ["phone", "position"]
    incident = client.post("/incident-reports", json={**INCIDENT, "source": "a.b@example.org"}).json()
    assert incident["source"] == "[mail]"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("water-reports", {**WELL, "water_id": "nowhere"}, "no water point"),
        ("water-reports", {**WELL, "seen_at": "2099-01-01T00:00:00Z"}, "lies ahead"),
        ("water-reports", {**WELL, "state": "wet"}, "state"),
        ("closures", {**CLOSURE, "segments": ["a--b:001"]}, "not known"),
        ("closures", {"begins": "2026-06-14T00:00:00Z", "reason": "sand"}, "name the segments"),
        ("incident-reports", {**INCIDENT, "date": "2099-01-01"}, "lies ahead"),
        ("incident-reports", {**INCIDENT, "nationality": "x"}, "nationality"),
    ],
)
def test_a_bad_report_is_refused_in_one_line(client: TestClient, path: str, body: dict[str, Any], said: str) -> None:
    answer = client.post(f"/{path}", json=body)
    assert answer.status_code == 422
    assert any(said in each for each in answer.json()["faults"])


def test_the_next_answer_knows_of_a_dry_well(client: TestClient, context: RegionContext) -> None:
    store = client.app.state.store  # type: ignore[attr-defined]
    client.post("/water-reports", json={"water_id": "dirkou", "seen_at": "2026-06-14T06:00:00Z", "state": "dry"})
    table = FieldRegion(context).of(store).pack.water_points.set_index("water_id")
    assert table.at["dirkou", "reliability"] == "reported_dry"


@pytest.mark.parametrize("path", [path for path, _ in KINDS])
def test_nobody_else_hears_of_reports(context: RegionContext, path: str) -> None:

    store = new_store()
    access = replace(Access.of_store(store, {}), limits=FREELY)
    key, _ = new_key(StoredKeys(store), Audience.RESEARCHER, "a study of the network of tracks")
    assert client_of(context, access, key, store).get(f"/{path}").status_code == 403
    assert client_of(context, access, store=store).get(f"/{path}").status_code == 401
