"""Scores of probability maps by where people were found, as MapScore has them.

A box of 25 km around the initial planning point (IPP) is cut into 5001 x 5001 cells of 5 m, the IPP in the middle of
the middle one. With N cells, n of them of a higher probability than the cell of the find and m of the same (that cell
with them),

    r' = (n + m / 2) / N,    r = (0.5 - r') / 0.5 = 1 - (2 n + m) / N

which is Rossmo's measure (Geographic Profiling, CRC Press 1999) as MapScore describes it (Sava, Twardy, Koester and
Sonwalkar 2016, Evaluating Lost Person Behavior Models, Transactions in GIS 20:38): near 1 for the best map, 0 for a
uniform one, near -1 for the worst. An early version of the site's code counted all of m. On 376 cases of ISRID the
distance rings scored 0.78 (0.74 to 0.82), watersheds 0.61, both together 0.81 (0.77 to 0.84). A find outside the box
has no cell: it gets -1 here, no better than the worst cell, and is told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Proj

from data.units import M_PER_KM
from routes.geodesy import LonLat

Array = NDArray[np.float64]
Cell = tuple[int, int]

OUTSIDE = -1.0


def rossmo(higher: int, same: int, cells: int) -> float:
    """Return r of a find.

    Parameters
    ----------
    higher, same : int
        Cells of a higher probability than the find's, and of the same (at least 1, itself).
    cells : int
        All of them.

    Raises
    ------
    ValueError
        If the numbers do not fit together.
    """
    if higher < 0 or same < 1 or higher + same > cells:
        raise ValueError(f"{higher} higher and {same} same do not fit into {cells} cells")
    return (cells - 2 * higher - same) / cells


def score(poa: NDArray[np.floating], find: tuple[int, ...] | None) -> float:
    """Return r of a map.

    Parameters
    ----------
    poa : array of any shape
        Probability, or any weight: only the order of the cells counts. No NaN.
    find : tuple of int, or None
        Index of the cell of the find; None outside the map.

    Returns
    -------
    float
        In [-1, 1].

    Raises
    ------
    ValueError
        If the map is empty or holds NaN.
    IndexError
        If there is no such cell.
    """
    if find is None:
        return OUTSIDE
    if not poa.size or np.isnan(poa).any():
        raise ValueError("a map needs cells, and a number in each")
    if len(find) != poa.ndim or any(not 0 <= at < length for at, length in zip(find, poa.shape, strict=True)):
        raise IndexError(f"no cell {find} in a map of shape {poa.shape}")
    there = poa[find]
    return rossmo(int(np.count_nonzero(poa > there)), int(np.count_nonzero(poa == there)), poa.size)


@dataclass(frozen=True)
class Box:
    """A square of cells around the IPP.

    Attributes
    ----------
    half : int
        Cells from the middle one to the border; 2 half + 1 a side.
    cell_m : float
    """

    half: int = 2500
    cell_m: float = 5.0

    @property
    def side(self) -> int:
        """Cells a side."""
        return 2 * self.half + 1

    def cell(self, east_m: float, north_m: float) -> Cell | None:
        """Return row (from the north) and column of a place; None outside. Borders go south and east, as published."""
        column = float(np.floor(east_m / self.cell_m + 0.5)) + self.half
        row = float(np.floor(-north_m / self.cell_m + 0.5)) + self.half
        inside = 0 <= column < self.side and 0 <= row < self.side
        return (int(row), int(column)) if inside else None

    def cell_of(self, ipp: LonLat, find: LonLat) -> Cell | None:
        """Return the cell of a find in the azimuthal equidistant projection around the IPP (WGS84); None outside.

        Parameters
        ----------
        ipp, find : (lon, lat)
            Degrees.
        """
        local = Proj(proj="aeqd", lon_0=ipp[0], lat_0=ipp[1], ellps="WGS84")
        east_m, north_m = local(*find)
        return self.cell(east_m, north_m) if np.isfinite([east_m, north_m]).all() else None


#: The box of MapScore.
PUBLISHED = Box()


@lru_cache(maxsize=4)
def _circles(box: Box) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the squared distances from the middle that occur, in cells and rising, and how many cells have each."""
    steps = np.arange(box.half + 1, dtype=np.int64) ** 2
    inner = np.bincount((steps[1:, None] + steps[None, 1:]).ravel(), minlength=1)
    count = 4 * inner
    count[steps[1:]] += 4
    count[0] = 1
    squared = np.flatnonzero(count)
    return squared, count[squared]


class RadialMap:
    """The map of a density that depends on the distance from the IPP alone, scored exactly but not laid out.

    A cell holds the density at its middle times its area. Cells at the same distance are the same, so ranks follow
    from the distances that occur (2.7 million of them) and how many cells lie at each.

    Parameters
    ----------
    per_km2 : function of array, shape (n,), km, to array, shape (n,)
        Density or any weight; not NaN.
    box : Box
    """

    def __init__(self, per_km2: Callable[[Array], Array], box: Box = PUBLISHED) -> None:
        self.box = box
        self._squared, self._count = _circles(box)
        self._density = per_km2(np.sqrt(self._squared) * (box.cell_m / M_PER_KM))
        if self._density.shape != self._squared.shape or np.isnan(self._density).any():
            raise ValueError("a density needs a number for each distance")

    def score(self, find: Cell | None) -> float:
        """Return r of a find in the cell (row, column), None outside: as `score` of the whole map in full precision."""
        if find is None:
            return OUTSIDE
        if not all(0 <= at < self.box.side for at in find):
            raise IndexError(f"no cell {find} in a box of {self.box.side} a side")
        squared = (find[0] - self.box.half) ** 2 + (find[1] - self.box.half) ** 2
        there = self._density[np.searchsorted(self._squared, squared)]
        higher = int(self._count[self._density > there].sum())
        same = int(self._count[self._density == there].sum())
        return rossmo(higher, same, self.box.side**2)

    @property
    def outside(self) -> float:
        """Probability that is not in the box: with the cells it makes 1 (by the sum over the cells)."""
        return 1 - float((self._density * self._count).sum()) * (self.box.cell_m / M_PER_KM) ** 2

    def poa(self) -> NDArray[np.float32]:
        """Return the probability of each cell, shape (side, side), rows from the north; 100 MB in the published box."""
        table = np.zeros(2 * self.box.half**2 + 1, dtype=np.float32)
        table[self._squared] = self._density * (self.box.cell_m / M_PER_KM) ** 2
        steps = np.arange(-self.box.half, self.box.half + 1, dtype=np.int32) ** 2
        return np.stack([table[row + steps] for row in steps])
