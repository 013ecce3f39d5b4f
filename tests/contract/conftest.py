"""Fixtures of the contract tests: the application as one user on the machine reads it, and its API definition."""

import pytest
from tests_access import local_client


@pytest.fixture(scope="module")
def client(context):
    with local_client(context) as opened:
        yield opened


@pytest.fixture(scope="module")
def definition(client):
    return client.get("/api").json()
