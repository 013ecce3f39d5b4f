"""What each month came to when it was first published, kept in the store.

A month is made once, 30 days after it ended or when somebody first asks later. What comes in afterwards (a late report,
a correction, a case opened again) changes no edition: two looks at different times tell nothing of what came between.
Of cases only closed ones count, in the month in which they were closed, and each once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from api.access.cells import DELAY
from api.store.errors import Taken
from api.store.store import Store
from api.usecases.indicator_facts import Facts
from api.usecases.indicators import Month
from api.usecases.inputs import FIRST_DAY
from api.usecases.patrol_reports import every
from api.usecases.search_facts import Search

KIND = "edition"
AUTHOR = "guelta"
#: What is counted, each group or case in one only, so that none is the sum or difference of others.
CATEGORIES = ("patrol_alive", "patrol_dead", "case_alive", "case_dead", "case_none")
PATROLS = "patrols"


def is_over(month: Month, today: date) -> bool:
    """Say whether a month's delay is over."""
    return today - month.ends >= DELAY


def editions(store: Store, gather: Callable[[], Facts], safe: Collection[str]) -> dict[Month, dict[str, Any]]:
    """Return the edition of every month whose delay is over, those that are missing made and kept first.

    Parameters
    ----------
    store : Store
        Whose clock says what day it is.
    gather : callable
        Returns the facts; asked only where a month is missing.
    safe : collection of str
        Places of safety; hand-overs elsewhere are not published.
    """
    kept = _kept(store)
    today = store.clock().date()
    newest = max(kept, default=None)
    if newest is not None and not is_over(newest.next, today):
        return kept
    facts = gather()
    moments = [Month.of(each) for each in facts.moments()]
    first = max(min([*moments, *kept], default=Month(today.year, 1)), Month(FIRST_DAY.year, 1))
    # a year is whole from its first edition on: a month found empty once stays so
    month = Month(first.year, 1)
    counted = {each for document in kept.values() for each in document["cases"]}
    while is_over(month, today):
        if month not in kept:
            document = _edition(facts, month, counted, safe)
            counted |= set(document["cases"])
            try:
                store.put(KIND, str(month), {"month": str(month), "document": document}, AUTHOR)
            except Taken:  # another worker was first: what it kept holds
                return editions(store, gather, safe)
        month = month.next
    return _kept(store)


def _kept(store: Store) -> dict[Month, dict[str, Any]]:
    found = {}
    for each in every(store, KIND):
        year, _, number = each.body["month"].partition("-")
        found[Month(int(year), int(number))] = each.body["document"]
    return found


def _edition(facts: Facts, month: Month, counted: Collection[str], safe: Collection[str]) -> dict[str, Any]:
    counts: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    places: Counter[str] = Counter()

    def count(category: str, corridor: str, total: float, second: float = 0.0) -> None:
        held = counts[category, corridor]
        for number, more in enumerate((1, total, second)):
            held[number] += more

    for met in facts.met:
        if not met.case_id and Month.of(met.at) == month:
            count("patrol_dead" if met.dead else "patrol_alive", met.corridor, met.dead or met.alive)
            places[met.handed_to] += 1
    closed = [
        each
        for each in facts.searches
        if each.closed_at is not None and Month.of(each.closed_at) == month and each.case_id not in counted
    ]
    for case in closed:
        category, total = _outcome(case)
        count(category, case.corridor, total)
        places[case.handed_to] += bool(case.alive)
    for patrol in facts.patrols:
        if Month.of(patrol.at) == month:
            main = max(sorted(patrol.shares), key=lambda name: patrol.shares[name])
            count(PATROLS, main, patrol.km or 0.0, patrol.hours or 0.0)
    return {
        "counts": [[*key, *values] for key, values in sorted(counts.items())],
        "hand_overs": sorted([place, n] for place, n in places.items() if place in safe and n),
        "response_h": [[each.ordered_h, each.found_h] for each in sorted(closed, key=lambda each: each.case_id)],
        "cases": sorted(each.case_id for each in closed),
    }


def _outcome(case: Search) -> tuple[str, int]:
    if case.dead:
        return "case_dead", case.dead
    return ("case_alive", case.alive) if case.alive else ("case_none", 0)
