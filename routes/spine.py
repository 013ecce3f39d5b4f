"""The main line of a corridor: what a profile is drawn along."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import pandas as pd


@dataclass(frozen=True)
class SpineLeg:
    """A leg of the main line; `is_reversed` if it is passed from its end to its start."""

    leg_id: str
    is_reversed: bool


def corridor_spine(legs: pd.DataFrame) -> list[SpineLeg]:
    """Return the longest of all shortest ways between two places of some legs, in order.

    A corridor is a net of legs, not a line. The way between the two places that are farthest apart along it shows most
    of it without a detour; of legs between the same two places the shorter is taken, and of ways of one length the
    first by the ids of its ends.

    Parameters
    ----------
    legs : DataFrame
        Indexed by leg_id, with from_id, to_id and length (m).
    """
    graph: nx.Graph = nx.Graph()
    for leg in legs.sort_index().itertuples():
        known = graph.get_edge_data(leg.from_id, leg.to_id)
        if known is None or leg.length < known["length"]:
            graph.add_edge(leg.from_id, leg.to_id, length=leg.length, leg_id=leg.Index, start=leg.from_id)
    best: tuple[float, list[str]] = (0.0, [])
    for start in sorted(graph):
        lengths, ways = nx.single_source_dijkstra(graph, start, weight="length")
        for end in sorted(lengths):
            if lengths[end] > best[0] + 1e-6:
                best = (lengths[end], ways[end])
    return [
        SpineLeg(graph.edges[one, two]["leg_id"], graph.edges[one, two]["start"] != one)
        for one, two in zip(best[1], best[1][1:], strict=False)
    ]
