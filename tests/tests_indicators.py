"""A small store of patrols and cases, its indicators worked out by hand in `tests/store/test_indicators_by_hand.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from api.store.store import Store
from api.usecases.indicators import Indicator, months_of
from routes.geodesy import distance_m

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
MONTHS = months_of("2026-03", "2026-04")
#: One degree of latitude north of Dirkou.
TRACK_KM = distance_m((12.9, 19.0), (12.9, 20.0)) / 1000


def values(rows: Iterable[Indicator]) -> dict[tuple[str, str], tuple[float | None, int]]:
    """Return what indicators say: value and records."""
    return {(row.indicator, row.of): (row.value, row.records) for row in rows}


def report(asset: str = "car-1", left: str = "2026-03-02T05:00Z", out_h: float = 12, **fields: Any) -> dict[str, Any]:
    """A patrol's return."""
    begins = datetime.fromisoformat(left)
    body = {"asset_id": asset, "left_at": left, "back_at": (begins + timedelta(hours=out_h)).isoformat()}
    return body | {"corridor": "niger-libya", "groups": []} | fields


def group(at: str, **fields: Any) -> dict[str, Any]:
    """A group met."""
    return {"at": at, **fields}


def case_events(case_id: str, told: str, *events: tuple[float, str, dict[str, Any], str], lon=12.9, lat=19.0):
    """Bodies and authors of a case near Dirkou: what opened it and (hours later, kind, fields, who)."""
    begins = datetime.fromisoformat(told)
    opened = {"where": "Dirkou", "told_at": told, "adults": 20, "reported_by": "relative", "grade": "B"}
    rows = [(begins, "opened", opened, "desk"), *((begins + timedelta(hours=h), *rest) for h, *rest in events)]
    for number, (at, kind, data, by) in enumerate(rows, start=1):
        position = {"lon": lon, "lat": lat} if kind == "opened" else {}
        body = {"case_id": case_id, "at": at.isoformat(), "event": kind, "data": data, **position}
        body |= {"n": number, "written_at": at.isoformat(), "by": by}
        yield f"{case_id}.{number:05d}", body, by


def ordered(at: datetime) -> dict[str, Any]:
    """A leg given to a car."""
    times = [at.isoformat(), (at + timedelta(hours=1)).isoformat()]
    line = [[12.9, 19.0], [12.8, 19.1]]
    return {"asset_id": "car-1", "to": "Achegour", "lonlat": line, "times": times, "searching": [True]}


def found(told: str, hours: float, alive: int = 0, dead: int = 0) -> tuple[float, str, dict[str, Any], str]:
    """A find some hours after the alert."""
    at = datetime.fromisoformat(told) + timedelta(hours=hours)
    data = {"alive": alive, "dead": dead, "where": "there", "lon": 12.9, "lat": 19.0, "found_at": at.isoformat()}
    return hours, "found", data, "desk"


def closing(hours: float) -> list[tuple[float, str, dict[str, Any], str]]:
    """Two people close a case."""
    voice = {"what": "close", "reason": "all are found"}
    return [(hours, "decision", voice, "desk"), (hours + 1, "decision", voice, "chief")]


def rows_of_a_small_store() -> list[tuple[str, str, dict[str, Any], str]]:
    """Kind, id, body and author of every record."""
    told_1, told_2, told_3 = "2026-03-10T06:00Z", "2026-03-20T06:00Z", "2026-04-05T06:00Z"
    first = datetime.fromisoformat(told_1)
    cases = [
        *case_events("C-1", told_1, (2, "ordered", ordered(first + timedelta(hours=2)), "desk"),
                     found(told_1, 10, alive=18, dead=2), *closing(30)),
        *case_events("C-2", told_2, (5, "ordered", ordered(first), "desk"), *closing(100)),
        # open, found by the report alone
        *case_events("C-3", told_3, (1, "ordered", ordered(first), "desk")),
    ]  # fmt: skip
    reports = {
        "r-1": report(km=400, groups=[
            group("2026-03-02T09:00Z", adults=10, children=2, need="water", handed_to="agadez"),
            group("2026-03-02T11:00Z", dead=1),
        ]),
        # what the events of C-1 found counts, not this; the hand-over does
        "r-2": report("car-2", "2026-03-10T08:00Z", 24, km=300, groups=[
            group("2026-03-10T16:00Z", adults=18, dead=2, case_id="C-1", handed_to="dirkou"),
        ]),
        # no kilometres: the track of the asset has them; out past the month's end
        "r-3": report("car-1", "2026-03-31T20:00Z", 12, groups=[group("2026-04-01T01:00Z", adults=5)]),
        "r-4": report("car-1", "2026-04-06T05:00Z", 10, km=250, hours=8, corridor="niger-algeria", groups=[
            group("2026-04-06T07:00Z", adults=7, case_id="C-3", handed_to="arlit"),
        ]),
    }  # fmt: skip
    tracks = {
        # one degree of latitude at 19 north is 110.69 km
        "t-1": track("car-1", "2026-03-31T20:30Z", 6),
        # r-1 tells of these hours
        "t-2": track("car-1", "2026-03-02T06:00Z", 5),
        # nobody reports this one
        "t-3": track("car-9", "2026-04-20T06:00Z", 4),
        # and this is the same drive, logged twice
        "t-4": track("car-9", "2026-04-20T07:00Z", 3, degrees=0.5),
    }
    alert = {
        "told_at": "2026-03-20T05:50Z", "where": "near Dirkou", "reported_by": "driver", "grade": "C", "case_id": "C-2"
    }  # fmt: skip
    return [
        *(("case_event", *each) for each in cases),
        *(("patrol_report", name, body, "patrol") for name, body in reports.items()),
        *(("patrol_track", name, body, "patrol") for name, body in tracks.items()),
        ("alert", "a-2", alert, "desk"),
    ]


def track(asset: str, begins: str, hours: float, degrees: float = 1.0) -> dict[str, Any]:
    """A drive north from Dirkou."""
    start = datetime.fromisoformat(begins)
    times = [start.isoformat(), (start + timedelta(hours=hours)).isoformat()]
    return {"asset_id": asset, "lonlat": [[12.9, 19.0], [12.9, 19.0 + degrees]], "times": times}


def fill(store: Store, rows: list[tuple[str, str, dict[str, Any], str]]) -> Store:
    """Write records."""
    for kind, name, body, by in rows:
        store.put(kind, name, body, by)
    return store
