"""Lines of roads made into a graph: cut where they meet, joined over small gaps, drawn together between junctions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from routes.geodesy import line_lengths_m

Array = NDArray[np.float64]
#: Longest step between vertices, degrees: so that a place finds a vertex near.
_STEP_DEG = 0.02
#: Vertices are the same where they agree to this many decimals, and ends of lines within `GAP_M` meet.
_DECIMALS = 6
GAP_M = 30.0
_WORST = {"paved": 0, "track": 1, "desert": 2, "foot": 3, "sea": 4}


class RoadGraph:
    """A graph of roads.

    Attributes
    ----------
    graph : networkx.MultiGraph
        Nodes are numbers, with `at` (lon, lat); edges have `coords` (from the lower node), `length` (m), `mode`,
        `last_seen`, `precision_km`, `confidence`.
    held : dict of node to place id
        Nodes that are places.
    snapped_m : dict of place id to float
        How far each place lies from its node, m.
    """

    def __init__(self, roads: Any, places: Any, reach_m: Callable[[Any], Array]) -> None:
        vertices, line_of = _vertices(roads)
        node_of, at = _same(vertices, line_of)
        self.held: dict[Hashable, str] = {}
        self.snapped_m: dict[str, float] = {}
        self._hold(places, reach_m(places), node_of, at)
        self.graph = nx.MultiGraph()
        self._cut(roads, vertices, line_of, node_of, at)

    def _hold(self, places: Any, reach_m: Array, node_of: NDArray[np.int64], at: Array) -> None:
        """Give every place the vertex nearest to it within reach; of two places at one vertex the nearer has it."""
        tree = cKDTree(earth_centred_m(at[:, 0], at[:, 1]))
        near_m, near = tree.query(earth_centred_m(*(places[axis].to_numpy(float) for axis in ("lon", "lat"))))
        for row in np.argsort(near_m, kind="stable"):
            node = int(near[row])
            if near_m[row] <= reach_m[row] and node not in self.held:
                self.held[node] = str(places["place_id"].iloc[row])
                self.snapped_m[self.held[node]] = float(near_m[row])

    def _cut(self, roads: Any, vertices: Array, line_of: Any, node_of: NDArray[np.int64], at: Array) -> None:
        ends = np.flatnonzero(np.diff(line_of)) + 1
        first, last = np.append(0, ends), np.append(ends, len(vertices))
        uses = np.bincount(node_of, minlength=len(at))
        marks = uses > 1
        marks[node_of[first]] = marks[node_of[last - 1]] = True
        marks[np.array(list(self.held), dtype=np.int64)] = True
        columns = [roads[name].to_numpy() for name in ("mode", "last_seen", "precision_km", "confidence")]
        for start, end in zip(first, last, strict=True):
            line = line_of[start]
            mode, seen, precision, confidence = (column[line] for column in columns)
            cuts = np.flatnonzero(marks[node_of[start:end]]) + start
            for left, right in zip(cuts[:-1], cuts[1:], strict=True):
                u, v = int(node_of[left]), int(node_of[right])
                coords = vertices[left : right + 1].copy()
                coords[0], coords[-1] = at[u], at[v]
                values = {"mode": mode, "last_seen": seen, "precision_km": precision, "confidence": confidence}
                self._add(u, v, coords, values, at)

    def _add(self, u: int, v: int, coords: Array, values: dict[str, Any], at: Array) -> None:
        length = float(line_lengths_m(coords).sum())
        if u == v or length <= 0:
            return
        if u > v:
            u, v, coords = v, u, coords[::-1]
        self.graph.add_node(u, at=at[u])
        self.graph.add_node(v, at=at[v])
        self.graph.add_edge(u, v, coords=coords, length=length, **values)

    def draw_together(self, stub_m: float) -> tuple[int, float]:
        """Join edges that meet alone, and take away dead ends shorter than `stub_m`; returns how many and their m."""
        count, length = 0, 0.0
        while True:
            self._chains()
            stubs = [
                (node, other, key)
                for node, degree in self.graph.degree()
                if degree == 1 and node not in self.held
                for _, other, key in self.graph.edges(node, keys=True)
                if self.graph.degree(other) > 2 and self.graph.edges[node, other, key]["length"] < stub_m
            ]
            if not stubs:
                break
            for node, other, key in stubs:
                if self.graph.has_edge(node, other, key):
                    length += self.graph.edges[node, other, key]["length"]
                    count += 1
                    self.graph.remove_node(node)
        return count, length

    def _chains(self) -> None:
        for node in list(self.graph.nodes):
            if node in self.held or self.graph.degree(node) != 2:
                continue
            edges = list(self.graph.edges(node, keys=True, data=True))
            if len(edges) != 2:  # a loop at one node
                continue
            (_, a, _, one), (_, b, _, two) = edges
            if a == b or one["mode"] != two["mode"]:
                continue
            before = one["coords"] if a < node else one["coords"][::-1]  # from a to node
            after = two["coords"] if node < b else two["coords"][::-1]  # from node to b
            coords = np.concatenate([before, after[1:]])
            merged = merge_values(one, two)
            self.graph.remove_node(node)
            if a > b:
                a, b, coords = b, a, coords[::-1]
            self.graph.add_edge(a, b, coords=coords, length=one["length"] + two["length"], **merged)


def merge_values(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    """Return what holds of two edges taken together: the worse of each."""
    return {
        "mode": max(one["mode"], two["mode"], key=lambda mode: _WORST[mode]),
        # "" (never) lies before every day
        "last_seen": min(one["last_seen"], two["last_seen"]),
        "precision_km": max(one["precision_km"], two["precision_km"]),
        "confidence": min(one["confidence"], two["confidence"]),
    }


def _vertices(roads: Any) -> tuple[Array, NDArray[np.int64]]:
    lines = shapely.force_2d(shapely.segmentize(roads.geometry.to_numpy(), _STEP_DEG))
    coords, line_of = shapely.get_coordinates(lines, return_index=True)
    return np.round(coords, _DECIMALS), line_of.astype(np.int64)


def _same(vertices: Array, line_of: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
    """Number the vertices so that those in one place have one number; ends of lines close together are one place."""
    at, node_of = np.unique(vertices, axis=0, return_inverse=True)
    node_of = node_of.ravel()
    ends = np.flatnonzero(np.diff(line_of, prepend=-1, append=line_of[-1] + 1 if len(line_of) else 0))
    tips = np.unique(np.concatenate([node_of[ends[:-1]], node_of[ends[1:] - 1]]))
    pairs = cKDTree(earth_centred_m(at[tips, 0], at[tips, 1])).query_pairs(GAP_M, output_type="ndarray")
    if not len(pairs):
        return node_of, at
    size = len(at)
    links = coo_array((np.ones(len(pairs)), (tips[pairs[:, 0]], tips[pairs[:, 1]])), shape=(size, size))
    count, group = connected_components(links, directed=False)
    first = np.full(count, size)
    np.minimum.at(first, group, np.arange(size))
    return group[node_of].astype(np.int64), at[first]
