"""A graph as arrays: what searches run on; networkx stays the form in which graphs come and go."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: What scipy gives for "no node before this one".
_NONE = -9999


@dataclass(frozen=True, eq=False)
class ArrayGraph:
    """A directed graph whose arcs have numbers; parallel arcs and loops are kept.

    Attributes
    ----------
    nodes : tuple
        Names of the nodes in order of their numbers.
    tail, head : array of int, shape (m,)
        Numbers of the nodes each arc leads from and to.
    edges : tuple
        What each arc was called where it came from, (u, v) or (u, v, key).
    lonlat : array, shape (n, 2), or None
        Degrees, where every node has a position; a good order of contraction is found by it.
    """

    nodes: Sequence[Hashable]
    tail: Ints
    head: Ints
    edges: Sequence[tuple[Any, ...]] = ()
    lonlat: Floats | None = None

    @classmethod
    def of(cls, graph: nx.Graph) -> ArrayGraph:
        """Take over a networkx graph; each edge of an undirected one becomes two arcs."""
        directed = graph if graph.is_directed() else graph.to_directed(as_view=True)
        nodes = tuple(directed.nodes)
        number = {node: index for index, node in enumerate(nodes)}
        edges = tuple(directed.edges(keys=True) if directed.is_multigraph() else directed.edges())
        ends = np.array([(number[edge[0]], number[edge[1]]) for edge in edges], dtype=np.int64).reshape(-1, 2)
        places = [(values.get("x"), values.get("y")) for _, values in directed.nodes(data=True)]
        known = bool(nodes) and all(x is not None and y is not None for x, y in places)
        return cls(nodes, ends[:, 0], ends[:, 1], edges, np.array(places, dtype=float) if known else None)

    @cached_property
    def number(self) -> dict[Hashable, int]:
        """Number of each node."""
        return {node: index for index, node in enumerate(self.nodes)}

    def weights(self, graph: nx.Graph, name: str) -> Floats:
        """Read an edge attribute of the graph these arcs came from, shape (m,); infinite where an edge has none."""
        return np.array([graph.edges[edge].get(name, np.inf) for edge in self.edges], dtype=float)

    def least(self, weights: Floats, starts: Sequence[int], *, limit: float = np.inf) -> Floats:
        """Return the least cost from the nearest of some nodes to every node (Dijkstra 1959, by scipy).

        Parameters
        ----------
        weights : array, shape (m,)
            Not negative; infinite closes an arc.
        starts : sequence of int
            Numbers of nodes.
        limit : float
            What costs more is given as infinite.

        Returns
        -------
        array, shape (n,)
            Infinite where no way leads, and everywhere without a start.
        """
        if len(starts) == 0:
            return np.full(len(self.nodes), np.inf)
        matrix, _ = self._matrix(weights)
        found = dijkstra(matrix, indices=np.unique(np.asarray(starts)), min_only=True, limit=limit)
        return np.asarray(found, dtype=float)

    def tree(self, weights: Floats, start: int, *, limit: float = np.inf) -> tuple[Floats, Ints]:
        """Return the least costs from one node and the arc by which each node is reached, -1 where there is none."""
        matrix, arcs = self._matrix(weights)
        cost, before = dijkstra(matrix, indices=start, return_predecessors=True, limit=limit)
        reached = np.flatnonzero(before != _NONE)
        # rows of the matrix are sorted by tail, then head, so the arc between two nodes is found by halving
        place = np.searchsorted(self._keys(arcs), before[reached].astype(np.int64) * len(self.nodes) + reached)
        by = np.full(len(self.nodes), -1, dtype=np.int64)
        by[reached] = arcs[place]
        return np.asarray(cost, dtype=float), by

    def path(self, weights: Floats, start: int, end: int) -> Ints | None:
        """Return the arcs of a least-cost way by one search without preparation; None where no way leads."""
        cost, by = self.tree(weights, start)
        return self.walk_back(by, start, end) if np.isfinite(cost[end]) else None

    def walk_back(self, by: Ints, start: int, end: int) -> Ints:
        """Return the arcs from `start` to `end` in a tree of `tree`, in order of travel."""
        arcs: list[int] = []
        while end != start:
            arcs.append(int(by[end]))
            end = int(self.tail[arcs[-1]])
        return np.array(arcs[::-1], dtype=np.int64)

    def reversed(self) -> ArrayGraph:
        """Return the graph with every arc turned round; the arcs keep their numbers."""
        return ArrayGraph(self.nodes, self.head, self.tail, self.edges, self.lonlat)

    def _keys(self, arcs: Ints) -> Ints:
        return self.tail[arcs] * len(self.nodes) + self.head[arcs]

    def _matrix(self, weights: Floats) -> tuple[csr_array, Ints]:
        """Return the open arcs as a sparse matrix, of parallel ones the least, and the arc of each of its entries."""
        opened = np.flatnonzero(np.isfinite(weights))
        order = opened[np.lexsort((weights[opened], self._keys(opened)))]
        keys = self._keys(order)
        arcs = order[np.append(True, keys[1:] != keys[:-1])[: len(order)]]
        rows = np.searchsorted(self.tail[arcs], np.arange(len(self.nodes) + 1))
        shape = (len(self.nodes), len(self.nodes))
        return csr_array((weights[arcs], self.head[arcs].astype(np.int32), rows.astype(np.int32)), shape=shape), arcs
