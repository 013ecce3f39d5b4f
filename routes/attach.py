"""Joining a position that is not a place to the network."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree
from shapely import LineString

from data.ellipsoid import earth_centred_m
from routes.geodesy import GEOD, as_array, line_lengths_m, points_along
from routes.network import Network, add_leg
from routes.positions import Position

_CANDIDATES = 12
_STEP_M = 250.0


@dataclass(frozen=True)
class Attachment:
    """Where a position meets the network.

    Attributes
    ----------
    node : str
        Node of the graph to start or end at.
    approach_m : float
        Straight geodesic distance from the position to the node, over open ground.
    described : str
        The place, or "km 43 of leg agadez--arlit".
    """

    node: str
    approach_m: float
    described: str


def attach(graph: nx.MultiDiGraph, network: Network, position: Position, name: str) -> Attachment:
    """Join a position to a graph, splitting the nearest leg where needed.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Changed in place when the position is not a place: give a copy.
    network : Network
        That the graph was made from.
    position : Position
    name : str
        Name of the new node; must not be in the graph.

    Returns
    -------
    Attachment
        The point on the leg is good to 250 m.
    """
    # a place without a leg, as imported ones can be, is reached over open ground like any position
    if position.place_id is not None and network.graph.degree(position.place_id):
        return Attachment(position.place_id, 0.0, position.place_id)
    segments = network.segments
    tree = cKDTree(earth_centred_m(segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)))
    _, near = tree.query(earth_centred_m(np.array([position.lon]), np.array([position.lat]))[0], k=_CANDIDATES)
    best_away, best_leg, best_m = np.inf, "", 0.0
    for row in np.atleast_1d(near):
        segment = segments.iloc[int(row)]
        at_m = np.linspace(0, segment["length"], max(2, int(segment["length"] / _STEP_M) + 1))
        track = points_along(as_array(list(segment.geometry.coords)), at_m)
        count = len(track)
        _, _, away = GEOD.inv(track[:, 0], track[:, 1], np.full(count, position.lon), np.full(count, position.lat))
        if away.min() < best_away:
            best_away, best_leg = float(away.min()), str(segment["leg_id"])
            best_m = float(segment["km_from"] * 1000 + at_m[int(np.argmin(away))])
    node = _split(graph, network, best_leg, best_m, name)
    return Attachment(
        node, best_away, node if node in network.places.index else f"km {best_m / 1000:.0f} of {best_leg}"
    )


def _split(graph: nx.MultiDiGraph, network: Network, leg_id: str, at_m: float, name: str) -> str:
    """Add a node on a leg, joined to both ends; return the end itself when the point falls on it."""
    leg = network.legs.loc[leg_id]
    if at_m <= _STEP_M:
        return str(leg["from_id"])
    if at_m >= leg["length"] - _STEP_M:
        return str(leg["to_id"])
    vertices = as_array(list(leg.geometry.coords))
    along = np.concatenate([[0.0], np.cumsum(line_lengths_m(vertices))])
    point = points_along(vertices, np.array([at_m]))[0]
    graph.add_node(name, x=float(point[0]), y=float(point[1]), name=name, kind="position")
    before, after = LineString([*vertices[along < at_m], point]), LineString([point, *vertices[along > at_m]])
    add_leg(graph, leg["from_id"], name, leg_id, leg["mode"], leg["corridor"], at_m, before)
    add_leg(graph, name, leg["to_id"], leg_id, leg["mode"], leg["corridor"], leg["length"] - at_m, after, at_m)
    return name
