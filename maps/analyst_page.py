"""The analyst's page: what its templates need, and the same page as one file."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from babel.dates import format_date
from markupsafe import Markup

from maps.analyst_layers import known_layers, shown_layer
from maps.analyst_map import legends, map_lines, map_settings, map_values, table_heads
from maps.analyst_words import rounded, unit_words, worst, worst_rows
from maps.explain import explain_segment
from maps.frame import Frame, filler
from maps.public_view import corridor_name
from maps.ramps import LAND, UNKNOWN
from maps.static_files import static_files
from maps.words import Language, phrase
from risk.water import COMPILED_ON

TITLE = "Risk by day and hour"
#: Layers that the hour of the stranding changes.
HOURLY = ("risk", "survival", "lethality")
_STYLES, _SCRIPTS = ("frame.css", "leaflet/leaflet.css", "analyst.css"), ("leaflet/leaflet.js", "analyst.js")
#: Segments whose sentence the file carries.
_TOLD = 400


@dataclass(frozen=True, eq=False)
class AnalystData:
    """What a page of the analyst is made of.

    Attributes
    ----------
    on : date
    hour : int
    layer, corridor : str
    other : date or None
    segments : GeoDataFrame
        The whole network, for lines.
    table : DataFrame
        All segments with their risk.
    places : DataFrame
    newest_incident : str
        Day of the newest incident, ISO.
    data_version : str
    """

    on: date
    hour: int
    layer: str
    corridor: str
    other: date | None
    segments: gpd.GeoDataFrame
    table: pd.DataFrame
    places: pd.DataFrame
    newest_incident: str
    data_version: str


def long_day(on: date, language: Language) -> str:
    """Write a day in the way of a language."""
    return str(format_date(on, format="long", locale=language))


def effect_words(hour: int, usual: int, effect: tuple[float, float, float], language: Language) -> str:
    """Say what the hour changes: times the risk at the usual hour, the median and the eight tenths in the middle."""
    if hour == usual:
        text = (
            "The model's usual hour. The rate of strandings is the same at all hours; at sea the hour changes nothing."
        )
        return phrase(text, language)
    median, low, high = (rounded(each, language) for each in effect)
    text = (
        "Stranded at {hour} rather than {usual}: on unpaved segments {median} times the risk ({low}–{high} on eight in "
        "ten). The rate of strandings is the same at all hours; at sea the hour changes nothing."
    )
    return phrase(text, language, hour=f"{hour}:00", usual=f"{usual}:00", median=median, low=low, high=high)


def source_words(data: AnalystData, language: Language) -> list[str]:
    """Say where what is shown comes from, how old it is and what it is not."""
    newest = long_day(date.fromisoformat(data.newest_incident), language)
    return [
        phrase("Routes and water: as compiled on {date}.", language, date=long_day(COMPILED_ON, language)),
        phrase("Strandings: documented incidents, the newest of {date}; older ones weigh less.", language, date=newest),
        phrase("Heat: averages of many years, not a forecast; a day can be far hotter.", language),
        phrase(
            "The interval comes from the stranding rate alone; survival, traffic and behaviour are estimates.", language
        ),
        phrase("Hours are local solar time: 12:00 is when the sun stands highest.", language),
    ]


def page_parts(
    data: AnalystData, language: Language, effect: str, data_for_script: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what `analyst_body` needs besides links."""
    known, shown = known_layers(data.table), shown_layer(data.layer)
    table = data.table if not data.corridor else data.table[data.table["corridor"] == data.corridor]
    names = sorted({str(each) for each in data.table["corridor"]})
    settings = {**map_settings(known, language), "layer": data.layer, "hour": data.hour, "corridor": data.corridor}
    return {
        "looked": data,
        "day": long_day(data.on, language),
        "layer": data.layer,
        "legends": legends(known, language),
        "ground": LAND,
        "unknown": UNKNOWN,
        "corridors": [("", corridor_name("", language)), *((each, corridor_name(each, language)) for each in names)],
        "effect": effect,
        "heads": table_heads(language),
        "rows": worst_rows(table, shown, data.places, language),
        "shown_title": phrase(shown.name, language),
        "shown_unit": unit_words(shown, language),
        "sources": source_words(data, language),
        "data": {**settings, **data_for_script},
    }


def analyst_file(data: AnalystData, hours: Sequence[tuple[int, pd.DataFrame, str]], language: Language) -> str:
    """Return the analyst's page as one HTML text that asks for nothing.

    Parameters
    ----------
    data : AnalystData
    hours : sequence of (int, DataFrame, str)
        Hours of the slider, ascending, among them that of `data`; the table at each, and what the hour changes.
    language : Language
    """
    known = known_layers(data.table)
    hourly = [each for each in known if each.name in HOURLY]
    steps = [hour for hour, _, _ in hours]
    script_data = {
        "lines": map_lines(data.segments, data.places, language),
        "values": map_values(data.table, known),
        "hours": {str(hour): {"layers": map_values(table, hourly), "effect": effect} for hour, table, effect in hours},
        "hourSteps": steps,
        "why": _sentences(data, language),
    }
    effect = next(words for hour, _, words in hours if hour == data.hour)
    styles = [_own(name) for name in _STYLES]
    scripts = [_own(name) for name in _SCRIPTS]
    frame = Frame(phrase(TITLE, language), language, data.data_version)
    parts = page_parts(data, language, effect, script_data)
    return filler().fill(
        "analyst_file", frame, _no_address, styles=[Markup(text) for text in styles],
        scripts=[Markup(text) for text in scripts], style_digests=_digests(styles), script_digests=_digests(scripts),
        months=None, last_step=len(steps) - 1, step=steps.index(data.hour), picture="", segment_at="", **parts,
    )  # fmt: skip


def _sentences(data: AnalystData, language: Language) -> dict[str, str]:
    """Return why the worst segments are at risk, by their row."""
    row_of = {name: row for row, name in enumerate(data.table.index)}
    chosen = worst(data.table, shown_layer("risk"), _TOLD)
    return {str(row_of[name]): explain_segment(row, data.places, language) for name, row in chosen.iterrows()}


def _own(name: str) -> str:
    # browsers read every end of line as one sign before they take the digest
    text = static_files()[name].content.decode().replace("\r\n", "\n")
    # neither may end its element, and both are of this project or named in the manifest
    if re.search(r"</(script|style)|<!--", text, re.IGNORECASE):
        raise ValueError(f"'{name}' cannot stand within a page")
    return text


def _digests(texts: Sequence[str]) -> str:
    digests = (b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _no_address(name: str) -> str:
    raise ValueError(f"a page in one file has no address for '{name}'")
