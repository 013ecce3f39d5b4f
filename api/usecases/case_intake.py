"""From an alert as it came in to the event that opens a case, and the open cases that may be the same event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import datetime
from enum import StrEnum
from typing import Any

from api.context import RegionContext
from api.usecases.case_desk import CaseDesk
from api.usecases.case_events import Opened, read_event
from api.usecases.locate import locate
from api.usecases.read_alert import AlertFields, AlertReading, read_alert
from data.errors import BadInput
from sar.alert import Alert, Movement, Reporter, SourceGrade, VehicleState
from sar.linking import propose_links

_WORDS: dict[str, type[StrEnum]] = {
    "vehicle": VehicleState,
    "movement": Movement,
    "reported_by": Reporter,
    "grade": SourceGrade,
}


def reading_of(
    context: RegionContext, message: str, given: Mapping[str, Any], now: datetime, language: str = "en"
) -> AlertReading:
    """Read a message and fields given beside it.

    Parameters
    ----------
    message : str
        May be empty where `given` says where.
    given : mapping
        Fields of `sar.alert.Alert`; None where not given; they win over the message.
    now : datetime
        When the alert came in, where `told_at` is not given.

    Raises
    ------
    BadInput
        With every fault and every question.
    """
    values: dict[str, Any] = {
        item.name: given[item.name] for item in fields_of(AlertFields) if given.get(item.name) is not None
    }
    try:
        values |= {name: kind(values[name]) for name, kind in _WORDS.items() if name in values}
    except ValueError as error:
        raise BadInput(str(error)) from None
    known = AlertFields(**values)
    return read_alert(context, message, given.get("told_at") or now, known, language)


def opened_by(reading: AlertReading, message: str) -> Opened:
    """Return the event that opens a case."""
    event = read_event({"kind": "opened", "message": message, **_values(reading.alert)})
    assert isinstance(event, Opened)
    return event


def _values(alert: Alert) -> dict[str, Any]:
    return {item.name: getattr(alert, item.name) for item in fields_of(Alert)}


def similar_cases(desk: CaseDesk, opened: Opened) -> list[dict[str, Any]]:
    """Return the cases not closed that may be of the same event, likeliest first; nothing is merged."""
    alert = Alert(**opened.model_dump(exclude={"kind", "message"}))
    _, where = locate(desk.context, alert.where)
    others = {}
    for case_id in desk.book.ids():
        status, told = desk.told(case_id)
        if status != "closed":
            others[case_id] = (told, locate(desk.context, told.where)[1])
    return [
        {"case_id": each.case_id, "score": each.score, "reasons": [reason.en for reason in each.reasons]}
        for each in propose_links(alert, where, others)
    ]
