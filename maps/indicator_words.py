"""Indicators in words: what each is called, of whom or where it is, and its number in the way of a language."""

from __future__ import annotations

from collections.abc import Mapping
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
    of = row["of"]
    if not of:
        return name
    # a place of a record that this region does not know keeps its id
    known = str(places.at[of, name_column(language)]) if of in places.index else of
    return f"{name}: {phrase(OF[of], language) if of in OF else known}"


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


def span_name(row: Mapping[str, Any]) -> str:
    """Name the months of a row: 2026-06, or 2026-01 to 2026-06 as 2026-01–2026-06; a year is 2026."""
    begins, ends = row["begins"][:7], row["ends"][:7]
    if begins == ends:
        return str(begins)
    whole_year = begins[:4] == ends[:4] and (begins[5:], ends[5:]) == ("01", "12")
    return str(begins[:4]) if whole_year else f"{begins}–{ends}"
