"""Stores on both databases: SQLite files, and a throw-away PostGIS cluster where its programs are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_cluster import Cluster, programs

from api.store.store import Store, open_store


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    folder = programs()
    if folder is None:
        reason = "PostgreSQL's programs are not here (Debian: postgresql-15-postgis-3)"
        if os.environ.get("GUELTA_REQUIRE_POSTGIS"):
            pytest.fail(reason)
        pytest.skip(reason)
    with Cluster(folder) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgis"])
def new_url(request, tmp_path: Path):
    """Gives the URL of one more empty database each time it is called."""
    if request.param == "sqlite":
        numbers = iter(range(1000))
        return lambda: f"sqlite:///{tmp_path}/store{next(numbers)}.db"
    return request.getfixturevalue("cluster").new_database


@pytest.fixture
def new_store(new_url) -> Iterator:
    opened: list[Store] = []

    def make(url: str | None = None, clock=None) -> Store:
        opened.append(open_store(url or new_url(), clock))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(new_store) -> Store:
    return new_store()
