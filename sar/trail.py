"""From what is driven of each chain to the order in which it is driven: an Eulerian trail (Hierholzer 1873)."""

from __future__ import annotations

from sar.chains import Chain, Chains
from sar.walk import DayModel, Drive

#: A segment as driven: its position in `Roads`, and whether from its start to its end.
Arc = tuple[int, bool]


def steps_of(model: DayModel, drive: Drive) -> list[Arc]:
    """Return every segment driven, in order, from the model's start to its end."""
    trail = _trail(model.chains, drive, model.start, model.end)
    steps: list[Arc] = []
    seen: set[int] = set()
    here = model.start
    for chain, outward in [(None, True), *trail]:
        if chain is not None:
            steps += _along(chain, outward)
            here = chain.end if outward else chain.start
        if here not in seen:
            seen.add(here)
            steps += _excursions(model.chains, drive, here)
    return steps


def _trail(chains: Chains, drive: Drive, start: int, end: int) -> list[tuple[Chain, bool]]:
    """Order the chains driven through, each with its direction."""
    left: dict[int, list[tuple[int, int]]] = {}
    for number, chain in enumerate(chains.chains):
        for copy in range(int(drive.through[number])):
            left.setdefault(chain.start, []).append((number, copy))
            left.setdefault(chain.end, []).append((number, copy))
    used: set[tuple[int, int]] = set()
    stack: list[tuple[int, tuple[int, bool] | None]] = [(start, None)]
    order: list[tuple[int, bool]] = []
    while stack:
        here, came = stack[-1]
        ways = left.get(here, [])
        while ways and ways[-1] in used:
            ways.pop()
        if ways:
            number, copy = ways.pop()
            used.add((number, copy))
            outward = chains.chains[number].start == here
            stack.append((chains.chains[number].end if outward else chains.chains[number].start, (number, outward)))
        else:
            stack.pop()
            if came is not None:
                order.append(came)
    trail = [(chains.chains[number], outward) for number, outward in reversed(order)]
    return trail if start == end or _ends_at(trail, end) else trail[::-1]


def _ends_at(trail: list[tuple[Chain, bool]], end: int) -> bool:
    return bool(trail) and end == (trail[-1][0].end if trail[-1][1] else trail[-1][0].start)


def _along(chain: Chain, outward: bool) -> list[Arc]:
    arcs = [(int(arc), bool(forward)) for arc, forward in zip(chain.arcs, chain.forward, strict=True)]
    return arcs if outward else [(arc, not forward) for arc, forward in reversed(arcs)]


def _excursions(chains: Chains, drive: Drive, junction: int) -> list[Arc]:
    """Drive into chains from a junction and back out."""
    steps: list[Arc] = []
    for number, chain in enumerate(chains.chains):
        for begins, depth, outward in (
            (chain.start, int(drive.from_start[number]), True),
            (chain.end, int(drive.from_end[number]), False),
        ):
            if begins == junction and depth:
                into = _along(chain, outward)[:depth]
                steps += into + [(arc, not forward) for arc, forward in reversed(into)]
    return steps
