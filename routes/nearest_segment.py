"""The segment of the network nearest to each of very many points.

Segments are cut into pieces of at most `PIECE_M`, straight through the ellipsoid (2 cm below its surface at most). A
point's candidates are the pieces whose middles are nearest, in earth-centred coordinates; more are looked at until no
other piece can be nearer. The distance to the winner is a geodesic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from routes.geodesy import GEOD, as_array, line_lengths_m, points_along

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

PIECE_M = 1000.0
#: Pieces looked at first, and how many times as many each further time.
_FIRST, _MORE = 8, 4
#: Pairs of point and candidate compared at a time; bounds memory at some 150 MB.
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Nearest:
    """The segment nearest to each of n points.

    Attributes
    ----------
    row : array of int, shape (n,)
        In the table of segments; -1 where none is within reach.
    distance_m : array, shape (n,)
        Geodesic distance to it; NaN where there is none.
    along_m : array, shape (n,)
        Where on it the nearest point lies, from its start; NaN where there is none.
    """

    row: Ints
    distance_m: Array
    along_m: Array


class SegmentIndex:
    """Finds nearest segments.

    Parameters
    ----------
    segments : GeoDataFrame
        With lines in degrees, as of `Network.segments`.
    """

    def __init__(self, segments: pd.DataFrame) -> None:
        cut = [_pieces(as_array(list(line.coords))) for line in segments["geometry"]]
        self._row = np.repeat(np.arange(len(cut)), [len(at_m) - 1 for _, at_m in cut])
        self._from, self._to = (np.concatenate([lonlat[ends] for lonlat, _ in cut]) for ends in (_FIRST_TO, _LAST_TO))
        self._from_m, self._to_m = (np.concatenate([at_m[ends] for _, at_m in cut]) for ends in (_FIRST_TO, _LAST_TO))
        self._start = earth_centred_m(*self._from.T)
        self._way = earth_centred_m(*self._to.T) - self._start
        self._length2 = np.maximum((self._way**2).sum(axis=1), 1e-12)
        self._half_m = float(np.sqrt(self._length2.max())) / 2
        self._tree = cKDTree(self._start + self._way / 2)

    def nearest(self, lon: Array, lat: Array, within_m: float = np.inf) -> Nearest:
        """Find the nearest segment of n points.

        Parameters
        ----------
        lon, lat : array, shape (n,)
            Degrees, WGS84; finite.
        within_m : float
            Segments farther than this are not looked for.
        """
        piece, part = np.full(len(lon), -1), np.zeros(len(lon))
        left, count = np.arange(len(lon)), _FIRST
        while len(left):
            count = min(count, len(self._row))
            open_ = []
            for first in range(0, len(left), _AT_ONCE // count):
                some = left[first : first + _AT_ONCE // count]
                piece[some], part[some], more = self._search(earth_centred_m(lon[some], lat[some]), count, within_m)
                open_.append(some[more])
            left, count = np.concatenate(open_), count * _MORE
        return self._measured(lon, lat, piece, part, within_m)

    def _search(self, at: Array, count: int, within_m: float) -> tuple[Ints, Array, NDArray[np.bool_]]:
        """Return the nearest of so many candidates of n points, the part of its length, and where that is not sure."""
        middle_m, number = self._tree.query(
            at, np.arange(1, count + 1), distance_upper_bound=within_m + self._half_m, workers=-1
        )
        found_m, piece, part = self._best(at, number)
        # a piece whose middle is farther than the last one's cannot come nearer than half its length less
        last_m = middle_m[:, -1]
        return piece, part, np.isfinite(last_m) & (last_m - self._half_m < found_m) & (count < len(self._row))

    def _best(self, at: Array, number: Ints) -> tuple[Array, Ints, Array]:
        """Return distance, piece (-1 for none) and part of its length of the nearest of k candidates of n points."""
        there = number < len(self._row)
        candidate = np.where(there, number, 0)
        away = at[:, None, :] - self._start[candidate]
        way = self._way[candidate]
        part = np.clip((away * way).sum(axis=2) / self._length2[candidate], 0.0, 1.0)
        square = ((away - part[:, :, None] * way) ** 2).sum(axis=2)
        square[~there] = np.inf
        # of pieces equally near, as two that share an end, the first of the table: whatever the order of candidates
        least = square.min(axis=1, keepdims=True)
        ties = np.where(square <= least, candidate, len(self._row))
        best = np.argmin(ties, axis=1)
        each = np.arange(len(at))
        found = np.where(there[each, best], candidate[each, best], -1)
        return np.sqrt(least[:, 0]), found, part[each, best]

    def _measured(self, lon: Array, lat: Array, piece: Ints, part: Array, within_m: float) -> Nearest:
        """Measure the way to a part of a piece on the ellipsoid."""
        start, end = self._from[piece], self._to[piece]
        foot = start + part[:, None] * (end - start)
        _, _, away_m = GEOD.inv(lon, lat, foot[:, 0], foot[:, 1])
        along_m = self._from_m[piece] + part * (self._to_m[piece] - self._from_m[piece])
        none = (piece < 0) | ~(np.asarray(away_m) <= within_m)
        return Nearest(
            np.where(none, -1, self._row[piece]), np.where(none, np.nan, away_m), np.where(none, np.nan, along_m)
        )


_FIRST_TO, _LAST_TO = slice(None, -1), slice(1, None)


def _pieces(lonlat: Array) -> tuple[Array, Array]:
    """Cut a line; return the ends of its pieces, degrees and metres from its start."""
    vertex_m = np.concatenate([[0.0], np.cumsum(line_lengths_m(lonlat))])
    counts = np.maximum(1, np.ceil(np.diff(vertex_m) / PIECE_M).astype(int))
    at_m = np.concatenate(
        [
            *(
                np.linspace(start, end, count, endpoint=False)
                for start, end, count in zip(vertex_m[:-1], vertex_m[1:], counts, strict=True)
            ),
            vertex_m[-1:],
        ]
    )
    return points_along(lonlat, at_m), at_m
