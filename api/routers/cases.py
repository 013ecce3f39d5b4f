"""Distress cases: the same desk as the command line. Never public: planners only, every read in the audit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Field

from api.plain_body import PlainBody
from api.router import NamedRouter, json_answer, reported_region_of, store_of
from data.errors import BadInput

if TYPE_CHECKING:
    from api.usecases.case_desk import CaseDesk

routes = APIRouter()
Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]


class AlertBody(PlainBody):
    """Body of `POST /cases`: a message as it came in, or fields; fields win over the message."""

    message: Annotated[str, Field(max_length=4000)] = ""
    by: Role = "coordinator"
    where: Annotated[str, Field(max_length=400)] | None = None
    told_at: str | None = Field(default=None, max_length=40, examples=["2026-06-15T10:00Z"])
    last_contact: str | None = Field(default=None, max_length=40)
    adults: int | None = Field(default=None, ge=0, le=100_000)
    children: int | None = Field(default=None, ge=0, le=100_000)
    pregnant: int | None = Field(default=None, ge=0, le=100_000)
    litres: float | None = Field(default=None, ge=0, le=1e6)
    hours_stranded: float | None = Field(default=None, ge=0, le=240)
    vehicle: str | None = None
    movement: str | None = None
    walked_towards: Annotated[str, Field(max_length=400)] | None = None
    battery_pct: float | None = Field(default=None, ge=0, le=100)
    reported_by: str | None = None
    grade: str | None = None


class UpdateBody(PlainBody):
    """Body of `POST /cases/{case_id}/updates`: words, or one event as `docs/method.md` lists them."""

    message: Annotated[str, Field(max_length=4000)] = ""
    event: dict[str, Any] | None = None
    asset_id: str | None = Field(default=None, max_length=40)
    told_at: str | None = Field(default=None, max_length=40)
    by: Role = "coordinator"


def desk_of(request: Request) -> CaseDesk:
    """Return the desk the application keeps its cases on."""
    from api.usecases.case_desk import CaseDesk

    return CaseDesk(reported_region_of(request), store_of(request))


def _moment(text: str | None, field: str) -> datetime | None:
    from api.usecases.inputs import moment_of

    return None if text is None else moment_of(text, field=field)


@routes.post("/cases", status_code=201)
def open_case(request: Request, alert: AlertBody) -> Response:
    """Open a case; answers with what was understood, the search plan and cases that may be the same event."""
    from api.usecases.case_intake import opened_by, reading_of, similar_cases

    desk = desk_of(request)
    fields = alert.model_dump(exclude={"message", "by"})
    for name in ("told_at", "last_contact"):
        fields[name] = _moment(fields[name], name)
    reading = reading_of(desk.context, alert.message, fields, desk.clock())
    opened = opened_by(reading, alert.message)
    same = similar_cases(desk, opened)
    case_id = desk.open(opened, alert.by)
    _, document = desk.show(case_id)
    return json_answer({**document, "read": reading.read_back().splitlines(), "same_event": same}, status=201)


@routes.get("/cases")
def list_cases(request: Request) -> Response:
    """List all cases."""
    from api.usecases.case_desk import summaries

    desk = desk_of(request)
    return json_answer({"cases": summaries(desk.store), "data_version": desk.context.version})


@routes.get("/cases/{case_id}")
def show_case(request: Request, case_id: str, now: Annotated[str | None, Query(max_length=40)] = None) -> Response:
    """Show a case at a moment; now if none is given."""
    _, document = desk_of(request).show(case_id, _moment(now, "now"))
    return json_answer(document)


@routes.get("/cases/{case_id}/events")
def show_events(request: Request, case_id: str) -> Response:
    """List the events of a case as told."""
    from api.usecases.case_desk import event_log

    desk = desk_of(request)
    lines, remarks = event_log(desk.store, case_id)
    return json_answer({"case_id": case_id, "events": lines, "remarks": remarks, "data_version": desk.context.version})


@routes.post("/cases/{case_id}/updates", status_code=201)
def update_case(request: Request, case_id: str, update: UpdateBody) -> Response:
    """Tell a case something; answers with how it was understood and the new plan."""
    from api.usecases.case_events import Opened, read_event
    from api.usecases.case_tell import Telling, tell

    desk = desk_of(request)
    at = _moment(update.told_at, "told_at")
    told = []
    if update.message:
        told += tell(desk, case_id, Telling(message=update.message, asset_id=update.asset_id), update.by, at)
    if update.event is not None:
        event = read_event(update.event)
        if isinstance(event, Opened):
            raise BadInput("a case is opened once; POST /cases opens another")
        told.append(f"{desk.add(case_id, event, update.by, at)}: {event.kind}")
    if not told:
        raise BadInput("give a message or an event")
    _, document = desk.show(case_id, at)
    return json_answer({**document, "told": told}, status=201)


@routes.post("/cases/{case_id}/tracks", status_code=201)
def add_track(
    request: Request,
    case_id: str,
    content: Annotated[bytes, Body(media_type="application/gpx+xml")],
    asset_id: Annotated[str | None, Query(max_length=40)] = None,
    by: Role = "coordinator",
) -> Response:
    """Tell a case what was searched, as GPX with times."""
    from api.access import uploads
    from api.usecases.case_tell import Telling, tell

    desk = desk_of(request)
    uploads.track(content, "track.gpx")  # a stranger's file: within bounds before anything else reads it
    told = tell(desk, case_id, Telling(gpx_files=(("track.gpx", content),), asset_id=asset_id), by, None)
    _, document = desk.show(case_id)
    return json_answer({**document, "told": told}, status=201)


@routes.post("/cases/{case_id}/orders", status_code=201)
def order_leg(
    request: Request,
    case_id: str,
    asset_id: str,
    rank: Annotated[int, Query(ge=1, le=10)] = 1,
    by: Role = "coordinator",
) -> Response:
    """Give an asset its best leg, or the one of another rank."""
    desk = desk_of(request)
    event = desk.order(case_id, asset_id, by, rank)
    return json_answer({**event.model_dump(mode="json"), "data_version": desk.context.version}, status=201)


ROUTER = NamedRouter("cases", routes)
