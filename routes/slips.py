"""The usual slips in coordinates, each with the reading that was perhaps meant.

Latitude and longitude swapped, a lost sign, minutes typed as decimals or the reverse, a comma for a point. Bare numbers
can hide any of them; letters, degree marks, UTM and MGRS say which number is which, so only minutes are doubted there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.errors import BadInput
from data.units import M_PER_KM
from routes.coordinates import coordinates, in_region, is_plain, tidy
from routes.geodesy import GEOD

Array = NDArray[np.float64]

#: A reading this far from every place, whose swapped reading is near one, is asked about.
_FAR_KM, _NEAR_KM = 60.0, 25.0
#: Judgement: a reading within `_NEAR_KM` of a place, water or track is plausible; one further off is asked about where
#: another is plausible and so many times nearer.
_TIMES_NEARER = 4.0


class Slip(StrEnum):
    """What may have gone wrong."""

    NONE = "as typed"
    SWAPPED = "latitude and longitude swapped"
    LOST_SIGN = "a sign was lost"
    MINUTES = "minutes typed as decimals"
    DECIMALS = "decimals typed as minutes"
    COMMA = "a comma for a point"


SLIPS_FR = {
    Slip.NONE: "tel que saisi",
    Slip.SWAPPED: "latitude et longitude inversées",
    Slip.LOST_SIGN: "un signe perdu",
    Slip.MINUTES: "des minutes saisies comme décimales",
    Slip.DECIMALS: "des décimales saisies comme minutes",
    Slip.COMMA: "une virgule pour un point",
}


@dataclass(frozen=True)
class Landmarks:
    """What a plausible position is near: places, water points and land tracks.

    Attributes
    ----------
    lon, lat : array, shape (n,)
    name : tuple of str
        To be read back.
    is_place : array of bool, shape (n,)
    tree : cKDTree
        Over earth-centred positions, m.
    """

    lon: Array
    lat: Array
    name: tuple[str, ...]
    is_place: NDArray[np.bool_]
    tree: cKDTree

    def nearest(self, lon: float, lat: float) -> tuple[float, str]:
        """Return the distance to the nearest landmark, km, and its name."""
        _, row = self.tree.query(earth_centred_m(np.array([lon]), np.array([lat])))
        row = int(np.ravel(row)[0])
        _, _, away_m = GEOD.inv(lon, lat, self.lon[row], self.lat[row])
        return float(away_m) / M_PER_KM, self.name[row]


def landmarks(places: pd.DataFrame, water_points: pd.DataFrame, segments: pd.DataFrame) -> Landmarks:
    """Gather what positions lie near; of tracks both ends and the middle of every land segment, 5 km apart at most."""
    # nobody says to be near where imported roads meet
    places = places[places["kind"] != "junction"]
    land = segments[segments["mode"] != "sea"]
    ends = np.array([line.coords[0] for line in land.geometry] + [line.coords[-1] for line in land.geometry])
    tracks = [f"the track {leg}" for leg in land["leg_id"]]
    lon = np.concatenate([places["lon"], water_points["lon"], land["lon"], ends[:, 0]]).astype(float)
    lat = np.concatenate([places["lat"], water_points["lat"], land["lat"], ends[:, 1]]).astype(float)
    name = (*places["name"].astype(str), *water_points["name"].astype(str), *tracks, *tracks, *tracks)
    return Landmarks(lon, lat, name, np.arange(len(lon)) < len(places), cKDTree(earth_centred_m(lon, lat)))


@dataclass(frozen=True)
class Reading:
    """One reading of a coordinate.

    Attributes
    ----------
    lon, lat : float
        Degrees, WGS84.
    slip : Slip
        What would have to have gone wrong for it.
    near_km : float
        To the nearest place, water point or track.
    near : str
        Its name.
    inside : bool
        Whether it lies in the region.
    """

    lon: float
    lat: float
    slip: Slip
    near_km: float
    near: str
    inside: bool

    @property
    def plausible(self) -> bool:
        """Whether it lies in the region near something."""
        return self.inside and self.near_km < _NEAR_KM

    @property
    def written(self) -> str:
        """The reading with letters: nothing of it can be doubted when it is pasted back."""
        north, east = "N" if self.lat >= 0 else "S", "E" if self.lon >= 0 else "W"
        return f"{abs(self.lat):.5f}{north} {abs(self.lon):.5f}{east}"


def as_typed(text: str, known: Landmarks) -> Reading | None:
    """Return the reading of a coordinate as it stands; None where the text is none."""
    lonlat = coordinates(tidy(text))
    return None if lonlat is None else _reading(*lonlat, Slip.NONE, known)


def other_readings(text: str, known: Landmarks) -> list[Reading]:
    """Return what else a coordinate may have been meant for, likeliest slips first.

    Parameters
    ----------
    text : str
        A coordinate.
    known : Landmarks

    Returns
    -------
    list of Reading
        Those in the region that differ from the text as typed.
    """
    typed = tidy(text)
    commas = _comma_readings(typed)
    if commas:
        return [_reading(lon, lat, slip, known) for lon, lat, slip in commas if in_region(lon, lat)]
    lonlat = coordinates(typed)
    if lonlat is None:
        return []
    lon, lat = lonlat
    meant: list[tuple[float, float, Slip]] = []
    if is_plain(typed):
        meant.append((lat, lon, Slip.SWAPPED))
        signs = [(-lon, lat)] * (lon > 0) + [(lon, -lat)] * (lat > 0) + [(-lon, -lat)] * (lon > 0 and lat > 0)
        meant += [(*each, Slip.LOST_SIGN) for each in signs]
        minutes = [_as_minutes(each) for each in re.findall(r"[+-]?\d+[.,]\d+", typed)]
        if len(minutes) == 2 and minutes[0] is not None and minutes[1] is not None:
            meant.append((minutes[1], minutes[0], Slip.MINUTES))
    elif decimals := _as_decimals(typed):
        meant.append((*decimals, Slip.DECIMALS))
    return [_reading(*each, known) for each in meant if in_region(*each[:2]) and each[:2] != (lon, lat)]


#: Commas for points whose numbers a blank keeps apart: no doubt about these.
_DECIMAL_COMMAS = re.compile(r"^([+-]?\d+)[,.](\d+)(?:\s*[,;]\s+|\s+[,;]?\s*|\s*;\s*)([+-]?\d+)[,.](\d+)$")


def ask_policy(text: str, known: Landmarks) -> tuple[Reading | None, list[Reading], bool]:
    """Say how a coordinate reads, what else is plausible, and whether that must be asked.

    Returns
    -------
    Reading or None
        As typed; None where the text cannot be read as it stands.
    list of Reading
        The plausible others.
    bool
        True where the text as typed lies far from everything, or outside the region, and another reading does not.
    """
    text = _DECIMAL_COMMAS.sub(r"\1.\2, \3.\4", tidy(text))
    others = other_readings(text, known)
    if _comma_readings(text):
        return None, others, bool(others)
    typed = as_typed(text, known)
    if typed is None:
        return None, [], False
    plausible = [each for each in others if each.plausible]
    nearest_km = min((each.near_km for each in plausible), default=np.inf)
    far = not typed.inside or (not typed.plausible and nearest_km * _TIMES_NEARER <= typed.near_km)
    if is_plain(text) and looks_swapped(typed.lon, typed.lat, known.lon[known.is_place], known.lat[known.is_place]):
        far = True
        plausible = [each for each in others if each.plausible or each.slip is Slip.SWAPPED]
    if not is_plain(text) and not far:
        plausible = []
    return typed, plausible, far and bool(plausible)


def ask_about_swap(text: str, lon: float, lat: float, places: pd.DataFrame) -> None:
    """Refuse a reading that only makes sense the other way round, and say both."""
    if looks_swapped(lon, lat, places["lon"].to_numpy(), places["lat"].to_numpy()):
        raise BadInput(
            f"position '{text}' looks swapped: read as latitude {lat:g}, longitude {lon:g} it is far from every known "
            f"place; if you mean latitude {lon:g}, longitude {lat:g}, write '{lon:g},{lat:g}'"
        )


def looks_swapped(lon: float, lat: float, places_lon: Array, places_lat: Array) -> bool:
    """Whether a position is far from every place and its swapped reading near one or alone in the region."""
    if abs(lon) > 90 or not in_region(lat, lon):
        return False
    if not in_region(lon, lat):
        return True
    far = _nearest_km(lon, lat, places_lon, places_lat) > _FAR_KM
    return far and _nearest_km(lat, lon, places_lon, places_lat) < _NEAR_KM


def _nearest_km(lon: float, lat: float, places_lon: Array, places_lat: Array) -> float:
    count = len(places_lon)
    _, _, away_m = GEOD.inv(np.full(count, lon), np.full(count, lat), places_lon, places_lat)
    return float(np.min(away_m)) / M_PER_KM


def _reading(lon: float, lat: float, slip: Slip, known: Landmarks) -> Reading:
    near_km, near = known.nearest(lon, lat)
    return Reading(lon, lat, slip, near_km, near, in_region(lon, lat))


def _as_minutes(number: str) -> float | None:
    """Read the two decimals of "18.45" as minutes; None where they cannot be."""
    sign, whole, decimals = re.fullmatch(r"([+-]?)(\d+)[.,](\d+)", number).groups()  # type: ignore[union-attr]
    if len(decimals) != 2 or int(decimals) >= 60:
        return None
    value = int(whole) + int(decimals) / 60
    return -value if sign == "-" else value


_DEGREES_MINUTES = re.compile(
    r"^(\d{1,3})\s*[°d\s]\s*(\d{1,2})\s*['m]?\s*([NS])[\s,;]*(\d{1,3})\s*[°d\s]\s*(\d{1,2})\s*['m]?\s*([EWO])$",
    re.IGNORECASE,
)


def _as_decimals(text: str) -> tuple[float, float] | None:
    """Read the whole minutes of "18°45'N 12°30'E" as decimals, as (lon, lat); None where there are none."""
    match = _DEGREES_MINUTES.match(text)
    if match is None:
        return None
    lat, lon = float(f"{match[1]}.{match[2]}"), float(f"{match[4]}.{match[5]}")
    return (-lon if match[6].upper() in "WO" else lon), (-lat if match[3].upper() == "S" else lat)


def _comma_readings(text: str) -> list[tuple[float, float, Slip]]:
    """Return the readings of "18,5,12,9" and of "18.5,12,9", in which commas may be points, as (lon, lat, slip)."""
    if match := re.fullmatch(r"([+-]?)(\d+),(\d+),\s*([+-]?)(\d+),(\d+)", text):
        numbers = match.groups()
        lat, lon = float(f"{numbers[0]}{numbers[1]}.{numbers[2]}"), float(f"{numbers[3]}{numbers[4]}.{numbers[5]}")
        found = [(lon, lat, Slip.COMMA)]
        if ", " not in text and max(int(numbers[2]), int(numbers[5])) < 60:
            lat, lon = int(numbers[1]) + int(numbers[2]) / 60, int(numbers[4]) + int(numbers[5]) / 60
            found.append((-lon if numbers[3] == "-" else lon, -lat if numbers[0] == "-" else lat, Slip.MINUTES))
        return found
    for pattern in (r"([+-]?\d+\.\d+)[,;\s]\s*([+-]?\d+),(\d+)", r"([+-]?\d+),(\d+)\s*[,;\s]\s*([+-]?\d+\.\d+)"):
        if match := re.fullmatch(pattern, text):
            parts = match.groups()
            first_whole = "." in parts[0]
            lat = float(parts[0] if first_whole else f"{parts[0]}.{parts[1]}")
            lon = float(f"{parts[1]}.{parts[2]}" if first_whole else parts[2])
            return [(lon, lat, Slip.COMMA)]
    return []
