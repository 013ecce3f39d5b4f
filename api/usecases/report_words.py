"""A patrol's return in one line of words, in English or French, as it is said over the radio.

``car-1 2026-06-15 05:30-17:40 412 km niger-libya; 09:10 14 adults 3 children water to agadez; 12:30 2 dead``

Before the first semicolon the patrol: asset, day, hours out (past midnight if they fall), kilometres, corridor. After
it the groups met: time (the day too where a patrol takes several), people, need, the case they were looked for under,
where they were handed over. What is not understood is a fault: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from data.errors import BadInput

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_CLOCK = r"(\d{1,2})[:hH](\d{2})"
_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
_SPAN = re.compile(rf"\b{_CLOCK}\s*(?:-|–|to|à)\s*{_CLOCK}(?!\d)")
_TIME = re.compile(rf"\b{_CLOCK}(?!\d)")
_KM = re.compile(rf"{_NUMBER}\s*km\b", re.IGNORECASE)
_HOURS = re.compile(rf"{_NUMBER}\s*(?:h|hours?|heures?)\b", re.IGNORECASE)
_CASE = re.compile(r"\b(?:case|cas)\s+([A-Za-z0-9][A-Za-z0-9_.:-]{0,79})", re.IGNORECASE)
_PLACE = re.compile(r"(?:->|→|\bto\b|\bà\b|\bhanded to\b|\bremis à\b)\s*([A-Za-z][\w-]*)", re.IGNORECASE)
_PEOPLE = {
    "adults": r"adults?|adultes?",
    "children": r"child(?:ren)?|enfants?",
    "dead": r"dead|bod(?:y|ies)|morts?|décédés?|corps",
}
_NEEDS = {
    "water": r"water|thirst|eau|soif",
    "medical": r"medical|injured|sick|médical|blessés?|malades?",
    "breakdown": r"breakdown|broken down|panne|en panne",
    "none": r"nothing|none|no need|rien",
}
_FILLERS = re.compile(r"\b(?:and|et|met|found|trouvés?|de|of|at|handed|remis)\b|[,.]", re.IGNORECASE)


class _Said:
    """Words of which parts are taken one after the other; what is left at the end was not understood."""

    def __init__(self, text: str) -> None:
        self.left = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        if match := pattern.search(self.left):
            self.left = f"{self.left[: match.start()]} {self.left[match.end() :]}"
        return match

    def number(self, pattern: re.Pattern[str]) -> float | None:
        match = self.take(pattern)
        return float(match[1].replace(",", ".")) if match else None

    def rest(self) -> str:
        return " ".join(_FILLERS.sub(" ", self.left).split())


def read_words(text: str, zone: tzinfo, place_of: Callable[[str], str], corridors: tuple[str, ...]) -> dict[str, Any]:
    """Read a report.

    Parameters
    ----------
    text : str
    zone : tzinfo
        Of the times.
    place_of : callable
        From a name to the id of a place; BadInput where there is none.
    corridors : tuple of str

    Returns
    -------
    dict
        Fields of a `patrol_report` that the words gave.

    Raises
    ------
    BadInput
        With one line for each part that is not understood.
    """
    head, *groups = (part.strip() for part in text.split(";"))
    faults: list[str] = []
    fields, on = _patrol(head, zone, corridors, faults)
    fields["groups"] = []
    for part in filter(None, groups):
        group = _group(part, on, fields.get("left_at"), zone, place_of, faults)
        fields["groups"].append(group)
    if faults:
        raise BadInput(faults)
    return fields


def _patrol(
    text: str, zone: tzinfo, corridors: tuple[str, ...], faults: list[str]
) -> tuple[dict[str, Any], date | None]:
    said, fields = _Said(text), dict[str, Any]()
    day = said.take(_DAY)
    on = _day(day[1], faults) if day else None
    for name in sorted(corridors, key=len, reverse=True):
        if said.take(re.compile(rf"\b{name}\b")):
            fields["corridor"] = name
            break
    if on is not None and (span := said.take(_SPAN)):
        left, back = _at(on, span[1], span[2], zone, faults), _at(on, span[3], span[4], zone, faults)
        if left and back:
            fields["left_at"], fields["back_at"] = left, back if back > left else back + timedelta(days=1)
    if (km := said.number(_KM)) is not None:
        fields["km"] = km
    if (hours := said.number(_HOURS)) is not None:
        fields["hours"] = hours
    if asset := said.take(re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9_.:-]*)(?=[\s,]|$)")):
        fields["asset_id"] = asset[1]
    if rest := said.rest():
        faults.append(f"patrol: '{rest[:80]}' is not understood")
    return fields, on


def _group(
    text: str, on: date | None, left_at: datetime | None, zone: tzinfo, place_of: Callable[[str], str],
    faults: list[str],
) -> dict[str, Any]:  # fmt: skip
    said, fields = _Said(text), dict[str, Any]()
    if day := said.take(_DAY):
        on = _day(day[1], faults)
    clock = said.take(_TIME)
    if clock is None or on is None:
        faults.append(f"group '{text[:80]}': say when, as 09:10 after the day of the patrol")
    else:
        at = _at(on, clock[1], clock[2], zone, faults)
        # after midnight of the same night
        fields["at"] = at + timedelta(days=1) if at and left_at and not day and at < left_at else at
    if case := said.take(_CASE):
        fields["case_id"] = case[1]
    for name, words in _PEOPLE.items():
        if (count := said.number(re.compile(rf"(\d+)\s*(?:{words})\b", re.IGNORECASE))) is not None:
            fields[name] = int(count)
    if place := said.take(_PLACE):
        try:
            fields["handed_to"] = place_of(place[1])
        except BadInput as error:
            faults += [f"group '{text[:80]}': {fault}" for fault in error.faults]
    for name, words in _NEEDS.items():
        if said.take(re.compile(rf"\b(?:{words})\b", re.IGNORECASE)):
            fields.setdefault("need", name)
    if rest := said.rest():
        faults.append(f"group '{text[:80]}': '{rest[:80]}' is not understood")
    return fields


def _day(text: str, faults: list[str]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(f"'{text}' is no day; write it as 2026-06-15")
        return None


def _at(on: date, hour: str, minute: str, zone: tzinfo, faults: list[str]) -> datetime | None:
    try:
        return datetime.combine(on, time(int(hour), int(minute)), zone)
    except ValueError:
        faults.append(f"'{hour}:{minute}' is no time of day")
        return None
