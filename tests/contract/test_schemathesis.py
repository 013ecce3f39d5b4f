"""Schemathesis against the API definition, as the public and as an admin: nothing unforeseen is answered.

Ten seconds each by default, with the same draws each time; GUELTA_FUZZ_S says how long, with draws of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests_server import served

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.stored import StoredKeys
from api.store.store import open_store

SECONDS = int(os.environ.get("GUELTA_FUZZ_S", "10"))
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/guelta.db"


@pytest.fixture(scope="module")
def address(url: str) -> Iterator[str]:
    # without limits of rate, which would answer in the place of what is asked
    freely = {"GUELTA_RATE_ADDRESS": "1000000", "GUELTA_RATE_KEY": "1000000"}
    with served({"GUELTA_STORE": url, "GUELTA_OPEN_PLANNER": "0", **freely}) as running:
        yield running


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.ADMIN])
def test_nothing_unforeseen_is_answered(address: str, url: str, audience: Audience, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIGURATION), "run",
        f"{address}/api", "--max-time", str(SECONDS), "--continue-on-failure", "--no-color", "--warnings", "off",
        "--request-timeout", "120", "--wait-for-schema", "60",
    ]  # fmt: skip
    if "GUELTA_FUZZ_S" not in os.environ:
        command += ["--seed", "2026"]
    if audience is not Audience.PUBLIC:
        key, _ = new_key(StoredKeys(open_store(url)), audience, "trying what the service answers")
        command += ["-H", f"Authorization: Bearer {key}"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-500:]
    assert "generated" in told.stdout


def test_a_method_that_is_not_there_names_those_that_are(address: str) -> None:
    answer = httpx.request("TRACE", f"{address}/collections")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]
    assert httpx.request("TRACE", f"{address}/tiles/risk").status_code == 405
    assert httpx.request("TRACE", f"{address}/nothing").status_code == 404
    assert httpx.put(f"{address}/tiles/risk").status_code == 405
    assert httpx.delete(f"{address}/cases").status_code == 401
    long = httpx.get(f"{address}/collections/segments/items", params={"filter": "x" * 60_000}, timeout=120)
    assert long.status_code == 400 and long.headers["content-type"] == "application/problem+json"


def test_true_is_no_number(address: str, url: str) -> None:
    key, _ = new_key(StoredKeys(open_store(url)), Audience.ADMIN, "trying what the service answers")
    asked = {"date": "2026-06-15", "bases": ["agadez:2"], "hours_since_visit": True}
    answer = httpx.post(f"{address}/patrol-plans", json=asked, headers={"Authorization": f"Bearer {key}"}, timeout=100)
    assert answer.status_code == 422 and "hours_since_visit" in answer.json()["faults"][0]
    asked = {"date": "2026-06-15", "bases": ["agadez:2"], "home_each_night": 0}
    answer = httpx.post(f"{address}/patrol-plans", json=asked, headers={"Authorization": f"Bearer {key}"}, timeout=100)
    assert answer.status_code == 422 and "home_each_night" in answer.json()["faults"][0]
