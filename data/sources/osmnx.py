"""Road networks that OSMnx saved: GraphML, or GeoPackage with its layer of edges."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from data.errors import BadInput
from data.osm_tags import road_mode
from data.source import WORLD_BBOX, DataSource, Reading, Variable
from data.source_found import Found, lines_of
from data.vector_file import column, read_vector

_MOST_BYTES = 500_000_000


def _read(path: Path, reading: Reading) -> Found:
    found = Found()
    edges = _graphml(path, found) if path.suffix.lower() == ".graphml" else _geopackage(path, reading, found)
    rows, seen, skipped = [], set(), 0
    for row, (values, line) in enumerate(edges):
        kinds = _listed(values.get("highway"))
        modes = [mode for kind in kinds if (mode := road_mode({"highway": kind, "surface": _first(values)}))]
        ends = frozenset((line.coords[0], line.coords[-1]))
        key = (ends, round(line.length, 7))
        if not modes:
            skipped += 1
        elif key not in seen:  # both directions of a two-way street are one road
            seen.add(key)
            osmid = _listed(values.get("osmid"))[:1] or [str(row)]
            name = (_listed(values.get("name")) or [""])[0]
            rows.append({"row": f"edge {row}", "key": f"{osmid[0]}_{row}", "name": name, "mode": modes[0]})
            rows[-1]["geometry"] = line
    if skipped:
        found.remarks.append(f"{skipped} lanes and paths inside towns were left out")
    if rows:
        found.tables["roads"] = lines_of("roads", rows, precision_km=0.05)
    return found


def _graphml(path: Path, found: Found) -> list[tuple[dict[str, Any], Any]]:
    import networkx as nx
    from shapely import LineString, from_wkt

    if path.stat().st_size > _MOST_BYTES:
        raise BadInput(f"{path.name}: more than {_MOST_BYTES // 1_000_000} MB; save it as GeoPackage")
    with path.open("rb") as file:
        if b"<!DOCTYPE" in file.read(4096):
            raise BadInput(f"{path.name}: a GraphML file with a document type is not read")
    graph = nx.read_graphml(path, force_multigraph=True)
    crs = str(graph.graph.get("crs", ""))
    if "4326" not in crs:
        found.refuse("crs", f"{path.name} is in '{crs[:40]}'; save the graph before projecting it")
    edges = []
    for start, end, values in graph.edges(data=True):
        ends = [tuple(float(graph.nodes[node][axis]) for axis in ("x", "y")) for node in (start, end)]
        wkt = values.get("geometry")
        edges.append((values, from_wkt(wkt) if wkt else LineString(ends)))
    return edges


def _geopackage(path: Path, reading: Reading, found: Found) -> list[tuple[dict[str, Any], Any]]:
    frame = read_vector(path, reading, found, layer="edges")
    if column(frame, "highway") is None:
        raise BadInput(f"{path.name}: the layer 'edges' has no column 'highway'")
    return list(zip(frame.drop(columns="geometry").to_dict("records"), frame.geometry, strict=True))


def _listed(value: object) -> list[str]:
    """OSMnx writes several values of one edge as a list in text."""
    text = "" if value is None or value != value else str(value)
    if text.startswith("["):
        try:
            return [str(each) for each in ast.literal_eval(text)]
        except (ValueError, SyntaxError):
            return []
    return [text] if text else []


def _first(values: dict[str, Any]) -> str:
    return (_listed(values.get("surface")) or [""])[0]


SOURCE = DataSource(
    name="osmnx",
    title="Road network saved by OSMnx",
    gives=("roads",),
    variables=(Variable("mode"), Variable("length", "m")),
    bbox=WORLD_BBOX,
    since="2004",
    until="",
    licence="ODbL 1.0",
    citation="© OpenStreetMap contributors; Boeing 2017, doi:10.1016/j.compenvurbsys.2017.05.004",
    home="https://osmnx.readthedocs.io",
    patterns=("*.graphml",),
    read=_read,
    by_hand="save a graph with OSMnx (save_graphml or save_graph_geopackage)",
    confidence=0.8,
    precision_km=0.05,
)
