"""The planner's pages of plans: ask for one, watch it being made, see it, change it, hand out its orders."""

from __future__ import annotations

import gzip
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from babel.dates import format_date
from fastapi import APIRouter, Request, Response

from api.access.audience import Audience
from api.access.who import identity_of
from api.context import RegionContext
from api.execute import ExecuteBody
from api.job_access import job_of
from api.planner_page import TOLD, Fields, Form, onward, page_language, planner_page
from api.problems import faults_of
from api.process import processes
from api.router import NamedRouter, context_of, reported_region_of, store_of
from api.routers.processes import ask_for_job
from api.store.jobs import Job
from api.tagged import tagged
from api.usecases.inputs import DEFAULT_VEHICLES
from data.errors import BadInput
from maps.words import LANGUAGE_NAMES, LANGUAGES, Language, number, phrase
from sar.alert_times import ZONE

if TYPE_CHECKING:
    from maps.plan_view import PlanView

routes = APIRouter(include_in_schema=False)
#: What the form offers first: base and vehicles.
USUAL_FLEET = (("agadez", DEFAULT_VEHICLES), ("dirkou", DEFAULT_VEHICLES), ("", 0), ("", 0))
#: Processes whose result is a plan.
PLANNING = ("patrol_plan", "patrol_edit", "patrol_diversion")
STATUS = {"draft": "draft", "ordered": "orders given", "driven": "driven", "dropped": "given up"}


@routes.get("/planner")
def plans(request: Request) -> Response:
    """Show the form for a plan, and the plans there are."""
    return _plans(request, Form({}))


@routes.post("/planner")
def ask_plan(request: Request, form: Fields) -> Response:
    """Ask for a plan; the browser goes on to the page that follows it."""
    try:
        job = _asked(request, "patrol_plan", _wishes(form))
    except TOLD as error:
        return _plans(request, form, faults_of(error))
    return onward(request, f"/planner/jobs/{job.job_id}")


def _plans(request: Request, form: Form, faults: list[str] | tuple[str, ...] = ()) -> Response:
    from api.usecases.plan_shelf import briefs
    from maps.sentences import name_column

    context, language = context_of(request), page_language(request)
    places, column = context.pack.places, name_column(language)
    bases = sorted((str(places.at[each, column]), str(each)) for each in context.pack.bases.index)
    tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
    names, counts = form.fields.get("base"), form.fields.get("vehicles", [])
    fleet = USUAL_FLEET if names is None else tuple(zip(names, counts, strict=False))
    listed = [
        {
            "plan_id": each.plan_id,
            "day": _day(each.on, language),
            "days": number(each.days, 0, language),
            "status": phrase(STATUS[each.status], language),
            "bases": ", ".join(_base_words(context, base, language) for base in each.bases),
            "people": number(each.people, 2, language),
        }
        for each in briefs(store_of(request))
    ]
    return planner_page(
        request, "planner_plans", "Patrol plans", 422 if faults else 200, faults=faults, bases=bases, fleet=fleet,
        form=form, tomorrow=tomorrow.isoformat(), tomorrow_words=_day(tomorrow, language), plans=listed,
    )  # fmt: skip


def _base_words(context: RegionContext, base: str, language: Language) -> str:
    from maps.sentences import name_column

    name, _, count = base.partition(":")
    return f"{context.pack.places.at[name, name_column(language)]} {count}" if name in context.pack.places.index else ""


def _day(on: date, language: Language) -> str:
    return str(format_date(on, "EEE d MMM y", locale=language))


def _wishes(form: Form) -> dict[str, Any]:
    """Return a form as the inputs of the process; what is not filled in is left to its defaults."""
    counts = form.fields.get("vehicles", [])
    bases = [
        f"{base}:{count.strip()}"
        for base, count in zip(form.fields.get("base", []), counts, strict=False)
        if base.strip() and count.strip() not in ("", "0")
    ]
    if not bases:
        raise BadInput("name a base and its vehicles")
    wishes: dict[str, Any] = {"date": form.one("date"), "bases": bases}
    numbers = {"hours": form.number("hours"), "days": form.whole("days"), "seed": form.whole("seed")}
    numbers["hours_since_visit"] = form.number("hours_since_visit")
    wishes |= {name: value for name, value in numbers.items() if value is not None}
    wishes |= {name: form.one(name).split() for name in ("closed", "required") if form.one(name)}
    wishes |= {name: True for name in ("home_each_night", "allow_single") if form.one(name)}
    return wishes | ({"rest": form.one("rest")} if form.one("rest") else {})


def _asked(request: Request, name: str, inputs: dict[str, Any]) -> Job:
    return ask_for_job(request, processes()[name], ExecuteBody(inputs=inputs, response="document"))


@routes.get("/planner/jobs/{job_id}")
def job(request: Request, job_id: str) -> Response:
    """Show how far a plan is. One that is made is kept as a draft, once, and the browser goes on to it."""
    from api.usecases.plan_shelf import keep_plan

    found = job_of(request, job_id)
    if found.kind in PLANNING and found.state == "done":
        made = (found.result or {})["values"]["plan"]
        keep_plan(store_of(request), made, identity_of(request).key_id)
        return onward(request, f"/planner/plans/{made['plan_id']}")
    told = (found.result or {}).get("faults") or ([found.error] if found.error else [])
    return planner_page(
        request, "planner_job", "The plan is being made", faults=[str(each) for each in told], job=found,
        share=round(100 * found.progress), back=found.params.get("inputs", {}).get("plan", ""),
    )  # fmt: skip


@routes.post("/planner/jobs/{job_id}")
def stop_job(request: Request, job_id: str) -> Response:
    """Stop a plan that is being made."""
    store_of(request).jobs.dismiss(job_of(request, job_id).job_id)
    return onward(request, "/planner")


