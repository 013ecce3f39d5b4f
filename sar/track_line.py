"""All tracks laid out as one coordinate, so that walking along them is adding kilometres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sar.whereabouts import Tracks

Array = NDArray[np.float64]

#: Between the beginnings of legs in the coordinate, km: no walk crosses from one to the next by number.
_LEG_GAP_KM = 10_000.0


@dataclass(frozen=True, eq=False)
class TrackLine:
    """Tracks as a coordinate in km.

    Attributes
    ----------
    coordinate : array, shape (n,)
        Of each row of the tracks.
    sorted_km, lon, lat : array, shape (n,)
        The coordinate in rising order, with its positions in degrees.
    leg_first, leg_last : array, shape (legs,)
        Least and greatest coordinate of each leg.
    """

    coordinate: Array
    sorted_km: Array
    lon: Array
    lat: Array
    leg_first: Array
    leg_last: Array

    @classmethod
    def of(cls, tracks: Tracks) -> TrackLine:
        """Lay tracks out."""
        names, leg = np.unique(tracks.leg.astype(str), return_inverse=True)
        coordinate = leg * _LEG_GAP_KM + tracks.at_km
        order = np.argsort(coordinate, kind="stable")
        first, last = np.full(len(names), np.inf), np.full(len(names), -np.inf)
        np.minimum.at(first, leg, coordinate)
        np.maximum.at(last, leg, coordinate)
        return cls(coordinate, coordinate[order], tracks.lon[order], tracks.lat[order], first, last)

    def at(self, km: Array) -> tuple[Array, Array]:
        """Return longitude and latitude of coordinates."""
        return np.interp(km, self.sorted_km, self.lon), np.interp(km, self.sorted_km, self.lat)

    def moved(self, km: Array, by_km: Array) -> Array:
        """Return coordinates moved along their leg, at most to its ends."""
        leg = (km // _LEG_GAP_KM).astype(int)
        return np.asarray(np.clip(km + by_km, self.leg_first[leg], self.leg_last[leg]))
