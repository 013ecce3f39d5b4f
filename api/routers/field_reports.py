"""What the field reports of wells, closures and incidents. Never public: planners only, every read in the audit.

After a report is kept, what planners are told takes it into account (`api.usecases.field_reports`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from api.access.policy import allowed
from api.access.who import audience_of
from api.router import NamedRouter, context_of, json_answer, store_of
from api.store.store import Stored
from api.usecases.report_desk import REPORT_KINDS
from api.versions import conditions_of, versioned_answer
from data.errors import BadInput

if TYPE_CHECKING:
    from api.usecases.report_desk import ReportKind

routes = APIRouter()
Report = Annotated[dict[str, Any], Body()]
Moment = Annotated[str | None, Query(max_length=40, examples=["2026-06-01T00:00Z"])]


def _add_routes(what: ReportKind) -> None:
    """Add the five routes of a kind of report."""
    from api.usecases.inputs import span_of
    from api.usecases.report_desk import read_field_report

    policy = what.path.replace("-", "_")
    one = f"show_{what.kind}"

    def seen(request: Request, stored: Stored) -> dict[str, Any]:
        values = {"report_id": stored.record_id, "version": stored.version, "etag": stored.etag, **stored.body}
        return allowed(policy, values, audience_of(request))

    def document(request: Request, stored: Stored, taken_out: tuple[str, ...] = ()) -> dict[str, Any]:
        version = context_of(request).pack.version
        return {**seen(request, stored), "taken_out": list(taken_out), "data_version": version}

    def keep(request: Request, record_id: str | None, body: dict[str, Any]) -> Response:
        store, wanted = store_of(request), conditions_of(request)
        kept, taken_out = read_field_report(what, context_of(request), body, store.clock())
        stored = store.put(
            what.kind, record_id, kept, wanted.author,
            if_version=wanted.if_version, idempotency_key=wanted.idempotency_key,
        )  # fmt: skip
        status = 201 if stored.version == 1 else 200
        answer = versioned_answer(request, stored, document(request, stored, taken_out), status)
        answer.headers["Location"] = str(request.url_for(one, report_id=stored.record_id))
        return answer

    @routes.post(f"/{what.path}", status_code=201, name=f"add_{what.kind}")
    def add_report(request: Request, report: Report) -> Response:
        """Keep a report; its id is what `report_id` says, else made here."""
        body = dict(report)
        return keep(request, body.pop("report_id", None), body)

    @routes.get(f"/{what.path}", name=f"list_{what.kind}")
    def list_reports(
        request: Request,
        since: Moment = None,
        until: Moment = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[str | None, Query(max_length=80)] = None,
    ) -> Response:
        """List reports by id, of what happened between two moments; `after` is the last id of the page before."""
        first, last = span_of(since, until)
        found = store_of(request).list(what.kind, since=first, until=last, limit=limit, after=after)
        reports = [seen(request, each) for each in found]
        return json_answer({"reports": reports, "data_version": context_of(request).pack.version})

    @routes.get(f"/{what.path}/{{report_id}}", name=one)
    def show_report(request: Request, report_id: str) -> Response:
        """Show one report, with its ETag."""
        stored = store_of(request).get(what.kind, report_id)
        return versioned_answer(request, stored, document(request, stored))

    @routes.put(f"/{what.path}/{{report_id}}", name=f"write_{what.kind}")
    def write_report(request: Request, report_id: str, report: Report) -> Response:
        """Write a report under an id made by the client; to correct one, If-Match names the version that was seen."""
        return keep(request, report_id, report)

    @routes.delete(f"/{what.path}/{{report_id}}", name=f"delete_{what.kind}", status_code=204)
    def delete_report(request: Request, report_id: str) -> Response:
        """Take a report back; If-Match names the version that was seen. Its history stays."""
        wanted = conditions_of(request)
        if wanted.if_version is None:
            raise BadInput('If-Match: name the version you have seen, as its ETag: "..."')
        store_of(request).delete(
            what.kind, report_id, wanted.author,
            if_version=wanted.if_version, idempotency_key=wanted.idempotency_key,
        )  # fmt: skip
        return Response(status_code=204)


for _kind in REPORT_KINDS:
    _add_routes(_kind)

ROUTER = NamedRouter("field_reports", routes)
