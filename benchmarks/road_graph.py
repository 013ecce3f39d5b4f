"""A road-like graph of any size from a seed: planar, mostly chains, dead ends and crossings of three."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from routes.array_graph import ArrayGraph
from routes.geodesy import GEOD

#: Roads to a node; with both directions 2.5 arcs, as in road networks of whole continents (2.3 to 2.4 in DIMACS' USA).
ROADS_PER_NODE = 1.25
LEFT, BOTTOM = -5.0, 15.0
#: Some 1 km between neighbours.
DEG_PER_ROOT_NODE = 0.01
SPEEDS_KPH, SPEED_SHARES = (25.0, 35.0, 70.0), (0.5, 0.35, 0.15)


def road_graph(nodes: int, seed: int = 0) -> tuple[ArrayGraph, NDArray[np.float64], NDArray[np.float64]]:
    """Return a graph all of whose nodes are joined, the length of its arcs in metres and their travel time in seconds.

    Of a Delaunay triangulation of random points the minimum spanning tree under random windings is kept, and short
    edges drawn by lot up to `ROADS_PER_NODE`; each leads both ways. No line crosses another.
    """
    generator = np.random.default_rng(seed)
    side_deg = DEG_PER_ROOT_NODE * np.sqrt(nodes)
    lonlat = np.array([LEFT, BOTTOM]) + generator.uniform(0, side_deg, (nodes, 2))
    triangles = Delaunay(lonlat).simplices
    pairs = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1)
    keys = np.unique(pairs[:, 0].astype(np.int64) * nodes + pairs[:, 1])
    one, two = keys // nodes, keys % nodes
    _, _, straight_m = GEOD.inv(*lonlat[one].T, *lonlat[two].T)
    length_m = straight_m * generator.uniform(1.0, 1.5, len(one))
    tree = minimum_spanning_tree(csr_array((length_m, (one, two)), shape=(nodes, nodes))).tocoo()
    in_tree = np.isin(keys, np.minimum(tree.row, tree.col).astype(np.int64) * nodes + np.maximum(tree.row, tree.col))
    others = np.flatnonzero(~in_tree & (length_m < np.median(length_m) * 1.2))
    count = min(len(others), max(0, round(ROADS_PER_NODE * nodes) - int(in_tree.sum())))
    kept = np.concatenate([np.flatnonzero(in_tree), generator.choice(others, count, replace=False)])
    kph = generator.choice(SPEEDS_KPH, len(kept), p=SPEED_SHARES)
    tail, head = np.concatenate([one[kept], two[kept]]), np.concatenate([two[kept], one[kept]])
    both_m = np.tile(length_m[kept], 2)
    return ArrayGraph(range(nodes), tail, head, (), lonlat), both_m, both_m / np.tile(kph, 2) * 3.6
