"""The abstract tests of OGC API Processes 1.0 Part 1 (OGC 18-062r2, annex A) as far as they apply, by their names.

Two do not: bounding boxes are inputs of no process, and none has more than one output by value.
"""

from __future__ import annotations

import base64

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from tests_access import local_client, new_store
from tests_runner import at_work, ended, is_alive, runner, until

from api.execute import MOST_WAIT_S, wait_s
from api.process import processes
from api.runner import names

EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
CONF = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
SITING = {"kind": "beacon", "count": 1, "date": "2026-06-15", "countries": ["NE"]}
ASYNC = {"Prefer": "respond-async"}
FAULTY = {"incidents": "nothing", "train_until": "2020-12-31"}


@pytest.fixture(scope="module")
def store():
    return new_store()


@pytest.fixture(scope="module")
def client(context, store):
    with local_client(context, store=store) as opened:
        yield opened


@pytest.fixture(scope="module")
def working(store, tmp_path_factory):
    """Somebody who does what is asked; files go where the application looks for them."""
    folder = tmp_path_factory.mktemp("runner")
    with runner(store, folder, GUELTA_RESULTS=f"{store.database.url.database}.results") as begun:
        yield begun


@pytest.fixture(scope="module")
def sited(client, store, working):
    """The place of a job that is done."""
    place = ask(client, "siting", SITING, response="document").headers["location"]
    assert ended(store, place.rpartition("/")[2]) == "done"
    return place


def ask(client, process, inputs, headers=ASYNC, **more):
    return client.post(f"/processes/{process}/execution", json={"inputs": inputs, **more}, headers=headers)


def is_status(told, **expected):
    assert told["type"] == "process" and {"jobID", "processID", "status", "links"} <= set(told)
    assert told["status"] in ("accepted", "running", "successful", "failed", "dismissed")
    assert isinstance(told["progress"], int) and 0 <= told["progress"] <= 100
    assert {name: told[name] for name in expected} == expected


def test_landingpage_success(client):
    rels = {link["rel"]: link["href"] for link in client.get("/").json()["links"]}
    assert {"service-desc", "service-doc", f"{REL}/conformance", f"{REL}/processes", f"{REL}/job-list"} <= set(rels)
    assert all(
        client.get(rels[f"{REL}/{each}"]).status_code == 200 for each in ("conformance", "processes", "job-list")
    )


def test_conformance_success(client):
    declared = set(client.get("/conformance").json()["conformsTo"])
    classes = ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss")
    assert {f"{CONF}/{each}" for each in classes} <= declared
    assert not {f"{CONF}/{each}" for each in ("html", "callback")} & declared


def test_api_definition_success(client):
    definition = client.get("/api").json()
    assert not list(OpenAPIV30SpecValidator(definition).iter_errors())
    paths = definition["paths"]
    assert {"get"} <= set(paths["/processes"]) and {"post"} <= set(paths["/processes/{processID}/execution"])
    assert {"get", "delete"} <= set(paths["/jobs/{jobID}"]) and {"get"} <= set(paths["/jobs/{jobID}/results"])
    listed = {each["name"] for each in paths["/jobs"]["get"]["parameters"]}
    assert listed >= {"type", "processID", "status", "datetime", "minDuration", "maxDuration", "limit"}


def test_http(client):
    assert client.get("/processes").status_code == 200 and client.put("/processes").status_code == 405
    assert client.get("/processes/siting/execution").status_code == 405


def test_process_list_success(client):
    listed = client.get("/processes").json()
    assert {each["id"] for each in listed["processes"]} == set(processes()) == set(names())
    for each in listed["processes"]:
        assert {"id", "version", "title", "jobControlOptions", "outputTransmission"} <= set(each)
        assert client.get(each["links"][0]["href"]).json()["id"] == each["id"]
    assert any(link["rel"] == "self" for link in listed["links"])


def test_process_list_limit_response(client):
    assert len(client.get("/processes?limit=2").json()["processes"]) == 2
    for wrong in ("limit=0", "limit=x", "limit=1001", "bbox=1"):
        assert client.get(f"/processes?{wrong}").status_code == 400


@pytest.mark.parametrize("name", names())
def test_process_success(client, name):
    told = client.get(f"/processes/{name}").json()
    assert {link["rel"] for link in told["links"]} >= {"self", f"{REL}/execute"}
    assert set(told["jobControlOptions"]) <= {"sync-execute", "async-execute", "dismiss"}
    for each in (*told["inputs"].values(), *told["outputs"].values()):
        # the schemas are OpenAPI 3.0 and what the standard adds to it: no null among the types, no bounds of 3.1
        plain = {name: value for name, value in each["schema"].items() if not name.startswith("content")}
        wrapped = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}}
        wrapped["components"] = {"schemas": {"one": plain}}
        assert not list(OpenAPIV30SpecValidator(wrapped).iter_errors())
    required = {key for key, each in told["inputs"].items() if each["minOccurs"]}
    assert required == {key for key, each in processes()[name].inputs.model_fields.items() if each.is_required()}


