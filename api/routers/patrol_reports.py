"""What patrols report on their return. Never public: planners only, every read in the audit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from api.access.policy import allowed
from api.access.who import audience_of
from api.router import NamedRouter, context_of, json_answer, store_of
from api.store.store import Stored
from api.usecases.inputs import span_of
from api.usecases.patrol_reports import KIND, keep_report, read_report
from api.versions import conditions_of, versioned_answer

routes = APIRouter()
Report = Annotated[
    dict[str, Any],
    Body(
        examples=[
            {
                "asset_id": "car-1",
                "left_at": "2026-06-15T05:30Z",
                "back_at": "2026-06-15T17:40Z",
                "km": 412,
                "corridor": "niger-libya",
                "groups": [{"at": "2026-06-15T09:10Z", "adults": 14, "need": "water", "handed_to": "agadez"}],
            }
        ]
    ),
]


def _seen(request: Request, stored: Stored) -> dict[str, Any]:
    values = {"report_id": stored.record_id, "version": stored.version, "etag": stored.etag, **stored.body}
    return allowed("patrol_reports", values, audience_of(request))


def _document(request: Request, stored: Stored, taken_out: tuple[str, ...] = ()) -> dict[str, Any]:
    return {**_seen(request, stored), "taken_out": list(taken_out), "data_version": context_of(request).pack.version}


def _keep(request: Request, record_id: str | None, body: dict[str, Any]) -> Response:
    report, taken_out = read_report(context_of(request), body)
    wanted = conditions_of(request)
    stored = keep_report(
        store_of(request), record_id, report, wanted.author,
        if_version=wanted.if_version, idempotency_key=wanted.idempotency_key,
    )  # fmt: skip
    status = 201 if stored.version == 1 else 200
    answer = versioned_answer(request, stored, _document(request, stored, taken_out), status)
    answer.headers["Location"] = str(request.url_for("show_report", report_id=stored.record_id))
    return answer


@routes.post("/patrol-reports", status_code=201)
def add_report(request: Request, report: Report) -> Response:
    """Keep what a patrol reports; its id is what `report_id` says, else made of asset and time of leaving."""
    record_id = report.pop("report_id", None)
    return _keep(request, record_id, report)


@routes.get("/patrol-reports")
def list_reports(
    request: Request,
    since: Annotated[str | None, Query(max_length=40, examples=["2026-06-01T00:00Z"])] = None,
    until: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """List reports by id, those of patrols that left between two moments; `after` is the last id of the page before."""
    first, last = span_of(since, until)
    found = store_of(request).list(KIND, since=first, until=last, limit=limit, after=after)
    reports = [_seen(request, each) for each in found]
    return json_answer({"reports": reports, "data_version": context_of(request).pack.version})


@routes.get("/patrol-reports/{report_id}")
def show_report(request: Request, report_id: str) -> Response:
    """Show one report, with its ETag."""
    stored = store_of(request).get(KIND, report_id)
    return versioned_answer(request, stored, _document(request, stored))


@routes.put("/patrol-reports/{report_id}")
def write_report(request: Request, report_id: str, report: Report) -> Response:
    """Write a report under an id made by the client; to correct one, If-Match names the version that was seen."""
    return _keep(request, report_id, report)


ROUTER = NamedRouter("patrol_reports", routes)
