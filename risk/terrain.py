"""The ground: slope, ruggedness and sand at positions, and how it slows a walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import Polygon

from data.grid import GridFrame, RasterGrid
from data.shapes import inside, vertices
from data.units import KM_PER_DEG, M_PER_KM, REGION_BBOX
from risk.walking import slowness

Array = NDArray[np.float64]

#: Pieces into which a walk to water is cut.
STEPS = 12
SAND_CELL_DEG = 0.05


@dataclass(frozen=True, eq=False)
class Ground:
    """What is known of the ground.

    Attributes
    ----------
    sand : RasterGrid or None
        1 in a sand sea, 0 elsewhere.
    elevation : RasterGrid or None
        Metres, from a file where one is given.
    """

    sand: RasterGrid | None = None
    elevation: RasterGrid | None = None


def sand_grid(sand_seas: pd.DataFrame) -> RasterGrid:
    """Lay the sand seas of a region pack on a grid of `SAND_CELL_DEG`; their outlines are good to 30 km or worse."""
    frame = GridFrame.over(REGION_BBOX, SAND_CELL_DEG)
    lon, lat = frame.centres()
    cells = np.zeros(len(lon), dtype=np.float32)
    for lonlat in sand_seas["lonlat"]:
        ring = Polygon(vertices(lonlat))
        cells[inside(ring, lon, lat)] = 1.0
    values = cells.reshape(frame.rows, frame.columns)
    return RasterGrid(values, frame.left, frame.top, frame.cell_deg, "sand", "", "Sand seas of the region pack.")


def cells_at(grid: RasterGrid, lon: Array, lat: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of the cell of each position; outside the grid the nearest edge."""
    rows, columns = grid.values.shape
    row = np.clip(np.floor((grid.top - lat) / grid.cell_deg).astype(int), 0, rows - 1)
    column = np.clip(np.floor((lon - grid.left) / grid.cell_deg).astype(int), 0, columns - 1)
    return row, column


def covers(grid: RasterGrid, lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Return which positions lie on the grid."""
    rows, columns = grid.values.shape
    across, down = (lon - grid.left) / grid.cell_deg, (grid.top - lat) / grid.cell_deg
    return np.asarray((across >= 0) & (across < columns) & (down >= 0) & (down < rows))


def value_at(grid: RasterGrid, lon: Array, lat: Array) -> Array:
    """Return the value of the cell of each position; NaN off the grid."""
    return np.where(covers(grid, lon, lat), grid.values[cells_at(grid, lon, lat)].astype(float), np.nan)


def elevation_m(ground: Ground, lon: Array, lat: Array) -> Array:
    """Return the height by bilinear interpolation between cell centres; NaN where no file covers, as at its edge."""
    grid = ground.elevation
    if grid is None:
        return np.full(np.shape(lon), np.nan)
    across, down = (lon - grid.left) / grid.cell_deg - 0.5, (grid.top - lat) / grid.cell_deg - 0.5
    rows, columns = grid.values.shape
    row, column = (np.clip(np.floor(axis).astype(int), 0, size - 2) for axis, size in ((down, rows), (across, columns)))
    y, x = np.clip(down - row, 0, 1), np.clip(across - column, 0, 1)
    corner = grid.values
    upper = (1 - x) * corner[row, column] + x * corner[row, column + 1]
    lower = (1 - x) * corner[row + 1, column] + x * corner[row + 1, column + 1]
    return np.where(covers(grid, lon, lat), (1 - y) * upper + y * lower, np.nan)


def slope_deg(ground: Ground, lon: Array, lat: Array) -> Array:
    """Return the steepest slope at each position (Horn 1981, third-order differences over the eight neighbours)."""
    around = _neighbours(ground, lon, lat)
    if around is None:
        return np.full(np.shape(lon), np.nan)
    grid = ground.elevation
    assert grid is not None
    (a, b, c), (d, _, f), (g, h, i) = around
    north_m = grid.cell_deg * KM_PER_DEG * M_PER_KM
    east_m = north_m * np.cos(np.radians(lat))
    east = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * east_m)
    north = ((a + 2 * b + c) - (g + 2 * h + i)) / (8 * north_m)
    return np.asarray(np.degrees(np.arctan(np.hypot(east, north))))


def ruggedness_m(ground: Ground, lon: Array, lat: Array) -> Array:
    """Return the terrain ruggedness index: root of summed squared differences to the eight neighbours (Riley 1999)."""
    around = _neighbours(ground, lon, lat)
    if around is None:
        return np.full(np.shape(lon), np.nan)
    middle = around[1][1]
    return np.asarray(np.sqrt(sum((cell - middle) ** 2 for line in around for cell in line)))


def in_sand(ground: Ground, lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Return which positions lie in a sand sea."""
    if ground.sand is None:
        return np.zeros(np.shape(lon), dtype=bool)
    return np.asarray(np.nan_to_num(value_at(ground.sand, lon, lat)) > 0.5)


def walk_slowness(ground: Ground, lon: Array, lat: Array, to_lon: Array, to_lat: Array, distance_m: Array) -> Array:
    """Return how much longer straight walks take than over level firm ground.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Starts, degrees.
    to_lon, to_lat, distance_m : array, shape (n, k)
        Ends and geodesic lengths.

    Returns
    -------
    array, shape (n, k)
        1 on level firm ground.
    """
    part = (np.arange(STEPS + 1) / STEPS)[None, None, :]
    x = lon[:, None, None] + part * (to_lon - lon[:, None])[:, :, None]
    y = lat[:, None, None] + part * (to_lat - lat[:, None])[:, :, None]
    height = elevation_m(ground, x, y)
    run = np.maximum(distance_m, 1.0)[:, :, None] / STEPS
    slope = np.nan_to_num(np.diff(height, axis=2) / run)
    middle = 0.5 * (x[:, :, 1:] + x[:, :, :-1]), 0.5 * (y[:, :, 1:] + y[:, :, :-1])
    return np.asarray(slowness(slope, in_sand(ground, *middle)).mean(axis=2))


def _neighbours(ground: Ground, lon: Array, lat: Array) -> list[list[Array]] | None:
    """Return the nine cells around each position, north row first; NaN off the grid."""
    grid = ground.elevation
    if grid is None:
        return None
    row, column = cells_at(grid, lon, lat)
    rows, columns = grid.values.shape
    inside = covers(grid, lon, lat) & (row > 0) & (row < rows - 1) & (column > 0) & (column < columns - 1)
    row, column = np.clip(row, 1, rows - 2), np.clip(column, 1, columns - 2)
    return [
        [np.where(inside, grid.values[row + up, column + right].astype(float), np.nan) for right in (-1, 0, 1)]
        for up in (-1, 0, 1)
    ]
