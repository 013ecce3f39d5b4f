"""OpenStreetMap as the Overpass interface answers: JSON with `out geom`, or with nodes beside ways."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from data.errors import BadInput
from data.json_file import read_json
from data.osm_tags import Sorter
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import Found

_PRECISION_KM = 0.05
#: Wells and tracks between Agadez and Dirkou: an example, small enough for a public server.
_EXAMPLE = (
    '[out:json][timeout:180];(way["highway"](17,8,19.5,13);node["man_made"="water_well"](17,8,19.5,13););out meta geom;'
)


def _read(path: Path, reading: Reading) -> Found:
    document = read_json(path)
    elements = document.get("elements") if isinstance(document, dict) else None
    if not isinstance(elements, list):
        raise BadInput(f"{path.name}: no list 'elements'; ask Overpass for [out:json]")
    found, sorter = Found(), Sorter()
    if isinstance(remark := document.get("remark"), str) and "error" in remark:
        found.refuse("hole", f"the server broke off: {remark[:120]}")
    base = str(document.get("osm3s", {}).get("timestamp_osm_base", ""))[:10]
    nodes = {each["id"]: (each["lon"], each["lat"]) for each in elements if each.get("type") == "node"}
    broken = 0
    for each in elements:
        tags, row = each.get("tags", {}), f"{each.get('type')}/{each.get('id')}"
        if each.get("type") == "node":
            sorter.point(row, tags, float(each["lon"]), float(each["lat"]))
        elif each.get("type") == "way":
            points = [(point["lon"], point["lat"]) for point in each.get("geometry", []) if point]
            points = points or [nodes[ref] for ref in each.get("nodes", []) if ref in nodes]
            if len(points) < 2:
                broken += 1
                continue
            sorter.line(row, tags, points, str(each.get("timestamp", base))[:10])
    if broken:
        found.warn("hole", f"{broken} ways have no line; ask Overpass for 'out geom'")
    found.tables = sorter.tables(_PRECISION_KM)
    return found


SOURCE = DataSource(
    name="overpass",
    title="OpenStreetMap through Overpass (JSON)",
    gives=("roads", "water", "places", "borders"),
    variables=(Variable("mode"), Variable("kind"), Variable("reliability")),
    bbox=WORLD_BBOX,
    since="2004",
    until="",
    licence="ODbL 1.0",
    citation="© OpenStreetMap contributors, openstreetmap.org/copyright",
    home="https://overpass-turbo.eu",
    patterns=("*overpass*.json", "*.osm.json"),
    files=(
        RemoteFile(
            "example",
            f"https://overpass-api.de/api/interpreter?data={quote(_EXAMPLE)}",
            "agadez-dirkou-overpass.json",
        ),
    ),
    read=_read,
    stale_days=400,
    confidence=0.8,
    precision_km=_PRECISION_KM,
)