def test_process_exception_no_such_process(client):
    for answer in (client.get("/processes/none"), ask(client, "none", {})):
        assert answer.status_code == 404 and answer.json()["type"] == f"{EXCEPTION}/no-such-process"
        assert answer.headers["content-type"] == "application/problem+json"


def test_job_creation_input_validation(client, store):
    before = len(store.jobs.heads())
    wrong = [
        ("siting", {**SITING, "count": 0, "kind": 3}, ["kind", "count"]),
        ("siting", {**SITING, "date": "soon", "countries": ["XX"], "kind": "tower"}, ["soon", "'XX'", "'tower'"]),
        ("siting", {**SITING, "more": 1}, ["more"]),
        ("siting", {}, ["kind", "date"]),
        ("patrol_plan", {"date": "2026-06-15", "bases": ["nowhere:2"], "closed": ["x"]}, ["nowhere", "'x'"]),
        ("patrol_simulation", {"plan": {"value": {}}}, ["is no plan"]),
        ("risk_raster", {"date": "2026-06-15", "resolution_deg": 0.001}, ["resolution_deg"]),
        ("hindcast", {"incidents": "x", "train_until": "2020-12-31", "test_from": "2019-01-01"}, ["in order"]),
        ("search_plan", {"case_id": "C-20260615-01"}, ["C-20260615-01"]),
        ("siting", {**SITING, "kind": {"href": "file:///etc/passwd"}}, ["refers to nothing"]),
        ("siting", {**SITING, "kind": {"href": "http://127.0.0.1:1/jobs/x/results/y"}}, ["no job 'x'"]),
    ]
    for process, inputs, parts in wrong:
        answer = ask(client, process, inputs)
        assert answer.status_code in (400, 404), answer.text
        assert all(part in answer.text for part in parts), answer.text
    for body in ({"outputs": {"none": {}}}, {"outputs": {"sites": {"format": {"mediaType": "text/plain"}}}},
                 {"subscriber": {}}, {"response": "none"}):  # fmt: skip
        assert client.post("/processes/siting/execution", json={"inputs": SITING, **body}).status_code == 400
    by_value = {"outputs": {"risk": {"transmissionMode": "value"}}}
    assert ask(client, "risk_raster", {"date": "2026-06-15"}, **by_value).status_code == 400
    for body in (b"", b"{", b"[]", b'{"inputs": []}'):
        assert client.post("/processes/siting/execution", content=body).status_code == 400
    assert len(store.jobs.heads()) == before


def test_job_creation_success_async(client, store):
    answer = ask(client, "siting", SITING)
    assert answer.status_code == 201 and answer.headers["preference-applied"] == "respond-async"
    is_status(answer.json(), status="accepted", processID="siting")
    place = answer.headers["location"]
    assert place.endswith(f"/jobs/{answer.json()['jobID']}") and client.get(place).json() == answer.json()
    early = client.get(f"{place}/results")
    assert early.status_code == 404 and early.json()["type"] == f"{EXCEPTION}/result-not-ready"
    store.jobs.dismiss(answer.json()["jobID"])


