"""Plans kept in the store: a draft when it is made, ordered when its orders have gone out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from api.context import RegionContext
from api.store.errors import Missing
from api.store.store import Store, Stored
from api.usecases.plan_file import PlanFile, plan_of
from data.errors import BadInput
from maps.exporter import exporters
from maps.exporters.gpx import vehicle_gpx
from maps.exporters.pdf import orders_pdf
from maps.exporters.pdf import vehicle_pdf as order_pdf
from maps.message import encode, order_of
from maps.plan_view import ConvoyView, PlanView
from maps.words import LANGUAGES

KIND = "plan"
STATES = ("draft", "ordered", "driven", "dropped")
#: Plans of days longer ago are not listed; nor more than so many.
LISTED, MOST = timedelta(days=14), 200


def keep_plan(store: Store, document: Mapping[str, Any], author: str) -> Stored:
    """Keep a plan as a draft; one that is kept already is returned as it stands.

    Parameters
    ----------
    document : mapping
        As `maps.exporters.json_plan.document` makes it; its id is the record's.
    """
    try:
        return store.get(KIND, document["plan_id"])
    except Missing:
        body = {"on": document["date"], "days": document["days"], "status": "draft", "document": dict(document)}
        return store.put(KIND, document["plan_id"], body, author)


def kept_plan(context: RegionContext, store: Store, plan_id: str) -> tuple[Stored, PlanFile]:
    """Return a kept plan, read against the region; `Missing` if there is none."""
    stored = store.get(KIND, plan_id)
    return stored, plan_of(context, stored.body["document"], f"plan {plan_id}")


def set_status(store: Store, plan_id: str, status: str, author: str, if_version: str) -> Stored:
    """Change the status of a plan that was seen at a version; raises as `Store.put` does."""
    if status not in STATES:
        raise BadInput(f"status '{status[:20]}' is none; there are {', '.join(STATES)}")
    stored = store.get(KIND, plan_id)
    return store.put(KIND, plan_id, stored.body | {"status": status}, author, if_version=if_version)


@dataclass(frozen=True)
class Brief:
    """A plan in a list: id, first day, days, status, bases, people expected, when it was made."""

    plan_id: str
    on: date
    days: int
    status: str
    bases: tuple[str, ...]
    people: float
    changed_at: datetime


def briefs(store: Store) -> list[Brief]:
    """Return the plans of the last days and those to come, newest day first."""
    found = store.list(KIND, since=store.clock() - LISTED, limit=MOST)
    made = [
        Brief(
            each.record_id,
            date.fromisoformat(each.body["on"]),
            each.body["days"],
            each.body["status"],
            tuple(base.rpartition(":")[0] for base in each.body["document"].get("request", {}).get("bases", ())),
            float(each.body["document"].get("expected_people_reached", 0.0)),
            each.changed_at,
        )
        for each in found
    ]
    return sorted(made, key=lambda each: (each.on, each.changed_at), reverse=True)


def messages_of(context: RegionContext, document: Mapping[str, Any], vehicle_id: str) -> list[str]:
    """Return one vehicle's order as messages of 160 characters.

    Raises
    ------
    BadInput
        If the plan was made with other tables of legs: whoever reads the message would drive elsewhere.
    """
    order = order_of(dict(document), vehicle_id)
    if order.version != context.pack.version[:4]:
        made_with = document["data_version"]
        raise BadInput(f"the plan was made with data {made_with}, here is {context.pack.version}: plan anew")
    return encode(order, list(context.pack.legs.index), list(context.pack.places.index))


def order_file(context: RegionContext, view: PlanView, document: Mapping[str, Any], name: str) -> tuple[str, bytes]:
    """Return media type and content of a file that hands out a plan.

    Parameters
    ----------
    name : str
        "orders.fr.pdf" (all vehicles that leave), "agadez-1-v1.fr.pdf", "agadez-1-v1.gpx", "agadez-1-v1.txt" (short
        messages), "plan.kml", and whatever else an exporter writes.

    Raises
    ------
    Missing
        If the plan has no such file.
    """
    stem, _, end = name.partition(".")
    language = next((each for each in LANGUAGES if end == f"{each}.pdf"), None)
    if stem == "orders" and language:
        return "application/pdf", orders_pdf(view, language)
    convoy = _convoy_of(view, stem)
    if convoy is not None:
        if language and convoy.runs:
            return "application/pdf", order_pdf(view, convoy, stem, language)
        if end == "gpx":
            return "application/gpx+xml", vehicle_gpx(view, convoy, stem)
        if end == "txt":
            return "text/plain", ("\n".join(messages_of(context, document, stem)) + "\n").encode()
    for each in exporters().values():
        if each.name not in ("pdf", "gpx") and name in (files := each.render(view)):
            return each.media_type, files[name]
    raise Missing(f"the plan has no file '{name[:80]}'")


def _convoy_of(view: PlanView, vehicle_id: str) -> ConvoyView | None:
    return next((each for each in view.convoys if vehicle_id in each.plan.order_ids), None)
