"""What patrols report on their return. Never public: planners only, every read in the audit."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api.report_door import Kept, ReportDoor, add_routes
from api.router import NamedRouter, context_of, store_of
from api.usecases.patrol_reports import KIND, keep_report, read_report
from api.versions import Conditions

routes = APIRouter()
_EXAMPLE = {
    "asset_id": "car-1",
    "left_at": "2026-06-15T05:30Z",
    "back_at": "2026-06-15T17:40Z",
    "km": 412,
    "corridor": "niger-libya",
    "groups": [{"at": "2026-06-15T09:10Z", "adults": 14, "need": "water", "handed_to": "agadez"}],
}


def _write(request: Request, record_id: str | None, body: dict[str, Any], wanted: Conditions) -> Kept:
    report, taken_out = read_report(context_of(request), body)
    # without an id it is made of asset and time of leaving
    stored = keep_report(
        store_of(request), record_id, report, wanted.author,
        if_version=wanted.if_version, idempotency_key=wanted.idempotency_key,
    )  # fmt: skip
    return stored, taken_out


add_routes(routes, ReportDoor(KIND, "patrol-reports", _write, _EXAMPLE))

ROUTER = NamedRouter("patrol_reports", routes)
