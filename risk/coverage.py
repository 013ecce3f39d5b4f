"""The order in which to search segments when one that is looked at also covers its neighbours.

The worst segments of a smooth rate lie side by side, and looking at the second of them finds little that the first did
not. The greedy order takes each time the segment with the most expected reports not yet within reach, per kilometre of
its own; for such a sum it is within 1 - 1/e of the best choice at any length (Nemhauser, Wolsey and Fisher 1978).
"""

from __future__ import annotations

import heapq

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m

Array = NDArray[np.float64]


def covered_rows(segments: pd.DataFrame, within_m: float) -> csr_array:
    """Return which segments (columns) each segment (row) covers: their middles within reach of any part of it."""
    at = earth_centred_m(segments["lon"].to_numpy(float), segments["lat"].to_numpy(float))
    half_m = segments["length"].to_numpy(float) / 2
    tree = cKDTree(at)
    pairs = tree.sparse_distance_matrix(tree, within_m + float(half_m.max()), output_type="coo_matrix")
    near = pairs.data <= within_m + half_m[pairs.row]
    rows, columns = pairs.row[near], pairs.col[near]
    each = np.arange(len(at))
    inside = rows != columns
    rows, columns = np.concatenate([rows[inside], each]), np.concatenate([columns[inside], each])
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(at), len(at)))


def search_order(score: Array, length_m: Array, covered: csr_array) -> Array:
    """Return a score that falls in the order of the search, from n to 1.

    Parameters
    ----------
    score : array, shape (n,)
        Expected reports per km, not negative.
    length_m : array, shape (n,)
    covered : csr_array, shape (n, n)
        From `covered_rows`.
    """
    left = score * length_m
    gain = covered @ left / length_m
    heap = [(-value, row) for row, value in enumerate(gain.tolist())]
    heapq.heapify(heap)
    order = []
    while heap:
        _, row = heapq.heappop(heap)
        reached = covered.indices[covered.indptr[row] : covered.indptr[row + 1]]
        now = float(left[reached].sum() / length_m[row])
        if heap and now < -heap[0][0]:  # its neighbours were taken meanwhile: it waits for its turn
            heapq.heappush(heap, (-now, row))
            continue
        order.append(row)
        left[reached] = 0.0
    rank = np.empty(len(score))
    rank[order] = np.arange(len(score), 0, -1)
    return rank
