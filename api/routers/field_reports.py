"""What the field reports of wells, closures and incidents. Never public: planners only, every read in the audit.

After a report is kept, what planners are told takes it into account (`api.usecases.field_reports`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from api.report_door import Kept, ReportDoor, add_routes, add_taking_back
from api.router import NamedRouter, context_of, store_of
from api.usecases.report_desk import REPORT_KINDS
from api.versions import Conditions

if TYPE_CHECKING:
    from api.usecases.report_desk import ReportKind

routes = APIRouter()


def _door(what: ReportKind) -> ReportDoor:
    def write(request: Request, record_id: str | None, body: dict[str, Any], wanted: Conditions) -> Kept:
        from api.usecases.report_desk import read_field_report

        store = store_of(request)
        kept, taken_out = read_field_report(what, context_of(request), body, store.clock())
        stored = store.put(
            what.kind, record_id, kept, wanted.author,
            if_version=wanted.if_version, idempotency_key=wanted.idempotency_key,
        )  # fmt: skip
        return stored, taken_out

    return ReportDoor(what.kind, what.path, write)


for _kind in REPORT_KINDS:
    add_routes(routes, _door(_kind))
    add_taking_back(routes, _door(_kind))

ROUTER = NamedRouter("field_reports", routes)
