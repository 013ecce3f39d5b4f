"""Hours from a position to everywhere around it, over open ground and along the network together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM
from routes.array_graph import ArrayGraph, Floats, Ints
from routes.geodesy import GEOD
from routes.joins import SPACING_M, NetworkPoints
from routes.network import Network
from routes.open_ground import OpenGround


@dataclass(frozen=True, eq=False)
class Isochrones:
    """What is reached of a window.

    Attributes
    ----------
    hours : array, shape (rows, columns)
        Least hours to each cell, its centre or a way through it, north row first; infinite where it is not reached or
        closed.
    used : array, shape (rows, columns)
        What the quickest way there uses up (litres of fuel, or whatever was counted).
    stops : Stops
        The points hours were found for: centres of cells, points of the network in them, and the start.
    """

    ground: OpenGround
    hours: Floats
    used: Floats
    stops: Stops

    def hours_to(self, lonlat: Floats, most: float) -> Floats:
        """Return the hours to positions, shape (n,), by the best stop of their cells that is reached with so much.

        From the stop on it is straight over the ground of the cell. Infinite where none is, and off the window.
        """
        stops, terrain = self.stops, self.ground.terrain
        reached = np.flatnonzero(np.isfinite(stops.hours) & (stops.used <= most))
        reached = reached[np.argsort(stops.cell[reached], kind="stable")]
        cells = terrain.cells(lonlat)
        first, last = (np.searchsorted(stops.cell[reached], cells, side=side) for side in ("left", "right"))
        hours = np.full(len(lonlat), np.inf)
        for row in np.flatnonzero((cells >= 0) & (first < last)).tolist():
            at = reached[first[row] : last[row]]
            ends = np.tile(lonlat[row], (len(at), 1))
            hours[row] = (stops.hours[at] + _straight_hours(self.ground, stops.lonlat[at], ends, stops.cell[at])).min()
        return hours


@dataclass(frozen=True, eq=False)
class Stops:
    """Points with the hours to them and what the quickest way there uses up, and the cells they lie in."""

    lonlat: Floats
    cell: Ints
    hours: Floats
    used: Floats


@dataclass(frozen=True)
class Pace:
    """Speed on the network by mode, km/h, and what a kilometre of it, and an hour of open ground, use up."""

    kph: dict[str, float]
    used_per_km: dict[str, float]
    used_per_open_h: float


def isochrones(
    ground: OpenGround,
    network: Network,
    points: NetworkPoints,
    usable: NDArray[np.bool_],
    pace: Pace,
    start: tuple[float, float],
) -> Isochrones:
    """Search once from a position over the cells of a window and the legs that run through it.

    Parameters
    ----------
    usable : bool array, shape (points,)
        Points of the network that are open to the travellers; the ways between two of them on a leg are.
    start : tuple of float
        Longitude and latitude, on the window.

    Notes
    -----
    The search begins at the position itself, not at the centre of its cell. A cell is reached where its centre is or a
    point of the network in it.

    Raises
    ------
    ValueError
        If the start lies off the window.
    """
    cell = ground.terrain.cell(*start)
    if cell is None:
        raise ValueError(f"the position {start} lies off the window")
    frame = ground.terrain.frame
    cells = frame.rows * frame.columns
    in_cell = ground.terrain.cells(points.lonlat)
    rows = np.flatnonzero(usable & (in_cell >= 0))
    node = np.full(len(points.leg), -1, dtype=np.int64)
    node[rows] = cells + np.arange(len(rows))
    tail, head, hours, used = (
        np.concatenate(parts)
        for parts in zip(
            (ground.graph.tail, ground.graph.head, ground.hours, ground.hours * pace.used_per_open_h),
            _along_legs(network, points, node, pace),
            _at_places(network, points, node),
            _on_and_off(ground, points, rows, in_cell[rows], node[rows], pace),
            _setting_out(ground, points, rows, in_cell[rows], node[rows], pace, start),
            strict=True,
        )
    )
    graph = ArrayGraph(range(cells + len(rows) + 1), tail, head)
    cost, by = graph.tree(hours, cells + len(rows))
    spent = _summed(graph, cost, by, used)
    lonlat = np.vstack([np.column_stack(frame.centres()), points.lonlat[rows], start])
    stops = Stops(lonlat, np.concatenate([np.arange(cells), in_cell[rows], [cell]]), cost, spent)
    return _by_cell(ground, stops)


def _by_cell(ground: OpenGround, stops: Stops) -> Isochrones:
    """Give each open cell what its stop reached soonest has."""
    closed = ground.terrain.closed
    known = np.flatnonzero(np.isfinite(stops.hours) & ~closed.ravel()[stops.cell])
    known = known[np.lexsort((stops.used[known], stops.hours[known]))]
    cells, first = np.unique(stops.cell[known], return_index=True)
    hours, used = (np.full(closed.size, np.inf) for _ in range(2))
    hours[cells], used[cells] = stops.hours[known[first]], stops.used[known[first]]
    return Isochrones(ground, hours.reshape(closed.shape), used.reshape(closed.shape), stops)


Arcs = tuple[Ints, Ints, Floats, Floats]


def _both(one: Ints, two: Ints, hours: Floats, used: Floats) -> Arcs:
    return np.concatenate([one, two]), np.concatenate([two, one]), np.tile(hours, 2), np.tile(used, 2)


def _along_legs(network: Network, points: NetworkPoints, node: Ints, pace: Pace) -> Arcs:
    """Join points that follow one another on a leg."""
    follow = (points.leg[1:] == points.leg[:-1]) & (node[1:] >= 0) & (node[:-1] >= 0)
    km = (np.diff(points.at_m) / M_PER_KM)[follow]
    mode = network.legs["mode"].to_numpy()[points.leg[1:][follow]]
    kph, per_km = (np.array([table[each] for each in mode], dtype=float) for table in (pace.kph, pace.used_per_km))
    return _both(node[:-1][follow], node[1:][follow], km / kph, km * per_km)


def _at_places(network: Network, points: NetworkPoints, node: Ints) -> Arcs:
    """Join the ends of legs that meet at a place: each to the next of them."""
    # the ends of each leg follow one another: its first point, its last
    names = network.legs[["from_id", "to_id"]].to_numpy(str).ravel()
    ends = node[points.at_end]
    names, ends = names[ends >= 0], ends[ends >= 0]
    order = np.argsort(names, kind="stable")
    names, ends = names[order], ends[order]
    same = names[1:] == names[:-1]
    nothing = np.zeros(int(same.sum()))
    return _both(ends[:-1][same], ends[1:][same], nothing, nothing)


def _on_and_off(ground: OpenGround, points: NetworkPoints, rows: Ints, cell: Ints, node: Ints, pace: Pace) -> Arcs:
    """Join points to the centres of their cells, where those are open."""
    terrain = ground.terrain
    is_open = ~terrain.closed.ravel()[cell]
    rows, cell, node = rows[is_open], cell[is_open], node[is_open]
    centres = np.column_stack([axis[cell] for axis in terrain.frame.centres()])
    hours = _straight_hours(ground, points.lonlat[rows], centres, cell)
    return _both(cell, node, hours, hours * pace.used_per_open_h)


def _straight_hours(ground: OpenGround, starts: Floats, ends: Floats, cell: Ints) -> Floats:
    """Return the hours of straight lines over the level ground of cells."""
    _, _, away_m = GEOD.inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    slow = ground.slowness(np.zeros(len(cell)), ground.terrain.in_sand.ravel()[cell])
    return np.asarray(np.asarray(away_m) / M_PER_KM / ground.kph * slow, dtype=float)


def _setting_out(
    ground: OpenGround,
    points: NetworkPoints,
    rows: Ints,
    cell: Ints,
    node: Ints,
    pace: Pace,
    start: tuple[float, float],
) -> Arcs:
    """Join the position itself, the last node, to the centre of its cell, those around it and the network in it."""
    terrain = ground.terrain
    own = terrain.cell(*start)
    assert own is not None
    leads_to = np.unique(ground.graph.head[ground.graph.tail == own])
    columns = terrain.frame.columns
    beside = np.abs(leads_to // columns - own // columns) + np.abs(leads_to % columns - own % columns) == 1
    near = np.append(own, leads_to[beside])[: 0 if terrain.closed.ravel()[own] else None]
    lonlat = np.column_stack([axis[near] for axis in terrain.frame.centres()])
    inside = np.flatnonzero(cell == own)
    if terrain.closed.ravel()[own]:
        # who stands on a way is on it, whatever lies elsewhere in the cell
        inside = inside[points.away_m(*start)[rows[inside]] <= SPACING_M]
    here = node[inside]
    head = np.append(near, here)
    ends = np.vstack([lonlat, points.lonlat[rows[inside]]])
    height = terrain.height_m.ravel()
    rise_m = np.append(np.nan_to_num(height[near] - height[own]), np.zeros(len(here)))
    lon, lat = (np.full(len(ends), each) for each in start)
    away_m = np.asarray(GEOD.inv(lon, lat, ends[:, 0], ends[:, 1])[2], dtype=float)
    slope = np.divide(rise_m, away_m, out=np.zeros(len(ends)), where=away_m > 0)
    sand = terrain.in_sand.ravel()
    in_cell = np.append(near, np.full(len(here), own))
    slow = np.mean([ground.slowness(slope, sand[each]) for each in (in_cell, np.full(len(ends), own))], axis=0)
    hours = away_m / M_PER_KM / ground.kph * slow
    tail = np.full(len(ends), terrain.frame.rows * columns + len(rows))
    return tail, head, hours, hours * pace.used_per_open_h


def _summed(graph: ArrayGraph, cost: Floats, by: Ints, used: Floats) -> Floats:
    """Return what is used up along the tree of least costs to each node; infinite where it does not lead."""
    reached = np.flatnonzero(by >= 0)
    # whole generations at a time: a node's sum is known once that of the node before it is
    total = np.where(np.isfinite(cost), np.where(by >= 0, np.nan, 0.0), np.inf)
    waiting = reached
    while len(waiting):
        before = total[graph.tail[by[waiting]]]
        ready = ~np.isnan(before)
        total[waiting[ready]] = before[ready] + used[by[waiting[ready]]]
        waiting = waiting[~ready]
    return total
