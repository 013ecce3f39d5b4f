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
