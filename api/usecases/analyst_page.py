"""Pages of the analyst from what the other use cases found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from api.context import RegionContext
from api.usecases.analyst import USUAL_HOUR, View, hour_effect, risk_seen, seen
from maps.analyst_page import AnalystData, analyst_file, effect_words
from maps.words import Language

#: Hours of the slider of the file: every third, among them the usual one.
FILE_HOURS = tuple(range(USUAL_HOUR % 3, 24, 3))


def analyst_data(context: RegionContext, view: View) -> AnalystData:
    """Return what the page of a view is made of; the whole network, whatever corridor is chosen."""
    table = seen(context, View(view.on, view.hour, view.layer, "", view.other))
    incidents = context.pack.incidents
    return AnalystData(
        view.on, view.hour, view.layer, view.corridor, view.other, context.network.segments, table,
        context.pack.places, str(incidents["date"].max()), context.pack.version,
    )  # fmt: skip


def effect_of(table: pd.DataFrame, hour: int, language: Language) -> str:
    """Say what an hour changes."""
    found = hour_effect(table)
    return effect_words(hour, USUAL_HOUR, (found.median, found.low, found.high), language)


def write_analyst_file(
    context: RegionContext, on: date, language: Language, path: Path, progress: Callable[[float], None]
) -> Path:
    """Write the analyst's page as one file, with every third hour of the day, and return its path."""
    hours = []
    for done, hour in enumerate(FILE_HOURS, start=1):
        table = risk_seen(context, on, hour)
        hours.append((hour, table, effect_of(table, hour, language)))
        progress(done / len(FILE_HOURS))
    text = analyst_file(analyst_data(context, View(on)), hours, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
