"""Positions as people write them: a place, decimal degrees, DMS, UTM or MGRS."""

from __future__ import annotations

import difflib
import re
import unicodedata
import warnings
from dataclasses import dataclass

import mgrs
import numpy as np
import pandas as pd
from pyproj import Transformer

from data.errors import BadInput
from data.units import CRS_WGS84, REGION_BBOX
from routes.geodesy import GEOD

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_DECIMAL = re.compile(rf"^({_NUMBER})\s*[,;\s]\s*({_NUMBER})$")
_COMMA_DECIMAL = re.compile(r"^([+-]?\d+,\d+)\s*[;\s]\s*([+-]?\d+,\d+)$")
#: Degrees, then minutes, then seconds. A mark may be missing, the order never: "18 59.9" is 18 degrees 59.9 minutes.
_VALUE = r"(\d+(?:\.\d+)?)"
_SECONDS = rf"(?:(?<=['m\s]){_VALUE}\s*(?:\"|''|s)?\s*)?"
_ANGLE = rf"{_VALUE}\s*[°d]?\s*(?:(?<=[°d\s]){_VALUE}\s*['m]?\s*{_SECONDS})?"
_DMS_AFTER = re.compile(rf"^{_ANGLE}\s*([NS])[\s,;]*{_ANGLE}\s*([EWO])$", re.IGNORECASE)
_DMS_BEFORE = re.compile(rf"^([NS])\s*{_ANGLE}[\s,;]*([EWO])\s*{_ANGLE}$", re.IGNORECASE)
_UTM = re.compile(
    r"^(\d{1,2})\s*([C-HJ-NP-X])\s+(\d{6}(?:\.\d+)?)\s*m?E?[\s,]+(\d{6,8}(?:\.\d+)?)\s*m?N?$", re.IGNORECASE
)
_MGRS = re.compile(r"^\d{1,2}[C-HJ-NP-X][A-HJ-NP-Z]{2}(\d\d){1,5}$", re.IGNORECASE)

#: A reading this far from everything known, whose swapped reading is near something, is asked about.
_FAR_M, _NEAR_M = 60_000.0, 25_000.0


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
    cleaned = _tidy(text)
    lonlat = _coordinates(cleaned)
    if lonlat is None:
        return _named(cleaned, places)
    lon, lat = lonlat
    if _DECIMAL.match(cleaned) or _COMMA_DECIMAL.match(cleaned):
        _ask_about_swap(cleaned, lon, lat, places)
    if not _in_region(lon, lat):
        raise BadInput(f"position '{cleaned}' (latitude {lat:.4f}, longitude {lon:.4f}) lies outside the region")
    return Position(lon, lat, None, f"latitude {lat:.5f}, longitude {lon:.5f}")


