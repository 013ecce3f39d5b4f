"""How far along the ways the nearest watered stretch is."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM

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
    graph = nx.Graph()
    for (start, end), km in zip(ends[land], length_km[land], strict=True):
        if km < graph.get_edge_data(start, end, {"km": np.inf})["km"]:
            graph.add_edge(start, end, km=km)
    sources = set(ends[land & watered].ravel())
    away = nx.multi_source_dijkstra_path_length(graph, sources, weight="km") if sources else {}
    start_km, end_km = (np.array([away.get(node, np.inf) for node in column]) for column in ends.T)
    # between two ends the farthest point is where both ways are equally long
    farthest = (start_km + end_km + length_km) / 2
    return np.where(land, np.where(watered, 0.0, farthest), np.nan)
