"""Natural Earth: roads, populated places and borders, as shapefile or GeoJSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import Found, lines_of, table_of
from data.vector_file import column, read_vector, single_lines

_MODES = {
    "major highway": "paved",
    "secondary highway": "paved",
    "beltway": "paved",
    "bypass": "paved",
    "road": "paved",
    "track": "track",
    "unknown": "track",
}
_ADDRESS = "https://naciscdn.org/naturalearth/10m/cultural/"
_LAYERS = ("roads", "populated_places", "admin_0_countries")


def _read(path: Path, reading: Reading) -> Found:
    found = Found()
    frame = read_vector(path, reading, found)
    shape = frame.geometry.geom_type.iloc[0]
    if "Line" in shape and column(frame, "type"):
        rows = _roads(frame, found)
        found.tables |= {"roads": lines_of("roads", rows, precision_km=1.0)} if rows else {}
    elif "Point" in shape and column(frame, "name"):
        found.tables["places"] = table_of("places", _places(frame), precision_km=1.0)
    elif "Polygon" in shape and column(frame, "adm0_a3", "sov_a3"):
        found.tables["borders"] = lines_of("borders", _borders(frame))
    else:
        raise BadInput(f"{path.name}: neither roads, populated places nor countries; other files: --source mapped")
    return found


def _roads(frame: Any, found: Found) -> list[dict[str, Any]]:
    kind, name = column(frame, "type"), column(frame, "name")
    rows, ferries = [], 0
    for number, record in enumerate(frame.to_dict("records")):
        mode = _MODES.get(str(record[kind]).casefold())
        if mode is None:
            ferries += 1
            continue
        common = {"row": f"feature {number}", "name": str(record[name] or "") if name else "", "mode": mode}
        for part, line in enumerate(single_lines(record["geometry"])):
            rows.append(common | {"key": f"{number}_{part}", "geometry": line})
    if ferries:
        found.remarks.append(f"{ferries} ferries and lines of other types were left out")
    return rows


def _places(frame: Any) -> list[dict[str, Any]]:
    name, country, french, arabic = (
        column(frame, *names) for names in (("nameascii", "name"), ("iso_a2",), ("name_fr",), ("name_ar",))
    )
    people = column(frame, "pop_max", "pop_other")
    rows = []
    for number, record in enumerate(frame.to_dict("records")):
        code = str(record[country]) if country else ""
        rows.append(
            {
                "row": f"feature {number}",
                "key": str(number),
                "name": str(record[name] or ""),
                "name_fr": str(record[french] or "") if french else "",
                "name_ar": str(record[arabic] or "") if arabic else "",
                "country": code if len(code) == 2 and code.isalpha() else "",
                "lon": record["geometry"].x,
                "lat": record["geometry"].y,
                "kind": "city" if people and (record[people] or 0) > 100_000 else "town",
            }
        )
    return rows


def _borders(frame: Any) -> list[dict[str, Any]]:
    name = column(frame, "name", "admin", "sovereignt")
    return [
        {
            "row": f"feature {number}",
            "key": str(number),
            "name": str(record[name]) if name else "",
            "geometry": record["geometry"].boundary,
        }
        for number, record in enumerate(frame.to_dict("records"))
    ]


SOURCE = DataSource(
    name="natural-earth",
    title="Natural Earth 1:10m and 1:50m",
    gives=("roads", "places", "borders"),
    variables=(Variable("mode"), Variable("kind")),
    bbox=WORLD_BBOX,
    since="2009",
    until="",
    licence="public domain",
    citation="Made with Natural Earth, naturalearthdata.com",
    home="https://www.naturalearthdata.com/downloads/",
    patterns=("ne_*.shp", "ne_*.zip", "ne_*.json", "ne_*.geojson"),
    files=tuple(RemoteFile(layer, f"{_ADDRESS}ne_10m_{layer}.zip", f"ne_10m_{layer}.zip") for layer in _LAYERS),
    read=_read,
    confidence=0.5,
    precision_km=1.0,
)
