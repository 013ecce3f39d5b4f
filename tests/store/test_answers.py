"""What the store refuses, as HTTP answers it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from tests_store import water

from api.problems import install


@pytest.fixture
def client(store):
    """Doors that hand If-Match and Idempotency-Key straight to the store."""

    app = FastAPI()
    install(app, "test")

    @app.put("/{kind}/{record_id}")
    async def put(kind: str, record_id: str, request: Request):
        version, key = request.headers.get("if-match"), request.headers.get("idempotency-key")
        body = await request.json()
        return store.put(kind, record_id, body, "desk", if_version=version, idempotency_key=key).etag

    @app.get("/{kind}/{record_id}")
    def get(kind: str, record_id: str):
        return store.get(kind, record_id).etag

    return TestClient(app)


def test_a_silent_overwrite_is_never_answered_with_200(client):
    first = client.put("/water_report/w-1", json=water("a"))
    assert first.status_code == 200
    assert client.put("/water_report/w-1", json=water("b")).status_code == 409
    second = client.put("/water_report/w-1", json=water("b"), headers={"If-Match": first.json()})
    assert second.status_code == 200
    refused = client.put("/water_report/w-1", json=water("c"), headers={"If-Match": first.json()})
    assert refused.status_code == 412 and refused.json()["title"] == "precondition failed"
    assert client.get("/water_report/w-1").json() == second.json()
    assert client.get("/water_report/none").status_code == 404
    assert client.put("/water_report/w-2", json=water(), headers={"Idempotency-Key": "k"}).status_code == 200
    assert client.put("/water_report/w-3", json=water(), headers={"Idempotency-Key": "k"}).status_code == 409
    assert client.put("/water_report/w-4", json=water(name="x")).status_code == 422


def test_a_store_that_cannot_be_reached_is_503(client, store, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def gone(*_):
        raise OperationalError("SELECT", {}, Exception("the connection is gone"))

    monkeypatch.setattr(store.database.engine, "connect", gone)
    answer = client.get("/water_report/w-1")
    assert answer.status_code == 503 and answer.json()["detail"].count("\n") == 0
