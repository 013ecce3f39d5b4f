"""The one public table of indicators: counts of fixed whole months and years, from which no small one can be had.

Groups met on patrol and closed cases are each in one of five categories, and no total of categories is published. Each
category is a tree: month and corridor, year and corridor, year. `api.access.suppression` says which nodes of it appear;
nothing else is ever said of it, and every view is a part of what is published. People, dead, kilometres and hours stand
only at nodes that appear, rounded. Kilometres and hours are of years, never of months or bases.

What else is told of a year tells nothing of those trees: hand-overs by place only as far as the groups published
already exceed them, response times only where twenty published cases stand behind. Alerts by kind of source are not
told. `tests/api/test_public_indicators.py` attacks it.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from api.access.audience import Audience
from api.access.cells import DELAY, LEAST
from api.access.policy import allowed
from api.access.suppression import Tree, unsuppressed
from api.usecases.editions import CATEGORIES, PATROLS
from api.usecases.indicators import ALL, By, Indicator, Month

#: Response times rest on so many published cases.
LEAST_CASES = 20
_PEOPLE, _DEAD, _KM, _HOURS = 10, 5, 100, 10
#: Level, corridor, and month as its number or year.
Node = tuple[int, str, int]
_SHOWN: dict[str, tuple[tuple[str, str, str], tuple[str, str, str, int] | None]] = {
    "patrol_alive": (("groups_reached_patrol", "", "groups"), ("people_reached_patrol", "", "people", _PEOPLE)),
    "patrol_dead": (("finds_of_dead", "patrol", "groups"), ("dead_found", "patrol", "people", _DEAD)),
    "case_alive": (("cases_people_alive", "", "cases"), ("people_reached_alert", "", "people", _PEOPLE)),
    "case_dead": (("finds_of_dead", "alert", "cases"), ("dead_found", "alert", "people", _DEAD)),
    "case_none": (("cases_nobody_found", "", "cases"), None),
}

Editions = Mapping[Month, Mapping[str, Any]]


def public_indicators(editions: Editions, today: date) -> list[Indicator]:
    """Return everything the public may know on a day; a later day's answer holds it all, unchanged.

    Parameters
    ----------
    editions : mapping
        From `api.usecases.editions.editions`.
    today : date
    """
    counts = {name: _counts(editions, name) for name in (*CATEGORIES, PATROLS)}
    active = defaultdict(set)
    for leaves in counts.values():
        for _, corridor, month in leaves:
            active[month // 12].add(corridor)
    shown = {name: _shown(counts[name], active, today, name == PATROLS) for name in counts}
    rows = [row for name in CATEGORIES for row in _category(name, shown[name], counts[name])]
    rows += _patrols(shown[PATROLS], counts[PATROLS])
    for year in sorted({month.year for month in editions}):
        if _is_whole(editions, year, today):
            rows += _year(editions, year, shown)
    return sorted(rows, key=lambda row: (row.begins, row.ends, row.corridor, row.indicator, row.of))


def public_document(
    editions: Editions, today: date, by: By | None, months: Sequence[Month], data_version: str
) -> dict[str, Any]:
    """Return what is published, or a part of it, as a JSON-ready document.

    Parameters
    ----------
    months : sequence of Month
        Windows that lie within them whole; all if there are none.
    by : str or None
        "whole": years of all corridors; "corridor": years of each; "month": months, all of which are of a corridor.
    """
    rows = [each for each in public_indicators(editions, today) if by is None or _fits(each, by)]
    if months:
        begins, ends = months[0].begins.isoformat(), months[-1].ends.isoformat()
        rows = [each for each in rows if begins <= each.begins and each.ends <= ends]
    return {
        "kind": "indicators",
        "audience": "public",
        "by": by or "all",
        "indicators": [allowed("indicators", asdict(each), Audience.PUBLIC) for each in rows],
        "remarks": [
            f"fewer than {LEAST}, or less than {DELAY.days} days after a month or year ended: not shown, not told from "
            f"none; people are rounded to {_PEOPLE}, dead to {_DEAD}, km to {_KM}, hours to {_HOURS}; of cases only "
            "closed ones count, in the month of closing"
        ],
        "data_version": data_version,
    }


def _fits(row: Indicator, by: By) -> bool:
    is_year = row.begins[:4] == row.ends[:4] and row.begins[5:7] != row.ends[5:7]
    if by.startswith("month"):
        return not is_year
    return is_year and (row.corridor == ALL) == (by == "whole")


def _counts(editions: Editions, category: str) -> dict[Node, tuple[int, float, float]]:
    found = {}
    for month, document in editions.items():
        for name, corridor, n, total, second in document["counts"]:
            if name == category:
                found[0, corridor, month.year * 12 + month.month - 1] = (int(n), float(total), float(second))
    return found


def _shown(
    counts: Mapping[Node, tuple[int, float, float]], active: Mapping[int, set[str]], today: date, by_year: bool
) -> dict[Node, int]:
    """Return the nodes of a category that appear: months and years of corridors, years; patrols by years alone.

    Of a year's corridors only those with anything at all count as children: who works where is no secret, and a
    corridor where nobody works hides nothing.
    """
    top = 1 if by_year else 2

    def parent(node: Node) -> Node:
        level, corridor, window = node
        return (level + 1, ALL, window) if level + 1 == top else (level + 1, corridor, window // 12)

    def children(node: Node) -> int:
        return len(active[node[2]]) if node[0] == top else 12

    def is_released(node: Node) -> bool:
        is_month = node[0] == 0 and not by_year
        last = Month(node[2] // 12, node[2] % 12 + 1).ends if is_month else date(node[2], 12, 31)
        return today - last >= DELAY

    leaves: Counter[Node] = Counter()
    for (_, corridor, month), (n, _, _) in counts.items():
        leaves[0, corridor, month // 12 if by_year else month] += n
    return unsuppressed(leaves, Tree(top + 1, parent, children, is_released), LEAST)


def _inside(node: Node, by_year: bool, leaf: Node) -> bool:
    """Say whether a month of a corridor lies in a node."""
    is_month = node[0] == 0 and not by_year
    return node[1] in (ALL, leaf[1]) and node[2] == (leaf[2] if is_month else leaf[2] // 12)


def _totals(node: Node, counts: Mapping[Node, tuple[int, float, float]], by_year: bool = False) -> tuple[float, float]:
    inside = [values for leaf, values in sorted(counts.items()) if _inside(node, by_year, leaf)]
    return sum(each[1] for each in inside), sum(each[2] for each in inside)


def _window(node: Node, by_year: bool = False) -> tuple[str, str, str]:
    if node[0] == 0 and not by_year:
        month = Month(node[2] // 12, node[2] % 12 + 1)
        return month.begins.isoformat(), month.ends.isoformat(), node[1]
    return f"{node[2]}-01-01", f"{node[2]}-12-31", node[1]


def _category(name: str, shown: Mapping[Node, int], counts: Mapping[Node, tuple[int, float, float]]) -> list[Indicator]:
    rows = []
    (indicator, of, unit), second = _SHOWN[name]
    for node, n in shown.items():
        rows.append(Indicator(*_window(node), indicator, of, n, unit))
        if second is not None:
            told, of_total, unit_total, base = second
            rows.append(Indicator(*_window(node), told, of_total, _rounded(_totals(node, counts)[0], base), unit_total))
    return rows


def _patrols(shown: Mapping[Node, int], counts: Mapping[Node, tuple[int, float, float]]) -> list[Indicator]:
    """Return kilometres and hours; how many patrols they are is not told."""
    rows = []
    for node in shown:
        km, hours = _totals(node, counts, by_year=True)
        if km:
            rows.append(Indicator(*_window(node, True), "patrol_km", "", _rounded(km, _KM), "km"))
        if hours:
            rows.append(Indicator(*_window(node, True), "patrol_hours", "", _rounded(hours, _HOURS), "hours"))
    return rows


def _is_whole(editions: Editions, year: int, today: date) -> bool:
    return today - date(year, 12, 31) >= DELAY and all(Month(year, number) in editions for number in range(1, 13))


def _year(editions: Editions, year: int, shown: Mapping[str, Mapping[Node, int]]) -> list[Indicator]:
    begins, ends = f"{year}-01-01", f"{year}-12-31"
    documents = [editions[Month(year, number)] for number in range(1, 13)]
    rows = []
    # no more handed over than is published already: their number then tells nothing of what is not
    places: Counter[str] = Counter()
    for document in documents:
        places.update(dict(document["hand_overs"]))
    told = {place: n for place, n in sorted(places.items()) if n >= LEAST}
    reached = sum(_told_of(shown[name], year) for name in CATEGORIES if name != "case_none")
    if sum(told.values()) <= reached:
        rows += [Indicator(begins, ends, ALL, "groups_handed_over", place, n, "groups") for place, n in told.items()]
    cases = sum(_told_of(shown[name], year) for name in ("case_alive", "case_dead"))
    for number, name in enumerate(("response_ordered_h", "response_found_h")):
        hours = [each[number] for document in documents for each in document["response_h"] if each[number] is not None]
        if min(len(hours), cases) >= LEAST_CASES:
            rows.append(Indicator(begins, ends, ALL, name, "", float(round(statistics.median(hours))), "hours"))
    return rows


def _told_of(shown: Mapping[Node, int], year: int) -> int:
    """Return how many of a year are published, none twice."""
    if (2, ALL, year) in shown:
        return shown[2, ALL, year]
    told = {node[1]: n for node, n in shown.items() if node[0] == 1 and node[2] == year}
    months = sum(n for node, n in shown.items() if node[0] == 0 and node[2] // 12 == year and node[1] not in told)
    return sum(told.values()) + months


def _rounded(value: float, base: int) -> float:
    """Round to a multiple of a base, the smallest being the base itself."""
    return float(max(base, base * round(value / base)))
