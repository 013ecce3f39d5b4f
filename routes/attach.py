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
    node = add_stops(graph, network, best_leg, [(name, best_m)], snap_m=_STEP_M)[0]
    return Attachment(
        node, best_away, node if node in network.places.index else f"km {best_m / 1000:.0f} of {best_leg}"
    )


def add_stops(
    graph: nx.MultiDiGraph, network: Network, leg_id: str, stops: list[tuple[str, float]], *, snap_m: float
) -> list[str]:
    """Add nodes on a leg, joined to one another and to both of its ends.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Changed in place; the leg itself stays.
    stops : list of (str, float)
        Name of each node and its distance from the start of the leg, m.
    snap_m : float
        A stop this near an end, or another stop, is that one.

    Returns
    -------
    list of str
        Node of each stop, in the order given.
    """
    leg = network.legs.loc[leg_id]
    vertices = as_array(list(leg.geometry.coords))
    along = np.concatenate([[0.0], np.cumsum(line_lengths_m(vertices))])
    chain: list[tuple[str, float]] = [(str(leg["from_id"]), 0.0)]
    nodes: dict[str, str] = {}
    for name, at_m in sorted(stops, key=lambda stop: stop[1]):
        if at_m >= leg["length"] - snap_m:
            nodes[name] = str(leg["to_id"])
        elif at_m <= chain[-1][1] + snap_m:
            nodes[name] = chain[-1][0]
        else:
            point = points_along(vertices, np.array([at_m]))[0]
            graph.add_node(name, x=float(point[0]), y=float(point[1]), name=name, kind="position")
            chain.append((name, at_m))
            nodes[name] = name
    chain.append((str(leg["to_id"]), float(leg["length"])))
    if len(chain) > 2:
        for (start, start_m), (end, end_m) in zip(chain[:-1], chain[1:], strict=True):
            ends = points_along(vertices, np.array([start_m, end_m]))
            line = LineString([ends[0], *vertices[(along > start_m) & (along < end_m)], ends[1]])
            add_leg(graph, start, end, leg_id, leg["mode"], leg["corridor"], end_m - start_m, line, start_m)
    return [nodes[name] for name, _ in stops]
