"""Indicators as a table for people and as CSV with HXL tags."""

from __future__ import annotations

from typing import Any

import pandas as pd

from maps.hxl_table import hxl_csv
from maps.indicator_words import LABELS, label, part_names, told_value, unit_name
from maps.words import Language, phrase

#: Field, heading and HXL tag of each column.
_COLUMNS = (
    ("begins", "from", "#date+start"),
    ("ends", "to", "#date+end"),
    ("corridor", "corridor", "#loc+corridor"),
    ("indicator", "indicator", "#indicator+code"),
    ("of", "of", "#indicator+category"),
    ("label", "name", "#indicator+name"),
    ("value", "value", "#indicator+value+num"),
    ("unit", "unit", "#indicator+unit"),
    ("low", "lower quartile", "#indicator+low+num"),
    ("high", "upper quartile", "#indicator+high+num"),
    ("records", "records", "#meta+records+num"),
)


def indicators_csv(document: dict[str, Any], places: pd.DataFrame, language: Language) -> bytes:
    """Return the rows of a document as CSV; columns that an audience does not see are not there."""
    rows = document["indicators"]
    inner = document["audience"] != "public"
    columns = [each for each in _COLUMNS if inner or each[0] not in ("low", "high", "records")]
    cells = ([label(row, places, language) if name == "label" else row[name] for name, _, _ in columns] for row in rows)
    return hxl_csv([(head, tag) for _, head, tag in columns], cells)


def table(document: dict[str, Any], places: pd.DataFrame, language: Language) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows: an indicator each line, its unit, and a column for each span and corridor.

    Of a single column, what it rests on stands beside it.
    """
    rows = document["indicators"]
    parts = list(dict.fromkeys((row["begins"], row["ends"], row["corridor"]) for row in rows))
    by_key = {(row["indicator"], row["of"], row["begins"], row["ends"], row["corridor"]): row for row in rows}
    heads = [phrase("Indicator", language), phrase("Unit", language)]
    heads += part_names(parts, language)
    with_records = len(parts) == 1 and document["audience"] != "public"
    if with_records:
        heads.append(phrase("Records", language))
    lines = []
    order = list(LABELS)
    for name, of in sorted({(row["indicator"], row["of"]) for row in rows}, key=lambda key: (order.index(key[0]), key)):
        held = [by_key.get((name, of, *part)) for part in parts]
        first = next(row for row in held if row is not None)
        line = [label(first, places, language), unit_name(first["unit"], language)]
        # not published, or (to planners) a kind that did not occur
        line += [_absent(document, first) if row is None else told_value(row, language) for row in held]
        lines.append([*line, str(first["records"])] if with_records else line)
    return heads, lines


def _absent(document: dict[str, Any], row: dict[str, Any]) -> str:
    return "" if document["audience"] == "public" or row["value"] is None else "0"
