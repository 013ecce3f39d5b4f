"""One distress case that the tests of its exports share: alert, orders, a search, footprints, people found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from tests_access import new_store

from api.context import open_region
from api.usecases.case_advice import advice_of, searchers_of
from api.usecases.case_desk import CaseDesk
from api.usecases.case_events import Asset, Assets, Clue, Found, Note, Opened, Storm, read_event
from api.usecases.case_replay import CaseState
from api.usecases.case_view import case_view
from maps.case_view import CaseView
from sar.next_legs import Advice
from sar.sweep import Platform

TOLD = datetime(2026, 6, 15, 3, 10, tzinfo=UTC)
FOUND_AT = TOLD + timedelta(hours=6)
FOUND = (12.11, 19.06)
#: Stands for what people might write; nothing of it may be in an export.
WRITTEN = "zanzibarius"


@dataclass(frozen=True, eq=False)
class ToldCase:
    desk: CaseDesk
    case_id: str
    state: CaseState
    document: dict[str, Any]
    advice: Advice
    view: CaseView


@lru_cache(maxsize=1)
def told_case() -> ToldCase:
    context = open_region()
    desk = CaseDesk(context, new_store(), clock=lambda: TOLD)
    opened = Opened(
        where="90 km west of Dirkou", told_at=TOLD, adults=24, children=3, litres=40, hours_stranded=24,
        vehicle="broken down", movement="split", walked_towards="north", message=WRITTEN,
    )  # fmt: skip
    case_id = desk.open(opened, WRITTEN)
    cars = [
        Asset(asset_id=f"{at}-1", at=at, lon=lon, lat=lat, ready=TOLD + timedelta(hours=1), endurance_h=30)
        for at, lon, lat in (("dirkou", 12.884, 19.009), ("bilma", 12.916, 18.685))
    ]
    plane = Asset(
        asset_id="plane-1", at="agadez", lon=7.991, lat=16.973, ready=TOLD + timedelta(hours=7), endurance_h=6,
        platform=Platform.AIRCRAFT,
    )  # fmt: skip
    desk.add(case_id, Assets(assets=(*cars, plane)), WRITTEN)
    order = desk.order(case_id, "dirkou-1", WRITTEN, now=TOLD)
    driven = {
        "kind": "driven", "asset_id": "dirkou-1", "said": WRITTEN, "lonlat": order.lonlat, "times": order.times,
    }  # fmt: skip
    desk.add(case_id, read_event(driven), WRITTEN, at=order.times[-1])
    clue = Clue(what="footprints", where=WRITTEN, lon=12.1, lat=19.05, seen_at=FOUND_AT - timedelta(hours=1))
    desk.add(case_id, clue, WRITTEN, at=FOUND_AT - timedelta(minutes=20))
    desk.order(case_id, "bilma-1", WRITTEN, now=FOUND_AT - timedelta(minutes=10))
    found = Found(
        alive=8, dead=1, where=WRITTEN, lon=FOUND[0], lat=FOUND[1], found_at=FOUND_AT, condition=WRITTEN,
        asset_id="dirkou-1",
    )  # fmt: skip
    desk.add(case_id, found, WRITTEN, at=FOUND_AT)
    desk.add(case_id, Note(text=WRITTEN), WRITTEN, at=FOUND_AT)
    storm = Storm(begins=FOUND_AT + timedelta(hours=9), ends=FOUND_AT + timedelta(hours=12))
    desk.add(case_id, storm, WRITTEN, at=FOUND_AT)
    state, document = desk.show(case_id, FOUND_AT + timedelta(minutes=30))
    advice = advice_of(context, state, searchers_of(context, state)[0])
    return ToldCase(desk, case_id, state, document, advice, case_view(context, state, document, advice))
