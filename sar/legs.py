"""Straight legs over an area in a plane, and the order they are run in.

The area is cut into strips one spacing wide, with a leg along the middle of each (IAMSAR vol. II, parallel sweep).
Where a hole or a bay splits a leg, the pieces are gathered into cells that can each be run to and fro without a jump
(boustrophedon decomposition, Choset 2000), and the cells are ordered for the shortest way between them.

Here `u` runs along the legs and `v` across them; metres.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon, box

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Legs may lie wider than asked for by this share, rather than be one more.
WIDER_SHARE = 0.01
#: A piece of leg shorter than this share of the spacing is left out where there are others.
SHORT_SHARE = 0.05
#: Ground left between the legs gets its own leg from this size on, in squares of the spacing, if at least half of what
#: that leg sweeps is new: so a tongue between two legs does, the wedge at a slanting side does not.
MISSED_SQUARES = 0.5
#: Up to so many cells their order is the best of all; beyond, each next one is the nearest.
EXACT_CELLS = 9
_GREEDY_STARTS = 40


class Leg(NamedTuple):
    """A straight leg from (start, v) to (end, v), metres."""

    start: float
    end: float
    v: float


def fit_spacing(width: float, spacing: float) -> tuple[int, float]:
    """Return how many legs fill a width, and how far apart they then lie.

    The first and the last are half a spacing inside, so a width that is no multiple of the spacing asked for gets one
    leg more and all lie nearer: no leg beside another, no unswept rest. An area no wider than the spacing has one leg.

    Parameters
    ----------
    width, spacing : float
        m; the spacing above zero.

    Returns
    -------
    count : int
    spacing : float
        m; at most 1 % over what was asked for.
    """
    count = max(int(np.ceil(width / (spacing * (1 + WIDER_SHARE)))), 1)
    return count, width / count if count > 1 else spacing


def lay_legs(area: Polygon, count: int, spacing: float) -> list[list[Leg]]:
    """Return the cells of legs that sweep an area, in no order.

    A leg stays inside the area and ends half a spacing before the farthest reach of its strip (so half a spacing
    inside the end of a rectangle, and at the edge of a slanting side), but keeps half its length. Every point more
    than half a spacing inside the area is within half a spacing of a leg.

    Parameters
    ----------
    area : Polygon
        In (u, v), valid, not empty; may be concave and have holes.
    count : int
    spacing : float
        From `fit_spacing`; m.

    Returns
    -------
    list of list of Leg
        Each cell's legs, of rising v and each with start < end.
    """
    shapely.prepare(area)
    _, low, _, high = area.bounds
    lines = (low + high) / 2 + spacing * (np.arange(count) - (count - 1) / 2)
    rows = [_row(area, float(v), spacing) for v in lines]
    if any(leg.end - leg.start >= SHORT_SHARE * spacing for row in rows for leg in row):
        rows = [[leg for leg in row if leg.end - leg.start >= SHORT_SHARE * spacing] for row in rows]
    cells = _cells(rows)
    swept = shapely.union_all([_line(leg).buffer(spacing / 2) for cell in cells for leg in cell])
    for missed in shapely.get_parts(area.difference(swept)):
        if missed.area >= MISSED_SQUARES * spacing**2:
            left, bottom, right, top = missed.bounds
            more = _row(area.intersection(box(left, bottom, right, top)), (bottom + top) / 2, spacing)
            if missed.area >= spacing / 2 * sum(leg.end - leg.start for leg in more):
                cells += [[leg] for leg in more]
    return cells


def _row(area: Polygon, v: float, spacing: float) -> list[Leg]:
    """Return the legs of one strip, left to right."""
    left, _, right, _ = area.bounds
    line = LineString([(left - 1, v), (right + 1, v)])
    legs = []
    for part in shapely.get_parts(area.intersection(box(left - 1, v - spacing / 2, right + 1, v + spacing / 2))):
        if part.geom_type != "Polygon":
            continue
        reach_left, _, reach_right, _ = part.bounds
        for piece in shapely.get_parts(part.intersection(line)):
            start, _, end, _ = piece.bounds
            if end > start:
                quarter = (end - start) / 4
                start += min(max(reach_left + spacing / 2 - start, 0.0), quarter)
                end -= min(max(end - reach_right + spacing / 2, 0.0), quarter)
                legs.append(Leg(start, end, v))
    return sorted(legs)


def _cells(rows: list[list[Leg]]) -> list[list[Leg]]:
    """Gather legs that lie one beside the other, and beside no third, into cells."""
    cells: list[list[Leg]] = []
    before: list[tuple[Leg, list[Leg]]] = []
    for row in rows:
        now = []
        for leg in row:
            above = [pair for pair in before if _beside(pair[0], leg)]
            if len(above) == 1 and sum(_beside(above[0][0], other) for other in row) == 1:
                cell = above[0][1]
                cell.append(leg)
            else:
                cell = [leg]
                cells.append(cell)
            now.append((leg, cell))
        before = now
    return cells


def _beside(one: Leg, other: Leg) -> bool:
    return one.start <= other.end and other.start <= one.end


def _line(leg: Leg) -> LineString:
    return LineString([(leg.start, leg.v), (leg.end, leg.v)])


def join_legs(cells: list[list[Leg]], area: Polygon, near: tuple[float, float] | None = None) -> tuple[Array, Flags]:
    """Return the way that runs all legs, cell after cell, with straight transits between.

    Parameters
    ----------
    cells : list of list of Leg
        At least one, none empty.
    area : Polygon
        A transit between cells that leaves it is taken for longer by what lies outside.
    near : tuple of float, optional
        Where the searcher comes from, (u, v): counts for the choice of the corner to start from.

    Returns
    -------
    points : array, shape (n, 2)
    searching : array of bool, shape (n - 1,)
        False on transits.
    """
    ways = [
        _run(cell, backward, from_end) for cell in cells for backward in (False, True) for from_end in (False, True)
    ]
    starts, ends = np.array([way[0] for way in ways]), np.array([way[-1] for way in ways])
    inner = np.array([np.hypot(*(way[2::2] - way[1:-1:2]).T).sum() for way in ways])
    between = np.hypot(*(starts[None, :] - ends[:, None]).transpose(2, 0, 1))
    if 1 < len(cells) <= EXACT_CELLS:
        between += _outside(area, ends, starts)
    outer = np.isin(starts[:, 1], [starts[:, 1].min(), starts[:, 1].max()])
    first = np.where(outer, 0.0 if near is None else np.hypot(*(starts - np.asarray(near)).T), np.inf)
    order = (_best_order if len(cells) <= EXACT_CELLS else _greedy_order)(between, inner, first)
    points = np.concatenate([ways[k] for k in order])
    searching = np.arange(len(points) - 1) % 2 == 0
    moved = np.append(True, np.hypot(*np.diff(points, axis=0).T) > 1e-6)
    return points[moved], searching[moved[1:]]


def _run(cell: list[Leg], backward: bool, from_end: bool) -> Array:
    """Return the ends of the legs of a cell in the order they are passed, run to and fro."""
    points = []
    for k, leg in enumerate(cell[::-1] if backward else cell):
        near, far = (leg.end, leg.start) if from_end != (k % 2 == 1) else (leg.start, leg.end)
        points += [(near, leg.v), (far, leg.v)]
    return np.array(points)


def _outside(area: Polygon, ends: Array, starts: Array) -> Array:
    """Return how much (m) of the straight line from each end to each start lies outside the area."""
    pairs = np.stack(np.broadcast_arrays(ends[:, None], starts[None, :]), axis=2)
    coarse: Any = area.simplify(0.002 * float(np.sqrt(area.area)))
    return np.asarray(shapely.length(shapely.difference(shapely.linestrings(pairs), coarse)), dtype=float)


def _best_order(between: Array, inner: Array, first: Array) -> list[int]:
    """Return the order of ways (four a cell, one to be taken) of least transit, by dynamic programming over sets."""
    cells = len(inner) // 4
    cell = np.arange(len(inner)) // 4
    cost = np.full((1 << cells, len(inner)), np.inf)
    came = np.full(cost.shape, -1)
    cost[1 << cell, np.arange(len(inner))] = first + inner
    for done in range(1, 1 << cells):
        for last in map(int, np.flatnonzero(np.isfinite(cost[done]))):
            free = np.flatnonzero((done >> cell) & 1 == 0)
            total, grown = cost[done, last] + between[last, free] + inner[free], done | (1 << cell[free])
            better = total < cost[grown, free] - 1e-6
            cost[grown[better], free[better]], came[grown[better], free[better]] = total[better], last
    done, last = (1 << cells) - 1, int(np.argmin(np.round(cost[-1], 3)))
    order = [last]
    while came[done, last] >= 0:
        done, last = done & ~(1 << int(cell[last])), int(came[done, last])
        order.append(last)
    return order[::-1]


def _greedy_order(between: Array, inner: Array, first: Array) -> list[int]:
    """Return the best of several orders in which each next way is the nearest."""
    cell = np.arange(len(inner)) // 4
    best: tuple[float, list[int]] = (np.inf, [])
    for start in np.argsort(first, kind="stable")[:_GREEDY_STARTS]:
        order, left, total = [int(start)], cell != cell[start], first[start] + inner[start]
        while left.any():
            step = np.where(left, between[order[-1]] + inner, np.inf)
            order.append(int(np.argmin(step)))
            total += step[order[-1]]
            left &= cell != cell[order[-1]]
        best = min(best, (float(total), order))
    return best[1]
