"""The region pack: the facts every computation starts from, read and checked as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from data.errors import BadInput
from data.region_folder import SHIPPED


@dataclass(frozen=True)
class RegionPack:
    """Checked tables of one region.

    Attributes
    ----------
    places, legs, water_points, incidents, climate_stations, climate_normals, vehicles, bases, countries, water_shapes,
    sand_seas, blocked_areas, sea_stations, sea_normals, sea_corridors, places_of_safety : DataFrame
        As `data.schemas.SCHEMAS` say; lon and lat in degrees (WGS84). `places`, `legs`, `vehicles` and
        `bases` are indexed by their id.
    version : str
        Twelve hexadecimal digits that change whenever a byte of any table does.
    """

    places: pd.DataFrame
    legs: pd.DataFrame
    water_points: pd.DataFrame
    incidents: pd.DataFrame
    climate_stations: pd.DataFrame
    climate_normals: pd.DataFrame
    vehicles: pd.DataFrame
    bases: pd.DataFrame
    countries: pd.DataFrame
    water_shapes: pd.DataFrame
    sand_seas: pd.DataFrame
    blocked_areas: pd.DataFrame
    sea_stations: pd.DataFrame
    sea_normals: pd.DataFrame
    sea_corridors: pd.DataFrame
    places_of_safety: pd.DataFrame
    version: str


def read_region(folder: Path) -> RegionPack:
    """Read and check a region folder.

    Raises
    ------
    BadInput
        With every fault of every table, one line each: missing files, missing columns, wrong types, values
        out of range, ids that point at nothing.
    """
    # tables that were checked before need neither the checks nor their libraries
    from data.contracts import check, check_meaning, check_references
    from data.schemas import SCHEMAS

    tables: dict[str, pd.DataFrame] = {}
    sound: dict[str, pd.DataFrame] = {}
    faults: list[str] = []
    digest = hashlib.sha256()
    for name in SCHEMAS:
        path = folder / f"{name}.csv"
        try:
            payload = path.read_bytes()
            cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False)
        except FileNotFoundError:
            faults.append(f"{name}: the file {path.name} is missing from {folder}")
            continue
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            faults.append(f"{name}: {path.name} cannot be read as CSV in UTF-8 ({str(error).strip()})")
            continue
        digest.update(name.encode() + payload)
        checked, found = check(name, cells)
        faults += found
        if not any("column '" in fault for fault in found):
            tables[name] = checked
        if not found:
            sound[name] = checked
    faults += check_references(tables)
    # what needs every cell of a table to be sound is asked of the tables that are
    faults += check_meaning(sound) + _incomplete_years(sound)
    if faults:
        raise BadInput(faults)
    indexed = {name: tables[name].set_index(key, drop=False) for name, key in _KEYS.items()}
    return RegionPack(**{**tables, **indexed}, version=digest.hexdigest()[:12])


_KEYS = {"places": "place_id", "legs": "leg_id", "vehicles": "vehicle_type", "bases": "base_id"}


def _incomplete_years(tables: dict[str, pd.DataFrame]) -> list[str]:
    """A station without its twelve months would bend the interpolation silently."""
    faults = []
    for name, stations in (("climate_normals", "climate_stations"), ("sea_normals", "sea_stations")):
        if name not in tables or stations not in tables:
            continue
        months = tables[name].groupby("station_id")["month"].nunique()
        months = months.reindex(tables[stations]["station_id"], fill_value=0)
        faults += [
            f"{name}: station '{each}' has {count} of 12 months" for each, count in months.items() if count != 12
        ]
    if "climate_normals" not in tables:
        return faults
    normals = tables["climate_normals"]
    crossed = normals.index[normals["tmin_degc"] >= normals["tmax_degc"]]
    return faults + [f"climate_normals line {row + 2}: tmin_degc is not below tmax_degc" for row in crossed]


@lru_cache(maxsize=4)
def load_region(folder: Path = SHIPPED) -> RegionPack:
    """Read a region once for the life of the process; see `read_region`."""
    return read_region(folder)
