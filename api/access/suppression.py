"""Small counts left out of a tree of counts so that what is published does not tell them; see `api.access.cells`.

Windows nest: every node of a level lies in one of the next. A smallest one is published if it counts `least` or more.
A larger one is published only if what it adds to the published ones inside it (its *rest*) is spread over two or more
children that are not, is at least `least`, and at most ``(children - 1) * (least - 1)``. Then every child that is not
published may for all that is published hold 0, 1, ... or ``least - 1``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

#: Its level comes first.
Node = TypeVar("Node", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Tree:
    """How windows nest.

    Attributes
    ----------
    levels : int
    parent : callable
        From a node to the one of the next level that holds it.
    children : callable
        From a node to how many nodes of the level below it holds, empty ones too.
    is_released : callable
        Whether a node's delay is over.
    """

    levels: int
    parent: Callable[[Any], Any]
    children: Callable[[Any], int]
    is_released: Callable[[Any], bool]


def unsuppressed(leaves: Mapping[Node, int], tree: Tree, least: int) -> dict[Node, int]:
    """Return the nodes that may be published, with their counts.

    Parameters
    ----------
    leaves : mapping of node to int
        Counts of the smallest windows (level 0).
    tree : Tree
    least : int
        The smallest count that is published.
    """
    released = {leaf: count for leaf, count in leaves.items() if tree.is_released(leaf)}
    shown = {leaf: count for leaf, count in released.items() if count >= least}
    # a hidden node's rest: what the published nodes within it do not tell
    rest = {leaf: 0 if leaf in shown else count for leaf, count in released.items()}
    total = dict(released)
    closed: set[Node] = set()
    for level in range(1, tree.levels):
        inside = defaultdict(list)
        for node in total:
            if node[0] == level - 1:
                inside[tree.parent(node)].append(node)
        for node, within in inside.items():
            if not tree.is_released(node):
                continue
            total[node] = sum(total[each] for each in within)
            # children without anything are hidden too, and count as such
            hidden = tree.children(node) - sum(each in shown for each in within)
            left = sum(rest[each] for each in within if each not in shown)
            if any(each in closed for each in within):
                closed.add(node)
            elif hidden == 0 or (hidden >= 2 and least <= left <= (hidden - 1) * (least - 1)):
                shown[node] = total[node]
            elif left >= least:
                # so full that publishing it would tell of each child; nothing above it is published either
                closed.add(node)
            rest[node] = 0 if node in shown else left
    return shown
