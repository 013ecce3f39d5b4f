"""Searches on arrays against networkx, on random graphs with parallel arcs, loops, closed arcs and parts apart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.road_graph import road_graph
from routes.array_graph import ArrayGraph
from routes.cch import Hierarchy

COSTS = st.one_of(st.just(0.0), st.floats(1e-3, 1e6), st.just(float("inf")))
ARCS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), COSTS), max_size=30)


def graph_of(arcs: list[tuple[int, int, float]], nodes: int = 8) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_weighted_edges_from(arcs, weight="cost")
    return graph


def truth(graph: nx.MultiDiGraph) -> np.ndarray:
    opened = nx.subgraph_view(graph, filter_edge=lambda u, v, key: np.isfinite(graph[u][v][key]["cost"]))
    return np.array(
        [
            [lengths.get(end, np.inf) for end in graph]
            for start in graph
            for lengths in [nx.single_source_dijkstra_path_length(opened, start, weight="cost")]
        ]
    )


def is_way(graph: ArrayGraph, arcs: np.ndarray, start: int, end: int) -> bool:
    stops = [start, *graph.head[arcs].tolist()]
    return graph.tail[arcs].tolist() == stops[:-1] and stops[-1] == end


@settings(max_examples=60, deadline=None)
@given(ARCS)
def test_every_search_gives_the_costs_of_networkx(arcs):
    source = graph_of(arcs)
    graph, least = ArrayGraph.of(source), truth(source)
    weights = graph.weights(source, "cost")
    weighed = Hierarchy(graph).weigh(weights)
    several = weighed.matrix(range(8), range(8))
    assert np.allclose(several, least, rtol=1e-6, atol=weighed.quantum * len(arcs))
    assert np.allclose(graph.least(weights, [0, 3]), np.minimum(least[0], least[3]), rtol=1e-12)
    for start in range(8):
        cost, by = graph.tree(weights, start)
        assert np.allclose(cost, least[start], rtol=1e-12)
        for end in range(8):
            way = weighed.way(start, end)
            assert (way is None) == np.isinf(least[start, end])
            if way is not None:
                assert is_way(graph, way.arcs, start, end)
                assert way.cost == pytest.approx(weights[way.arcs].sum())
                assert least[start, end] * (1 - 1e-12) <= way.cost
                assert way.cost <= least[start, end] + weighed.quantum * (len(way.arcs) + 8)
                back = graph.walk_back(by, start, end)
                assert is_way(graph, back, start, end)
                assert weights[back].sum() == pytest.approx(least[start, end], rel=1e-12)


def test_two_hundred_costs_of_a_road_graph_sum_to_those_of_networkx():
    graph, length_m, travel_s = road_graph(3000, seed=4)
    hierarchy = Hierarchy(graph)
    generator = np.random.default_rng(5)
    for weights in (length_m, travel_s, travel_s * generator.uniform(0.5, 2, len(travel_s))):
        other = nx.DiGraph()
        other.add_weighted_edges_from(zip(graph.tail, graph.head, weights, strict=True))
        weighed = hierarchy.weigh(weights)
        starts, ends = generator.integers(0, 3000, 4), generator.integers(0, 3000, (4, 50))
        theirs = [nx.single_source_dijkstra_path_length(other, start) for start in starts]
        least = np.array([[costs[end] for end in some] for costs, some in zip(theirs, ends, strict=True)])
        ours = np.array(
            [[weighed.way(int(start), int(end)).cost for end in some] for start, some in zip(starts, ends, strict=True)]
        )
        assert ours.sum() == pytest.approx(least.sum(), rel=1e-6)
        tables = [weighed.matrix([int(start)], some.tolist())[0] for start, some in zip(starts, ends, strict=True)]
        assert np.sum(tables) == pytest.approx(least.sum(), rel=1e-6)


def test_a_road_graph_is_one_part_planar_and_the_same_for_a_seed():
    graph, length_m, _ = road_graph(2000, seed=1)
    again, again_m, _ = road_graph(2000, seed=1)
    assert (graph.tail == again.tail).all() and (length_m == again_m).all()
    assert not (road_graph(2000, seed=2)[1][:100] == length_m[:100]).all()
    whole = nx.Graph(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
    assert nx.is_connected(whole) and len(whole) == 2000
    assert nx.check_planarity(whole)[0]
    assert len(graph.tail) == 2 * 1.25 * 2000


def test_ways_longer_than_whole_numbers_reach_are_still_found():
    # the one long arc lies on no way of fewest arcs, so steps are chosen far too fine for it
    arcs = [(node, node + 1, 1.0) for node in range(300)] + [(300, 301, 1e9), (301, 302, 1.0)]
    source = nx.MultiDiGraph()
    source.add_weighted_edges_from(arcs, weight="cost")
    graph = ArrayGraph.of(source)
    hierarchy = Hierarchy(graph)
    hierarchy._samples = [np.arange(5)]
    weighed = hierarchy.weigh(graph.weights(source, "cost"))
    way = weighed.way(0, 302)
    assert way is not None and way.cost == 1e9 + 301
    assert weighed.matrix([0, 302], [302, 0]).tolist() == [[1e9 + 301, 0.0], [0.0, np.inf]]


def test_threads_share_a_weighed_graph():
    graph, _, travel_s = road_graph(1500)
    weighed = Hierarchy(graph).weigh(travel_s)
    pairs = np.random.default_rng(0).integers(0, 1500, (400, 2)).tolist()
    alone = [weighed.way(a, b).cost for a, b in pairs]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda pair: weighed.way(*pair).cost, pairs)) == alone


def test_weights_that_are_none_are_refused():
    graph = ArrayGraph.of(graph_of([(0, 1, 1.0), (1, 2, 1.0)]))
    hierarchy = Hierarchy(graph)
    for bad in ([1.0, -1.0], [1.0, float("nan")]):
        with pytest.raises(ValueError, match="not negative"):
            hierarchy.weigh(np.array(bad))
    with pytest.raises(ValueError, match="as many"):
        hierarchy.weigh(np.ones(3))
    with pytest.raises(ValueError, match="without nodes"):
        Hierarchy(ArrayGraph.of(nx.DiGraph()))