def test_the_same_idempotency_key_is_the_same_job(client, store):
    answers = [ask(client, "siting", SITING, {**ASYNC, "Idempotency-Key": "one"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201] and answers[0].json() == answers[1].json()
    other = ask(client, "siting", {**SITING, "count": 2}, {**ASYNC, "Idempotency-Key": "one"})
    assert other.status_code == 409
    assert (
        ask(client, "siting", SITING, {**ASYNC, "Idempotency-Key": "two"}).json()["jobID"] != answers[0].json()["jobID"]
    )
    for each in store.jobs.heads(states=["queued"]):
        store.jobs.dismiss(each.job_id)


def test_job_creation_auto_and_default_execution_mode():
    assert (
        wait_s("", is_quick=True) == wait_s("wait=600", is_quick=True) == MOST_WAIT_S > wait_s("wait=5", is_quick=True)
    )
    assert wait_s("return=minimal, Wait=5", is_quick=True) == 5 and wait_s("wait=x", is_quick=True) == MOST_WAIT_S
    assert wait_s("respond-async, wait=5", is_quick=True) == wait_s("", is_quick=False) == 0


def test_job_results_success_async_document(client, sited):
    told = client.get(sited).json()
    is_status(told, status="successful", progress=100)
    assert told["created"] <= told["started"] <= told["finished"] <= told["updated"]
    results = next(link["href"] for link in told["links"] if link["rel"] == f"{REL}/results")
    found = client.get(results).json()
    assert set(found) == {"sites"} and found["sites"]["mediaType"] == "application/json"
    schema = client.get("/processes/siting").json()["outputs"]["sites"]["schema"]
    jsonschema.validate(found["sites"]["value"], {"type": schema["type"]})
    assert len(found["sites"]["value"]["sites"]) == 1
    assert client.get(f"{sited}/results/sites").json() == found["sites"]["value"]
    assert client.get(f"{sited}/results/none").status_code == 404


def test_job_creation_success_sync_raw_value_one(client, store, sited):
    encoded = base64.b64encode(b"beacon").decode()
    answer = ask(client, "siting", {**SITING, "kind": {"value": encoded, "encoding": "base64"}}, {})
    if answer.status_code == 201:  # the machine is busy: what is not done in half a minute is a job
        assert ended(store, answer.json()["jobID"]) == "done" and "preference-applied" not in answer.headers
        answer = client.get(f"{answer.headers['location']}/results")
    assert answer.status_code == 200 and answer.json() == client.get(f"{sited}/results/sites").json()


def test_job_results_success_async_raw_ref(client, store, working):
    answer = ask(client, "risk_raster", {"date": "2026-06-15", "resolution_deg": 2}, outputs={"risk": {}, "water": {}})
    assert answer.status_code == 201 and ended(store, answer.json()["jobID"]) == "done"
    place = answer.headers["location"]
    results = client.get(f"{place}/results")
    assert results.status_code == 204 and results.content == b""
    assert results.headers["link"].count("<http") == 2 and f"<{place}/results/risk>; rel=" in results.headers["link"]
    file = client.get(f"{place}/results/risk")
    assert file.headers["content-type"] == "image/tiff; application=geotiff" and file.content[:4] == b"II*\0"
    gone = client.delete(place)
    is_status(gone.json(), status="dismissed")
    for path in ("/results", "/results/risk"):
        assert client.get(place + path).json()["type"] == f"{EXCEPTION}/result-not-ready"
    assert client.delete(place).json() == gone.json() == client.get(place).json()


def test_job_results_failed(client, store, working):
    data = "data:text/csv;base64," + base64.b64encode(b"nothing").decode()
    answer = ask(client, "hindcast", {**FAULTY, "incidents": {"href": data}})
    assert answer.status_code == 201 and ended(store, answer.json()["jobID"]) == "failed"
    told = client.get(answer.headers["location"]).json()
    results = client.get(f"{answer.headers['location']}/results")
    assert results.status_code == 400 and results.headers["content-type"] == "application/problem+json"
    assert results.json()["faults"] and told["message"] == results.json()["detail"]


def test_job_dismiss_success(client, store, working):
    answer = ask(client, "risk_raster", {"date": "2026-06-15", "resolution_deg": 0.05})
    place, job_id = answer.headers["location"], answer.json()["jobID"]
    at_work(store, job_id)
    child = max(working.family())
    is_status(client.delete(place).json(), status="dismissed", jobID=job_id)
    until(lambda: not is_alive(child), "the end of dismissed work")
    # whoever did it takes the next one
    after = ask(client, "hindcast", FAULTY).json()["jobID"]
    assert ended(store, after) == "failed" and store.jobs.head(job_id).state == "cancelled"


def test_job_exception_no_such_job(client):
    for path in ("", "/results", "/results/sites"):
        answer = client.get("/jobs/none" + path)
        assert answer.status_code == 404 and answer.json()["type"] == f"{EXCEPTION}/no-such-job"
    assert client.delete("/jobs/none").json()["type"] == f"{EXCEPTION}/no-such-job"


def test_job_list(client, store, sited):
    def ids(query=""):
        listed = client.get(f"/jobs?limit=1000&{query}").json()["jobs"]
        for each in listed:
            is_status(each)
        return [each["jobID"] for each in listed]

    one = sited.rpartition("/")[2]
    everything = ids()
    assert one in everything and ids("type=process") == everything and ids("type=other") == []
    assert one in ids("processID=siting") and one in ids("processID=hindcast&processID=siting")
    assert one not in ids("processID=hindcast") and ids("processID=none") == []
    assert one in ids("status=successful,failed") and one not in ids("status=failed")
    created = client.get(sited).json()["created"]
    assert one in ids(f"datetime={created}/..") and one not in ids("datetime=../2020-01-01")
    assert one in ids("minDuration=0") and one not in ids("minDuration=100000") and one not in ids("maxDuration=0")
    for wrong in (
        "status=done",
        "datetime=June",
        "minDuration=-1",
        "limit=0",
        "limit=1001",
        "colour=red",
        "limit=1&limit=2",
    ):
        assert client.get(f"/jobs?{wrong}").status_code == 400, wrong
    paged, address = [], f"{sited.rpartition('/')[0]}?limit=1"
    while address:
        page = client.get(address).json()
        paged += [each["jobID"] for each in page["jobs"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert paged == everything
