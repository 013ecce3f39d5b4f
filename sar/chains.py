"""The drivable network drawn together: chains of segments between the places where a convoy has a choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sar.roads import Roads

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """Segments in a row with no junction between them.

    Attributes
    ----------
    start, end : int
        Junctions at its ends, numbered as in `Chains`; equal for a loop.
    dead_end : bool
        Nothing leads on from `end`.
    arcs : array of int, shape (n,)
        Positions in `Roads`, from start to end.
    forward : array of bool, shape (n,)
        Whether each is driven from its own start to its own end on the way.
    time_s, fuel_l : array, shape (n,)
        To drive each once.
    """

    start: int
    end: int
    dead_end: bool
    arcs: Ints
    forward: NDArray[np.bool_]
    time_s: Array
    fuel_l: Array


@dataclass(frozen=True)
class Chains:
    """Chains of a part of the network.

    Attributes
    ----------
    nodes : tuple of int
        Node of `Roads` behind each junction.
    chains : tuple of Chain
    """

    nodes: tuple[int, ...]
    chains: tuple[Chain, ...]

    def junction(self, node: int) -> int:
        """Return the number of the junction at a node that was kept."""
        return self.nodes.index(node)


def draw_together(roads: Roads, arcs: Iterable[int], keep: Iterable[int]) -> Chains:
    """Draw the network of some segments together.

    Parameters
    ----------
    roads : Roads
    arcs : iterable of int
        Positions in `roads` of the segments that count.
    keep : iterable of int
        Nodes that stay junctions whatever meets there: bases and places to stop at.
    """
    beside: dict[int, list[int]] = {}
    for arc in arcs:
        for node in (int(roads.start[arc]), int(roads.end[arc])):
            beside.setdefault(node, []).append(int(arc))
    kept = set(keep)
    nodes = sorted(kept | {node for node, near in beside.items() if len(near) != 2})
    number = {node: position for position, node in enumerate(nodes)}
    used: set[int] = set()
    chains = []
    for node in nodes:
        for arc in beside.get(node, []):
            if arc in used:
                continue
            chain = _follow(roads, beside, number, node, arc)
            used.update(int(each) for each in chain.arcs)
            chains.append(_outward(chain, beside, nodes, kept))
    return Chains(tuple(nodes), tuple(chains))


def _follow(roads: Roads, beside: dict[int, list[int]], number: dict[int, int], node: int, arc: int) -> Chain:
    """Walk from a junction along an arc until the next junction."""
    arcs, forward, here = [], [], node
    while True:
        onward = int(roads.start[arc]) == here
        arcs.append(arc)
        forward.append(onward)
        here = int(roads.end[arc] if onward else roads.start[arc])
        if here in number:
            break
        arc = next(each for each in beside[here] if each != arc)
    along = np.array(arcs, dtype=np.int64)
    return Chain(number[node], number[here], False, along, np.array(forward), roads.time_s[along], roads.fuel_l[along])


def _outward(chain: Chain, beside: dict[int, list[int]], nodes: list[int], kept: set[int]) -> Chain:
    """Mark a chain with a dead end, turned so that the dead end is its end."""

    def dead(junction: int) -> bool:
        return len(beside[nodes[junction]]) == 1 and nodes[junction] not in kept

    if dead(chain.end):
        return Chain(chain.start, chain.end, True, chain.arcs, chain.forward, chain.time_s, chain.fuel_l)
    if not dead(chain.start):
        return chain
    return Chain(
        chain.end,
        chain.start,
        True,
        chain.arcs[::-1],
        ~chain.forward[::-1],
        chain.time_s[::-1],
        chain.fuel_l[::-1],
    )
