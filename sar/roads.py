"""The network as a vehicle type drives it: times, litres and shortest ways between segment ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from data.units import M_PER_KM, S_PER_H
from sar.fleet import SURFACE, Convoy, VehicleType

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Roads:
    """Drivable segments of one vehicle type in its allowed countries.

    Attributes
    ----------
    rows : array of int, shape (m,)
        Row of each drivable segment in the table of all segments.
    start, end : array of int, shape (m,)
        Node numbers of its ends.
    nodes : dict of str to int
        Node name to number.
    time_s, fuel_l : array, shape (m,)
        To drive it once, either way; litres for one vehicle.
    """

    rows: Ints
    start: Ints
    end: Ints
    nodes: dict[str, int]
    time_s: Array
    fuel_l: Array


def drivable(segments: pd.DataFrame, vehicle: VehicleType, open_rows: NDArray[np.bool_]) -> Roads:
    """Select the segments a vehicle may drive and price them.

    Parameters
    ----------
    segments : DataFrame
        With length (m), mode, from_node, to_node.
    vehicle : VehicleType
    open_rows : array of bool, shape (n,)
        False where closed or outside the countries allowed. Sea legs are never drivable.
    """
    usable = open_rows & segments["mode"].isin(SURFACE).to_numpy()
    chosen = segments[usable]
    surface = chosen["mode"].map(SURFACE)
    km = chosen["length"].to_numpy(float) / M_PER_KM
    names = pd.unique(pd.concat([chosen["from_node"], chosen["to_node"]]))
    nodes = {str(name): number for number, name in enumerate(names)}
    return Roads(
        np.flatnonzero(usable),
        chosen["from_node"].map(nodes).to_numpy(np.int64),
        chosen["to_node"].map(nodes).to_numpy(np.int64),
        nodes,
        km / surface.map(vehicle.speed_kph).to_numpy(float) * S_PER_H,
        km * surface.map(vehicle.l_per_km).to_numpy(float),
    )


def own_roads(segments: pd.DataFrame, convoy: Convoy, shut: frozenset[str]) -> Roads:
    """Return what a convoy may drive: inside the country of its base (column `country`), less what is shut to it."""
    inside = (segments["country"] == convoy.base.country).to_numpy()
    return drivable(segments, convoy.vehicle, inside & ~segments.index.isin(shut))


@dataclass(frozen=True)
class Ways:
    """Quickest ways from some nodes to every node.

    Attributes
    ----------
    sources : array of int, shape (s,)
        Node numbers, ascending.
    time_s, fuel_l : array, shape (s, nodes)
        Infinite where there is no way. Fuel is that of the quickest way.
    previous : array of int, shape (s, nodes)
        Node before each node on the quickest way, negative at the source.
    """

    sources: Ints
    time_s: Array
    fuel_l: Array
    previous: Ints

    def row(self, node: int) -> int:
        """Return the row of a source node."""
        return int(np.searchsorted(self.sources, node))

    def nodes_between(self, start: int, end: int) -> list[int]:
        """Return the nodes of the quickest way from a source to a node, both included."""
        row, path = self.row(start), [end]
        while path[-1] != start:
            path.append(int(self.previous[row, path[-1]]))
        return path[::-1]


def quickest_ways(roads: Roads, sources: Ints) -> Ways:
    """Run Dijkstra by time from each source and price the same ways in litres."""
    count = len(roads.nodes)
    arcs = np.array(sorted(set(segment_between(roads).values())), dtype=np.int64)
    ends = (roads.start[arcs], roads.end[arcs])
    graph = coo_array((roads.time_s[arcs], ends), shape=(count, count)).tocsr()
    litres = coo_array((roads.fuel_l[arcs], ends), shape=(count, count)).tocsr()
    sources = np.unique(sources)
    time_s, previous = dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
    return Ways(
        sources,
        time_s,
        _fuel_along(time_s, previous.astype(np.int64), (litres + litres.T).tocsr()),
        previous.astype(np.int64),
    )


def _fuel_along(time_s: Array, previous: Ints, litres: csr_array) -> Array:
    """Add the litres of each step along the trees of quickest ways, by pointer doubling."""
    nodes = np.arange(time_s.shape[1])
    before = np.where(previous < 0, nodes, previous)
    step = np.asarray(litres[before.ravel(), np.broadcast_to(nodes, before.shape).ravel()]).reshape(before.shape)
    total = np.where(previous < 0, 0.0, step)
    while (before != np.take_along_axis(before, before, axis=1)).any():
        total = total + np.take_along_axis(total, before, axis=1)
        before = np.take_along_axis(before, before, axis=1)
    return np.where(np.isfinite(time_s), total, np.inf)


def segment_between(roads: Roads) -> dict[tuple[int, int], int]:
    """Return, for each ordered pair of joined nodes, the position in `roads` of the quickest segment between them."""
    found: dict[tuple[int, int], int] = {}
    for arc in np.argsort(roads.time_s, kind="stable"):
        start, end = int(roads.start[arc]), int(roads.end[arc])
        if (start, end) not in found:
            found[start, end] = found[end, start] = int(arc)
    return found


def steps_along(roads: Roads, between: Mapping[tuple[int, int], int], nodes: Sequence[int]) -> list[tuple[int, bool]]:
    """Return the segments along nodes that are joined one by one: row of each, and whether from its start to its end.

    Parameters
    ----------
    roads : Roads
    between : mapping
        From `segment_between`.
    nodes : sequence of int
    """
    steps = []
    for first, last in zip(nodes[:-1], nodes[1:], strict=True):
        arc = between[first, last]
        steps.append((int(roads.rows[arc]), int(roads.start[arc]) == first))
    return steps
