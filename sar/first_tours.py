"""First tours of a day by PyVRP: team orienteering in which each segment is a pair of tasks, one for each direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.units import S_PER_H
from sar.orienteering import NO_WAY, Orienteering, Vehicle, solve
from sar.request import Step
from sar.workspace import Rows, Slot, Terrain, Workspace

Array = NDArray[np.float64]

#: Fuel is planned in hundredths of a litre, time in seconds.
FUEL_UNITS_PER_L = 100
#: Segments worth less than this share of the best reachable one are driven when on the way, not aimed at.
WORTH_AIMING = 0.02
MOST_CANDIDATES = 160
ITERATIONS = 400


def first_tours(space: Workspace) -> list[tuple[Step, ...]]:
    """Return what each convoy drives on the first day in the best tours PyVRP finds; nothing where it finds none."""
    slots = [space.slot(number, 0) for number in range(len(space.request.convoys))]
    rows = _candidates(space, slots)
    nothing: list[tuple[Step, ...]] = [() for _ in slots]
    if len(rows) == 0 or not np.isin(space.required_rows(), rows).all():
        return nothing
    found = solve(_problem(space, rows, slots), seed=space.request.seed, iterations=ITERATIONS)
    if found is None:
        return nothing
    return [
        _driven(space, number, [(int(rows[task // 2]), task % 2 == 0) for task in tour]) if tour else ()
        for number, tour in enumerate(found.tasks)
    ]


def _driven(space: Workspace, number: int, visits: list[Step]) -> tuple[Step, ...]:
    """Return every segment driven, in order, from the start over the visits to the end, by the quickest ways."""
    terrain = space.slot(number, 0).terrain
    here, last = terrain.node(space.start_of(number)), terrain.node(space.day_end(number, 0))
    driven: list[Step] = []
    for row, forward in visits:
        begins, ends = terrain.ends(row, forward)
        driven += terrain.between(here, begins)
        driven.append((row, forward))
        here = ends
    return tuple(driven + terrain.between(here, last))


def _candidates(space: Workspace, slots: list[Slot]) -> Rows:
    """Return the rows worth aiming at, with the required ones always among them."""
    visitable = np.zeros(len(space.segments), dtype=bool)
    for slot in slots:
        hours, litres = space.trips(slot.convoy, 0)
        visitable |= (hours <= slot.hours) & (litres <= slot.fuel_l)
    worth = np.where(visitable, space.aim.first[:, 0], 0.0)
    order = np.argsort(-worth, kind="stable")[:MOST_CANDIDATES]
    aimed = order[worth[order] > WORTH_AIMING * worth.max(initial=0.0)]
    required = space.required_rows()
    return np.unique(np.concatenate([aimed, required[visitable[required]]])).astype(np.int64)


def _problem(space: Workspace, rows: Rows, slots: list[Slot]) -> Orienteering:
    """State the choice as team orienteering: each segment is a group of two tasks, one for each direction.

    A task's length is on the arcs that lead to it, so leaving a task starts at its far end.
    """
    # told apart by identity: convoys of one type and country share theirs, and arrays have no single truth value
    terrains = {id(slot.terrain): slot.terrain for slot in slots}
    profiles = {key: number for number, key in enumerate(terrains)}
    ends = [(space.start_of(slot.convoy), space.day_end(slot.convoy, 0)) for slot in slots]
    depots = list(dict.fromkeys(place for pair in ends for place in pair))
    matrices = [_matrices(terrain, rows, depots) for terrain in terrains.values()]
    vehicles = [
        Vehicle(
            depots.index(start),
            int(slot.hours * S_PER_H),
            int(slot.fuel_l * FUEL_UNITS_PER_L),
            profiles[id(slot.terrain)],
            depots.index(end),
        )
        for slot, (start, end) in zip(slots, ends, strict=True)
    ]
    required = np.isin(rows, space.required_rows())
    return Orienteering(
        tuple(distance for distance, _ in matrices),
        tuple(duration for _, duration in matrices),
        len(depots),
        np.repeat(space.aim.first[rows, 0], 2),
        np.repeat(np.arange(len(rows)), 2),
        frozenset(np.flatnonzero(required).tolist()),
        tuple(vehicles),
    )


def _matrices(terrain: Terrain, rows: Rows, bases: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return fuel (hundredths of a litre) and time (s), rounded up, between bases and tasks of one terrain."""
    ends: list[tuple[int, int]] = []
    along: list[tuple[float, float]] = []
    for base in bases:
        node = terrain.roads.nodes.get(base, -1)
        ends.append((node, node))
        along.append((0.0, 0.0))
    for row in rows:
        for forward in (True, False):
            first, last = terrain.ends(int(row), forward) if int(row) in terrain.arc_of_row else (-1, -1)
            arc = terrain.arc_of_row.get(int(row), 0)
            ends.append((first, last))
            along.append((terrain.roads.time_s[arc], terrain.roads.fuel_l[arc]))
    entering, leaving = np.array(ends).T
    along_s, along_l = np.array(along).T
    known = (entering[None, :] >= 0) & (leaving[:, None] >= 0) & np.isin(leaving, terrain.ways.sources)[:, None]
    source = np.minimum(np.searchsorted(terrain.ways.sources, leaving), len(terrain.ways.sources) - 1)
    result = []
    for ways, own, scale in ((terrain.ways.fuel_l, along_l, FUEL_UNITS_PER_L), (terrain.ways.time_s, along_s, 1)):
        between = (ways[source[:, None], np.maximum(entering, 0)[None, :]] + own[None, :]) * scale
        between = np.where(known & np.isfinite(between), np.ceil(between - 1e-9), NO_WAY)
        np.fill_diagonal(between, 0)
        result.append(between.astype(np.int64))
    return result[0], result[1]
