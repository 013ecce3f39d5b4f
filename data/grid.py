"""A raster that carries its frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import CRS_WGS84


@dataclass(frozen=True)
class Band:
    """What a raster holds: its name, its unit ("" when dimensionless) and a sentence on it."""

    name: str
    unit: str
    description: str


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
        return self.frame.transform

    @property
    def frame(self) -> GridFrame:
        """Where it lies."""
        return GridFrame(self.left, self.top, self.cell_deg, *self.values.shape)

    @property
    def band(self) -> Band:
        """What it holds."""
        return Band(self.name, self.unit, self.description)


@dataclass(frozen=True)
class GridBlock:
    """A rectangle of cells of a frame: its first row and column, and how many of each."""

    row: int
    column: int
    rows: int
    columns: int


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

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine transform (a, b, c, d, e, f) from column, row to longitude, latitude of a cell's outer corner."""
        return (self.cell_deg, 0.0, self.left, 0.0, -self.cell_deg, self.top)

    @property
    def whole(self) -> GridBlock:
        """All cells as one block."""
        return GridBlock(0, 0, self.rows, self.columns)

    def blocks(self, side: int) -> Iterator[GridBlock]:
        """Cut the frame into blocks of `side` cells, smaller at the right and lower edge; row by row."""
        for row in range(0, self.rows, side):
            for column in range(0, self.columns, side):
                yield GridBlock(row, column, min(side, self.rows - row), min(side, self.columns - column))

    def centres(self, block: GridBlock | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude and latitude of the centres of a block's cells, or of all, row by row, each of shape (n,).

        A cell's centre is the same number to the last bit whichever block it is asked in.
        """
        part = block or self.whole
        lon = self.left + (np.arange(part.column, part.column + part.columns) + 0.5) * self.cell_deg
        lat = self.top - (np.arange(part.row, part.row + part.rows) + 0.5) * self.cell_deg
        return np.tile(lon, part.rows), np.repeat(lat, part.columns)
