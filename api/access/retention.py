"""What closed cases keep: contact notes for 30 days, exact positions for 90.

Events are only ever added to a case, so thinning one out is told as it is: versions that say less take the place of
its events, what they replace is erased from the history, and a last event says what was taken away and holds a digest
of the case before under a key of the store. Whoever has that key and a copy of the old events can prove that they were
those; nobody can try guesses of a position against the digest without it. Other stores erase what they hold when they
are told of it and retain in their turn; backups and copies have to follow the same rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from api.access.audit import AuditLog, Entry
from api.case_book import CaseBook
from api.case_record import CaseRecord, Event
from api.store.errors import StoreFault
from api.store.store import Store
from api.usecases.case_events import CaseEvent, Decision, Retained, read_event, written
from api.usecases.case_evidence import Logged, logged_of
from api.usecases.case_replay import counting, status_of
from data.errors import BadInput, NoAnswer

NOTES_KEPT, POSITIONS_KEPT = timedelta(days=30), timedelta(days=90)
ERASED = "[erased]"
CELL_DEG = 0.5
_CELL_RADIUS_KM = 40.0
#: Words that may say how somebody can be reached, and what stands in their place.
_CONTACT_WORDS = ("message", "text", "reason", "condition")
#: Words that say where.
_PLACE_WORDS = ("where", "at", "to")
_WAY_WORDS = ("walked_towards", "said")

_RETAINED = "retained"

What = Literal["notes", "positions"]
PlaceOf = Callable[[str], tuple[float, float]]
Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Thinned:
    """One case of which something was taken away."""

    case_id: str
    what: What


def retain(
    store: Store, now: datetime, place_of: PlaceOf, audit: AuditLog | None = None
) -> tuple[list[Thinned], list[str]]:
    """Thin out the closed cases of a store.

    Parameters
    ----------
    store : Store
    now : datetime
        Aware.
    place_of : callable
        From words such as "90 km west of Dirkou" to longitude and latitude of their middle; BadInput for no place.
    audit : AuditLog, optional
        Told of every case before it is changed.

    Returns
    -------
    list of Thinned
    list of str
        Cases that could not be read or changed; the others are done nevertheless.
    """
    book, done, faults = CaseBook(store), list[Thinned](), list[str]()
    steps: tuple[tuple[What, timedelta, Change], ...] = (
        ("notes", NOTES_KEPT, _without_contacts),
        ("positions", POSITIONS_KEPT, lambda data: _coarse(data, place_of)),
    )
    for case_id in book.ids():
        for what, kept, change in steps:
            try:
                if _thin(book, case_id, what, now - kept, change, now, audit):
                    done.append(Thinned(case_id, what))
                elif any(each.kind == _RETAINED for each in book.read(case_id).events):
                    book.forget(case_id)  # another store thinned it out, and what it replaced is still here
            except (BadInput, NoAnswer) as error:
                faults.append(str(error).splitlines()[0])
    try:
        store.database.tidy()
    except StoreFault as error:
        faults.append(f"{error}; retain again")
    return done, faults


def _thin(
    book: CaseBook, case_id: str, what: What, closed_by: datetime, change: Change, now: datetime,
    audit: AuditLog | None,
) -> bool:  # fmt: skip
    """Thin out one case if it was closed early enough and has not been."""
    if not _is_due(book.read(case_id), what, closed_by):
        return False
    if audit is not None:
        audit.note(Entry(now, "local", "admin", "retain", "case", case_id, what))

    def changed(record: CaseRecord, digest: bytes) -> list[Event] | None:
        if not _is_due(record, what, closed_by):  # somebody has reopened it at this moment
            return None
        events = []
        for each in record.events:
            event = read_event({"kind": each.kind, **change(dict(each.data))})
            events.append(Event(each.at, each.kind, each.by, written(event)))
        note = Retained(what=what, before=digest.hex())
        return [*events, Event(now, note.kind, "guelta", written(note))]

    return book.rewrite(case_id, changed)


def _is_due(record: CaseRecord, what: What, closed_by: datetime) -> bool:
    logged = list(logged_of(record))
    if any(isinstance(each.event, Retained) and each.event.what == what for each in _since_closed(logged)):
        return False
    closed_at = closed_since(logged)
    return closed_at is not None and closed_at <= closed_by


def closed_since(logged: Sequence[Logged]) -> datetime | None:
    """Return since when a case is closed; None if it is not. What was written after closing does not prolong it."""
    held = counting(logged)
    if status_of(held) != "closed":
        return None
    last_open = max((row for row in range(1, len(held) + 1) if status_of(held[:row]) != "closed"), default=0)
    return held[last_open].at


def _since_closed(logged: list[Logged]) -> list[Logged]:
    """Return the events after the last voice to reopen: a case opened again is thinned out again."""
    rows = [row for row, each in enumerate(logged) if _is_reopening(each.event)]
    return logged[rows[-1] + 1 :] if rows else logged


def _is_reopening(event: CaseEvent) -> bool:
    return isinstance(event, Decision) and event.what == "reopen"


def _without_contacts(data: dict[str, Any]) -> dict[str, Any]:
    """Return an event's data without words in which somebody may be named or reached."""
    return data | {name: ERASED for name in _CONTACT_WORDS if data.get(name)}


def _coarse(data: dict[str, Any], place_of: PlaceOf) -> dict[str, Any]:
    """Return an event's data with positions moved to the middle of their cell and words of places taken out."""
    data = _without_contacts(data)
    if "lon" in data and "lat" in data:
        data["lon"], data["lat"] = _middle(data["lon"]), _middle(data["lat"])
        words = f"{data['lat']}, {data['lon']}"
    elif data.get("where"):
        # an alert has nothing but words; they have to be read as a place still
        lon, lat = (_middle(each) for each in place_of(data["where"]))
        words = f"{lat}, {lon}"
    else:
        words = "generalised"
    data |= {name: words for name in _PLACE_WORDS if isinstance(data.get(name), str)}
    data |= {name: "" for name in _WAY_WORDS if data.get(name)}
    if "lonlat" in data:
        data |= _coarse_way(data)
    if "assets" in data:
        data["assets"] = [_coarse(each, place_of) for each in data["assets"]]
    data.pop("bearing_deg", None)
    if "radius_km" in data:
        data["radius_km"] = max(float(data["radius_km"]), _CELL_RADIUS_KM)
    return data


def _coarse_way(data: dict[str, Any]) -> dict[str, Any]:
    """Return a way as the cells it passed and when it came to each; at least two points."""
    cells = [[_middle(lon), _middle(lat)] for lon, lat in data["lonlat"]]
    rows = [row for row, cell in enumerate(cells) if not row or cell != cells[row - 1]]
    if len(rows) < 2:
        rows = [0, len(cells) - 1]
    kept: dict[str, Any] = {"lonlat": [cells[row] for row in rows], "times": [data["times"][row] for row in rows]}
    if "searching" in data:
        kept["searching"] = [bool(data["searching"][min(row, len(data["searching"]) - 1)]) for row in rows]
    return kept


def _middle(degrees: float) -> float:
    return math.floor(degrees / CELL_DEG) * CELL_DEG + CELL_DEG / 2
