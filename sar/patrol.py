"""Planning a day's patrols: choose segments, order them, price what is driven."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import NoAnswer
from data.units import S_PER_H
from sar.explain import explain_left_out
from sar.orienteering import NO_WAY, Orienteering, Vehicle, solve
from sar.plan import Plan
from sar.pricing import Visit, price
from sar.workspace import PatrolRequest, Rows, Terrain, Workspace, prepare

Array = NDArray[np.float64]

#: Fuel is planned in hundredths of a litre, time in seconds.
FUEL_UNITS_PER_L = 100
#: Segments worth less than this share of the best reachable one are driven when on the way, not aimed at.
WORTH_AIMING = 0.02
MOST_CANDIDATES = 160
#: Shorter shifts are planned too and the best plan kept, so that more hours never reach fewer people.
RUNG_H = 4.0
ITERATIONS, STARTS = 400, 2
LEFT_OUT_SHOWN = 10


def plan_patrols(
    segments: pd.DataFrame, benefit: Array, request: PatrolRequest, *, progress: Callable[[float], None] | None = None
) -> Plan:
    """Plan patrols that reach the most people in expectation.

    Parameters
    ----------
    segments : DataFrame
        Indexed by segment_id: length (m), mode, from_node, to_node, country.
    benefit : array, shape (n,)
        From `sar.benefit.visit_benefit`: people reached by one visit.
    request : PatrolRequest
    progress : callable, optional
        Called with the share of the work done.

    Returns
    -------
    Plan
        Deterministic for the request's seed. Visiting a segment twice counts once.

    Raises
    ------
    BadInput
        For unknown segment ids and convoys that cannot leave their base.
    NoAnswer
        If the required segments cannot be visited within shift and fuel.
    """
    space = prepare(segments, benefit, request)
    _require_reachable(space)
    rungs = sorted({*np.arange(RUNG_H, request.hours, RUNG_H).tolist(), request.hours})
    best: tuple[float, list[list[Visit]]] | None = None
    for number, hours in enumerate(rungs):
        report = _part_of(progress, number, len(rungs))
        tours = best_tours(space, hours, report)
        if tours is None:
            continue
        value = sum(convoy.expected_people_reached for convoy in price(space, tours))
        if best is None or value > best[0]:
            best = value, tours
    if best is None:
        raise NoAnswer("no tours visit all required segments within the shift and the fuel")
    convoys = price(space, best[1])
    return Plan(
        request.on,
        request.hours,
        request.seed,
        request.reserve_share,
        convoys,
        explain_left_out(space, convoys, best[1], LEFT_OUT_SHOWN),
        float(benefit[space.area()].sum()),
    )


def _part_of(progress: Callable[[float], None] | None, number: int, parts: int) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress((number + share) / parts)


def _require_reachable(space: Workspace) -> None:
    visitable = np.logical_or.reduce(space.visitable(space.request.hours))
    rows = space.required_rows()
    lost = [
        f"{space.segments.index[row]} ({np.min(space.trip_h[:, row]):.1f} h and {np.min(space.trip_l[:, row]):.0f} l)"
        for row in rows
        if not visitable[row]
    ]
    if lost:
        limits = ", ".join(
            f"{convoy.convoy_id} has {shift.hours:.1f} h and {space.fuel_limit_l(convoy):.0f} l"
            for convoy, shift in zip(space.request.convoys, space.shifts, strict=True)
        )
        raise NoAnswer(f"no convoy can visit required segment {', '.join(lost)} there and back: {limits}")


def best_tours(space: Workspace, hours: float, progress: Callable[[float], None] | None) -> list[list[Visit]] | None:
    """Return visits in order for each convoy with shifts cut to `hours`; None where required visits do not fit."""
    rows = _candidates(space, hours)
    if not np.isin(space.required_rows(), rows).all():
        return None
    if len(rows) == 0:
        return [[] for _ in space.request.convoys]
    found = solve(
        _problem(space, rows, hours), seed=space.request.seed, iterations=ITERATIONS, starts=STARTS, progress=progress
    )
    if found is None:
        return None
    return [[(int(rows[task // 2]), task % 2 == 0) for task in tour] for tour in found.tasks]


def _candidates(space: Workspace, hours: float) -> Rows:
    """Return the rows worth aiming at, best first, with the required ones always among them."""
    visitable = np.logical_or.reduce(space.visitable(hours))
    worth = np.where(visitable, space.benefit, 0.0)
    order = np.argsort(-worth, kind="stable")[:MOST_CANDIDATES]
    aimed = order[worth[order] > WORTH_AIMING * worth.max(initial=0.0)]
    required = space.required_rows()
    return np.unique(np.concatenate([aimed, required[visitable[required]]])).astype(np.int64)


def _problem(space: Workspace, rows: Rows, hours: float) -> Orienteering:
    """State the choice as team orienteering: each segment is a group of two tasks, one for each direction.

    A task's length is on the arcs that lead to it, so leaving a task starts at its far end.
    """
    # told apart by identity: convoys of one type and country share theirs, and arrays have no single truth value
    terrains = {id(terrain): terrain for terrain in space.terrain}
    profiles = {key: number for number, key in enumerate(terrains)}
    bases = list(dict.fromkeys(convoy.base.place_id for convoy in space.request.convoys))
    matrices = [_matrices(terrain, rows, bases) for terrain in terrains.values()]
    vehicles = [
        Vehicle(
            bases.index(convoy.base.place_id),
            int(space.shift_h(number, hours) * S_PER_H),
            int(space.fuel_limit_l(convoy) * FUEL_UNITS_PER_L),
            profiles[id(space.terrain[number])],
        )
        for number, convoy in enumerate(space.request.convoys)
    ]
    required = np.isin(rows, space.required_rows())
    return Orienteering(
        tuple(distance for distance, _ in matrices),
        tuple(duration for _, duration in matrices),
        len(bases),
        np.repeat(space.benefit[rows], 2),
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
