"""What tags of OpenStreetMap mean here; shared by the readers of its formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PAVED = ("motorway", "trunk", "primary", "secondary", "tertiary")
TRACKS = ("unclassified", "track", "road")
#: Lanes inside towns and footpaths say nothing of ways between places.
_LOOSE = ("sand", "dirt", "earth", "ground", "mud", "unpaved", "gravel", "fine_gravel", "compacted", "pebblestone")
_WELLS = {"water_well": "well", "spring_box": "spring", "water_tap": "piped"}
_TAPS = ("drinking_water", "water_point")
_PLACES = {"city": "city", "town": "town", "village": "town"}
_DRY = ("disused", "abandoned")
#: Keys one of which every object of use carries.
KEYS = ("highway", "man_made", "amenity", "natural", "place", "ford", "boundary", "disused:man_made")


def road_mode(tags: Mapping[str, str]) -> str | None:
    """Return the mode of a way, None for ways that are not taken."""
    kind = tags.get("highway", "").removesuffix("_link")
    surface = tags.get("surface", "")
    if kind not in PAVED and kind not in TRACKS:
        return None
    if surface == "sand" or (kind == "track" and tags.get("tracktype") == "grade5"):
        return "desert"
    if kind in PAVED:
        return "track" if surface in _LOOSE else "paved"
    return "paved" if surface in ("asphalt", "paved", "concrete") else "track"


def water_of(tags: Mapping[str, str]) -> dict[str, Any] | None:
    """Return kind, reliability and day of verification of a point of water, None where tags tell of none."""
    made = tags.get("man_made", "") or tags.get("disused:man_made", "")
    if made in _WELLS:
        kind = _WELLS[made]
    elif tags.get("amenity") in _TAPS:
        kind = "piped"
    elif tags.get("natural") == "spring":
        kind = "spring"
    elif tags.get("natural") == "water":
        if tags.get("water") in ("wastewater", "basin", "pool", "salt_pond", "salt_lake"):
            return None
        kind = "river" if tags.get("water") in ("river", "stream", "canal") else "lake"
    else:
        return None
    if "disused:man_made" in tags or any(tags.get(word) == "yes" for word in _DRY):
        reliability = "reported_dry"
    elif tags.get("drinking_water") == "no" or tags.get("salt") == "yes":
        reliability = "brackish"
    elif tags.get("intermittent") == "yes" or tags.get("seasonal", "no") != "no":
        reliability = "seasonal"
    else:
        reliability = "unknown"
    return {"kind": kind, "reliability": reliability, "verified_on": checked_on(tags)}


def place_of(tags: Mapping[str, str]) -> dict[str, Any] | None:
    """Return names and kind of a place, None where tags tell of none."""
    kind = "oasis" if tags.get("natural") == "oasis" else _PLACES.get(tags.get("place", ""))
    name = tags.get("name:en") or tags.get("name", "")
    if kind is None or not name:
        return None
    return {"name": name, "name_fr": tags.get("name:fr", ""), "name_ar": tags.get("name:ar", ""), "kind": kind}


def checked_on(tags: Mapping[str, str]) -> str:
    """Return the day somebody says to have looked, "" where nobody does; an edit is no look."""
    for key in ("check_date", "survey:date"):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", tags.get(key, "")):
            return tags[key]
    return ""


def is_border(tags: Mapping[str, str]) -> bool:
    """Say whether a way is part of a border between countries."""
    return tags.get("boundary") == "administrative" and tags.get("admin_level") == "2"


class Sorter:
    """Puts objects of OpenStreetMap into tables as they come."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {
            kind: [] for kind in ("roads", "water", "places", "borders", "fords")
        }

    def point(self, row: str, tags: Mapping[str, str], lon: float, lat: float) -> None:
        """Take a node."""
        common = {"row": row, "key": row.replace("/", "_"), "name": tags.get("name", ""), "lon": lon, "lat": lat}
        if (water := water_of(tags)) is not None:
            self.rows["water"].append(common | water)
        if (place := place_of(tags)) is not None:
            self.rows["places"].append(common | place)
        if tags.get("ford", "no") != "no":
            self.rows["fords"].append(common)

    def line(self, row: str, tags: Mapping[str, str], lonlat: list[tuple[float, float]], edited: str) -> None:
        """Take a way."""
        from shapely import LineString

        common = {"row": row, "key": row.replace("/", "_"), "name": tags.get("name", "")}
        if (mode := road_mode(tags)) is not None:
            seen = checked_on(tags) or edited
            self.rows["roads"].append(common | {"mode": mode, "last_seen": seen, "geometry": LineString(lonlat)})
        elif is_border(tags):
            self.rows["borders"].append(common | {"geometry": LineString(lonlat)})
        elif len(lonlat) > 2 and (water := water_of(tags)) is not None:
            lon, lat = (sum(each[axis] for each in lonlat[1:]) / (len(lonlat) - 1) for axis in (0, 1))
            self.rows["water"].append(common | {"lon": lon, "lat": lat} | water)

    @property
    def count(self) -> int:
        """Objects taken so far."""
        return sum(map(len, self.rows.values()))

    def tables(self, precision_km: float) -> dict[str, Any]:
        """Return what was taken as tables, empty ones left out."""
        from data.source_found import lines_of, table_of

        made = {}
        for kind, rows in self.rows.items():
            if rows:
                make = lines_of if kind in ("roads", "borders") else table_of
                made[kind] = make(kind, rows, precision_km=precision_km)
        return made
