"""Matching: roads from elsewhere joined to the network there is.

A place takes the nearest vertex of the roads within reach. A leg of the network along which the roads run is not laid
twice: it is confirmed, keeps its line, and what the roads know of it (last seen, confidence) is put on it. All other
roads that hang together with a place, or come near a leg, become legs; their junctions become places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import shapely
import shapely.ops
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM
from routes.geodesy import as_array, line_lengths_m, points_along
from routes.network import Network
from routes.road_graph import RoadGraph

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MatchRules:
    """How near is near enough. Judgement, for a network good to 5 to 20 km.

    Attributes
    ----------
    place_m, most_m : float
        A place reaches as far as its own precision plus the first, at most the second.
    join_m : float
        Roads that touch no place are joined to a leg this near (beside the leg's own precision).
    stub_m : float
        Dead ends shorter than this are left out.
    ratio : (low, high)
        A way along the roads confirms a leg when its length lies within these times the leg's.
    apart_km : float
        And when it runs on average no farther from it (or twice the leg's precision).
    simplify_deg : float
        Lines are thinned so that none moves farther.
    """

    place_m: float = 1500.0
    most_m: float = 12_000.0
    join_m: float = 3000.0
    stub_m: float = 3000.0
    ratio: tuple[float, float] = (0.6, 1.5)
    apart_km: float = 5.0
    simplify_deg: float = 0.001


@dataclass
class Matched:
    """What roads become.

    Attributes
    ----------
    junctions : DataFrame
        New places: `place_id, lon, lat`.
    legs : DataFrame
        New legs: `leg_id, from_id, to_id, mode, corridor, via_lonlat, precision_km, confidence, last_seen, km`.
    confirmed : DataFrame
        Legs of the network the roads run along: `leg_id, confidence, last_seen, apart_km`.
    snapped_m : dict of str to float
        Distance of each place that was reached from the roads, m.
    left_out_km, stubs_km : float
        Of roads that hang together with nothing known, and of short dead ends.
    left_out : int
        Pieces that hang together with nothing known.
    """

    junctions: pd.DataFrame
    legs: pd.DataFrame
    confirmed: pd.DataFrame
    snapped_m: dict[str, float] = field(default_factory=dict)
    left_out: int = 0
    left_out_km: float = 0.0
    stubs_km: float = 0.0


def match_roads(roads: Any, network: Network, prefix: str, rules: MatchRules = MatchRules()) -> Matched:
    """Join roads to a network.

    Parameters
    ----------
    roads : GeoDataFrame
        `mode, last_seen, precision_km, confidence` and lines in WGS84; at least one.
    network : Network
    prefix : str
        Of the ids of new places.
    rules : MatchRules

    Returns
    -------
    Matched
    """
    places = network.places
    made = RoadGraph(
        roads,
        places,
        lambda table: np.minimum(table["precision_km"].to_numpy(float) * M_PER_KM + rules.place_m, rules.most_m),
    )
    _, stubs_m = made.draw_together(rules.stub_m)
    confirmed, along = _confirm(made, network, rules)
    kept = _beside(made, along)
    legs, junctions, left_out, left_out_m = _lay(made, kept, network, prefix, rules)
    return Matched(junctions, legs, confirmed, made.snapped_m, left_out, left_out_m / M_PER_KM, stubs_m / M_PER_KM)


def _confirm(made: RoadGraph, network: Network, rules: MatchRules) -> tuple[pd.DataFrame, list[list[Any]]]:
    """Find the legs along which the roads run; returns them, and the edges of each way."""
    node_of = {place: node for node, place in made.held.items()}
    rows, along = [], []
    for leg in network.legs.itertuples():
        start, end = node_of.get(leg.from_id), node_of.get(leg.to_id)
        if leg.mode == "sea" or start not in made.graph or end not in made.graph:
            continue
        most = rules.ratio[1] * leg.length + rules.most_m
        try:
            length, way = nx.single_source_dijkstra(made.graph, start, end, cutoff=most, weight="length")
        except nx.NetworkXNoPath:
            continue
        if not rules.ratio[0] * leg.length <= length <= most:
            continue
        edges = [_shortest(made.graph, u, v) for u, v in zip(way[:-1], way[1:], strict=True)]
        track = np.concatenate([made.graph.edges[edge]["coords"] for edge in edges])
        samples = points_along(as_array(list(leg.geometry.coords)), np.linspace(0, leg.length, 25))
        tree = cKDTree(earth_centred_m(track[:, 0], track[:, 1]))
        apart_km = float(tree.query(earth_centred_m(samples[:, 0], samples[:, 1]))[0].mean()) / M_PER_KM
        if apart_km > max(rules.apart_km, 2 * leg.precision_km):
            continue
        values = [made.graph.edges[edge] for edge in edges]
        rows.append(
            {
                "leg_id": leg.leg_id,
                "confidence": min(each["confidence"] for each in values),
                "last_seen": min(each["last_seen"] for each in values),
                "apart_km": apart_km,
            }
        )
        along.append(edges)
    return pd.DataFrame(rows, columns=["leg_id", "confidence", "last_seen", "apart_km"]), along


def _shortest(graph: nx.MultiGraph, u: Any, v: Any) -> tuple[Any, Any, Any]:
    return u, v, min(graph[u][v], key=lambda key: graph[u][v][key]["length"])


def _beside(made: RoadGraph, along: list[list[Any]]) -> nx.MultiGraph:
    """Return the roads without the ways that confirm legs, but for what joins branches to the nearer end of a way."""
    graph = made.graph.copy()
    graph.remove_edges_from({(min(u, v), max(u, v), key) for way in along for u, v, key in way})
    for way in along:
        lengths = np.cumsum([0.0, *(made.graph.edges[edge]["length"] for edge in way)])
        nodes = [way[0][0], *(edge[1] for edge in way)]
        for number, node in enumerate(nodes[1:-1], 1):
            if graph.degree(node) == 0 or node in made.held:
                continue
            back = lengths[number] <= lengths[-1] / 2
            for u, v, key in way[:number] if back else way[number:]:
                if not graph.has_edge(u, v, key):
                    graph.add_edge(u, v, key, **made.graph.edges[u, v, key])
    return graph


def _lay(
    made: RoadGraph, graph: nx.MultiGraph, network: Network, prefix: str, rules: MatchRules
) -> tuple[pd.DataFrame, pd.DataFrame, int, float]:
    names: dict[Any, str] = dict(made.held)
    taken = {frozenset(pair) for pair in network.legs[["from_id", "to_id"]].to_numpy()}
    rows: list[dict[str, Any]] = []
    junctions: list[dict[str, Any]] = []
    left_out, left_out_m = 0, 0.0

    def named(node: Any, at: Array) -> str:
        if node not in names:
            names[node] = f"{prefix}_j{len(junctions) + 1}"
            junctions.append({"place_id": names[node], "lon": float(at[0]), "lat": float(at[1])})
        return names[node]

    def lay(start: str, end: str, coords: Array, values: dict[str, Any]) -> None:
        if frozenset((start, end)) in taken:  # a second way between the two: told apart by a junction half-way
            middle = len(coords) // 2
            if 0 < middle < len(coords) - 1:
                half = named(object(), coords[middle])
                lay(start, half, coords[: middle + 1], values)
                lay(half, end, coords[middle:], values)
            return
        taken.add(frozenset((start, end)))
        line = shapely.LineString(coords).simplify(rules.simplify_deg)
        via = ";".join(f"{lon:.5f} {lat:.5f}" for lon, lat in list(line.coords)[1:-1])
        kept = {name: values[name] for name in ("mode", "precision_km", "confidence", "last_seen")}
        ids = {"leg_id": f"{start}--{end}", "from_id": start, "to_id": end, "via_lonlat": via}
        rows.append(ids | kept | {"km": line_lengths_m(coords).sum() / M_PER_KM, "at": coords[len(coords) // 2]})

    legs = _Lines(network)
    near = legs.nearest(graph)
    for nodes in nx.connected_components(graph):
        edges = [(u, v, values) for u, v, values in graph.edges(nodes, data=True)]
        if not edges:
            continue
        join = None if any(node in made.held for node in nodes) else legs.join(graph, nodes, near, rules.join_m)
        if join is None and not any(node in made.held for node in nodes):
            left_out += 1
            left_out_m += sum(values["length"] for *_, values in edges)
            continue
        if join is not None:
            node, place, coords = join
            worst = min((values for *_, values in edges), key=lambda each: each["confidence"])
            lay(named(node, graph.nodes[node]["at"]), place, coords, {**worst, "mode": "desert"})
        for u, v, values in edges:
            low, high = min(u, v), max(u, v)
            lay(named(low, graph.nodes[low]["at"]), named(high, graph.nodes[high]["at"]), values["coords"], values)
    columns = ["leg_id", "from_id", "to_id", "mode", "via_lonlat", "precision_km", "confidence", "last_seen", "km"]
    found = pd.DataFrame(rows, columns=[*columns, "at"])
    found["corridor"] = legs.corridors(found.pop("at"))
    return found, pd.DataFrame(junctions, columns=["place_id", "lon", "lat"]), left_out, left_out_m


class _Lines:
    """The legs there are, to find the nearest."""

    def __init__(self, network: Network) -> None:
        self._network = network
        land = network.segments[network.segments["mode"] != "sea"]
        self._segments = land
        self._wide_m = land["leg_id"].map(network.legs["precision_km"]).to_numpy(float) * M_PER_KM
        points, owner = [], []
        for number, line in enumerate(land.geometry):
            track = np.asarray(shapely.segmentize(line, 0.01).coords)
            points.append(track)
            owner += [number] * len(track)
        self._points, self._owner = np.concatenate(points), np.array(owner)
        self._tree = cKDTree(earth_centred_m(self._points[:, 0], self._points[:, 1]))

    def nearest(self, graph: nx.MultiGraph) -> dict[Any, tuple[float, int]]:
        """Return, for each node, how far the nearest vertex of a leg is (m), and which it is."""
        nodes = list(graph.nodes)
        if not nodes:
            return {}
        at = np.array([graph.nodes[node]["at"] for node in nodes])
        near_m, near = self._tree.query(earth_centred_m(at[:, 0], at[:, 1]))
        return dict(zip(nodes, zip(near_m.tolist(), near.tolist(), strict=True), strict=True))

    def join(
        self, graph: nx.MultiGraph, nodes: set[Any], near: dict[Any, tuple[float, int]], join_m: float
    ) -> tuple[Any, str, Array] | None:
        """Return the node nearest to a leg, the leg's end nearer to there, and the line: to the leg, then along it."""
        best = min(nodes, key=lambda node: near[node])
        near_m, vertex = near[best]
        segment = int(self._owner[vertex])
        if near_m > join_m + self._wide_m[segment]:
            return None
        leg = self._network.legs.loc[self._segments["leg_id"].iloc[segment]]
        line, foot = leg["geometry"], self._points[vertex]
        share = line.project(shapely.Point(foot), normalized=True)
        towards_start = share <= 0.5
        part = shapely.ops.substring(
            line, 0 if towards_start else share, share if towards_start else 1, normalized=True
        )
        along = np.asarray(part.coords)[::-1] if towards_start else np.asarray(part.coords)
        place = str(leg["from_id"] if towards_start else leg["to_id"])
        return best, place, np.concatenate([[graph.nodes[best]["at"]], along])

    def corridors(self, at: Any) -> list[str]:
        """Return the corridor of the nearest leg, for each position."""
        if not len(at):
            return []
        lonlat = np.array(list(at))
        near = self._tree.query(earth_centred_m(lonlat[:, 0], lonlat[:, 1]))[1]
        return [str(each) for each in self._segments["corridor"].to_numpy()[self._owner[near]]]
