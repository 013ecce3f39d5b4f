"""The columns of the region pack's tables and the words they may use, as pandera schemas."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import available_timezones

import pandas as pd
import pandera.pandas as pa

from data.units import REGION_BBOX

LEG_MODES = ("paved", "track", "desert", "foot", "sea")
CORRIDORS = (
    "niger-libya",
    "niger-algeria",
    "mali-algeria",
    "chad-libya",
    "sudan-libya",
    "sudan-egypt",
    "central-sahara",
    "western-africa-atlantic",
    "west-africa",
    "horn",
    "central-med",
    "western-med",
    "eastern-med",
)
PLACE_KINDS = (
    "city",
    "town",
    "port",
    "landing",
    "border_post",
    "border_point",
    "oasis",
    "well",
    "mine",
    "landmark",
    # where imported roads meet
    "junction",
)
PLACE_ROLES = (
    "sar_base",
    "place_of_safety",
    "transit_centre",
    "fmp",
    "departure",
    "landing",
    "refuel",
    "night_stop",
)
SERVICES = ("water", "health", "shelter", "transit_centre")
WATER_KINDS = ("well", "oasis", "guelta", "spring", "piped", "lake", "river")
WATER_SHAPE_KINDS = ("river", "lake", "salt_lake", "playa")
BLOCK_KINDS = ("mine", "conflict")
WATER_RELIABILITIES = ("perennial", "seasonal", "brackish", "unknown", "reported_dry")
INCIDENT_CAUSES = (
    "thirst_breakdown",
    "thirst_abandoned",
    "thirst_lost",
    "thirst_expelled",
    "thirst_unspecified",
    "vehicle_accident",
    "violence",
    "mine",
    "illness",
    "unknown",
)
ID = r"^[a-z0-9_]+\Z"
LEG_ID = r"^[a-z0-9_]+--[a-z0-9_]+\Z"
VIA = r"^$|^-?\d+(\.\d+)? -?\d+(\.\d+)?(;-?\d+(\.\d+)? -?\d+(\.\d+)?)*$"
LINE = r"^-?\d+(\.\d+)? -?\d+(\.\d+)?(;-?\d+(\.\d+)? -?\d+(\.\d+)?)+\Z"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d\Z"


def _text(pattern: str | None = None, *, unique: bool = False, empty: bool = False) -> pa.Column:
    checks = [] if empty else [pa.Check.str_length(min_value=1, error="must not be empty")]
    if pattern:
        checks.append(pa.Check.str_matches(pattern, error=f"must look like {pattern}"))
    return pa.Column(str, checks, unique=unique)


def _one_of(allowed: Sequence[str], *, unique: bool = False) -> pa.Column:
    return pa.Column(str, pa.Check.isin(list(allowed), error=f"must be one of {', '.join(allowed)}"), unique=unique)


def _number(low: float, high: float, *, nullable: bool = False, whole: bool = False) -> pa.Column:
    checks = [pa.Check.in_range(low, high, error=f"must be from {low:g} to {high:g}")]
    if whole:
        checks.append(pa.Check(lambda column: column % 1 == 0, error="must be a whole number"))
    return pa.Column(float, checks, nullable=nullable, coerce=True)


def _services(column: pd.Series) -> pd.Series:
    return column.map(lambda text: set(filter(None, text.split(";"))) <= set(SERVICES)).astype(bool)


def _roles(column: pd.Series) -> pd.Series:
    return column.map(lambda cell: all(role in PLACE_ROLES for role in cell.split(";") if role))


def _zones(column: pd.Series) -> pd.Series:
    return column.isin(available_timezones())


def _date(*, empty: bool = False, since: str = "1990-01-01") -> pa.Column:
    def real_day(column: pd.Series) -> pd.Series:
        parsed = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce")
        known = parsed.between(since, "2100-12-31") & column.str.fullmatch(r"\d{4}-\d\d-\d\d")
        return known | (column == "") if empty else known

    return pa.Column(str, pa.Check(real_day, error="must be a day as 2026-06-15"))


_LON = _number(REGION_BBOX[0], REGION_BBOX[2])
_LAT = _number(REGION_BBOX[1], REGION_BBOX[3])
_NAMES = {"name": _text(), "name_fr": _text(), "name_ar": _text()}
_SOURCED = {"source": _text()}

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "places": pa.DataFrameSchema(
        {
            "place_id": _text(ID, unique=True),
            **_NAMES,
            "country": _text(r"^[A-Z]{2}$"),
            "lon": _LON,
            "lat": _LAT,
            "kind": _one_of(PLACE_KINDS),
            "roles": pa.Column(str, pa.Check(_roles, error=f"must be ;-joined out of {', '.join(PLACE_ROLES)}")),
            "precision_km": _number(0.01, 500),
            **_SOURCED,
        }
    ),
    "legs": pa.DataFrameSchema(
        {
            "leg_id": _text(LEG_ID, unique=True),
            "from_id": _text(ID),
            "to_id": _text(ID),
            "mode": _one_of(LEG_MODES),
            "corridor": _one_of(CORRIDORS),
            "via_lonlat": _text(VIA, empty=True),
            "precision_km": _number(0.01, 500),
            **_SOURCED,
            # what imported roads tell of a leg: how sure it is that it is there, and when somebody last saw it
            "confidence": _number(0, 1, nullable=True),
            "last_seen": _date(empty=True),
        }
    ),
    "water_points": pa.DataFrameSchema(
        {
            "water_id": _text(ID, unique=True),
            **_NAMES,
            "country": _text(r"^[A-Z]{2}$"),
            "lon": _LON,
            "lat": _LAT,
            "kind": _one_of(WATER_KINDS),
            "reliability": _one_of(WATER_RELIABILITIES),
            "precision_km": _number(0.01, 500),
            "verified_on": _date(empty=True),
            **_SOURCED,
        }
    ),
    "incidents": pa.DataFrameSchema(
        {
            "incident_id": _text(r"^[a-z0-9-]+$", unique=True),
            "date": _date(),
            "date_precision": _one_of(("day", "month", "year")),
            "corridor": _one_of(CORRIDORS),
            "country": _text(r"^[A-Z]{2}$"),
            "place": _text(),
            "lon": _LON,
            "lat": _LAT,
            "precision_km": _number(0.01, 1000),
            "dead": _number(0, 5000, nullable=True, whole=True),
            "missing": _number(0, 5000, nullable=True, whole=True),
            "survivors": _number(0, 20000, nullable=True, whole=True),
            "cause": _one_of(INCIDENT_CAUSES),
            "source_grade": _one_of(("A", "B", "C", "D")),
            **_SOURCED,
            "url": _text(r"^https?://\S+$"),
        }
    ),
    "climate_stations": pa.DataFrameSchema(
        {
            "station_id": _text(ID, unique=True),
            "name": _text(),
            "country": _text(r"^[A-Z]{2}$"),
            "lon": _LON,
            "lat": _LAT,
            "elevation_m": _number(-200, 4000),
            "period": _text(),
            "rh_basis": _one_of(("published", "estimated")),
            "precision": _text(),
            **_SOURCED,
            "url": _text(r"^https?://\S+$"),
        }
    ),
    "climate_normals": pa.DataFrameSchema(
        {
            "station_id": _text(ID),
            "month": _number(1, 12, whole=True),
            "tmax_degc": _number(5, 50),
            "tmin_degc": _number(-10, 38),
            "rh_pct": _number(3, 98),
        },
        unique=["station_id", "month"],
    ),
    "vehicles": pa.DataFrameSchema(
        {
            "vehicle_type": _text(ID, unique=True),
            **_NAMES,
            "tank_l": _number(10, 2000),
            "cans_l": _number(0, 2000),
            **{f"l_per_100km_{surface}": _number(3, 200) for surface in ("paved", "track", "desert")},
            **{f"speed_{surface}_kph": _number(3, 120) for surface in ("paved", "track", "desert")},
            "seats_rescued": _number(0, 200),
            "crew": _number(1, 20),
            "water_l": _number(0, 20000),
            "crew_hours": _number(1, 24),
            "precision": _text(),
            **_SOURCED,
        }
    ),
    "countries": pa.DataFrameSchema(
        {
            "country_name": _text(unique=True),
            **{edge: _number(-180, 180) for edge in ("left", "bottom", "right", "top")},
            "precision_deg": _number(0.001, 10),
            **_SOURCED,
        }
    ),
    "water_shapes": pa.DataFrameSchema(
        {
            "shape_id": _text(ID, unique=True),
            **_NAMES,
            "kind": _one_of(WATER_SHAPE_KINDS),
            "shape": _one_of(("line", "polygon")),
            "reliability": _one_of(WATER_RELIABILITIES),
            "lonlat": _text(LINE),
            "precision_km": _number(0.01, 500),
            **_SOURCED,
        }
    ),
    "sand_seas": pa.DataFrameSchema(
        {
            "sand_id": _text(ID, unique=True),
            **_NAMES,
            "lonlat": _text(LINE),
            "precision_km": _number(0.01, 500),
            **_SOURCED,
        }
    ),
    "blocked_areas": pa.DataFrameSchema(
        {
            "area_id": _text(ID, unique=True),
            "name": _text(),
            "kind": _one_of(BLOCK_KINDS),
            "applies_to": _one_of(("off_road", "all")),
            "lonlat": _text(LINE),
            "valid_from": _date(empty=True, since="1940-01-01"),
            "valid_to": _date(empty=True, since="1940-01-01"),
            "precision_km": _number(0.01, 500),
            **_SOURCED,
        }
    ),
    "sea_stations": pa.DataFrameSchema(
        {
            "station_id": _text(ID, unique=True),
            "name": _text(),
            "lon": _LON,
            "lat": _LAT,
            "precision_degc": _number(0.1, 5),
            **_SOURCED,
        }
    ),
    "sea_normals": pa.DataFrameSchema(
        {
            "station_id": _text(ID),
            "month": _number(1, 12, whole=True),
            "water_degc": _number(-2, 36),
        },
        unique=["station_id", "month"],
    ),
    "sea_corridors": pa.DataFrameSchema(
        {
            "corridor": _one_of(CORRIDORS, unique=True),
            "incidents": _number(0, 100_000, whole=True),
            "dead_missing": _number(0, 1_000_000, whole=True),
            "years": _number(1, 50, whole=True),
            "group_size": _number(1, 1000),
            **_SOURCED,
        }
    ),
    "places_of_safety": pa.DataFrameSchema(
        {
            "place_id": _text(ID, unique=True),
            "room": _number(0, 100_000, whole=True),
            "services": pa.Column(str, pa.Check(_services, error=f"must be ;-joined out of {', '.join(SERVICES)}")),
            "precision": _text(),
            **_SOURCED,
        }
    ),
    "bases": pa.DataFrameSchema(
        {
            "base_id": _text(ID, unique=True),
            "vehicle_type": _text(ID),
            "vehicles": _number(1, 100, whole=True),
            "timezone": pa.Column(str, pa.Check(_zones, error="must be an IANA time zone, as Africa/Niamey")),
            "curfew_start": _text(CLOCK),
            "curfew_end": _text(CLOCK),
            "precision": _text(),
            **_SOURCED,
        }
    ),
}

#: Columns that a table may do without; they are empty then.
OPTIONAL = {"legs": ("confidence", "last_seen")}

#: (table, column) -> (table, column) that has to hold the value.
REFERENCES = {
    ("legs", "from_id"): ("places", "place_id"),
    ("legs", "to_id"): ("places", "place_id"),
    ("climate_normals", "station_id"): ("climate_stations", "station_id"),
    ("sea_normals", "station_id"): ("sea_stations", "station_id"),
    ("places_of_safety", "place_id"): ("places", "place_id"),
    ("bases", "base_id"): ("places", "place_id"),
    ("bases", "vehicle_type"): ("vehicles", "vehicle_type"),
}
