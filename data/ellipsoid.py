"""Earth-centred coordinates, in which straight-line nearness is true nearness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_A_M, _E2 = 6_378_137.0, 6.69437999014e-3  # WGS84


def earth_centred_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return WGS84 geocentric coordinates of points on the ellipsoid.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Degrees.

    Returns
    -------
    array, shape (n, 3)
        Metres.
    """
    lam, phi = np.radians(lon), np.radians(lat)
    normal = _A_M / np.sqrt(1 - _E2 * np.sin(phi) ** 2)
    cos_phi = np.cos(phi)
    return np.column_stack(
        [normal * cos_phi * np.cos(lam), normal * cos_phi * np.sin(lam), normal * (1 - _E2) * np.sin(phi)]
    )


def chord_to_geodesic_m(
    chord_m: NDArray[np.float64],
    lon_a: NDArray[np.float64],
    lat_a: NDArray[np.float64],
    lon_b: NDArray[np.float64],
    lat_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Turn straight chords through the ellipsoid into geodesic lengths.

    The geodesic is taken as the arc of a circle with the ellipsoid's radius of curvature (Euler) at the middle of the
    two points in their direction: 2 R asin(chord / 2 R). Against Karney's geodesics the error stays below 1 mm up to
    300 km, 2 mm up to 600 km and 9 cm up to 1,300 km (200,000 random pairs, latitude -4 to 40).

    Parameters
    ----------
    chord_m : array, shape (n,)
    lon_a, lat_a, lon_b, lat_b : array, shape (n,)
        Degrees.

    Returns
    -------
    array, shape (n,)
        Metres.
    """
    phi = np.radians((lat_a + lat_b) / 2)
    flattened = 1 - _E2 * np.sin(phi) ** 2
    normal, meridian = _A_M / np.sqrt(flattened), _A_M * (1 - _E2) / flattened**1.5
    east = np.radians(lon_b - lon_a) * normal * np.cos(phi)
    north = np.radians(lat_b - lat_a) * meridian
    across = east**2 / np.maximum(east**2 + north**2, 1e-12)
    radius = 1 / ((1 - across) / meridian + across / normal)
    return np.asarray(2 * radius * np.arcsin(np.clip(chord_m / (2 * radius), 0, 1)))
