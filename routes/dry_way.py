"""How far along the ways the nearest watered stretch is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM
from routes.array_graph import ArrayGraph

Array = NDArray[np.float64]


def way_to_water_km(segments: gpd.GeoDataFrame, watered: NDArray[np.bool_]) -> Array:
    """Return the way from the farthest point of each land segment to a segment that has water beside it.

    Parameters
    ----------
    segments : GeoDataFrame
        As `routes.segments.cut_segments` makes them: from_node, to_node, length (m), mode.
    watered : array of bool, shape (n,)

    Returns
    -------
    array, shape (n,)
        Kilometres along the ways over land; 0 on watered segments, infinite where no way leads to one, NaN at sea.
    """
    ends = segments[["from_node", "to_node"]].to_numpy()
    length_km = segments["length"].to_numpy(float) / M_PER_KM
    land = (segments["mode"] != "sea").to_numpy()
    names, number = np.unique(ends.astype(str), return_inverse=True)
    number = number.reshape(ends.shape)
    start, end = number.T
    tail, head = np.concatenate([start[land], end[land]]), np.concatenate([end[land], start[land]])
    sources = np.unique(number[land & watered]).tolist()
    away = ArrayGraph(names.tolist(), tail, head).least(np.tile(length_km[land], 2), sources)
    start_km, end_km = away[start], away[end]
    # between two ends the farthest point is where both ways are equally long
    farthest = (start_km + end_km + length_km) / 2
    return np.where(land, np.where(watered, 0.0, farthest), np.nan)
