"""Clients that tests ask with."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import Any

from fastapi.testclient import TestClient

from api.access.limits import Limits
from api.access.setup import Access
from api.app import create_app
from api.context import RegionContext
from api.store.store import Store, open_store

#: Tests ask faster than anybody.
FREELY = Limits(address_per_min=1e6, address_burst=1e6, key_per_min=1e6, key_burst=1e6)


def new_store() -> Store:
    """Return an empty store in a file of its own."""
    return open_store(f"sqlite:///{tempfile.mkdtemp(prefix='guelta-test-')}/guelta.db")


def local_client(context: RegionContext, store: Store | None = None, access: Access | None = None) -> TestClient:
    """Return a client on the machine itself, a planner there without key."""
    access = access or replace(Access.open_planner(), limits=FREELY)
    app = create_app(context, access, store or new_store())
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000))


def client_of(
    context: RegionContext,
    access: Access,
    key: str = "",
    store: Store | None = None,
    **more: Any,
) -> TestClient:
    """Return a client elsewhere, with a key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    app = create_app(context, access, store or new_store())
    return TestClient(app, headers=headers, client=("203.0.113.7", 50000), **more)
