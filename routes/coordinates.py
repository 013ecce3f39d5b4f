"""Coordinates as people write them: decimal degrees, DMS, UTM or MGRS."""

from __future__ import annotations

import re
import unicodedata
import warnings

import mgrs
import numpy as np
from pyproj import Transformer

from data.errors import BadInput
from data.units import CRS_WGS84, REGION_BBOX

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

_MARKS = str.maketrans({"′": "'", "’": "'", "‘": "'", "ʹ": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°"})
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def tidy(text: str) -> str:
    """Bring one text to one spelling: no invisible marks, plain quotes, European digits, single spaces."""
    plain = _INVISIBLE.sub("", text).translate(_MARKS).replace("٫", ".").replace("،", ",")
    return " ".join("".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in plain).split())


def coordinates(text: str) -> tuple[float, float] | None:
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


def is_plain(text: str) -> bool:
    """Whether a tidied text is two bare numbers: no letters, no marks, so nothing says which is which."""
    return bool(_DECIMAL.match(text) or _COMMA_DECIMAL.match(text))


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


def in_region(lon: float, lat: float) -> bool:
    """Whether a position lies in the box of the region."""
    left, bottom, right, top = REGION_BBOX
    return left <= lon <= right and bottom <= lat <= top
