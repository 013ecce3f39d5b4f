"""The planner's page of reports: wells, closures and incidents, and taking one back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from babel.dates import format_date
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray

from api.access.who import identity_of
from api.context import RegionContext
from api.planner_page import TOLD, Fields, Form, onward, page_language, planner_page
from api.problems import faults_of
from api.router import NamedRouter, reported_region_of, store_of
from api.store.store import Stored
from api.usecases.report_desk import REPORT_KINDS
from data.errors import BadInput
from maps.planner_words import CAUSES, CLOSURE_REASONS, GRADES, WELL_STATES
from maps.words import Language, phrase
from sar.alert_times import ZONE

routes = APIRouter(include_in_schema=False)
_KINDS = {each.kind: each for each in REPORT_KINDS}
#: Reports listed: of so many days, at most so many of a kind.
_DAYS, _MOST = 400, 30


@routes.get("/planner/reports")
def reports(request: Request) -> Response:
    """Show the forms, and what was reported."""
    return _reports(request, Form({}))


@routes.post("/planner/reports")
def take_report(request: Request, form: Fields) -> Response:
    """Keep a report, or take one back."""
    from api.usecases.report_desk import read_field_report

    store, author = store_of(request), identity_of(request).key_id
    try:
        what = _KINDS.get(form.one("kind"))
        if what is None:
            raise BadInput("there is no such kind of report")
        if form.one("action") == "delete":
            store.delete(what.kind, form.one("report_id"), author, if_version=form.one("etag"))
        else:
            context = reported_region_of(request)
            body, _ = read_field_report(what, context, _BODIES[what.kind](context, form), store.clock())
            store.put(what.kind, None, body, author, idempotency_key=form.one("once") or None)
    except TOLD as error:
        return _reports(request, form, faults_of(error))
    return onward(request, "/planner/reports", f"{form.one('kind')}s")


def _moment(text: str, field: str) -> str:
    """Return a local time of the form (UTC+1) as an instant; now if it is empty."""
    if not text:
        return datetime.now(ZONE).isoformat(timespec="seconds")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE).isoformat()
    except ValueError:
        raise BadInput(f"{field}: '{text[:40]}' is no time; write it as 2026-06-15T09:00") from None


def _water(context: RegionContext, form: Form) -> dict[str, Any]:
    return {
        "water_id": form.one("water_id"),
        "seen_at": _moment(form.one("seen_at"), "seen_at"),
        "state": form.one("state"),
        "grade": form.one("grade", "B"),
        "remark": form.one("remark"),
    }


def _closure(context: RegionContext, form: Form) -> dict[str, Any]:
    ends = form.one("ends")
    return {
        "begins": _moment(form.one("begins"), "begins"),
        "ends": _moment(ends, "ends") if ends else None,
        "segments": list(dict.fromkeys(form.one("segments").replace(",", " ").split())),
        "area": _corners(form.one("area")),
        "reason": form.one("reason"),
        "remark": form.one("remark"),
    }


def _corners(text: str) -> list[tuple[float, float]] | None:
    """Return the corners of an area, longitude and latitude; None where none is drawn."""
    corners = []
    for number, each in enumerate(filter(None, (part.strip() for part in text.split(";"))), start=1):
        try:
            lat, lon = (float(part) for part in each.split(","))
        except ValueError:
            raise BadInput(f"area: corner {number} '{each[:40]}' is not latitude, longitude") from None
        corners.append((lon, lat))
    return corners or None


def _incident(context: RegionContext, form: Form) -> dict[str, Any]:
    from routes.positions import read_position

    where = read_position(form.one("where"), context.pack.places)
    place = context.pack.places.loc[where.place_id] if where.place_id else None
    counts = {name: form.whole(name) for name in ("dead", "missing", "survivors")}
    return {
        "date": form.one("date") or datetime.now(ZONE).date().isoformat(),
        "lon": where.lon,
        "lat": where.lat,
        "place": str(place["name"]) if place is not None else "",
        "precision_km": form.number("precision_km") or 10.0,
        "cause": form.one("cause", "unknown"),
        "source_grade": form.one("grade", "B"),
        "source": form.one("source"),
        **{name: value for name, value in counts.items() if value is not None},
    }


_BODIES = {"water_report": _water, "closure": _closure, "incident": _incident}


def _reports(request: Request, form: Form, faults: list[str] | tuple[str, ...] = ()) -> Response:
    from api.usecases.report_desk import latest
    from maps.map_layers import region_layers
    from maps.sentences import name_column

    context, language, store = reported_region_of(request), page_language(request), store_of(request)
    now = datetime.now(ZONE)
    water = context.water_points(now.date())
    column = name_column(language)
    names = {str(row.water_id): str(getattr(row, column)) for row in water.itertuples()}
    wells = sorted((f"{names[str(row.water_id)]} ({row.country})", str(row.water_id)) for row in water.itertuples())
    listed = {
        kind: [
            {"id": each.record_id, "etag": each.etag, "cells": _cells(context, each, names, language)}
            for each in latest(store, kind, _DAYS, _MOST)
        ]
        for kind in _KINDS
    }
    return planner_page(
        request, "planner_reports", "Reports from the field", 422 if faults else 200, faults=faults, form=form,
        wells=wells, states=WELL_STATES, reasons=CLOSURE_REASONS, causes=CAUSES, grades=GRADES, listed=listed,
        now=f"{now:%Y-%m-%dT%H:%M}", today=now.date().isoformat(),
        layers=region_layers(context.pack.places, water, _closed(context, now.date()), language),
        data_version=context.pack.version, once=f"{now:%Y%m%dT%H%M%S%f}",
    )  # fmt: skip


def _closed(context: RegionContext, on: date) -> list[tuple[NDArray[np.float64], str]]:
    """Return the outlines of what is closed on a day, and the reasons' words."""
    from risk.blocks import blocks_on

    return [
        (shapely.get_coordinates(block.polygon), CLOSURE_REASONS.get(block.kind, "other"))
        for block in blocks_on(context.pack.blocked_areas, on)
    ]


