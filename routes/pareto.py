"""Every way for which no other is better in both of two costs: exact label setting (BOA*, Hernández et al. 2023).

A label is a way from the start to a node with its two costs. Labels leave a queue in order of the first cost they can
still reach, then the second; least costs to the end, found by two searches backwards, bound both. At a node only the
least second cost so far has to be remembered: a label that does not beat it is no better in either cost.
"""

from __future__ import annotations

import heapq

import numpy as np

from routes.array_graph import ArrayGraph, Floats, Ints

#: A gain by less than this share is the rounding of sums, not a better way.
_SAME = 1e-9


def pareto_ways(graph: ArrayGraph, first: Floats, second: Floats, start: int, end: int) -> list[Ints]:
    """Return the Pareto set of ways between two nodes under two costs.

    Parameters
    ----------
    first, second : array, shape (m,)
        Costs of each arc, not negative; an arc of infinite cost is closed.
    start, end : int
        Numbers of nodes.

    Returns
    -------
    list of array of int
        Arcs of one way for each pair of costs that no other dominates, by rising first cost and falling second; empty
        where no way leads.
    """
    is_open = np.isfinite(first) & np.isfinite(second)
    one, two = (np.where(is_open, cost, np.inf) for cost in (first, second))
    back = graph.reversed()
    to_one, to_two = back.least(one, [end]).tolist(), back.least(two, [end]).tolist()
    if not np.isfinite(to_one[start]):
        return []
    leaving = _arcs_by_tail(graph, is_open)
    least_two = [np.inf] * len(graph.nodes)
    labels: list[tuple[int, int]] = [(-1, -1)]  # the label before and the arc by which each is reached
    queue = [(to_one[start], to_two[start], 0.0, 0.0, start, 0)]
    found: list[int] = []
    while queue:
        _, bound_two, so_far_one, so_far_two, node, label = heapq.heappop(queue)
        if _beaten(so_far_two, least_two[node]) or _beaten(bound_two, least_two[end]):
            continue
        least_two[node] = so_far_two
        if node == end:
            found.append(label)
            continue
        for arc, head in leaving[node]:
            cost_one, cost_two = so_far_one + one[arc], so_far_two + two[arc]
            bound = cost_two + to_two[head]
            if not (_beaten(cost_two, least_two[head]) or _beaten(bound, least_two[end])):
                labels.append((label, arc))
                heapq.heappush(queue, (cost_one + to_one[head], bound, cost_one, cost_two, head, len(labels) - 1))
    return [_way(labels, label) for label in found]


def _beaten(cost: float, least: float) -> bool:
    return cost >= least * (1 - _SAME)


def _arcs_by_tail(graph: ArrayGraph, is_open: np.ndarray) -> list[list[tuple[int, int]]]:
    leaving: list[list[tuple[int, int]]] = [[] for _ in graph.nodes]
    for arc in np.flatnonzero(is_open).tolist():
        leaving[graph.tail[arc]].append((arc, int(graph.head[arc])))
    return leaving


def _way(labels: list[tuple[int, int]], label: int) -> Ints:
    arcs: list[int] = []
    while labels[label][0] >= 0:
        label, arc = labels[label]
        arcs.append(arc)
    return np.array(arcs[::-1], dtype=np.int64)
