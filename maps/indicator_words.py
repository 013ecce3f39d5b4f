"""Indicators in words: what each is called, of whom or where it is, and its number in the way of a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from maps.sentences import name_column
from maps.words import Language, number, phrase

#: Indicator to its English name, the key of the catalogues.
LABELS = {
    "people_reached_patrol": "People reached by patrols on their way",
    "groups_reached_patrol": "Groups reached by patrols on their way",
    "people_reached_alert": "People reached through alerts",
    "groups_reached_alert": "Groups reached through alerts",
    "dead_found": "Dead found",
    "finds_of_dead": "Finds of dead",
    "response_ordered_h": "From alert to first search leg",
    "response_found_h": "From alert to first find",
    "alerts": "Alerts",
    "alerts_by_grade": "Alerts by grade of source",
    "cases_opened": "Cases opened",
    "cases_closed": "Cases closed",
    "cases_found_share": "Closed cases in which somebody was found",
    "cases_people_alive": "Closed cases in which people were found alive",
    "cases_nobody_found": "Closed cases in which nobody was found",
    "patrol_km": "Kilometres patrolled",
    "patrol_hours": "Hours patrolled",
    "hand_overs": "People handed over",
    "groups_handed_over": "Groups handed over",
}
UNITS = {
    "people": "people (count)",
    "groups": "groups (count)",
    "cases": "cases (count)",
    "alerts": "alerts (count)",
    "hours": "hours (unit)",
    "km": "km",
    "share": "share of cases",
}
#: What an indicator may be of, beside places.
OF = {
    "patrol": "met by patrols on their way",
    "alert": "looked for after an alert",
    "in the group": "told by somebody in the group",
    "survivor": "told by a survivor",
    "driver": "told by a driver",
    "relative": "told by a relative",
    "alarm line": "told by an alarm line",
    "authority": "told by an authority",
    "passer-by": "told by a passer-by",
    "unknown": "told by nobody known",
    "A": "grade A",
    "B": "grade B",
    "C": "grade C",
    "D": "grade D",
}
CORRIDORS = {
    "all": "all corridors",
    "unknown": "corridor not known",
    "niger-libya": "Niger–Libya",
    "niger-algeria": "Niger–Algeria",
    "mali-algeria": "Mali–Algeria",
    "chad-libya": "Chad–Libya",
    "sudan-libya": "Sudan–Libya",
    "sudan-egypt": "Sudan–Egypt",
    "central-sahara": "Central Sahara",
    "western-africa-atlantic": "Western Africa–Atlantic",
    "west-africa": "West Africa",
    "horn": "Horn of Africa",
    "central-med": "Central Mediterranean",
    "western-med": "Western Mediterranean",
    "eastern-med": "Eastern Mediterranean",
}
_DIGITS = {"hours": 1, "share": 0}


def label(row: Mapping[str, Any], places: pd.DataFrame, language: Language) -> str:
    """Name an indicator, with what it is of."""
    name = phrase(LABELS[row["indicator"]], language)
    return phrase("{name}: {of}", language, name=name, of=of_name(row["of"], places, language)) if row["of"] else name


def of_name(of: str, places: pd.DataFrame, language: Language) -> str:
    """Name a kind of source, a grade or a place; a place that this region does not know keeps its id."""
    if of in OF:
        return phrase(OF[of], language)
    return str(places.at[of, name_column(language)]) if of in places.index else of


def corridor_name(corridor: str, language: Language) -> str:
    """Name a corridor; one that is not known here keeps its id."""
    return phrase(CORRIDORS[corridor], language) if corridor in CORRIDORS else corridor


def unit_name(unit: str, language: Language) -> str:
    """Name a unit."""
    return phrase(UNITS[unit], language)


def told_value(row: Mapping[str, Any], language: Language) -> str:
    """Write a number, a median with its quartiles; a dash where there is none."""
    value, digits = row["value"], _DIGITS.get(row["unit"], 0)
    if value is None:
        return "–"
    if row["unit"] == "share":
        return f"{number(100 * value, 0, language)} %"
    text = number(value, digits, language)
    if row.get("low") is None:
        return text
    return f"{text} ({number(row['low'], digits, language)}–{number(row['high'], digits, language)})"


def span_name(row: Mapping[str, Any], language: Language) -> str:
    """Name the months of a row: 2026-06, or 2026-01 to 2026-06 as 2026-01–2026-06; a year is 2026."""
    begins, ends = row["begins"][:7], row["ends"][:7]
    whole_year = begins[:4] == ends[:4] and (begins[5:], ends[5:]) == ("01", "12")
    text = begins if begins == ends else begins[:4] if whole_year else f"{begins}–{ends}"
    # among Arabic words digits and hyphens would change places
    return f"\u2066{text}\u2069" if language == "ar" else str(text)


def whole_span(rows: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Name the months from the first to the last of some rows; "" for none."""
    if not rows:
        return ""
    ends = {"begins": min(row["begins"] for row in rows), "ends": max(row["ends"] for row in rows)}
    return span_name(ends, language)


def part_names(parts: Sequence[tuple[str, str, str]], language: Language) -> list[str]:
    """Name columns or bars by their first and last day and corridor, leaving out what is the same in all of them."""
    one_span = len({(begins, ends) for begins, ends, _ in parts}) == 1
    names = []
    for begins, ends, corridor in parts:
        span = span_name({"begins": begins, "ends": ends}, language)
        place = corridor_name(corridor, language)
        if corridor == "all" and len({each for *_, each in parts}) == 1:
            names.append(span)
        else:
            names.append(place if one_span else phrase("{corridor}, {span}", language, corridor=place, span=span))
    return names
