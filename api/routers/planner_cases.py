"""The planner's pages of cases: open one from a sentence, follow it, give legs, tell what comes in, close it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from babel.dates import format_date
from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import JSONResponse

from api.planner_page import TOLD, Fields, Form, onward, page_language, planner_page
from api.problems import faults_of
from api.router import NamedRouter, store_of
from api.routers.cases import desk_of
from data.errors import BadInput
from maps.fault_words import fault_words
from maps.planner_words import DECISIONS, EVENTS, ROLES
from maps.words import LANGUAGE_NAMES, LANGUAGES, Language, number
from sar.alert_times import ZONE

if TYPE_CHECKING:
    from api.usecases.case_desk import CaseDesk
    from api.usecases.case_replay import CaseState
    from api.usecases.case_tell import Telling
    from api.usecases.read_alert import AlertReading
    from maps.case_view import CaseView

routes = APIRouter(include_in_schema=False)
#: A case is shown as of its last message where that is long ago; from so long on the page says so.
_OLD = timedelta(hours=1)
_NUMBERS = ("adults", "children", "pregnant")
_MEDIA = {"pdf": "application/pdf", "gpx": "application/gpx+xml", "geojson": "application/geo+json"}


@routes.get("/planner/cases")
def cases(request: Request) -> Response:
    """Show the box for a call for help, and the cases there are."""
    return _cases(request, Form({}))


@routes.post("/planner/cases")
def open_case(request: Request, form: Fields) -> Response:
    """Read a call back; open the case once that was looked at."""
    from api.usecases.case_intake import opened_by, reading_of, similar_cases

    desk = desk_of(request)
    try:
        reading = reading_of(
            desk.context, form.one("message"), _given(form), _told_at(form, desk),
            "fr" if page_language(request) == "fr" else "en",
        )  # fmt: skip
        opened = opened_by(reading, form.one("message"))
        if form.one("action") != "open":
            return _cases(request, form, reading=reading, same=similar_cases(desk, opened), told_at=opened.told_at)
        case_id = desk.open(opened, form.one("by", "coordinator"))
    except TOLD as error:
        return _cases(request, form, faults_of(error))
    return onward(request, f"/planner/cases/{case_id}")


def _told_at(form: Form, desk: CaseDesk) -> datetime:
    """Return when the call came in: as it was read back, so that "yesterday" means the same when it is opened."""
    text = form.one("told_at")
    try:
        return datetime.fromisoformat(text) if text else desk.clock()
    except ValueError:
        return desk.clock()


def _given(form: Form) -> dict[str, Any]:
    given: dict[str, Any] = {name: form.whole(name) for name in _NUMBERS}
    given |= {name: form.number(name) for name in ("litres", "hours_stranded")}
    return given | {"where": form.one("where") or None}


def _cases(
    request: Request, form: Form, faults: list[str] | tuple[str, ...] = (), reading: AlertReading | None = None,
    same: list[dict[str, Any]] | None = None, told_at: datetime | None = None,
) -> Response:  # fmt: skip
    from api.usecases.case_desk import summaries
    from maps.case_words import STATUS

    language = page_language(request)
    order = {"open": 0, "suspended": 1, "closed": 2}
    found = sorted(summaries(store_of(request)), key=lambda each: each["last"], reverse=True)
    listed = [
        {**each, "status_words": STATUS[each["status"]], "last_words": _moment(each["last"], language)}
        for each in sorted(found, key=lambda each: order[each["status"]])
    ]
    # the reader knows English and French; whoever reads Arabic gets the French
    said = None if reading is None else reading.read_back("en" if language == "en" else "fr").splitlines()
    return planner_page(
        request, "planner_cases", "Cases", 422 if faults else 200, faults=faults, form=form, cases=listed, said=said,
        said_in="en" if language == "en" else "fr", same=same or [], roles=ROLES,
        told_at=told_at.isoformat() if told_at else "",
    )  # fmt: skip


def _moment(text: str, language: Language) -> str:
    local = datetime.fromisoformat(text).astimezone(ZONE)
    return f"{format_date(local, 'EEE d MMM', locale=language)} {local:%H:%M}"


@routes.get("/planner/cases/{case_id}")
def case(request: Request, case_id: str) -> Response:
    """Show a case; the next legs, which take longer, come as a part of their own."""
    return _case(request, case_id)


@routes.post("/planner/cases/{case_id}")
def tell_case(request: Request, case_id: str, form: Fields) -> Response:
    """Take a message, give a leg, name a car, withdraw an event, or take one of two voices for closing."""
    from api.usecases.case_events import read_event
    from api.usecases.case_tell import Telling, tell

    desk, by = desk_of(request), form.one("by", "coordinator")
    mark = "events"
    try:
        action = form.one("action")
        if action == "order":
            desk.order(case_id, form.one("asset"), by, form.whole("rank") or 1)
            mark = "legs"
        elif action == "withdraw":
            tell(desk, case_id, Telling(withdrawn=(form.whole("event") or 0,)), by, None)
        elif action == "decide":
            decision = {"kind": "decision", "what": form.one("what"), "reason": form.one("reason")}
            desk.add(case_id, read_event(decision), by)
            mark = "decide"
        else:
            tell(desk, case_id, _telling(form), by, None)
    except TOLD as error:
        return _case(request, case_id, faults_of(error), form)
    return onward(request, f"/planner/cases/{desk.book.id_of(case_id)}", mark)


@routes.post("/planner/cases/{case_id}/tracks")
def take_track(
    request: Request, case_id: str, content: Annotated[bytes, Body(media_type="application/gpx+xml")],
    asset_id: str | None = None, by: str = "coordinator",
) -> Response:  # fmt: skip
    """Take a receiver's track of what was searched; faults come in the language of the page."""
    from api.access import uploads
    from api.usecases.case_tell import Telling, tell

    name = "GPX"
    try:
        uploads.track(content, name)  # within bounds before anything else reads it
        tell(desk_of(request), case_id, Telling(gpx_files=((name, content),), asset_id=asset_id), by, None)
    except TOLD as error:
        language = page_language(request)
        return JSONResponse({"faults": [fault_words(each, language) for each in faults_of(error)]}, 422)
    return Response(status_code=204)


