"""Clients that tests ask with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api.access.setup import Access
from api.app import create_app
from api.context import RegionContext


def local_client(context: RegionContext, cases: Path | None = None, access: Access | None = None) -> TestClient:
    """Return a client on the machine itself, a planner there without key."""
    app = create_app(context, cases or Path("cases"), access or Access.open_planner())
    return TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000))


def client_of(
    context: RegionContext, access: Access, key: str = "", cases: Path | None = None, **more: Any
) -> TestClient:
    """Return a client elsewhere, with a key."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    app = create_app(context, cases or Path("cases"), access)
    return TestClient(app, headers=headers, client=("203.0.113.7", 50000), **more)
