"""The region as a graph in OSMnx convention, and back to tables."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import networkx as nx
import pandas as pd
from shapely import LineString, Point

from data.region_pack import RegionPack
from data.units import CRS_WGS84
from routes.segments import SPEED_KPH, cut_segments, leg_lines


@dataclass(frozen=True)
class Network:
    """Everything the other rooms need to know about the routes.

    Attributes
    ----------
    places : DataFrame
        Indexed by place_id.
    legs : GeoDataFrame
        Indexed by leg_id, with geometry and `length` (m).
    segments : GeoDataFrame
        Indexed by segment_id; see `routes.segments.cut_segments`; and `country`, "" on legs that cross a border.
    graph : networkx.MultiDiGraph
        Nodes are places (`x`, `y`), edges legs in both directions (`length` m, `speed_kph`, `travel_time` s).
    """

    places: pd.DataFrame
    legs: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame
    graph: nx.MultiDiGraph


def build_network(pack: RegionPack) -> Network:
    """Build lines, segments and graph from a checked region pack."""
    legs = leg_lines(pack.places, pack.legs)
    segments = cut_segments(legs)
    country = pack.places["country"]
    start, end = legs["from_id"].map(country), legs["to_id"].map(country)
    # where a leg crosses a border is not in the facts, so all of it counts as crossing
    segments["country"] = segments["leg_id"].map(start.where(start == end, ""))
    return Network(pack.places, legs, segments, graph_from_legs(pack.places, legs))


def graph_from_legs(places: pd.DataFrame, legs: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Build the graph: each leg becomes one edge in each direction.

    Returns
    -------
    networkx.MultiDiGraph
        `graph["crs"]` is EPSG:4326; node keys are place ids.
    """
    graph = nx.MultiDiGraph(crs=CRS_WGS84)
    for place in places.itertuples():
        graph.add_node(place.place_id, x=place.lon, y=place.lat, name=place.name, kind=place.kind)
    for leg in legs.itertuples():
        add_leg(graph, leg.from_id, leg.to_id, leg.leg_id, leg.mode, leg.corridor, leg.length, leg.geometry)
    return graph


def add_leg(
    graph: nx.MultiDiGraph,
    start: str,
    end: str,
    leg_id: str,
    mode: str,
    corridor: str,
    length_m: float,
    line: LineString,
    from_m: float = 0.0,
) -> None:
    """Add one leg, or the part of it that begins at `from_m`, in both directions; `length_m` along `line` (WGS84)."""
    common = {
        "leg_id": leg_id,
        "mode": mode,
        "corridor": corridor,
        "length": length_m,
        "speed_kph": SPEED_KPH[mode],
        "travel_time": length_m / (SPEED_KPH[mode] / 3.6),
        "from_m": from_m,
    }
    graph.add_edge(start, end, **common, geometry=line)
    graph.add_edge(end, start, **common, geometry=line.reverse())


def graph_to_gdfs(graph: nx.MultiDiGraph) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Turn a graph into two tables, as OSMnx does.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Nodes with `x`, `y` in degrees; `graph.graph["crs"]` set. OSMnx graphs are accepted.

    Returns
    -------
    nodes : GeoDataFrame
        Indexed by `osmid`, point geometry.
    edges : GeoDataFrame
        Indexed by (u, v, key); an edge without geometry gets the straight line.

    Raises
    ------
    ValueError
        If the graph has no CRS or a node lacks x or y.
    """
    crs = graph.graph.get("crs")
    if crs is None:
        raise ValueError("the graph has no 'crs'")
    lost = [node for node, values in graph.nodes(data=True) if "x" not in values or "y" not in values]
    if lost:
        raise ValueError(f"nodes without x and y: {lost[:5]}")
    index = pd.Index(list(graph.nodes), name="osmid")
    nodes = gpd.GeoDataFrame(
        [values for _, values in graph.nodes(data=True)],
        index=index,
        geometry=[Point(values["x"], values["y"]) for _, values in graph.nodes(data=True)],
        crs=crs,
    )
    rows, keys = [], []
    for start, end, key, values in graph.edges(keys=True, data=True):
        straight = LineString([(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (start, end)])
        rows.append({**values, "geometry": values.get("geometry", straight)})
        keys.append((start, end, key))
    edges = gpd.GeoDataFrame(rows, index=pd.MultiIndex.from_tuples(keys, names=["u", "v", "key"]), crs=crs)
    return nodes, edges


def graph_from_gdfs(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> nx.MultiDiGraph:
    """Rebuild the graph from the two tables of `graph_to_gdfs`; missing values are left out.

    Raises
    ------
    ValueError
        If an edge names a node that is not in `nodes`.
    """
    graph = nx.MultiDiGraph(crs=nodes.crs.to_string() if nodes.crs else CRS_WGS84)
    for node, values in zip(nodes.index, nodes.drop(columns="geometry").to_dict("records"), strict=True):
        graph.add_node(
            node,
            **{name: value for name, value in values.items() if pd.api.types.is_list_like(value) or pd.notna(value)},
        )
    for (start, end, key), values in zip(edges.index, edges.to_dict("records"), strict=True):
        if start not in graph or end not in graph:
            raise ValueError(f"edge {start} to {end} names a node that is not in the table of nodes")
        present = {name: value for name, value in values.items() if pd.api.types.is_list_like(value) or pd.notna(value)}
        graph.add_edge(start, end, key=key, **present)
    return graph
