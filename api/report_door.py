"""The routes of one kind of report: keep, list, show, correct, take back, with the versions that clients have seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from api.access.policy import allowed
from api.access.who import audience_of
from api.router import context_of, json_answer, store_of
from api.store.store import Stored
from api.versions import Conditions, conditions_of, versioned_answer
from data.errors import BadInput

Report = Annotated[dict[str, Any], Body()]
Moment = Annotated[str | None, Query(max_length=40, examples=["2026-06-01T00:00Z"])]
Kept = tuple[Stored, tuple[str, ...]]


@dataclass(frozen=True)
class ReportDoor:
    """A kind of report as it is served.

    Attributes
    ----------
    kind : str
        Of the store.
    path : str
        Under which it is served, and the kind of `api.access.policy` with underscores.
    write : callable
        Check and keep a body under an id (None: one is made); returns what is stored, and what was taken out of words.
    example : dict, optional
        A body, for the definition of the API.
    """

    kind: str
    path: str
    write: Callable[[Request, str | None, dict[str, Any], Conditions], Kept]
    example: dict[str, Any] | None = None

    def seen(self, request: Request, stored: Stored) -> dict[str, Any]:
        """Return what who asks may see of a report."""
        values = {"report_id": stored.record_id, "version": stored.version, "etag": stored.etag, **stored.body}
        return allowed(self.path.replace("-", "_"), values, audience_of(request))

    def document(self, request: Request, stored: Stored, taken_out: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return one report as it is answered."""
        version = context_of(request).pack.version
        return {**self.seen(request, stored), "taken_out": list(taken_out), "data_version": version}

    def keep(self, request: Request, record_id: str | None, body: dict[str, Any]) -> Response:
        """Keep a report and answer with it."""
        stored, taken_out = self.write(request, record_id, body, conditions_of(request))
        status = 201 if stored.version == 1 else 200
        answer = versioned_answer(request, stored, self.document(request, stored, taken_out), status)
        answer.headers["Location"] = str(request.url_for(f"show_{self.kind}", report_id=stored.record_id))
        return answer

    def list(
        self, request: Request, since: str | None, until: str | None, limit: int, after: str | None
    ) -> dict[str, Any]:
        """Return the reports of what happened between two moments."""
        from api.usecases.inputs import span_of

        first, last = span_of(since, until)
        found = store_of(request).list(self.kind, since=first, until=last, limit=limit, after=after)
        reports = [self.seen(request, each) for each in found]
        return {"reports": reports, "data_version": context_of(request).pack.version}


def add_routes(routes: APIRouter, door: ReportDoor) -> None:
    """Add the routes of a kind of report, all but taking one back."""
    schema = {"examples": [door.example]} if door.example else {}
    body_extra = {"requestBody": {"content": {"application/json": {"schema": schema}}}}

    @routes.post(f"/{door.path}", status_code=201, name=f"add_{door.kind}", openapi_extra=body_extra)
    def add_report(request: Request, report: Report) -> Response:
        """Keep a report; its id is what `report_id` says, else made here."""
        body = dict(report)
        return door.keep(request, body.pop("report_id", None), body)

    @routes.get(f"/{door.path}", name=f"list_{door.kind}")
    def list_reports(
        request: Request,
        since: Moment = None,
        until: Moment = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[str | None, Query(max_length=80)] = None,
    ) -> Response:
        """List reports by id, of what happened between two moments; `after` is the last id of the page before."""
        return json_answer(door.list(request, since, until, limit, after))

    @routes.get(f"/{door.path}/{{report_id}}", name=f"show_{door.kind}")
    def show_report(request: Request, report_id: str) -> Response:
        """Show one report, with its ETag."""
        stored = store_of(request).get(door.kind, report_id)
        return versioned_answer(request, stored, door.document(request, stored))

    @routes.put(f"/{door.path}/{{report_id}}", name=f"write_{door.kind}", openapi_extra=body_extra)
    def write_report(request: Request, report_id: str, report: Report) -> Response:
        """Write a report under an id made by the client; to correct one, If-Match names the version that was seen."""
        return door.keep(request, report_id, report)


def add_taking_back(routes: APIRouter, door: ReportDoor) -> None:
    """Add the route that takes a report back."""

    @routes.delete(f"/{door.path}/{{report_id}}", name=f"delete_{door.kind}", status_code=204)
    def delete_report(request: Request, report_id: str) -> Response:
        """Take a report back; If-Match names the version that was seen. Its history stays."""
        wanted = conditions_of(request)
        if wanted.if_version is None:
            raise BadInput('If-Match: name the version you have seen, as its ETag: "..."')
        store_of(request).delete(
            door.kind, report_id, wanted.author,
            if_version=wanted.if_version, idempotency_key=wanted.idempotency_key,
        )  # fmt: skip
        return Response(status_code=204)
