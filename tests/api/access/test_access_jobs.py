"""Whose jobs are whose, who may ask for what, and that it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests_access import FREELY, client_of, new_store

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.setup import Access
from api.store.errors import StoreFault
from api.store.store import Store
from api.usecases.case_desk import CaseDesk
from api.usecases.case_events import Opened

RASTER = {"inputs": {"date": "2026-06-15"}}
SITING = {"inputs": {"kind": "beacon", "date": "2026-06-15"}}


@pytest.fixture
def store() -> Store:
    return new_store()


@pytest.fixture
def access(store: Store) -> Access:
    return replace(Access.of_store(store, {}), limits=replace(FREELY, open_jobs=3))


@pytest.fixture
def doors(context, access, store):
    """Gives a client with a key of its own each time, on one store."""

    def door(audience: Audience, **more):
        key = new_key(access.keys, audience, "planning rescue convoys from Agadez", **more)[0]
        return client_of(context, access, key, store)

    door.store = store
    return door


def ask(client, process, body):
    return client.post(f"/processes/{process}/execution", json=body, headers={"Prefer": "respond-async"})


def listed(client):
    return [each["id"] for each in client.get("/processes").json()["processes"]]


def test_each_hears_only_of_what_they_may_ask_for(doors, context, access):
    public = client_of(context, access)
    assert listed(public) == [] and public.get("/processes/siting").status_code == 404
    assert public.post("/processes/risk_raster/execution", json=RASTER).status_code == 401
    assert (
        public.get("/jobs").status_code
        == public.get("/jobs/x").status_code
        == public.delete("/jobs/x").status_code
        == 401
    )
    researcher = doors(Audience.RESEARCHER)
    assert (
        listed(researcher) == ["hindcast", "risk_raster"] and ask(researcher, "risk_raster", RASTER).status_code == 201
    )
    refused, none = ask(researcher, "siting", SITING), ask(researcher, "nothing", SITING)
    assert refused.status_code == 404 and refused.text.replace("siting", "nothing") == none.text
    narrow = doors(Audience.PLANNER, scopes=["plans"])
    plans = ["patrol_diversion", "patrol_edit", "patrol_plan", "patrol_simulation", "siting"]
    assert listed(narrow) == plans
    assert ask(narrow, "search_plan", {"inputs": {"case_id": "C-20260615-01"}}).status_code == 404
    assert len(listed(doors(Audience.ADMIN))) == 8


def test_the_jobs_of_others_are_not_told_from_none(doors):
    mine, other, admin = doors(Audience.PLANNER), doors(Audience.PLANNER), doors(Audience.ADMIN)
    job = ask(mine, "siting", SITING).json()["jobID"]
    doors.store.jobs.finish(doors.store.jobs.claim("w"), {"values": {"sites": {"secret": 1}}, "files": {}})
    for path in ("", "/results", "/results/sites"):
        assert mine.get(f"/jobs/{job}{path}").status_code == admin.get(f"/jobs/{job}{path}").status_code == 200
        there, not_there = other.get(f"/jobs/{job}{path}"), other.get(f"/jobs/{'0' * 32}{path}")
        assert there.status_code == 404 and there.text.replace(job, "0" * 32) == not_there.text
    assert other.delete(f"/jobs/{job}").status_code == 404
    assert other.get("/jobs").json()["jobs"] == [] and len(admin.get("/jobs").json()["jobs"]) == 1
    plan = {"inputs": {"plan": {"href": f"http://testserver/jobs/{job}/results/sites"}}}
    theirs, own = ask(other, "patrol_simulation", plan), ask(mine, "patrol_simulation", plan)
    assert theirs.status_code == own.status_code == 400
    assert "there is no job" in theirs.text and "plan: is no plan" in own.text
    same = {"Prefer": "respond-async", "Idempotency-Key": "k"}
    jobs = {
        each.post("/processes/siting/execution", json=SITING, headers=same).json()["jobID"] for each in (mine, other)
    }
    assert len(jobs) == 2


def test_so_many_jobs_of_one_key(doors):
    client = doors(Audience.RESEARCHER)
    answers = [ask(client, "risk_raster", RASTER) for _ in range(4)]
    assert [each.status_code for each in answers] == [201, 201, 201, 429] and "3 jobs" in answers[3].text
    assert ask(doors(Audience.RESEARCHER), "risk_raster", RASTER).status_code == 201
    client.delete(answers[0].headers["location"])
    assert ask(client, "risk_raster", RASTER).status_code == 201


def test_jobs_and_the_cases_they_read_are_in_the_audit(doors, context, access, tmp_path, monkeypatch):
    told = datetime(2026, 6, 15, 10, tzinfo=UTC)
    opened = Opened(where="90 km west of Dirkou", told_at=told, adults=27)
    case = CaseDesk(context, doors.store).open(opened, "coordinator")
    client = doors(Audience.PLANNER)
    job = ask(client, "search_plan", {"inputs": {"case_id": case}}).json()["jobID"]
    doors.store.jobs.finish(doors.store.jobs.claim("w"), {"values": {"search_plan": {"case_id": case}}, "files": {}})
    assert client.get(f"/jobs/{job}").status_code == client.get(f"/jobs/{job}/results").status_code == 200
    client.delete(f"/jobs/{job}")
    entries = doors.store.audit.read()
    assert [(each.action, each.subject) for each in entries] == [
        ("write", "job search_plan"), ("read", f"case {case}"), ("read", f"job {job}"), ("read", f"job {job}"),
        ("read", f"case {case}"), ("write", f"job {job}"),
    ]  # fmt: skip
    assert "Dirkou" not in repr(entries)
    again = ask(client, "search_plan", {"inputs": {"case_id": case}}).json()["jobID"]
    doors.store.jobs.finish(doors.store.jobs.claim("w"), {"values": {"search_plan": {"case_id": case}}, "files": {}})
    note = access.audit.note

    def full(entry):
        if entry.kind == "case":
            raise StoreFault("no space left")
        note(entry)

    monkeypatch.setattr(access.audit, "note", full)
    for answer in (client.get(f"/jobs/{again}/results"), ask(client, "search_plan", {"inputs": {"case_id": case}})):
        assert answer.status_code == 503 and case not in answer.text
