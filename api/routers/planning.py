"""Routes, risk and patrol plans: the same use cases as the command line."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.access.policy import allowed
from api.access.who import audience_of
from api.router import NamedRouter, context_of, json_answer

routes = APIRouter()


class PatrolPlanRequest(BaseModel):
    """Body of `POST /patrol-plans`."""

    model_config = ConfigDict(extra="forbid")

    date: str = Field(examples=["2026-06-15"])
    bases: list[Annotated[str, StringConstraints(max_length=120)]] = Field(
        min_length=1, max_length=20, examples=[["agadez:2", "dirkou:2"]]
    )
    hours: float = Field(12.0, gt=0, le=24)
    seed: int = Field(1, ge=0, le=2**31 - 1)
    closed: list[str] = Field(default_factory=list, max_length=1000)
    required: list[str] = Field(default_factory=list, max_length=1000)
    allow_single: bool = False
    days: int = Field(1, ge=1, le=14)
    explore: float = Field(0.15, ge=0, lt=1)
    vary: float = Field(0.0, ge=0, le=0.5)
    home_each_night: bool = False
    hours_since_visit: float = Field(168.0, ge=0, le=8760)


@routes.get("/routes")
def route(
    request: Request,
    start: Annotated[str, Query(alias="from", max_length=200)],
    end: Annotated[str, Query(alias="to", max_length=200)],
    date: str,
    by: Literal["distance", "time", "risk"] = "time",
    alternatives: Annotated[int, Query(ge=1, le=10)] = 1,
    through_blocked: bool = False,
) -> Response:
    """Find a way between two positions."""
    from api.usecases.inputs import day_of
    from api.usecases.route import find_route, route_document

    context = context_of(request)
    answer = find_route(context, start, end, by, day_of(date), alternatives, through_blocked=through_blocked)
    return json_answer(route_document(answer, context.version))


@routes.get("/risk")
def risk(
    request: Request,
    date: str,
    top: Annotated[int, Query(ge=1, le=100_000)] = 20,
    corridor: str | None = None,
    leg: str | None = None,
) -> Response:
    """List the riskiest segments of a day."""
    from api.usecases.inputs import day_of
    from api.usecases.risk import risk_document, risk_table

    context = context_of(request)
    on = day_of(date)
    table = risk_table(context, on, corridor=corridor, leg_id=leg).head(top)
    document = risk_document(context, on, table)
    audience = audience_of(request)
    document["segments"] = [allowed("risk", record, audience) for record in document["segments"]]
    return json_answer(document)


@routes.get("/survival")
def survival(
    request: Request,
    at: Annotated[str, Query(max_length=200)],
    start: Annotated[str, Query(max_length=40, examples=["2026-06-15T09:00Z"])],
    people: Annotated[int, Query(ge=0, le=10_000)] = 0,
    children: Annotated[int, Query(ge=0, le=10_000)] = 0,
    pregnant: Annotated[int, Query(ge=0, le=10_000)] = 0,
    litres: Annotated[float, Query(ge=0, le=1e6)] = 0.0,
    behaviour: Literal["stay", "walk-night", "walk-day", "unknown"] = "unknown",
    hours_stranded: int = 0,
    tmax: float | None = None,
    tmin: float | None = None,
    humidity: float | None = None,
) -> Response:
    """Say how long a group in distress has got."""
    from api.usecases.survive import Distress, ask, survival_document

    context = context_of(request)
    said = Distress(at, start, people, children, pregnant, litres, behaviour, hours_stranded, tmax, tmin, humidity)
    return json_answer(survival_document(ask(context, said), context.version))


@routes.post("/patrol-plans", status_code=201)
def patrol_plan(request: Request, wanted: PatrolPlanRequest) -> Response:
    """Plan a day's patrols."""
    from api.usecases.inputs import FIRST_DAY, Faults, day_of
    from api.usecases.patrol import plan_request, visit_parameters
    from api.usecases.wishes import Wishes, read_request
    from maps.exporters.json_plan import document

    context = context_of(request)
    faults = Faults()
    on = faults.read(lambda: day_of(wanted.date))
    asked = faults.read(
        lambda: read_request(
            context,
            on or FIRST_DAY,
            Wishes(
                tuple(wanted.bases),
                wanted.hours,
                days=wanted.days,
                seed=wanted.seed,
                closed=tuple(wanted.closed),
                required=tuple(wanted.required),
                allow_single=wanted.allow_single,
                explore=wanted.explore,
                vary=wanted.vary,
                home_each_night=wanted.home_each_night,
            ),
        )
    )
    faults.settle()
    assert asked is not None
    view = plan_request(context, asked, visit_parameters(wanted.hours_since_visit))
    return json_answer(document(view), status=201)


ROUTER = NamedRouter("planning", routes)
