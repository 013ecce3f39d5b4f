"""Where an alert says people are: the words understood, and where that puts them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from babel import Locale

from api.context import RegionContext
from routes.described import Described, Gazetteer, read_described
from routes.positions import fold
from sar.whereabouts import Tracks, Whereabouts, track_points, whereabouts

LANGUAGES = ("en", "fr", "ar")
TOP = 12


@lru_cache(maxsize=2)
def gazetteer(context: RegionContext) -> Gazetteer:
    """Return the names alerts may use: places, water points, and countries in three languages."""
    codes = context.pack.places["country"].unique()
    countries = {
        fold(Locale(language).territories[code]): str(code)
        for language in LANGUAGES
        for code in codes
        if code in Locale(language).territories
    }
    return Gazetteer(context.pack.places, context.pack.water_points, countries)


@lru_cache(maxsize=2)
def tracks_of(context: RegionContext) -> Tracks:
    """Return the positions along the region's land tracks, laid out once."""
    return track_points(context.network)


def locate(context: RegionContext, text: str) -> tuple[Described, Whereabouts]:
    """Understand a description and turn it into positions.

    Raises
    ------
    BadInput, NoAnswer
        See `routes.described.read_described` and `sar.whereabouts.whereabouts`.
    """
    said = read_described(text, gazetteer(context))
    return said, whereabouts(said, context.network, tracks_of(context))


def location_document(context: RegionContext, text: str, said: Described, found: Whereabouts) -> dict[str, Any]:
    """Return what was understood as a JSON-ready document: the likeliest segments and the rest."""
    chance = found.on_segments(len(context.network.segments))
    order = np.argsort(-chance, kind="stable")[:TOP]
    lon, lat = (float(np.average(each, weights=found.weight)) for each in (found.lon, found.lat))
    return {
        "kind": "whereabouts",
        "said": text,
        "understood": said.read_as,
        "middle": {"lon": lon, "lat": lat},
        "on_tracks": float(chance.sum()),
        "open_ground": float(1 - chance.sum()),
        "segments": [
            {"segment_id": str(context.network.segments.index[row]), "probability": float(chance[row])}
            for row in order
            if chance[row] > 0
        ],
        "data_version": context.pack.version,
    }
