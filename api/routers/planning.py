"""Routes, risk and patrol plans: the same use cases as the command line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.access.policy import allowed
from api.access.who import audience_of
from api.processes.patrol_plan import PatrolPlanInputs
from api.router import NamedRouter, json_answer, json_bytes, reported_region_of

routes = APIRouter()


@routes.get("/routes")
def route(
    request: Request,
    start: Annotated[str, Query(alias="from", max_length=200)],
    end: Annotated[str, Query(alias="to", max_length=200)],
    date: str,
    by: Literal["distance", "time", "risk", "pareto"] = "time",
    alternatives: Annotated[int, Query(ge=1, le=10)] = 1,
    through_blocked: bool = False,
    vehicle: Annotated[str, Query(max_length=40)] = "pickup_4x4",
    litres: Annotated[float, Query(ge=0, le=50, description="Water of each walker.")] = 5.0,
) -> Response:
    """Find a way between two positions; by "pareto" all for which no other is both quicker and less risky."""
    from api.usecases.inputs import day_of
    from api.usecases.route import find_route
    from api.usecases.route_document import route_document

    context, on = reported_region_of(request), day_of(date)
    asked = (start, end, by, on, alternatives)
    choices: dict[str, Any] = {"through_blocked": through_blocked, "vehicle": vehicle, "litres_each": litres}

    def find() -> bytes:
        return json_bytes(route_document(find_route(context, *asked, **choices), context.version))

    kept = context.answers.get(("route", *asked, *choices.values()), find)
    return Response(kept.body, media_type="application/json")


@routes.get("/reach")
def reach(
    request: Request,
    at: Annotated[str, Query(max_length=200)],
    start: Annotated[str, Query(max_length=40, examples=["2026-06-15T18:00Z"])],
    hours: int = 12,
    every: int = 1,
    vehicle: Annotated[str, Query(max_length=40)] = "pickup_4x4",
    litres: Annotated[float, Query(ge=0, le=50, description="Water of each walker.")] = 5.0,
    behaviour: Literal["walk-night", "walk-day"] = "walk-night",
    through_blocked: bool = False,
) -> Response:
    """Outline how far a vehicle or people on foot get, hour by hour (GeoJSON)."""
    from api.usecases.reach import ReachAsked, find_reach, reach_document

    context = reported_region_of(request)
    asked = ReachAsked(at, start, hours, every, vehicle, litres, behaviour, through_blocked)
    return json_answer(reach_document(find_reach(context, asked), context.version), media_type="application/geo+json")


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

    context = reported_region_of(request)
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

    context = reported_region_of(request)
    said = Distress(at, start, people, children, pregnant, litres, behaviour, hours_stranded, tmax, tmin, humidity)
    return json_answer(survival_document(ask(context, said), context.version))


@routes.post("/patrol-plans", status_code=201)
def patrol_plan(request: Request, wanted: PatrolPlanInputs) -> Response:
    """Plan a day's patrols."""
    from api.processes.patrol_plan import asked_of
    from api.usecases.patrol import plan_request
    from maps.exporters.json_plan import document

    context = reported_region_of(request)
    asked, visit = asked_of(context, wanted)
    return json_answer(document(plan_request(context, asked, visit)), status=201)


ROUTER = NamedRouter("planning", routes)
