"""Positions as people write them: a place, decimal degrees, DMS, UTM or MGRS."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from data.errors import BadInput
from routes.coordinates import coordinates, in_region, is_plain, tidy
from routes.slips import ask_about_swap


class UnknownPlace(BadInput):
    """A name that no place of the region has."""


@dataclass(frozen=True)
class Position:
    """A position and how it was understood.

    Attributes
    ----------
    lon, lat : float
        Degrees, WGS84.
    place_id : str or None
        Set when a place of the region was named.
    read_as : str
        What was understood, to be read back to the person.
    """

    lon: float
    lat: float
    place_id: str | None
    read_as: str


def fold(text: str) -> str:
    """Return `text` without accents, case, apostrophes and doubled spaces, for comparing names."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\s\-_'’ʼ]+", " ", plain).strip().casefold()


def read_position(text: str, places: pd.DataFrame) -> Position:
    """Understand one position.

    Parameters
    ----------
    text : str
        A place id or name (English, French, Arabic), `lat,lon` in decimal degrees, DMS with N/S and E/W
        (O for ouest), UTM ("33Q 281000 2101000", the letter is the latitude band) or MGRS.
    places : DataFrame
        Indexed by place_id with name, name_fr, name_ar, lon, lat.

    Returns
    -------
    Position

    Raises
    ------
    BadInput
        If nothing is understood, a name fits several places, the position lies outside the region, or latitude
        and longitude look swapped (both readings are offered).
    """
    cleaned = tidy(text)
    lonlat = coordinates(cleaned)
    if lonlat is None:
        return _named(cleaned, places)
    lon, lat = lonlat
    if is_plain(cleaned):
        ask_about_swap(cleaned, lon, lat, places)
    if not in_region(lon, lat):
        raise BadInput(f"position '{cleaned}' (latitude {lat:.4f}, longitude {lon:.4f}) lies outside the region")
    return Position(lon, lat, None, f"latitude {lat:.5f}, longitude {lon:.5f}")


@lru_cache(maxsize=4)
def _folded(rows: tuple[tuple[str, ...], ...]) -> dict[str, frozenset[str]]:
    return {row[0]: frozenset(fold(str(name)) for name in row) for row in rows}


def _named(text: str, places: pd.DataFrame) -> Position:
    wanted = fold(text)
    columns = ("place_id", "name", "name_fr", "name_ar")
    names = _folded(tuple(zip(*(places[column].tolist() for column in columns), strict=True)))
    found = [place_id for place_id, known in names.items() if wanted in known]
    if len(found) > 1:
        raise BadInput(f"'{text}' fits several places: {', '.join(found)}; give one of these ids")
    if not found:
        everything = {name: place_id for place_id, known in names.items() for name in known}
        close = difflib.get_close_matches(wanted, everything, n=3, cutoff=0.6)
        hint = f"; did you mean {' or '.join(dict.fromkeys(everything[name] for name in close))}?" if close else ""
        raise UnknownPlace(f"place '{text}' is not known{hint}")
    place = places.loc[found[0]]
    return Position(float(place["lon"]), float(place["lat"]), found[0], f"{place['name']} ({place['country']})")
