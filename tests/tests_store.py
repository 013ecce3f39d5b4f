"""Bodies for tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


def water(remark: str = "", **fields):
    """A report of a well."""
    body = {"water_id": "achegour", "seen_at": "2026-06-15T08:00:00Z", "state": "gives", "lon": 11.5, "lat": 19.0}
    return body | {"remark": remark} | fields


def ticking(step_s: float = 1.0, start: datetime = NOW):
    """A clock that goes on with every look."""
    moments = iter(range(10_000_000))
    return lambda: start + timedelta(seconds=step_s * next(moments))
