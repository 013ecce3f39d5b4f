"""A raster that carries its frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import CRS_WGS84


@dataclass(frozen=True)
class RasterGrid:
    """Values on a regular grid.

    Attributes
    ----------
    values : array of float32, shape (rows, columns)
        North row first; NaN where nothing is known.
    left, top : float
        Outer corner of the first cell, degrees.
    cell_deg : float
        Side of a cell, degrees.
    name, unit, description : str
    crs : str
    """

    values: NDArray[np.float32]
    left: float
    top: float
    cell_deg: float
    name: str
    unit: str
    description: str
    crs: str = CRS_WGS84

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine transform (a, b, c, d, e, f) from column, row to longitude, latitude of a cell's outer corner."""
        return (self.cell_deg, 0.0, self.left, 0.0, -self.cell_deg, self.top)


@dataclass(frozen=True)
class GridFrame:
    """Where a raster lies: the cells that cover a box."""

    left: float
    top: float
    cell_deg: float
    rows: int
    columns: int

    @classmethod
    def over(cls, bbox: tuple[float, float, float, float], cell_deg: float) -> GridFrame:
        """Cover (left, bottom, right, top) in degrees with whole cells."""
        left, bottom, right, top = bbox
        return cls(
            left,
            top,
            cell_deg,
            int(np.ceil((top - bottom) / cell_deg - 1e-9)),
            int(np.ceil((right - left) / cell_deg - 1e-9)),
        )

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude of every cell's centre, row by row, each of shape (rows * columns,)."""
        lon = self.left + (np.arange(self.columns) + 0.5) * self.cell_deg
        lat = self.top - (np.arange(self.rows) + 0.5) * self.cell_deg
        return np.tile(lon, self.rows), np.repeat(lat, self.columns)
