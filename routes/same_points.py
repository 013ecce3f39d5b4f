"""Conflation: which points of two lists are one thing on the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM
from routes.positions import fold

#: Points this near are one whatever they are called; of one name, their precisions and this much apart. Judgement.
SAME_M, NAMED_M = 300.0, 2000.0
_NEIGHBOURS = 8


def same_points(
    known: pd.DataFrame, given: pd.DataFrame, names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find for each given point the known one it is.

    Parameters
    ----------
    known, given : DataFrame
        `lon, lat` (degrees), `precision_km`.
    names : sequence of str
        Columns of names in `known`; `given` has `name`.

    Returns
    -------
    row : array of int, shape (len(given),)
        Position in `known`, -1 for none.
    apart_m : array, shape (len(given),)
        Distance to it, NaN for none.
    """
    row, apart_m = np.full(len(given), -1), np.full(len(given), np.nan)
    if not len(known) or not len(given):
        return row, apart_m
    tree = cKDTree(earth_centred_m(*(known[axis].to_numpy(float) for axis in ("lon", "lat"))))
    count = min(_NEIGHBOURS, len(known))
    far, near = tree.query(earth_centred_m(*(given[axis].to_numpy(float) for axis in ("lon", "lat"))), k=count)
    far, near = far.reshape(len(given), count), near.reshape(len(given), count)
    called = [{fold(str(each)) for each in texts} - {""} for texts in known[list(names)].to_numpy()]
    wide = known["precision_km"].to_numpy(float)
    for at, (name, own_km) in enumerate(zip(given["name"], given["precision_km"].astype(float), strict=True)):
        folded = fold(str(name))
        for away, which in zip(far[at], near[at], strict=True):
            reach_m = (wide[which] + own_km) * M_PER_KM + NAMED_M
            if away <= SAME_M or (folded and folded in called[which] and away <= reach_m):
                row[at], apart_m[at] = which, away
                break
    return row, apart_m


def first_of_each(points: pd.DataFrame, within_m: float = 100.0) -> NDArray[np.bool_]:
    """Return which points to keep: of those that lie within `within_m` of one another the first in order."""
    if len(points) < 2:
        return np.ones(len(points), dtype=bool)
    where = earth_centred_m(*(points[axis].to_numpy(float) for axis in ("lon", "lat")))
    pairs = cKDTree(where).query_pairs(within_m, output_type="ndarray")
    if not len(pairs):
        return np.ones(len(points), dtype=bool)
    size = len(points)
    _, group = connected_components(coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size)))
    return np.asarray(~pd.Series(group).duplicated().to_numpy(), dtype=np.bool_)
