"""Indicators of a period by month and corridor, for those who run patrols; definitions in `docs/method.md`.

What the public gets of them is `api.usecases.public_indicators`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import numpy as np

from api.usecases.indicator_facts import Facts, Met
from api.usecases.inputs import FIRST_DAY, LAST_DAY
from data.errors import BadInput

By = Literal["whole", "month", "corridor", "month-corridor"]
BYS: tuple[By, ...] = ("whole", "month", "corridor", "month-corridor")
ALL = "all"
_MONTH = re.compile(r"(\d{4})-(\d{2})")
MOST_MONTHS = 120


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """Return the month of a moment."""
        at = moment.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def next(self) -> Month:
        """The one after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def before(self, months: int) -> Month:
        """The one so many months before it."""
        number = self.year * 12 + self.month - 1 - months
        return Month(number // 12, number % 12 + 1)

    @property
    def begins(self) -> date:
        """First day."""
        return date(self.year, self.month, 1)

    @property
    def ends(self) -> date:
        """Last day."""
        return self.next.begins - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"


def months_of(first: str, last: str, most: int | None = MOST_MONTHS) -> tuple[Month, ...]:
    """Read a period written 2026-01 to 2026-06, both included; BadInput with every fault."""
    found, faults = [], []
    for name, text in (("from", first), ("to", last)):
        match = _MONTH.fullmatch(text)
        if not match or not 1 <= int(match[2]) <= 12:
            faults.append(f"{name} '{text[:20]}' is no month; write it as 2026-06")
        elif not FIRST_DAY.year <= int(match[1]) <= LAST_DAY.year:
            faults.append(f"{name} {text} is outside {FIRST_DAY.year} to {LAST_DAY.year}")
        else:
            found.append(Month(int(match[1]), int(match[2])))
    if len(found) == 2 and found[1] < found[0]:
        faults.append(f"to {last} lies before from {first}")
    if faults:
        raise BadInput(faults)
    months = [found[0]]
    while months[-1] < found[1]:
        months.append(months[-1].next)
    if most is not None and len(months) > most:
        raise BadInput(f"{len(months)} months are more than {most}")
    return tuple(months)


@dataclass(frozen=True)
class Indicator:
    """One number.

    Attributes
    ----------
    begins, ends : str
        First and last day, as 2026-06-01.
    corridor : str
        "all" for all of them, "unknown" where nobody can say.
    indicator : str
        Key of `maps.indicator_words.LABELS`.
    of : str
        Kind of source, grade or place that it is of; "" for all.
    value : float or None
        None where there is nothing to make it of.
    unit : str
    low, high : float or None
        Quartiles, of a median.
    records : int
        How many groups, patrols, alerts or cases it rests on.
    """

    begins: str
    ends: str
    corridor: str
    indicator: str
    of: str
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    records: int = 0


def indicators(facts: Facts, months: Sequence[Month], by: By = "whole") -> list[Indicator]:
    """Return all indicators of consecutive months, whole or by month, corridor or both.

    Months are all there; of corridors, those on which anything was in the period.
    """
    spans = [(each, each) for each in months] if by.startswith("month") else [(months[0], months[-1])]
    named = _corridors(facts, months) if by.endswith("corridor") else [ALL]
    return [
        row for first, last in spans for corridor in named for row in _rows(_Slice(facts, first, last, corridor))
    ]  # fmt: skip


def document(facts: Facts, months: Sequence[Month], by: By, data_version: str) -> dict[str, Any]:
    """Return them as a JSON-ready document."""
    rows = [asdict(each) for each in indicators(facts, months, by)]
    return {
        "kind": "indicators",
        "audience": "planner",
        "from": str(months[0]),
        "to": str(months[-1]),
        "by": by,
        "indicators": rows,
        "remarks": list(facts.remarks),
        "data_version": data_version,
    }


def _corridors(facts: Facts, months: Sequence[Month]) -> list[str]:
    inside = _Slice(facts, months[0], months[-1], ALL)
    names = {name for each in inside.patrols for name in each.shares}
    for group in (inside.met, inside.handed, inside.alerts, inside.opened, inside.closed):
        names |= {each.corridor for each in group}
    return sorted(names)


class _Slice:
    """The facts of a span of months on one corridor, or on all."""

    def __init__(self, facts: Facts, first: Month, last: Month, corridor: str) -> None:
        def here(one: Any, moment: datetime | None) -> bool:
            if moment is None or not first <= Month.of(moment) <= last:
                return False
            return corridor in (ALL, one.corridor)

        self.first, self.last, self.corridor = first, last, corridor
        self.met = [each for each in facts.met if here(each, each.at)]
        self.handed = [each for each in facts.handed if here(each, each.at)]
        self.alerts = [each for each in facts.alerts if here(each, each.at)]
        self.opened = [each for each in facts.searches if here(each, each.told_at)]
        self.closed = [each for each in facts.searches if here(each, each.closed_at)]
        self.patrols = [
            each
            for each in facts.patrols
            if first <= Month.of(each.at) <= last and (corridor == ALL or corridor in each.shares)
        ]


def _rows(part: _Slice) -> Iterator[Indicator]:
    def row(name: str, value: float | None, unit: str, records: int, of: str = "", **more: float) -> Indicator:
        begins, ends = part.first.begins.isoformat(), part.last.ends.isoformat()
        return Indicator(begins, ends, part.corridor, name, of, value, unit, records=records, **more)

    ways = {"patrol": [each for each in part.met if not each.case_id], "alert": [e for e in part.met if e.case_id]}
    for way, met in ways.items():
        alive = [each for each in met if each.alive]
        yield row(f"people_reached_{way}", sum(each.alive for each in alive), "people", len(alive))
        yield row(f"groups_reached_{way}", len(alive), "groups", len(alive))
    for way, met in ways.items():
        dead = [each for each in met if each.dead]
        yield row("dead_found", sum(each.dead for each in dead), "people", len(dead), way)
    for name in ("ordered_h", "found_h"):
        hours = [value for each in part.opened if (value := getattr(each, name)) is not None]
        low, middle, high = np.percentile(hours, (25, 50, 75)) if hours else (None, None, None)
        yield row(f"response_{name}", _float(middle), "hours", len(hours), low=_float(low), high=_float(high))  # type: ignore[arg-type]
    yield row("alerts", len(part.alerts), "alerts", len(part.alerts))
    yield from _each(row, "alerts", "alerts", (each.source for each in part.alerts))
    yield from _each(row, "alerts_by_grade", "alerts", (each.grade for each in part.alerts))
    yield row("cases_opened", len(part.opened), "cases", len(part.opened))
    yield row("cases_closed", len(part.closed), "cases", len(part.closed))
    found = sum(each.alive + each.dead > 0 for each in part.closed)
    yield row("cases_found_share", found / len(part.closed) if part.closed else None, "share", len(part.closed))
    for name, unit in (("km", "km"), ("hours", "hours")):
        told = [each for each in part.patrols if getattr(each, name) is not None]
        share = [1.0 if part.corridor == ALL else each.shares[part.corridor] for each in told]
        parts = (getattr(each, name) * one for each, one in zip(told, share, strict=True))
        yield row(f"patrol_{name}", float(sum(sorted(parts))), unit, len(told))
    yield row("hand_overs", sum(each.alive for each in part.handed), "people", len(part.handed))
    for place, groups in _by_place(part.handed):
        yield row("hand_overs", sum(each.alive for each in groups), "people", len(groups), place)


def _each(row: Callable[..., Indicator], name: str, unit: str, values: Iterable[str]) -> Iterator[Indicator]:
    for of, count in sorted(Counter(values).items()):
        yield row(name, count, unit, count, of)


def _by_place(handed: Sequence[Met]) -> Iterator[tuple[str, list[Met]]]:
    for place in sorted({each.handed_to for each in handed}):
        yield place, [each for each in handed if each.handed_to == place]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
