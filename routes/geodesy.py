"""Geodesic helpers on the WGS84 ellipsoid; every length in the project comes from here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
LonLat = tuple[float, float]


def line_lengths_m(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the geodesic length of each piece of a polyline.

    Parameters
    ----------
    lonlat : array, shape (n, 2)
        Degrees, WGS84, longitude first.

    Returns
    -------
    array, shape (n - 1,)
        Metres.
    """
    _, _, length_m = GEOD.inv(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])
    return np.asarray(length_m, dtype=float)


def distance_m(start: LonLat, end: LonLat) -> float:
    """Return the geodesic distance in metres between two (lon, lat) positions."""
    return float(GEOD.inv(start[0], start[1], end[0], end[1])[2])


def bearing_deg(start: LonLat, end: LonLat) -> float:
    """Return the true bearing at the start, 0 to 360 degrees clockwise from north."""
    return float(GEOD.inv(start[0], start[1], end[0], end[1])[0]) % 360.0


def points_along(lonlat: NDArray[np.float64], at_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the positions at given distances along a polyline of geodesics.

    Parameters
    ----------
    lonlat : array, shape (n, 2)
        Vertices in degrees.
    at_m : array, shape (k,)
        Distances from the first vertex; clipped to the line.

    Returns
    -------
    array, shape (k, 2)
        Degrees.
    """
    lengths = line_lengths_m(lonlat)
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    piece = np.clip(np.searchsorted(starts, at_m, side="right") - 1, 0, len(lengths) - 1)
    azimuth, _, _ = GEOD.inv(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])
    rest_m = np.clip(at_m - starts[piece], 0.0, lengths[piece])
    lon, lat, _ = GEOD.fwd(lonlat[piece, 0], lonlat[piece, 1], np.asarray(azimuth)[piece], rest_m)
    return np.column_stack([lon, lat])


def parse_via(text: str) -> list[LonLat]:
    """Read via points written "lon lat;lon lat" (already checked by the table's contract)."""
    return [(float(lon), float(lat)) for lon, lat in (pair.split() for pair in text.split(";") if pair)]


def as_array(points: Sequence[LonLat]) -> NDArray[np.float64]:
    """Return positions as an array of shape (n, 2), longitude first, degrees."""
    return np.asarray(points, dtype=float).reshape(-1, 2)
