"""Routing on a road-like graph made from a seed: ours beside networkx, igraph, rustworkx and scipy, in one run.

`python -m benchmarks.routing --nodes 1000000 [--json FILE]`. The others are asked less often than ours, being slow: a
few pairs each, and for networkx all ends of four starts, whose 200 costs are compared with ours.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.road_graph import road_graph
from routes.array_graph import ArrayGraph, Floats
from routes.cch import Hierarchy, Weighed

HOURS, QUERIES, SIDE, PAIRS = 5, 1000, 100, 5
STARTS, ENDS = 4, 50


def peak_mb(*, restart: bool = False) -> float:
    """Return the most memory the process has held, MB; counted anew from now on where the system can."""
    status = Path("/proc/self/status").read_text()
    if restart:
        Path("/proc/self/clear_refs").write_text("5")
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    made = do()
    return time.perf_counter() - begun, made


def ours(graph: ArrayGraph, travel_s: Floats) -> tuple[dict[str, Any], Weighed]:
    """Prepare, lay the weights of some hours, ask; times in seconds and milliseconds."""
    generator = np.random.default_rng(1)
    prepared_s, hierarchy = timed(lambda: Hierarchy(graph))
    peak_prepared = peak_mb(restart=True)
    weighing: list[float] = []
    for _ in range(HOURS):
        now_s = travel_s * generator.uniform(0.7, 1.6, len(travel_s))
        spent, _ = timed(lambda now_s=now_s: hierarchy.weigh(now_s))  # type: ignore[misc]
        weighing.append(spent)
    weighed = hierarchy.weigh(travel_s)
    asked = generator.integers(0, len(graph.nodes), (QUERIES, 2)).tolist()
    found = [timed(lambda a=a, b=b: weighed.way(a, b)) for a, b in asked]  # type: ignore[misc]
    spent_ms = [1000 * spent for spent, _ in found]
    starts, ends = generator.integers(0, len(graph.nodes), (2, SIDE)).tolist()
    matrix_s, _ = timed(lambda: weighed.matrix(starts, ends))
    return {
        "prepare_s": prepared_s,
        "peak_mb_preparing": peak_prepared,
        "reweigh_s": median(weighing),
        "query_ms": median(spent_ms),
        "query_p99_ms": float(np.quantile(spent_ms, 0.99)),
        "arcs_of_a_way": median(len(way.arcs) for _, way in found),
        "matrix_s": matrix_s,
        "quantum_s": weighed.quantum,
        "peak_mb": peak_mb(),
    }, weighed


def scipy_query(graph: ArrayGraph, travel_s: Floats, pairs: list[list[int]]) -> tuple[float, list[float]]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    matrix = csr_array((travel_s, (graph.tail, graph.head)), shape=(len(graph.nodes),) * 2)
    found = [timed(lambda a=a, b=b: dijkstra(matrix, indices=a)[b]) for a, b in pairs]  # type: ignore[misc]
    return median(spent for spent, _ in found), [float(cost) for _, cost in found]


def igraph_query(graph: ArrayGraph, travel_s: Floats, pairs: list[list[int]]) -> tuple[float, list[float]]:
    import igraph

    other = igraph.Graph(len(graph.nodes), np.column_stack([graph.tail, graph.head]).tolist(), directed=True)
    other.es["s"] = travel_s.tolist()
    found = [timed(lambda a=a, b=b: other.get_shortest_path(a, b, "s", output="epath")) for a, b in pairs]  # type: ignore[misc]
    return median(spent for spent, _ in found), [float(sum(other.es[path]["s"])) for _, path in found]


def rustworkx_query(graph: ArrayGraph, travel_s: Floats, pairs: list[list[int]]) -> tuple[float, list[float]]:
    import rustworkx

    other = rustworkx.PyDiGraph(multigraph=False)
    other.add_nodes_from(list(range(len(graph.nodes))))
    other.add_edges_from(list(zip(graph.tail.tolist(), graph.head.tolist(), travel_s.tolist(), strict=True)))
    found = [
        timed(lambda a=a, b=b: rustworkx.dijkstra_shortest_path_lengths(other, a, float, goal=b)[b])  # type: ignore[misc]
        for a, b in pairs
    ]
    return median(spent for spent, _ in found), [float(cost) for _, cost in found]


def networkx_query(
    graph: ArrayGraph, travel_s: Floats, pairs: list[list[int]], weighed: Weighed
) -> tuple[float, list[float], dict[str, float]]:
    """Ask the pairs, and compare 200 costs with ours."""
    import networkx

    other = networkx.DiGraph()
    other.add_nodes_from(range(len(graph.nodes)))
    other.add_weighted_edges_from(zip(graph.tail.tolist(), graph.head.tolist(), travel_s.tolist(), strict=True))
    found = [timed(lambda a=a, b=b: networkx.bidirectional_dijkstra(other, a, b)[0]) for a, b in pairs]  # type: ignore[misc]
    generator = np.random.default_rng(2)
    ends = generator.integers(0, len(graph.nodes), (STARTS, ENDS)).tolist()
    theirs, own = 0.0, 0.0
    for start, some in zip(generator.integers(0, len(graph.nodes), STARTS).tolist(), ends, strict=True):
        costs = networkx.single_source_dijkstra_path_length(other, start)
        theirs += sum(costs[end] for end in some)
        own += sum(way.cost for end in some if (way := weighed.way(start, end)) is not None)
    compared = {"costs": STARTS * ENDS, "sum_ours_s": own, "sum_networkx_s": theirs, "relative": abs(own / theirs - 1)}
    return median(spent for spent, _ in found), [cost for _, cost in found], compared


def run(nodes: int) -> dict[str, Any]:
    """Run everything; says on standard error what it is at."""
    print(f"making {nodes:,} nodes", file=sys.stderr)
    graph, _, travel_s = road_graph(nodes)
    print("preparing and asking ours", file=sys.stderr)
    own, weighed = ours(graph, travel_s)
    pairs = np.random.default_rng(3).integers(0, nodes, (PAIRS, 2)).tolist()
    truth = [way.cost for a, b in pairs if (way := weighed.way(a, b)) is not None]
    others: dict[str, Any] = {}
    compared: dict[str, float] = {}
    for name, ask in (("scipy", scipy_query), ("igraph", igraph_query), ("rustworkx", rustworkx_query)):
        print(f"asking {name}", file=sys.stderr)
        spent, costs = ask(graph, travel_s, pairs)
        others[name] = {"query_ms": 1000 * spent, "sum_relative": abs(sum(costs) / sum(truth) - 1)}
    print("asking networkx", file=sys.stderr)
    spent, costs, compared = networkx_query(graph, travel_s, pairs, weighed)
    others["networkx"] = {"query_ms": 1000 * spent, "sum_relative": abs(sum(costs) / sum(truth) - 1)}
    for figures in others.values():
        figures["ratio"] = figures["query_ms"] / own["query_ms"]
    return {"nodes": nodes, "arcs": len(graph.tail), "ours": own, "others": others, "compared": compared}


def main() -> None:
    """Run and print a table; write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures here.")
    arguments = parser.parse_args()
    document = run(arguments.nodes)
    own = document["ours"]
    print(
        f"{document['nodes']:,} nodes, {document['arcs']:,} arcs: prepared in {own['prepare_s']:.1f} s, "
        f"weights laid in {own['reweigh_s']:.2f} s, {SIDE} x {SIDE} in {own['matrix_s']:.3f} s, "
        f"at most {own['peak_mb']:.0f} MB after preparation"
    )
    print(f"{'way from A to B':<12} {'ms':>10} {'ours is faster by':>18}")
    print(
        f"{'ours':<12} {own['query_ms']:>10.3f}  "
        f"(with its {own['arcs_of_a_way']:.0f} arcs; p99 {own['query_p99_ms']:.2f})"
    )
    for name, figures in document["others"].items():
        print(
            f"{name:<12} {figures['query_ms']:>10.1f} {figures['ratio']:>17.0f}x  "
            f"(costs differ by {figures['sum_relative']:.1e})"
        )
    compared = document["compared"]
    print(f"{compared['costs']} costs, sum against networkx: relative difference {compared['relative']:.1e}")
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
