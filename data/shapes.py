"""Lines and rings as the region pack writes them: "lon lat;lon lat;..." in degrees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, contains_xy

Array = NDArray[np.float64]


def vertices(lonlat: str) -> Array:
    """Return the vertices, shape (n, 2), degrees, longitude first; the text has passed its contract."""
    return np.array([[float(part) for part in pair.split()] for pair in lonlat.split(";")])


def inside(polygon: Polygon, lon: Array, lat: Array) -> NDArray[np.bool_]:
    """Return which positions (degrees) lie in a polygon, shape (n,); only those in its box are looked at closely."""
    left, bottom, right, top = polygon.bounds
    found = (lon >= left) & (lon <= right) & (lat >= bottom) & (lat <= top)
    found[found] = contains_xy(polygon, lon[found], lat[found])
    return np.asarray(found, dtype=np.bool_)


def ring_fault(lonlat: str) -> str | None:
    """Say what keeps the vertices from being a polygon, or None."""
    points = vertices(lonlat)
    if len(points) < 4 or (points[0] != points[-1]).any():
        return "the ring is not closed over at least three corners"
    return None if Polygon(points).is_valid else "the ring crosses itself"