@routes.get("/planner/plans/{plan_id}")
def plan(request: Request, plan_id: str) -> Response:
    """Show a plan by vehicle and day."""
    return _plan(request, plan_id)


@routes.post("/planner/plans/{plan_id}")
def change_plan(request: Request, plan_id: str, form: Fields) -> Response:
    """Change a plan's status, or ask for another in its place."""
    from api.usecases.plan_shelf import set_status

    what = form.one("action")
    try:
        if what == "status":
            set_status(store_of(request), plan_id, form.one("status"), identity_of(request).key_id, form.one("etag"))
            return onward(request, f"/planner/plans/{plan_id}")
        if what == "divert":
            at = form.one("at") or datetime.now(ZONE).isoformat(timespec="seconds")
            asked = {"plan": plan_id, "at": at, "alert": form.one("alert"), "reports": _lines(form.one("reports"))}
            made = _asked(request, "patrol_diversion", asked)
        else:
            changes = {"lock": form.all("lock"), "add": _ids(form, "add"), "drop": _ids(form, "drop")}
            made = _asked(request, "patrol_edit", {"plan": plan_id, **changes})
    except TOLD as error:
        return _plan(request, plan_id, faults_of(error), form)
    return onward(request, f"/planner/jobs/{made.job_id}")


def _ids(form: Form, name: str) -> list[str]:
    """Return segments ticked, and those written beside them."""
    return list(dict.fromkeys([*form.all(name), *form.one(f"{name}_more").replace(",", " ").split()]))


def _lines(text: str) -> list[str]:
    return [each.strip() for each in text.splitlines() if each.strip()]


def _plan(
    request: Request, plan_id: str, faults: list[str] | tuple[str, ...] = (), form: Form | None = None
) -> Response:
    from api.usecases.plan_restore import restored_view
    from api.usecases.plan_shelf import kept_plan
    from maps.map_layers import plan_layers
    from maps.panel import plan_panel

    context, language = reported_region_of(request), page_language(request)
    stored, read = kept_plan(context, store_of(request), plan_id)
    view = restored_view(context, read)
    panel = plan_panel(view, language)
    left = [
        {**words, "segment": each.segment_id, "people": number(each.benefit, 3, language)}
        for words, each in zip(panel["left_out"], view.plan.left_out, strict=True)
    ]
    document = read.document
    return planner_page(
        request, "planner_plan", "Patrol plan, {day}", 422 if faults else 200, {"day": _day(read.on, language)},
        faults=faults, form=form or Form({}), plan_id=plan_id, etag=stored.etag, now_is=stored.body["status"],
        statuses=STATUS, panel=panel, convoys=_convoys(context, view, document, panel, language), left_out=left,
        replaces=document.get("replaces", ""), diversion=_diversion(context, document.get("diversion"), language),
        layers=plan_layers(view, language), languages=[(each, LANGUAGE_NAMES[each]) for each in LANGUAGES],
        leaves=any(each.runs for each in view.convoys), days=read.days, wished=document["request"],
        data_version=context.pack.version, is_today=read.on <= datetime.now(ZONE).date(),
    )  # fmt: skip


def _convoys(
    context: RegionContext, view: PlanView, document: dict[str, Any], panel: dict[str, Any], language: Language
) -> list[dict[str, Any]]:
    from api.usecases.plan_shelf import messages_of
    from maps.panel import stretch_name

    found = []
    for shown, words in zip(view.convoys, panel["convoys"], strict=True):
        vehicles = []
        for vehicle_id in shown.plan.order_ids if shown.runs else ():
            try:
                messages, fault = messages_of(context, document, vehicle_id), ""
            except BadInput as error:
                messages, fault = [], "; ".join(error.faults)
            vehicles.append({"id": vehicle_id, "messages": messages, "fault": fault})
        segments = [
            {"id": piece.segment_id, "name": stretch_name(view.segments.loc[piece.segment_id], language, view.places)}
            for piece in {each.segment_id: each for each in shown.plan.pieces}.values()
        ]
        lock = f"{shown.plan.convoy.convoy_id}:{shown.plan.day + 1}"
        found.append({**words, "vehicles": vehicles, "segments": segments, "lock": lock})
    return found


def _diversion(context: RegionContext, told: dict[str, Any] | None, language: Language) -> dict[str, Any] | None:
    """Return who goes to the alert, as words; what is taken over and dropped by its number of segments."""
    from maps.sentences import convoy_name

    if told is None:
        return None
    places = context.pack.places
    rows = [
        {
            "name": convoy_name(each["convoy_id"], language, places),
            "goes": each["convoy_id"] == told["goes"],
            "able": each["able"],
            "arrives": f"{datetime.fromisoformat(each['arrives']).astimezone(ZONE):%H:%M}",
            "spare": number(each["margin_h"], 1, language),
        }
        for each in told["candidates"]
    ]
    return {
        "segment": told["alert_segment"],
        "rows": rows,
        "taken_over": number(len(told["taken_over"]), 0, language),
        "dropped": number(len(told["dropped"]), 0, language),
    }


@routes.get("/planner/network")
def network(request: Request) -> Response:
    """Return the lines of the whole network for the maps; the address names the version of the data."""
    assert identity_of(request).audience >= Audience.PLANNER
    content, packed = _network(context_of(request))
    headers = {"Cache-Control": "private, max-age=604800"}
    return tagged(request, content, "application/json", headers, packed)


@lru_cache(maxsize=2)
def _network(context: RegionContext) -> tuple[bytes, bytes]:
    from maps.map_layers import network_lines

    content = orjson.dumps(network_lines(context.network.segments))
    return content, gzip.compress(content, 6, mtime=0)


ROUTER = NamedRouter("planner_plans", routes)