def _telling(form: Form) -> Telling:
    from api.usecases.case_tell import Telling

    if form.one("action") == "asset":
        parts = [form.one("asset"), form.one("place"), form.one("platform", "ground-vehicle"), "", form.one("hours")]
        if any("/" in part for part in parts):
            raise BadInput("the name of a car has no /")
        return Telling(assets=("/".join(parts).rstrip("/"),))
    return Telling(message=form.one("message"), asset_id=form.one("asset") or None)


def _shown(desk: CaseDesk, case_id: str, *, advise: bool) -> tuple[CaseState, CaseView]:
    """Return a case now, with the next legs if they are wanted."""
    from api.usecases.case_advice import advice_of, searchers_of
    from api.usecases.case_document import case_document
    from api.usecases.case_view import case_view

    state = desk.state(case_id)
    searchers, assumed = searchers_of(desk.context, state)
    wanted = advise and state.status == "open" and state.looked_for
    advice = advice_of(desk.context, state, searchers) if wanted else None
    document = case_document(desk.context, state, advice, searchers, assumed)
    return state, case_view(desk.context, state, document, advice)


def _case(
    request: Request, case_id: str, faults: list[str] | tuple[str, ...] = (), form: Form | None = None
) -> Response:
    from api.usecases.case_advice import searchers_of
    from api.usecases.case_evidence import logged_of
    from api.usecases.case_replay import counting, voices_of
    from maps.life_clock import life_clock
    from maps.map_layers import case_layers
    from maps.sentences import name_column

    desk, language = desk_of(request), page_language(request)
    state, view = _shown(desk, case_id, advise=False)
    from maps import case_sheet

    sheet = case_sheet.case_document(view, language)
    record = desk.book.read(state.case_id)
    places, column = desk.context.pack.places, name_column(language)
    time_left = life_clock(view, language)
    is_old = desk.clock() - state.now > _OLD
    if is_old:  # hours of weeks ago do not count down
        time_left["rows"] = [{**row, "until": ""} for row in time_left["rows"]]
    return planner_page(
        request, "planner_case", "Case {case_id}", 422 if faults else 200, {"case_id": state.case_id},
        faults=faults, form=form or Form({}), case_id=state.case_id, now_is=state.status, sheet=sheet,
        clock=time_left, is_old=is_old, layers=case_layers(view, language), events=_events(desk, state, language),
        voices=voices_of(counting(logged_of(record)))[1], decisions=DECISIONS, roles=ROLES,
        cars=[each.asset_id for each in searchers_of(desk.context, state)[0]],
        bases=sorted((str(places.at[each, column]), str(each)) for each in desk.context.pack.bases.index),
        has_legs=state.status == "open" and bool(state.looked_for), data_version=desk.context.pack.version,
        languages=[(each, LANGUAGE_NAMES[each]) for each in LANGUAGES], areas=_areas(view, language),
        alive=view.looked_for > 0,
    )  # fmt: skip


