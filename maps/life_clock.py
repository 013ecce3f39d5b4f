"""The hours a group has left, as a page says them: rounded down to what is known, and counting down."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from typing import Any

from maps.case_view import CaseView
from maps.case_words import clock, hours_words, ltr
from maps.words import Language, number, phrase

#: From so many hours on, only every second one is told: the models know no better.
_COARSE_H = 24
HEADS = ("One in ten now alive will be dead", "Half will be dead", "Nine in ten will be dead")


def told_hours(hours: float) -> int:
    """Return hours as they are told: rounded down, from a day on to even ones; 0 where none are left."""
    whole = max(0, math.floor(hours))
    return whole if whole < _COARSE_H else whole - whole % 2


def life_clock(view: CaseView, language: Language) -> dict[str, Any]:
    """Return what the life clock of a case shows.

    Returns
    -------
    dict
        `about` ("about 30 h"), `band` ("20–44"; "" where nothing of it is followed), and `rows`: for a tenth, half and
        nine tenths the words, the hours left as words, the local time, and the instant for a script to count down to.
    """
    first, half, last = view.hours_left
    most = told_hours(view.ahead_h)

    def shown(hours: float) -> str:
        return number(told_hours(hours), 0, language) if math.isfinite(hours) else f"> {most}"

    if math.isfinite(half):
        about = phrase("about {hours} h", language, hours=shown(half))
    else:
        about = phrase("more than {hours} h", language, hours=number(most, 0, language))
    rows = []
    for head, hours in zip(HEADS, view.hours_left, strict=True):
        left, when = hours_words(view, hours, language)
        until = (view.now + timedelta(hours=hours)).astimezone(UTC).isoformat() if math.isfinite(hours) else ""
        rows.append({"head": phrase(head, language), "left": left, "when": when, "until": until})
    band = ltr(f"{shown(first)}–{shown(last)}", language) if math.isfinite(first) else ""
    return {"about": about, "band": band, "rows": rows, "as_of": clock(view, view.now, language)}
