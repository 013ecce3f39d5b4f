"""A plane about a position, for shapes of some hundred kilometres: metres east and north."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Proj
from shapely.geometry import Polygon

Array = NDArray[np.float64]


class Plane:
    """Azimuthal equidistant projection: true distances and bearings from its middle.

    Parameters
    ----------
    lon, lat : float
        Its middle, degrees WGS84.
    """

    def __init__(self, lon: float, lat: float) -> None:
        self._project = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")

    def metres(self, lonlat: Array) -> Array:
        """Return positions (n, 2) in degrees as metres east and north."""
        return np.column_stack(self._project(lonlat[:, 0], lonlat[:, 1]))

    def degrees(self, metres: Array) -> Array:
        """Return positions (n, 2) in metres as degrees, longitude first."""
        return np.column_stack(self._project(metres[:, 0], metres[:, 1], inverse=True))


def turn(metres: Array, heading_deg: float) -> Array:
    """Turn positions (n, 2), east and north, into along a heading and to the right of it."""
    sin, cos = np.sin(np.radians(heading_deg)), np.cos(np.radians(heading_deg))
    return np.column_stack([metres[:, 0] * sin + metres[:, 1] * cos, metres[:, 0] * cos - metres[:, 1] * sin])


def turn_back(along_right: Array, heading_deg: float) -> Array:
    """Undo `turn`, which is a reflection and so its own inverse."""
    return turn(along_right, heading_deg)


def dead_reckon(lengths: Array, headings_deg: Array) -> Array:
    """Return the positions (n + 1, 2) from the origin on after each of n legs; lengths in m, headings clockwise."""
    angle = np.radians(headings_deg)
    steps = lengths[:, None] * np.column_stack([np.sin(angle), np.cos(angle)])
    return np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def long_axis_deg(flat: Polygon) -> float:
    """Return the heading, 0 to 180, of the longest side of the smallest rotated rectangle round a shape in metres."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(flat))[:3]
    sides = np.diff(corners, axis=0)
    east, north = sides[int(np.argmax(np.round(np.hypot(*sides.T), 3)))]
    return float(np.degrees(np.arctan2(east, north))) % 180.0