def _areas(view: CaseView, language: Language) -> list[tuple[str, str]]:
    """Return the likeliest stretches of track with their chance: what the map says, as a table."""
    from maps.case_words import percent
    from maps.panel import stretch_name

    order = (-view.areas.poa).argsort(kind="stable")[:8]
    rows = []
    for row in order.tolist():
        name = str(view.areas.names[row])
        words = stretch_name(view.segments.loc[name], language, view.places) if name in view.segments.index else name
        rows.append((words, percent(float(view.areas.poa[row]), language)))
    return rows


def _events(desk: CaseDesk, state: CaseState, language: Language) -> list[dict[str, Any]]:
    """Return what was told, newest first, in the words it came in."""
    from api.usecases.case_desk import event_log

    lines, _ = event_log(desk.store, state.case_id)
    found = []
    for each in lines:
        said = _said(desk, each["kind"], each["data"], language)
        is_gone = each["told"].startswith("withdrawn: ")
        found.append(
            {
                "n": each["n"],
                "at": _moment(each["at"], language),
                "kind": EVENTS.get(each["kind"], "Note"),
                "by": each["by"],
                "said": said or each["told"].removeprefix("withdrawn: "),
                "gone": is_gone,
                "can_go": each["n"] > 1 and not is_gone and each["kind"] not in ("withdrawn", "decision", "retained"),
            }
        )
    return found[::-1]


def _said(desk: CaseDesk, kind: str, data: dict[str, Any], language: Language) -> str:
    """Return the words an event came in, or those that say it; "" where its parts have to speak for themselves."""
    from maps.panel import stretch_name

    if kind == "withdrawn":
        return f"→ {data['event']}"
    if kind == "ordered":
        segments, to = desk.context.network.segments, str(data["to"])
        where = stretch_name(segments.loc[to], language, desk.context.pack.places) if to in segments.index else to
        return f"{data['asset_id']} → {where}"
    return next((str(data[name]) for name in ("message", "said", "text", "reason") if data.get(name)), "")


@routes.get("/planner/cases/{case_id}/legs")
def legs(request: Request, case_id: str) -> Response:
    """Show the next best leg of each car: the part of the page that takes a few seconds, also a page of its own."""
    from maps.case_words import clock, leg_words, percent
    from maps.map_layers import leg_shapes

    desk, language = desk_of(request), page_language(request)
    state, view = _shown(desk, case_id, advise=True)
    from maps import case_sheet

    sheet = case_sheet.case_document(view, language)
    shown = [
        {
            "asset": each.asset_id,
            "to": leg_words(view, each, language),
            "leaves": clock(view, each.times[0], language, "d MMM"),
            "done": clock(view, each.times[-1], language, "d MMM"),
            "km": number(each.choice.leg.swath.length_km, 0, language),
            "pos": percent(each.choice.pos, language),
            "per_h": number(each.choice.per_h, 2, language),
        }
        for each in view.best_legs
    ]
    return planner_page(
        request, "planner_legs", "Next best leg of each asset", case_id=state.case_id, legs=shown,
        notes=sheet["legs_notes"], questions=sheet["questions"], questions_title=sheet["questions_title"],
        shapes=leg_shapes(view, language), roles=ROLES,
    )  # fmt: skip


@routes.get("/planner/cases/{case_id}/files/{name}")
def files(request: Request, case_id: str, name: str) -> Response:
    """Return the sheet of a case to print, a receiver's GPX, or the map as GeoJSON."""
    from api.usecases.case_export import case_file

    desk = desk_of(request)
    state, view = _shown(desk, case_id, advise=True)
    content = case_file(desk.context, state, view, name)
    media_type = _MEDIA.get(name.rpartition(".")[2], "application/octet-stream")
    shown = "inline" if media_type == _MEDIA["pdf"] else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


ROUTER = NamedRouter("planner_cases", routes)