def _cells(context: RegionContext, stored: Stored, names: dict[str, str], language: Language) -> list[str]:
    """Return a report as the cells of its row."""
    from maps.panel import stretch_name

    body = stored.body

    def when(text: str) -> str:
        local = datetime.fromisoformat(text).astimezone(ZONE)
        return f"{format_date(local, 'd MMM y', locale=language)} {local:%H:%M}"

    if stored.kind == "water_report":
        name = names.get(body["water_id"], body["water_id"])
        return [name, phrase(WELL_STATES[body["state"]], language), when(body["seen_at"]), body.get("remark", "")]
    if stored.kind == "closure":
        segments, places = context.network.segments, context.pack.places
        known = [each for each in body["segments"] if each in segments.index]
        where = "; ".join(stretch_name(segments.loc[each], language, places) for each in known[:3])
        more = f" +{len(known) - 3}" if len(known) > 3 else ""
        ends = f" – {when(body['ends'])}" if body.get("ends") else ""
        what = f"{phrase(CLOSURE_REASONS[body['reason']], language)}"
        return [where + more or phrase("an area", language), what, when(body["begins"]) + ends, body.get("remark", "")]
    counts = ", ".join(
        f"{phrase(name, language)} {body[name]}" for name in ("dead", "missing", "survivors") if name in body
    )
    day = str(format_date(datetime.fromisoformat(body["date"]), "d MMM y", locale=language))
    place = body.get("place") or f"{body['lat']:.2f}, {body['lon']:.2f}"
    return [place, counts or phrase(CAUSES.get(body["cause"], "unknown"), language), day, body["source"]]


ROUTER = NamedRouter("planner_reports", routes)
