"""Rivers and lakes as water: lines and outlines cut fine enough to be asked for their nearest point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree
from shapely import Polygon

from data.ellipsoid import earth_centred_m
from data.shapes import inside, vertices

Array = NDArray[np.float64]
_GEOD = Geod(ellps="WGS84")

#: Spacing of the points along a line. The nearest of them is farther than the line by at most half of it, and by 125 m
#: at a distance of 1 km; the shapes themselves are good to kilometres.
SPACING_M = 1000.0
#: What gives water; salt lakes and playas do not.
GIVING_KINDS = ("river", "lake")


@dataclass(frozen=True, eq=False)
class Outline:
    """One river or lake.

    Attributes
    ----------
    kind, reliability : str
        Vocabulary of the region pack.
    lonlat : array, shape (m, 2)
        Points along the line or shore, degrees.
    tree : cKDTree
        Of the same points, earth-centred metres.
    centre, radius_m :
        A ball around them.
    polygon : Polygon or None
        Of a lake, degrees.
    """

    kind: str
    reliability: str
    lonlat: Array
    tree: cKDTree
    centre: Array
    radius_m: float
    polygon: Polygon | None

    def chords_m(self, lonlat: Array, at: Array, beyond_m: Array) -> tuple[Array, NDArray[np.int64]]:
        """Return the chord from n positions to the nearest point of the outline and that point's number.

        Parameters
        ----------
        lonlat : array, shape (n, 2)
            Degrees.
        at : array, shape (n, 3)
            The same, earth-centred metres.
        beyond_m : array, shape (n,)
            Where nothing nearer than this can be found, infinity is returned without a search.

        Returns
        -------
        chord_m, number : array, shape (n,)
            Zero inside a lake.
        """
        chord, number = np.full(len(at), np.inf), np.zeros(len(at), dtype=np.int64)
        rows = np.flatnonzero(np.linalg.norm(at - self.centre, axis=1) - self.radius_m < beyond_m)
        if len(rows) == 0:
            return chord, number
        chord[rows], number[rows] = self.tree.query(at[rows], workers=-1)
        chord[rows[self.holds(lonlat[rows])]] = 0.0
        return chord, number

    def holds(self, lonlat: Array) -> NDArray[np.bool_]:
        """Return which positions lie inside a lake."""
        if self.polygon is None:
            return np.zeros(len(lonlat), dtype=np.bool_)
        return inside(self.polygon, lonlat[:, 0], lonlat[:, 1])


def outlines(shapes: pd.DataFrame) -> tuple[Outline, ...]:
    """Cut the rivers and lakes of a table `water_shapes` into points; salt lakes and playas are left out."""
    giving = shapes[shapes["kind"].isin(GIVING_KINDS)]
    return tuple(
        outline(vertices(row.lonlat), row.kind, row.reliability, closed=row.shape == "polygon")
        for row in giving.itertuples()
    )


def outline(points: Array, kind: str, reliability: str, *, closed: bool) -> Outline:
    """Cut one line or ring, given by its vertices in degrees, into points `SPACING_M` apart on the ellipsoid."""
    pieces = [points[:1]]
    for (lon, lat), (to_lon, to_lat) in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
        _, _, length_m = _GEOD.inv(lon, lat, to_lon, to_lat)
        between = _GEOD.npts(lon, lat, to_lon, to_lat, int(length_m // SPACING_M))
        pieces += [np.reshape(between, (-1, 2)), np.array([[to_lon, to_lat]])]
    lonlat = np.concatenate(pieces)
    at = earth_centred_m(lonlat[:, 0], lonlat[:, 1])
    centre = (at.min(axis=0) + at.max(axis=0)) / 2
    radius_m = float(np.linalg.norm(at - centre, axis=1).max())
    return Outline(kind, reliability, lonlat, cKDTree(at), centre, radius_m, Polygon(points) if closed else None)
