"""Case files that tests begin with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from api.case_log import CaseLog, Event

DAY = date(2026, 6, 15)
AT = datetime(2026, 6, 15, 9, 30, tzinfo=UTC)


def event(kind: str = "position", by: str = "coordinator", **data: Any) -> Event:
    return Event(AT, kind, by, data)


def open_case(log: CaseLog) -> str:
    """Open a case of three events."""
    case_id = log.create(DAY, event("alert", lat=19.0, lon=12.0))
    log.append(case_id, event("position", text="à 2 jours d'Agadez, عرق"))
    log.append(case_id, event("car-sent", vehicles=["agadez-1", "agadez-2"]))
    return case_id


def file_of(log: CaseLog, case_id: str) -> Path:
    return log.folder / f"{case_id}.jsonl"
