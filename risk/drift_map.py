"""Drifting particles as a map of where they may be: the POA of a search at sea."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.grid import GridFrame, RasterGrid
from data.units import M_PER_KM

Array = NDArray[np.float64]
M_PER_DEG_LAT = 111_200.0


def probability_map(lonlat: Array, cell_deg: float) -> RasterGrid:
    """Count particles in cells.

    Parameters
    ----------
    lonlat : array, shape (n, 2)
        Degrees; every particle weighs the same.
    cell_deg : float

    Returns
    -------
    RasterGrid
        Probability of containment by cell; they sum to 1. Cells without a particle are NaN: nothing is known to be
        there, which is not the same as nothing is there.
    """
    left, bottom = np.floor(lonlat.min(axis=0) / cell_deg) * cell_deg
    right, top = (np.floor(lonlat.max(axis=0) / cell_deg) + 1) * cell_deg
    frame = GridFrame.over((float(left), float(bottom), float(right), float(top)), cell_deg)
    row = np.clip(((frame.top - lonlat[:, 1]) / cell_deg).astype(int), 0, frame.rows - 1)
    column = np.clip(((lonlat[:, 0] - frame.left) / cell_deg).astype(int), 0, frame.columns - 1)
    count = np.zeros((frame.rows, frame.columns))
    np.add.at(count, (row, column), 1.0)
    share = np.where(count > 0, count / len(lonlat), np.nan).astype(np.float32)
    return RasterGrid(share, frame.left, frame.top, cell_deg, "poa", "", "Probability that the object is in the cell.")


def area_km2(grid: RasterGrid, share: float) -> float:
    """Return the area of the fewest cells that together hold a share of the probability."""
    rows, _ = grid.values.shape
    lat = grid.top - (np.arange(rows) + 0.5) * grid.cell_deg
    side_km = grid.cell_deg * M_PER_DEG_LAT / M_PER_KM
    cell_km2 = np.broadcast_to((side_km**2 * np.cos(np.radians(lat)))[:, None], grid.values.shape)
    dense = np.nan_to_num(grid.values.astype(float)) / cell_km2
    order = np.argsort(-dense, axis=None, kind="stable")
    held = np.cumsum(np.nan_to_num(grid.values.astype(float)).ravel()[order])
    needed = int(np.searchsorted(held, share - 1e-6)) + 1
    return float(cell_km2.ravel()[order][:needed].sum())