_MARKS = str.maketrans({"′": "'", "’": "'", "‘": "'", "ʹ": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°"})
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _tidy(text: str) -> str:
    """Bring one text to one spelling: no invisible marks, plain quotes, European digits, single spaces."""
    plain = _INVISIBLE.sub("", text).translate(_MARKS).replace("٫", ".").replace("،", ",")
    return " ".join("".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in plain).split())


def _coordinates(text: str) -> tuple[float, float] | None:
    """Return (lon, lat) when the text is a coordinate in a known format, else None."""
    if match := _DECIMAL.match(text):
        return _checked(float(match[2]), float(match[1]), text)
    if match := _COMMA_DECIMAL.match(text):
        return _checked(float(match[2].replace(",", ".")), float(match[1].replace(",", ".")), text)
    points = re.sub(r"(?<=\d),(?=\d+\s*['°\"])", ".", text)  # a French decimal comma before a mark
    if match := _DMS_AFTER.match(points):
        return _checked(
            _angle(match.group(5, 6, 7), match[8], text), _angle(match.group(1, 2, 3), match[4], text), text
        )
    if match := _DMS_BEFORE.match(points):
        return _checked(
            _angle(match.group(6, 7, 8), match[5], text), _angle(match.group(2, 3, 4), match[1], text), text
        )
    if match := _UTM.match(text):
        return _from_utm(int(match[1]), match[2].upper(), float(match[3]), float(match[4]), text)
    if _MGRS.match(compact := text.replace(" ", "")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                lat, lon = mgrs.MGRS().toLatLon(compact.upper())
        except Exception as error:  # the library raises its own unrelated types
            raise BadInput(f"position '{text}' is not a valid MGRS reference ({error})") from None
        return _checked(lon, lat, text)
    return None


def _angle(parts: tuple[str | None, ...], letter: str, text: str) -> float:
    degrees, minutes, seconds = (float(part) if part else 0.0 for part in parts)
    if minutes >= 60 or seconds >= 60:
        raise BadInput(f"position '{text}': minutes and seconds stay below 60")
    value = degrees + minutes / 60 + seconds / 3600
    return -value if letter.upper() in "SWO" else value


def _from_utm(zone: int, band: str, east_m: float, north_m: float, text: str) -> tuple[float, float]:
    if not 1 <= zone <= 60:
        raise BadInput(f"position '{text}': UTM zone {zone} does not exist")
    epsg = (32600 if band >= "N" else 32700) + zone
    lon, lat = Transformer.from_crs(f"EPSG:{epsg}", CRS_WGS84, always_xy=True).transform(east_m, north_m)
    lon, lat = _checked(lon, lat, text)
    bottom = -80 + 8 * "CDEFGHJKLMNPQRSTUVWX".index(band)
    if not bottom - 0.5 <= lat <= bottom + (12 if band == "X" else 8) + 0.5:
        raise BadInput(
            f"position '{text}': latitude {lat:.2f} does not lie in band {band}; the letter is the latitude band"
        )
    return lon, lat


def _checked(lon: float, lat: float, text: str) -> tuple[float, float]:
    if not (np.isfinite([lon, lat]).all() and abs(lat) <= 90 and abs(lon) <= 180):
        swapped = (
            f"; swapped it would be latitude {lon:g}, longitude {lat:g}" if abs(lon) <= 90 and abs(lat) <= 180 else ""
        )
        raise BadInput(f"position '{text}' is no latitude and longitude{swapped}")
    return lon, lat


def _in_region(lon: float, lat: float) -> bool:
    left, bottom, right, top = REGION_BBOX
    return left <= lon <= right and bottom <= lat <= top


def _ask_about_swap(text: str, lon: float, lat: float, places: pd.DataFrame) -> None:
    """Refuse a reading that only makes sense the other way round, and say both."""
    swapped_inside = abs(lon) <= 90 and _in_region(lat, lon)
    if not swapped_inside:
        return
    far_as_read = not _in_region(lon, lat) or _nearest_place_m(lon, lat, places) > _FAR_M
    if far_as_read and (not _in_region(lon, lat) or _nearest_place_m(lat, lon, places) < _NEAR_M):
        raise BadInput(
            f"position '{text}' looks swapped: read as latitude {lat:g}, longitude {lon:g} it is far from every known "
            f"place; if you mean latitude {lon:g}, longitude {lat:g}, write '{lon:g},{lat:g}'"
        )


def _nearest_place_m(lon: float, lat: float, places: pd.DataFrame) -> float:
    count = len(places)
    _, _, away_m = GEOD.inv(
        np.full(count, lon), np.full(count, lat), places["lon"].to_numpy(), places["lat"].to_numpy()
    )
    return float(np.min(away_m))


def _named(text: str, places: pd.DataFrame) -> Position:
    wanted = fold(text)
    names = {
        place.place_id: {fold(str(name)) for name in (place.place_id, place.name, place.name_fr, place.name_ar)}
        for place in places.itertuples(index=False)
    }
    found = [place_id for place_id, known in names.items() if wanted in known]
    if len(found) > 1:
        raise BadInput(f"'{text}' fits several places: {', '.join(found)}; give one of these ids")
    if not found:
        everything = {name: place_id for place_id, known in names.items() for name in known}
        close = difflib.get_close_matches(wanted, everything, n=3, cutoff=0.6)
        hint = f"; did you mean {' or '.join(dict.fromkeys(everything[name] for name in close))}?" if close else ""
        raise BadInput(f"place '{text}' is not known{hint}")
    place = places.loc[found[0]]
    return Position(float(place["lon"]), float(place["lat"]), found[0], f"{place['name']} ({place['country']})")
