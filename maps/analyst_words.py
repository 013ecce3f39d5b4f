"""Numbers and classes of the analyst's pages in words, rounded to what is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from maps.analyst_layers import Shown
from maps.panel import stretch_name
from maps.ramps import relative_width, two_variable_class
from maps.words import Language, number, phrase
from risk.combine import causes_of

#: By row of the two-variable palette.
WIDTH_WORDS = (
    "interval less than twice the value",
    "interval two to three times the value",
    "hardly any report: interval three times the value",
)
#: What is smaller is next to nothing.
LEAST = 0.001
HEADS = ("Stretch", "Value (80 % interval)", "How well known")


def rounded(value: float, language: Language, digits: int = 2) -> str:
    """Write a number with so many significant digits; what is next to nothing as "less than"."""
    if math.isinf(value):
        return "∞"
    if value == 0 or math.isnan(value):
        return "0"
    if abs(value) < LEAST:
        return "< " + number(LEAST, 3, language)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    whole = round(value, digits - 1 - math.floor(math.log10(abs(value))))
    return number(whole, places, language)


def told(shown: Shown, row: pd.Series, language: Language) -> str:
    """Say a value with its interval, if it has one."""
    one = pd.DataFrame([row])
    value = float(shown.values(one)[0])
    if math.isnan(value):
        return phrase("not known", language)
    if not shown.interval or 0 < value < LEAST:
        return rounded(value, language)
    low, high = (float(end[0]) for end in shown.ends(one))
    return phrase(
        "about {value} ({low}–{high})",
        language,
        value=rounded(value, language),
        low=rounded(low, language, 1),
        high=rounded(high, language, 1),
    )


def known_words(shown: Shown, row: pd.Series, language: Language) -> str:
    """Say how well a value is known; "" for one without interval."""
    if not shown.interval:
        return ""
    one = pd.DataFrame([row])
    place = two_variable_class(np.array([0]), relative_width(shown.values(one), *shown.ends(one)))
    return phrase(WIDTH_WORDS[int(place[0]) // (len(shown.edges) + 1)], language)


def unit_words(shown: Shown, language: Language) -> str:
    """Return the unit shown."""
    return phrase(shown.unit, language)


def edge_words(shown: Shown, language: Language) -> list[str]:
    """Return the words of the classes, best first; for a change, least first."""
    edges = [number(edge, len(f"{edge:g}".partition(".")[2]), language) for edge in shown.edges]
    words = [
        f"< {edges[0]}",
        *(f"{low}–{high}" for low, high in zip(edges, edges[1:], strict=False)),
        f"{edges[-1]}+",
    ]
    return words[::-1] if shown.low_is_bad else words


def worst(table: pd.DataFrame, shown: Shown, count: int) -> pd.DataFrame:
    """Return the worst segments of a layer, worst first; of a change those that changed most, up or down."""
    known = table[table[shown.column].notna()]
    if shown.name == "change":
        key = np.log(known[shown.column].clip(1e-9, 1e9)).abs()
    else:
        key = known[shown.column] * (-1 if shown.low_is_bad else 1)
    return known.loc[key.sort_values(ascending=False, kind="stable").index[:count]]


def worst_rows(
    table: pd.DataFrame, shown: Shown, places: pd.DataFrame, language: Language, count: int = 20
) -> list[dict[str, Any]]:
    """Return the rows of the table beside the map."""
    return [
        {
            "id": str(row["segment_id"]),
            "stretch": stretch_name(row, language, places),
            "value": told(shown, row, language),
            "known": known_words(shown, row, language),
        }
        for _, row in worst(table, shown, count).iterrows()
    ]


def share_rows(row: pd.Series, language: Language) -> list[tuple[str, float]]:
    """Return name and share of each cause of a segment's risk, greatest first."""
    shares = [(phrase(f"share {cause}", language), float(row[f"share_{cause}"])) for cause in causes_of(row["mode"])]
    return sorted(shares, key=lambda each: -abs(each[1]))
