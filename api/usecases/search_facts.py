"""What cases came to, by the case events of the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.access.retention import closed_since
from api.case_book import record_of
from api.case_record import CaseRecord
from api.context import RegionContext
from api.store.store import Stored
from api.usecases.case_events import Clue, Found, Opened, Ordered
from api.usecases.case_evidence import Logged, logged_of
from api.usecases.case_replay import alert_of, counting
from api.usecases.corridors import Corridors
from api.usecases.locate import locate, location_document
from data.errors import BadInput, NoAnswer
from data.units import S_PER_H


@dataclass(frozen=True)
class Find:
    """People found by a search: when, on which corridor, how many."""

    at: datetime
    corridor: str
    alive: int
    dead: int


@dataclass(frozen=True)
class Search:
    """One case.

    Attributes
    ----------
    case_id : str
    told_at : datetime
        When the alert was told.
    corridor : str
    source, grade : str
        Kind of who told it; how far it is trusted.
    finds : tuple of Find
    alive, dead : int
        Found in all.
    ordered_h, found_h : float or None
        From the alert to the first leg ordered, and to the first find.
    closed_at : datetime or None
        None while it is open or suspended.
    handed_to : str
        Place that took most of the people; "" where no report says.
    """

    case_id: str
    told_at: datetime
    corridor: str
    source: str
    grade: str
    finds: tuple[Find, ...]
    alive: int
    dead: int
    ordered_h: float | None
    found_h: float | None
    closed_at: datetime | None
    handed_to: str = ""


def searches_of(
    context: RegionContext, corridors: Corridors, records: Iterable[Stored]
) -> tuple[list[Search], list[str]]:
    """Return the cases whose events are given, and what could not be counted."""
    by_case: dict[str, list[Stored]] = defaultdict(list)
    for record in records:
        by_case[record.body["case_id"]].append(record)
    searches, unread, early = [], 0, 0
    for case_id in sorted(by_case):
        try:
            search, before = _search(context, corridors, record_of(case_id, by_case[case_id]))
        except BadInput:
            unread += 1
            continue
        searches.append(search)
        early += before
    remarks = [f"{unread} cases without the alert that opened them, or with events that are none, are left out"]
    found_early = [f"{early} times of finds or orders lie before their alert and are in no response time"]
    return searches, [*(remarks if unread else []), *(found_early if early else [])]


def _search(context: RegionContext, corridors: Corridors, record: CaseRecord) -> tuple[Search, int]:
    case_id, logged = record.case_id, logged_of(record)
    if not isinstance(logged[0].event, Opened):
        raise BadInput(f"case {case_id} does not begin with an alert")
    held = counting(logged)
    alert = alert_of(held)
    lon, lat = _position(context, held, alert.where)
    home = corridors.near(lon, lat)
    found = [each.event for each in held if isinstance(each.event, Found)]
    finds = tuple(
        Find(each.found_at, corridors.near(each.lon, each.lat), each.alive, each.dead)
        for each in found
        if each.alive + each.dead
    )
    orders = [each.at for each in held if isinstance(each.event, Ordered)]
    ordered_h, found_h = (_hours(alert.told_at, times) for times in (orders, [each.at for each in finds]))
    return Search(
        case_id, alert.told_at, home, alert.reported_by.value, alert.grade.value, finds,
        sum(each.alive for each in finds), sum(each.dead for each in finds),
        _not_before(ordered_h), _not_before(found_h), closed_since(logged),
    ), sum(each is not None and each < 0 for each in (ordered_h, found_h))  # fmt: skip


def _not_before(hours: float | None) -> float | None:
    return None if hours is None or hours < 0 else hours


def _hours(since: datetime, times: list[datetime]) -> float | None:
    return (min(times) - since).total_seconds() / S_PER_H if times else None


def _position(context: RegionContext, held: Iterable[Logged], where: str) -> tuple[float | None, float | None]:
    """Return where a case is: by its words, else by the first find or clue."""
    try:
        middle = location_document(context, where, *locate(context, where))["middle"]
        return float(middle["lon"]), float(middle["lat"])
    except (BadInput, NoAnswer):
        first = next((each.event for each in held if isinstance(each.event, (Found, Clue))), None)
        return (first.lon, first.lat) if isinstance(first, (Found, Clue)) else (None, None)
