"""What the script of the analyst's map draws, and the words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

from maps.analyst_layers import CHANGE, Shown
from maps.analyst_words import HEADS, WIDTH_WORDS, edge_words, unit_words
from maps.compact import PER_DEGREE, line_steps, significant
from maps.ramps import LAND, SEA, UNKNOWN, WEIGHTS
from maps.sentences import name_column
from maps.static_files import verified
from maps.words import Language, phrase

Array = NDArray[np.float64]
#: Where the map opens if no corridor is chosen: the desert belt and its coasts; south, west, north, east corners.
_BELT = ((10.0, -17.0), (38.0, 40.0))
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=4)
def _land() -> list[Any]:
    rings: list[Any] = orjson.loads(verified("basemap.json"))
    return rings


def map_lines(segments: gpd.GeoDataFrame, places: pd.DataFrame, language: Language) -> dict[str, Any]:
    """Return what stays whatever is shown: land, lines, their names; aligned with the network's segments."""
    legs = pd.unique(segments["leg_id"])
    corridors = sorted(set(segments["corridor"]))
    names = places[name_column(language)]
    towns = places[places["kind"].isin(("city", "town", "port"))]
    return {
        "perDegree": PER_DEGREE,
        "land": _land(),
        "ids": segments["segment_id"].tolist(),
        "legs": [" – ".join(str(names[place]) for place in leg.split("--")) for leg in legs],
        "leg": pd.factorize(segments["leg_id"])[0].tolist(),
        "km": segments[["km_from", "km_to"]].round(0).astype(int).to_numpy().tolist(),
        "corridors": corridors,
        "corridor": [corridors.index(each) for each in segments["corridor"]],
        "lines": line_steps(segments.geometry),
        "towns": [
            [
                round(row.lon, 3),
                round(row.lat, 3),
                str(getattr(row, name_column(language))),
                4 if row.kind == "city" else 6,
            ]
            for row in towns.itertuples()
        ],
    }


def map_values(table: pd.DataFrame, shown: Sequence[Shown]) -> dict[str, Any]:
    """Return classes and values of layers, aligned with the lines; ends of intervals as shares of the value."""
    return {each.name: _layer_values(table, each) for each in shown}


def _layer_values(table: pd.DataFrame, shown: Shown) -> dict[str, Any]:
    values = shown.values(table)
    told: dict[str, Any] = {
        "classes": "".join("-" if place < 0 else _SIGNS[place] for place in shown.classes(table)),
        "values": _plain(significant(values, 3)),
    }
    if shown.interval:
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = [np.where(values > 0, end / values, np.nan) for end in shown.ends(table)]
        told |= {name: _plain(significant(end, 2)) for name, end in zip(("low", "high"), ends, strict=True)}
    return told


def _plain(values: Array) -> list[float | int | None]:
    """Return numbers as short as JSON takes them; None where nothing is known."""
    return [
        None if np.isnan(value) else int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.6g}")
        for value in np.where(np.isinf(values), np.nan, values).tolist()
        for value in (np.float64(value),)
    ]


def map_settings(shown: Sequence[Shown], language: Language) -> dict[str, Any]:
    """Return colours and words for the script."""
    return {
        "language": language,
        "unknown": UNKNOWN,
        "ground": LAND,
        "sea": SEA,
        "weights": WEIGHTS,
        "belt": _BELT,
        "layers": {
            each.name: {
                "title": phrase(each.name, language),
                "unit": unit_words(each, language),
                "palette": each.palette,
                "diverging": each.name == CHANGE.name,
                "lowIsBad": each.low_is_bad,
                "interval": bool(each.interval),
            }
            for each in shown
        },
        "words": {
            "widths": [phrase(text, language) for text in WIDTH_WORDS],
            "unknown": phrase("not known", language),
            "km": phrase("km {first}–{last}", language, first="{first}", last="{last}"),
            "loading": phrase("Computing…", language),
            "failed": phrase("The service does not answer; what is shown is the state before.", language),
            "about": phrase("about {value} ({low}–{high})", language, value="{value}", low="{low}", high="{high}"),
            "hour": "{hour}:00",
        },
    }


def legends(shown: Sequence[Shown], language: Language) -> list[dict[str, Any]]:
    """Return a legend for each layer: rows of colours with their words, unit and what it is."""
    made = []
    for each in shown:
        steps = len(each.edges) + 1
        rows = [each.palette[at : at + steps] for at in range(0, len(each.palette), steps)]
        heads = [phrase(text, language) for text in WIDTH_WORDS] if each.interval else [""]
        made.append(
            {
                "name": each.name,
                "title": phrase(each.name, language),
                "unit": unit_words(each, language),
                "description": phrase(each.description, language),
                "classes": edge_words(each, language),
                "rows": list(zip(heads, rows, strict=True)),
                "weights": (2.5,) * steps if each.name == CHANGE.name else WEIGHTS,
            }
        )
    return made


def table_heads(language: Language) -> list[str]:
    """Return the headings of the table that says what the map says."""
    return [phrase(text, language) for text in HEADS]
