"""Hours from a position to everywhere around it, over open ground and along the network together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM
from routes.array_graph import ArrayGraph, Floats, Ints
from routes.geodesy import GEOD
from routes.joins import NetworkPoints
from routes.network import Network
from routes.open_ground import OpenGround


@dataclass(frozen=True, eq=False)
class Isochrones:
    """What is reached of a window.

    Attributes
    ----------
    hours : array, shape (rows, columns)
        Least hours to the centre of each cell, north row first; infinite where it is not reached or closed.
    used : array, shape (rows, columns)
        What the quickest way there uses up (litres of fuel, or whatever was counted).
    """

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
            strict=True,
        )
    )
    graph = ArrayGraph(range(cells + len(rows)), tail, head)
    cost, by = graph.tree(hours, cell)
    spent = _summed(graph, cost, by, used)[:cells]
    shape = (frame.rows, frame.columns)
    found = np.where(ground.terrain.closed.ravel(), np.inf, cost[:cells])
    return Isochrones(found.reshape(shape), np.where(np.isfinite(found), spent, np.inf).reshape(shape))


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
    lon, lat = (axis[cell] for axis in terrain.frame.centres())
    _, _, away_m = GEOD.inv(points.lonlat[rows, 0], points.lonlat[rows, 1], lon, lat)
    slow = ground.slowness(np.zeros(len(cell)), terrain.in_sand.ravel()[cell])
    hours = np.asarray(away_m) / M_PER_KM / ground.kph * slow
    return _both(cell, node, hours, hours * pace.used_per_open_h)


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
