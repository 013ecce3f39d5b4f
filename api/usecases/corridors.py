"""On which corridor something was: by segments, or by the nearest segment of the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from api.access.retention import CELL_DEG
from api.context import RegionContext
from data.ellipsoid import earth_centred_m

Array = NDArray[np.float64]
UNKNOWN = "unknown"
#: Farther from any segment something is on no corridor, m.
_FARTHEST_M = 100_000.0


class Corridors:
    """The corridors of a region's segments.

    Parameters
    ----------
    context : RegionContext
    """

    def __init__(self, context: RegionContext) -> None:
        segments = context.network.segments
        self._corridor = segments["corridor"]
        self._length_m = segments["length"]
        self._names = segments["corridor"].to_numpy(str)
        self._tree = cKDTree(earth_centred_m(segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)))

    def shares(self, segments: Sequence[str]) -> dict[str, float]:
        """Return each corridor's share of the length of segments, those driven twice counting twice; they sum to 1."""
        known = [each for each in segments if each in self._corridor.index]
        return _shares(self._corridor.loc[known].to_list(), self._length_m.loc[known].to_list())

    def main(self, segments: Sequence[str]) -> str:
        """Return the corridor with the greatest share."""
        shares = self.shares(segments)
        return max(sorted(shares), key=lambda name: shares[name])

    def along(self, lonlat: Array, length_m: Array) -> dict[str, float]:
        """Return each corridor's share of a way, by the middles (n, 2) of its pieces and their lengths (n,)."""
        return _shares(self._nearest(lonlat), length_m.tolist())

    def near(self, lon: float | None, lat: float | None) -> str:
        """Return the corridor of a position, taken to the middle of its half-degree cell.

        So the exact position and the generalised one that is kept of it later are on the same corridor.
        """
        if lon is None or lat is None:
            return UNKNOWN
        cell = (np.floor(np.array([[lon, lat]]) / CELL_DEG) + 0.5) * CELL_DEG
        return self._nearest(cell)[0]

    def _nearest(self, lonlat: Array) -> list[str]:
        away_m, rows = self._tree.query(earth_centred_m(lonlat[:, 0], lonlat[:, 1]))
        return [
            str(self._names[row]) if away <= _FARTHEST_M else UNKNOWN for away, row in zip(away_m, rows, strict=True)
        ]


def _shares(names: Sequence[str], length_m: Sequence[float]) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for name, length in zip(names, length_m, strict=True):
        sums[name] += length
    whole = sum(sums.values())
    return {name: each / whole for name, each in sums.items()} if whole > 0 else {UNKNOWN: 1.0}
