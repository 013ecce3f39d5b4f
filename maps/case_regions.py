"""The smallest regions of a probability map that hold a share of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from data.grid import RasterGrid

#: Shares of what is on the map that regions are drawn for, widest first: a narrower one lies on top of a wider one.
LEVELS = (0.95, 0.75, 0.50)


@dataclass(frozen=True, eq=False)
class Region:
    """The fewest cells that together hold a share of the map.

    Attributes
    ----------
    level : float
        Share of what is on the map.
    poa : float
        Probability that it holds, of all, what is outside the map counted.
    shape : MultiPolygon
        The cells dissolved; outer rings run anticlockwise.
    """

    level: float
    poa: float
    shape: shapely.MultiPolygon


def regions(grid: RasterGrid, levels: tuple[float, ...] = LEVELS) -> tuple[Region, ...]:
    """Return the regions of a map, nested as their levels are: cells are taken from the likeliest on."""
    values = grid.values.astype(float)
    order = np.argsort(-values, axis=None, kind="stable")
    held = np.cumsum(values.ravel()[order])
    found = []
    for level in levels:
        count = int(np.searchsorted(held, level * held[-1])) + 1
        cells = order[: min(count, len(order))]
        found.append(Region(level, float(held[len(cells) - 1]), _dissolved(grid, cells)))
    return tuple(found)


def _dissolved(grid: RasterGrid, cells: NDArray[np.int64]) -> shapely.MultiPolygon:
    row, column = np.divmod(cells, grid.values.shape[1])
    # on whole numbers, so that neighbours share their corners to the last bit
    whole = shapely.union_all(shapely.box(column, -row - 1, column + 1, -row)).simplify(0)
    placed = shapely.transform(
        whole, lambda at: np.column_stack([grid.left, grid.top]) + at * grid.cell_deg, include_z=False
    )
    parts = placed.geoms if isinstance(placed, shapely.MultiPolygon) else [placed]
    return shapely.MultiPolygon([orient(part) for part in parts])
