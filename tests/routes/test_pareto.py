"""The Pareto set against all simple paths of small random graphs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routes.array_graph import ArrayGraph
from routes.pareto import pareto_ways

# whole costs make many ties, others none
COST = st.one_of(st.integers(0, 5).map(float), st.floats(0.01, 50))
ARCS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), COST, COST), max_size=22)


def enumerated(graph: nx.MultiDiGraph, start: int, end: int) -> list[tuple[float, float]]:
    """All pairs of costs of simple paths that no other pair dominates."""
    costs = {
        tuple(round(sum(graph.edges[edge][name] for edge in path), 9) for name in ("one", "two"))
        for path in nx.all_simple_edge_paths(graph, start, end)
    }
    return sorted(pair for pair in costs if not any(o != pair and o[0] <= pair[0] and o[1] <= pair[1] for o in costs))


@settings(max_examples=250, deadline=None)
@given(ARCS)
def test_the_set_is_that_of_enumeration(arcs):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(6))
    for u, v, one, two in arcs:
        graph.add_edge(u, v, one=one, two=two)
    arrays = ArrayGraph.of(graph)
    costs = arrays.weights(graph, "one"), arrays.weights(graph, "two")
    ways = pareto_ways(arrays, *costs, 0, 5)
    for way in ways:
        stops = [0, *arrays.head[way].tolist()]
        assert arrays.tail[way].tolist() == stops[:-1] and stops[-1] == 5
    found = [tuple(float(cost[way].sum()) for cost in costs) for way in ways]
    assert found == sorted(found) and [two for _, two in found] == sorted((two for _, two in found), reverse=True)
    expected = enumerated(graph, 0, 5)
    assert len(found) == len(expected)
    assert np.allclose(found, expected, rtol=1e-8, atol=1e-8)


def test_closed_arcs_and_parts_apart_give_nothing():
    arrays = ArrayGraph(range(3), np.array([0, 1]), np.array([1, 2]))
    assert pareto_ways(arrays, np.array([1.0, np.inf]), np.ones(2), 0, 2) == []
    assert pareto_ways(arrays, np.ones(2), np.array([1.0, np.inf]), 0, 2) == []
    assert pareto_ways(arrays, np.ones(2), np.ones(2), 2, 0) == []


@pytest.mark.parametrize("size", [4, 8])
def test_a_ladder_has_every_trade_off(size):
    # of each pair of parallel arcs one costs a power of two more of the first and less of the second
    tail = np.repeat(np.arange(size), 2)
    one, two = np.zeros(2 * size), np.zeros(2 * size)
    one[::2], two[1::2] = 2.0 ** np.arange(size), 2.0 ** np.arange(size)
    ways = pareto_ways(ArrayGraph(range(size + 1), tail, tail + 1), one, two, 0, size)
    assert [one[way].sum() for way in ways] == list(range(2**size))
    assert [two[way].sum() for way in ways] == list(range(2**size))[::-1]
