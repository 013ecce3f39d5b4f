"""Ways over open ground: least-time paths on a local grid whose cells have their true size on the ellipsoid.

Each cell leads to sixteen others (its neighbours and the knight's moves), so that a way in any direction is at most
2.8 % longer than the straight line. Slopes count in the direction of travel. A step is open only where every cell it
passes through is open, so nothing that is closed is ever crossed, not even at a corner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.grid import GridFrame
from data.units import M_PER_KM
from routes.array_graph import ArrayGraph, Floats, Ints
from routes.geodesy import GEOD, line_lengths_m

Mask = NDArray[np.bool_]
#: From slope (rise over run) and whether in sand to time over that on level firm ground; infinite where nobody gets on.
Slowness = Callable[[Floats, Mask], Floats]

#: Steps in rows and columns, and the cells passed on the way, as seen from the first.
_STEPS: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...] = (
    (0, 1, ()),
    (1, 0, ()),
    (1, 1, ((0, 1), (1, 0))),
    (1, -1, ((0, -1), (1, 0))),
    (1, 2, ((0, 1), (1, 1))),
    (1, -2, ((0, -1), (1, -1))),
    (2, 1, ((1, 0), (1, 1))),
    (2, -1, ((1, 0), (1, -1))),
)


#: Share of a cell by which a position may seem to lie off the window and lies on its edge.
_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Terrain:
    """What a window of ground is like, cell by cell, north row first.

    Attributes
    ----------
    frame : GridFrame
    closed, in_sand : bool array, shape (rows, columns)
    height_m : array, shape (rows, columns)
        NaN where unknown: taken as level.
    """

    frame: GridFrame
    closed: Mask
    in_sand: Mask
    height_m: Floats

    def cell(self, lon: float, lat: float) -> int | None:
        """Return the number of the cell a position lies in, row by row; None off the window."""
        number = int(self.cells(np.array([[lon, lat]]))[0])
        return None if number < 0 else number

    def cells(self, lonlat: Floats) -> Ints:
        """Return the numbers of the cells of positions, shape (n,); -1 off the window."""
        row, column = self._row_column(lonlat[:, 0], lonlat[:, 1])
        inside = (row >= 0) & (row < self.frame.rows) & (column >= 0) & (column < self.frame.columns)
        return np.where(inside, row * self.frame.columns + column, -1)

    def _row_column(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
        frame = self.frame
        down, right = (frame.top - lat) / frame.cell_deg, (lon - frame.left) / frame.cell_deg
        # what lies on the edge of the window, as on that of the region, belongs to the cell beside it
        down, right = (
            np.where(np.abs(each - np.clip(each, 0.0, count)) < _EDGE, np.clip(each, 0.0, count - _EDGE), each)
            for each, count in ((down, frame.rows), (right, frame.columns))
        )
        return np.floor(down).astype(np.int64), np.floor(right).astype(np.int64)


@dataclass(frozen=True)
class GroundWay:
    """A way over open ground: vertices in degrees in order of travel, hours, and its mean slowness."""

    lonlat: Floats
    hours: float
    slowness: float

    @property
    def length_m(self) -> float:
        """Geodesic length of the way itself, not of the straight line."""
        return float(line_lengths_m(self.lonlat).sum())


class OpenGround:
    """The steps of a window of terrain and what they take."""

    def __init__(self, terrain: Terrain, kph: float, slowness: Slowness) -> None:
        self.terrain, self.kph, self.slowness = terrain, kph, slowness
        tail, head, length_m, slow = (np.concatenate(parts) for parts in zip(*map(self._step, _STEPS), strict=True))
        self.length_m, self.slow = length_m, slow
        self.hours = length_m / M_PER_KM / kph * slow
        cells = terrain.frame.rows * terrain.frame.columns
        self.graph = ArrayGraph(range(cells), tail, head)

    def _step(self, step: tuple[int, int, tuple[tuple[int, int], ...]]) -> tuple[Ints, Ints, Floats, Floats]:
        """Return tails, heads, lengths and slowness of one kind of step, there and back."""
        down, right, passed = step
        frame, terrain = self.terrain.frame, self.terrain
        rows, columns = frame.rows - down, frame.columns - abs(right)
        first_column = max(0, -right)

        def shifted(values: NDArray[Any], row: int, column: int) -> NDArray[Any]:
            return values[row : row + rows, first_column + column : first_column + column + columns]

        number = np.arange(frame.rows * frame.columns).reshape(frame.rows, frame.columns)
        closed = shifted(terrain.closed, 0, 0) | shifted(terrain.closed, down, right)
        for row, column in passed:
            closed = closed | shifted(terrain.closed, row, column)
        lat = frame.top - (np.arange(rows) + 0.5) * frame.cell_deg
        zero = np.zeros(rows)
        _, _, row_m = GEOD.inv(zero, lat, zero + right * frame.cell_deg, lat - down * frame.cell_deg)
        length_m = np.broadcast_to(row_m[:, None], (rows, columns))
        rise = np.nan_to_num((shifted(terrain.height_m, down, right) - shifted(terrain.height_m, 0, 0)) / length_m)
        ends = [shifted(terrain.in_sand, *at) for at in ((0, 0), (down, right))]
        there, back = (np.mean([self.slowness(slope, sand) for sand in ends], axis=0) for slope in (rise, -rise))
        is_open = ~closed
        one, two = shifted(number, 0, 0)[is_open], shifted(number, down, right)[is_open]
        both_m = np.tile(length_m[is_open], 2)
        return (
            np.concatenate([one, two]),
            np.concatenate([two, one]),
            both_m,
            np.concatenate([there[is_open], back[is_open]]),
        )

    def reached_from(self, lon: float, lat: float, *, backwards: bool = False) -> Reached:
        """Return what is reached from a position on the window, or, backwards, from where it is reached."""
        cell = self.terrain.cell(lon, lat)
        if cell is None:
            raise ValueError(f"the position ({lon}, {lat}) lies off the window")
        graph = self.graph.reversed() if backwards else self.graph
        hours, by = graph.tree(self.hours, cell)
        if self.terrain.closed.ravel()[cell]:
            hours[cell] = np.inf
        return Reached(self, graph, (lon, lat), cell, hours, by, backwards)


@dataclass(frozen=True, eq=False)
class Reached:
    """Hours over open ground from a position to every cell (or back), and the ways there.

    Attributes
    ----------
    hours : array, shape (cells,)
        Infinite where no open ground leads.
    """

    ground: OpenGround
    graph: ArrayGraph
    position: tuple[float, float]
    cell: int
    hours: Floats
    by: Ints
    backwards: bool

    def hours_at(self, lonlat: Floats) -> Floats:
        """Return the hours to the cells of positions, shape (n,); infinite off the window."""
        cells = self.ground.terrain.cells(lonlat)
        return np.where(cells >= 0, self.hours[np.maximum(cells, 0)], np.inf)

    def way(self, lon: float, lat: float) -> GroundWay:
        """Return the way to a position that is reached (or from it, where asked backwards)."""
        cell = self.ground.terrain.cell(lon, lat)
        assert cell is not None and np.isfinite(self.hours[cell])
        arcs = self.graph.walk_back(self.by, self.cell, cell)
        stops = np.array([self.cell, *self.graph.head[arcs].tolist()])
        middle = self._centres[stops] if len(stops) > 1 else np.zeros((0, 2))
        lonlat = np.vstack([self.position, _without_straights(middle), (lon, lat)])
        walked_m = float(self.ground.length_m[arcs].sum())
        slow = (
            float(self.hours[cell]) * self.ground.kph / (walked_m / M_PER_KM)
            if walked_m > 0
            else float(self.ground.slowness(np.zeros(1), self.ground.terrain.in_sand.ravel()[[cell]])[0])
        )
        hours = float(line_lengths_m(lonlat).sum()) / M_PER_KM / self.ground.kph * slow
        return GroundWay(lonlat[::-1] if self.backwards else lonlat, hours, slow)

    @cached_property
    def _centres(self) -> Floats:
        return np.column_stack(self.ground.terrain.frame.centres())


def _without_straights(lonlat: Floats) -> Floats:
    """Leave out vertices at which a way of grid steps does not turn."""
    if len(lonlat) < 3:
        return lonlat
    steps = np.diff(lonlat, axis=0)
    turns = (np.abs(np.diff(steps, axis=0)) > 1e-9).any(axis=1)
    kept: Floats = lonlat[np.concatenate([[True], turns, [True]])]
    return kept
