"""The `datetime` parameter: an instant or an interval of RFC 3339, open ends as `..`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import numpy as np

from data.errors import BadInput

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
#: Far enough on either side to stand for an open end.
_EVER = (np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31", "us"))
Span = tuple[np.datetime64, np.datetime64]


def read_span(text: str) -> Span:
    """Return the first and last moment (UTC) of an instant, a day or an interval.

    Raises
    ------
    BadInput
        If it is none of these, or ends before it starts.
    """
    parts = text.split("/")
    if len(parts) > 2 or (len(parts) == 2 and all(part in ("", "..") for part in parts)):
        raise BadInput(f"datetime '{text}' is not an instant or an interval with at least one end")
    if len(parts) == 1:
        return _ends(parts[0], text)
    start = _EVER[0] if parts[0] in ("", "..") else _ends(parts[0], text)[0]
    end = _EVER[1] if parts[1] in ("", "..") else _ends(parts[1], text)[1]
    if start > end:
        raise BadInput(f"datetime '{text}' ends before it starts")
    return start, end


def _ends(part: str, text: str) -> Span:
    try:
        if _DAY.fullmatch(part):
            day = np.datetime64(date.fromisoformat(part), "us")
            return day, day + np.timedelta64(1, "D") - np.timedelta64(1, "us")
        if _MOMENT.fullmatch(part):
            moment = datetime.fromisoformat(part.upper()).astimezone(UTC).replace(tzinfo=None)
            return np.datetime64(moment, "us"), np.datetime64(moment, "us")
    except (ValueError, OverflowError):
        pass
    raise BadInput(f"datetime '{text}': '{part}' is not a day or a moment with its zone, as 2026-06-15T09:00:00Z")
