"""OpenStreetMap extracts in PBF: tracks, roads, wells, water, fords, places, borders."""

from __future__ import annotations

import tempfile
from pathlib import Path

from data.country_parts import by_country
from data.errors import BadInput
from data.osm_tags import KEYS, Sorter
from data.source import WORLD_BBOX, DataSource, Reading, Variable
from data.source_found import MOST_FEATURES, Found

#: Of files above, positions of nodes wait on the disk instead of in memory.
_LARGE_BYTES = 300_000_000
_PRECISION_KM = 0.05


def _read(path: Path, reading: Reading) -> Found:
    import osmium

    found, sorter = Found(), Sorter()
    broken = 0
    with tempfile.TemporaryDirectory() as scratch:
        index = "flex_mem" if path.stat().st_size < _LARGE_BYTES else f"sparse_file_array,{scratch}/nodes"
        try:
            objects = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
            for each in objects.with_locations(index).with_filter(osmium.filter.KeyFilter(*KEYS)):
                tags = {tag.k: tag.v for tag in each.tags}
                if isinstance(each, osmium.osm.Node):
                    if each.location.valid():
                        sorter.point(f"node/{each.id}", tags, each.location.lon, each.location.lat)
                    continue
                if not isinstance(each, osmium.osm.Way):
                    continue
                lonlat = [(node.location.lon, node.location.lat) for node in each.nodes if node.location.valid()]
                if len(lonlat) < 2:
                    broken += 1
                    continue
                edited = each.timestamp.date().isoformat() if each.timestamp.year > 2000 else ""
                sorter.line(f"way/{each.id}", tags, lonlat, edited)
                if sorter.count > MOST_FEATURES:
                    raise BadInput(f"{path.name}: more than {MOST_FEATURES} roads and points; give a smaller extract")
        except RuntimeError as error:
            raise BadInput(f"{path.name} is no sound PBF: {str(error).splitlines()[0][:160]}") from None
    found.tables = sorter.tables(_PRECISION_KM)
    if broken:
        found.warn("hole", f"{broken} ways have fewer than two of their nodes in the file and were left out")
    return found


SOURCE = DataSource(
    name="osm",
    title="OpenStreetMap extract (PBF)",
    gives=("roads", "water", "places", "borders"),
    variables=(Variable("mode"), Variable("kind"), Variable("reliability")),
    bbox=WORLD_BBOX,
    since="2004",
    until="",
    licence="ODbL 1.0",
    citation="© OpenStreetMap contributors, openstreetmap.org/copyright; extract by Geofabrik GmbH",
    home="https://download.geofabrik.de/africa.html",
    patterns=("*.osm.pbf", "*.pbf"),
    files=by_country("https://download.geofabrik.de/africa/{extract}-latest.osm.pbf", "{extract}-latest.osm.pbf"),
    read=_read,
    stale_days=400,
    confidence=0.8,
    precision_km=_PRECISION_KM,
)
