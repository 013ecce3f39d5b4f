"""Many least-cost ways under changing weights: customisable contraction hierarchies (Dibbelt, Strasser, Wagner 2016).

A graph is prepared once, without weights (nested dissection by position). Weights are then laid on it in a fraction of
a second, and each question is answered in a fraction of a millisecond. RoutingKit, which does the work, counts in whole
numbers below 2^31. Weights are therefore rounded to a `quantum`; the way found is the best under rounded weights, and
its cost is summed again from the unrounded ones. It exceeds the least cost by at most one quantum for each arc of the
best and of the found way together, half each; ways nearer to one another than that are ties, of which any may be given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from routes.array_graph import ArrayGraph, Floats, Ints

#: What RoutingKit takes for "no arc" (`inf_weight`).
_CLOSED = 2**31 - 1
#: The largest finite cost is this share of it, so that rounding up does not reach it.
_USED = 0.99
#: Ways whose cost says how long ways get; the longest is taken times `_LONGER` for the longest of all.
_SAMPLES, _LONGER = 64, 4.0


#: Queries hold space as large as the graph and live and die in one thread: each thread keeps those of its last weights.
_OWN = local()
_QUERIES_KEPT = 4


@dataclass(frozen=True)
class Way:
    """Arcs in order of travel, and their cost summed from unrounded weights."""

    arcs: Ints
    cost: float


class Hierarchy:
    """A graph prepared for any weights; not changed afterwards, so threads may share it."""

    def __init__(self, graph: ArrayGraph) -> None:
        import routingkit_cch as routingkit

        self.graph = graph
        count = len(graph.nodes)
        if count == 0:
            raise ValueError("a graph without nodes cannot be prepared")
        tail, head = graph.tail.tolist(), graph.head.tolist()  # lists go over faster than arrays
        if graph.lonlat is None:
            order = routingkit.compute_order_degree(count, tail, head)
        else:
            lon, lat = graph.lonlat.T.tolist()
            order = routingkit.compute_order_inertial(count, tail, head, lat, lon)
        self._cch = routingkit.CCH(order, tail, head, False)
        self._samples = _sample_ways(graph)

    def weigh(self, weights: Floats) -> Weighed:
        """Lay weights on the graph.

        Parameters
        ----------
        weights : array, shape (m,)
            Cost of each arc, not negative; infinite closes it.

        Raises
        ------
        ValueError
            If a weight is negative or not a number, or there is not one for each arc.
        """
        import routingkit_cch as routingkit

        weights = np.asarray(weights, dtype=float)
        if weights.shape != self.graph.tail.shape:
            raise ValueError(f"{len(self.graph.tail)} arcs need as many weights, got {weights.shape}")
        if not (weights >= 0).all():
            raise ValueError("weights must be numbers and not negative")
        quantum = self._quantum(weights)
        whole = np.minimum(np.rint(weights / quantum), _CLOSED).astype(np.uint32)
        return Weighed(self.graph, weights, quantum, routingkit.CCHMetric(self._cch, whole.tolist()))

    def _quantum(self, weights: Floats) -> float:
        """Return the size of the steps: as fine as the longest way allows, so far as it can be told beforehand."""
        longest = float(weights.sum(where=np.isfinite(weights)))  # no way is longer than all arcs together
        costs = [float(weights[arcs].sum()) for arcs in self._samples]
        known = [cost for cost in costs if 0 < cost < np.inf]
        longest = min(longest, _LONGER * max(known)) if known else longest
        return longest / (_USED * _CLOSED) if longest > 0 else 1.0


@dataclass(eq=False)
class Weighed:
    """A prepared graph under one set of weights; answers questions of many threads at once.

    Attributes
    ----------
    graph : ArrayGraph
    weights : array, shape (m,)
    quantum : float
        To which weights were rounded.
    """

    graph: ArrayGraph
    weights: Floats
    quantum: float
    _metric: Any

    def way(self, start: int, end: int) -> Way | None:
        """Return a way of least cost between two nodes, or None where none leads."""
        result = _own_query(self._metric).run(start, end)
        arcs = None if result.distance is None else np.array(result.arc_path, dtype=np.int64)
        del result  # the query can be asked again only once its result is gone
        if arcs is None and self._part[start] == self._part[end]:
            # farther than whole numbers reach, or only against one-way arcs: the plain search tells
            arcs = self.graph.path(self.weights, start, end)
        return None if arcs is None else Way(arcs, float(self.weights[arcs].sum()))

    def matrix(self, starts: Sequence[int], ends: Sequence[int]) -> Floats:
        """Return least costs between all of some nodes and all of others, under rounded weights.

        Returns
        -------
        array, shape (starts, ends)
            Good to half a quantum for each arc of the way; infinite where none leads.
        """
        import routingkit_cch as routingkit

        if not len(starts) or not len(ends):
            return np.zeros((len(starts), len(ends)))
        pinned = routingkit.CCHOneToMany(self._metric, list(ends))
        rows = [np.array(pinned.distances_from(start), dtype=float) for start in starts]  # None becomes NaN
        costs = np.stack(rows) * self.quantum
        if np.isnan(costs).any():
            apart = self._part[np.asarray(starts)][:, None] != self._part[np.asarray(ends)]
            costs[apart] = np.inf
        for row in np.flatnonzero(np.isnan(costs).any(axis=1)).tolist():
            costs[row] = self.graph.least(self.weights, [starts[row]])[np.asarray(ends)]
        return costs

    @cached_property
    def _part(self) -> NDArray[np.int32]:
        """Number of the part of the graph each node lies in; open arcs join parts whatever their direction."""
        is_open = np.isfinite(self.weights)
        count = len(self.graph.nodes)
        ends = self.graph.tail[is_open], self.graph.head[is_open]
        joined = csr_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(count, count))
        return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int32)


def _own_query(metric: Any) -> Any:
    """Return this thread's query of a metric, which is kept together with the metric it belongs to."""
    import routingkit_cch as routingkit

    kept: dict[int, tuple[Any, Any]] = _OWN.__dict__.setdefault("queries", {})
    if id(metric) not in kept:
        while len(kept) >= _QUERIES_KEPT:
            del kept[next(iter(kept))]
        kept[id(metric)] = metric, routingkit.CCHQuery(metric)
    return kept[id(metric)][1]


def _sample_ways(graph: ArrayGraph) -> list[NDArray[np.int64]]:
    """Return ways of fewest arcs from a middling node to far and to any nodes, the same for the same graph."""
    count = len(graph.nodes)
    if len(graph.tail) == 0:
        return []
    shape = (count, count)
    hops = csr_array((np.ones(len(graph.tail), dtype=np.int8), (graph.tail, graph.head)), shape=shape)
    generator = np.random.default_rng(0)
    best: tuple[NDArray[np.int32], NDArray[np.int32], int] | None = None
    for root in generator.integers(0, count, 8).tolist():
        order, before = breadth_first_order(hops, root)
        if best is None or len(order) > len(best[0]):
            best = order, before, root
    assert best is not None
    order, before, root = best
    ends = {*order[-_SAMPLES // 2 :].tolist(), *generator.choice(order, _SAMPLES // 2).tolist()} - {root}
    arc_order = np.argsort(graph.tail * count + graph.head, kind="stable")
    keys = (graph.tail * count + graph.head)[arc_order]
    ways = []
    for end in sorted(ends):
        nodes = [end]
        while nodes[-1] != root:
            nodes.append(int(before[nodes[-1]]))
        steps = np.array(nodes[::-1], dtype=np.int64)
        ways.append(arc_order[np.searchsorted(keys, steps[:-1] * count + steps[1:])])
    return ways
