"""How long the nearest rescue base takes to arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM

Array = NDArray[np.float64]

#: Speed over open ground between the network and a position. Judgement: loaded pick-ups off the track.
OPEN_GROUND_KPH = 15.0


@dataclass(frozen=True, eq=False)
class Responders:
    """Arrival times at points of the network: degrees (WGS84), and hours, infinite where no way leads; shape (m,)."""

    lon: Array
    lat: Array
    hours: Array


def arrival_h(lon: Array, lat: Array, responders: Responders) -> Array:
    """Return the hours from the order until the nearest base has driven to each position; shape (n,).

    Along the network to its nearest point, then over open ground in a straight line; NaN where no base gets to.
    """
    known = np.isfinite(responders.hours)
    if not known.any():
        return np.full(len(lon), np.nan)
    tree = cKDTree(earth_centred_m(responders.lon[known], responders.lat[known]))
    off_m, near = tree.query(earth_centred_m(lon, lat))
    return np.asarray(responders.hours[known][near] + off_m / M_PER_KM / OPEN_GROUND_KPH)
