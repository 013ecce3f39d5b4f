"""Fixtures of the contract tests: the application, and its API definition."""

import pytest
from fastapi.testclient import TestClient

from api.app import create_app


@pytest.fixture(scope="module")
def client(context):
    with TestClient(create_app(context)) as opened:
        yield opened


@pytest.fixture(scope="module")
def definition(client):
    return client.get("/api").json()
