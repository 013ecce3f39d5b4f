"""Drifting particles as a map of where they may be: the POA of a search at sea."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from data.errors import BadInput
from data.grid import GridFrame, RasterGrid
from data.units import KM_PER_DEG

Array = NDArray[np.float64]
#: Cells below this share of the greatest are left empty; maps may not have more cells than this.
LEAST, MOST_CELLS = 1e-4, 20_000_000


def probability_map(lonlat: Array, cell_deg: float) -> RasterGrid:
    """Spread particles over cells with a Gaussian kernel of Silverman's width, so that areas do not hang on the cell.

    Parameters
    ----------
    lonlat : array, shape (n, 2)
        Degrees; every particle weighs the same.
    cell_deg : float

    Returns
    -------
    RasterGrid
        Probability of containment by cell; they sum to 1. Cells under `LEAST` of the greatest are NaN.

    Raises
    ------
    BadInput
        If the cells are so fine that the map would not fit in memory.
    """
    width_deg = np.maximum(lonlat.std(axis=0) * len(lonlat) ** (-1 / 6), 1e-5)  # Silverman's, for two dimensions
    pad = 4 * width_deg + cell_deg
    left, bottom = np.floor((lonlat.min(axis=0) - pad) / cell_deg) * cell_deg
    right, top = (np.floor((lonlat.max(axis=0) + pad) / cell_deg) + 1) * cell_deg
    if (right - left) * (top - bottom) / cell_deg**2 > MOST_CELLS:
        raise BadInput(f"cells of {cell_deg * KM_PER_DEG:.2g} km are too fine for a drift this wide; give larger ones")
    frame = GridFrame.over((float(left), float(bottom), float(right), float(top)), cell_deg)
    row = np.clip(((frame.top - lonlat[:, 1]) / cell_deg).astype(int), 0, frame.rows - 1)
    column = np.clip(((lonlat[:, 0] - frame.left) / cell_deg).astype(int), 0, frame.columns - 1)
    count = np.zeros((frame.rows, frame.columns))
    np.add.at(count, (row, column), 1.0)
    share = gaussian_filter(count, width_deg[::-1] / cell_deg, mode="constant")
    share = np.where(share > LEAST * share.max(), share, 0.0)
    share /= share.sum()
    values = np.where(share > 0, share, np.nan).astype(np.float32)
    return RasterGrid(values, frame.left, frame.top, cell_deg, "poa", "", "Probability that the object is in the cell.")


def area_km2(grid: RasterGrid, share: float) -> float:
    """Return the area of the fewest cells that together hold a share of the probability."""
    rows, _ = grid.values.shape
    lat = grid.top - (np.arange(rows) + 0.5) * grid.cell_deg
    side_km = grid.cell_deg * KM_PER_DEG
    cell_km2 = np.broadcast_to((side_km**2 * np.cos(np.radians(lat)))[:, None], grid.values.shape)
    dense = np.nan_to_num(grid.values.astype(float)) / cell_km2
    order = np.argsort(-dense, axis=None, kind="stable")
    held = np.cumsum(np.nan_to_num(grid.values.astype(float)).ravel()[order])
    needed = int(np.searchsorted(held, share - 1e-6)) + 1
    return float(cell_km2.ravel()[order][:needed].sum())
