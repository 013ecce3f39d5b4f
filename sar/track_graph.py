"""Driving over tracks and open ground from anywhere to any point of the tracks, with the way as a line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM
from routes.network import Network
from routes.segments import SPEED_KPH
from sar.whereabouts import Tracks

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Points of the tracks at which a car may leave or join them, nearest to where it is.
_JOINTS = 8


@dataclass(frozen=True, eq=False)
class TrackGraph:
    """Points along all land tracks and the places at their ends.

    Attributes
    ----------
    lon, lat : array, shape (n,)
        Points: first the rows of the tracks, then the places.
    start, end : array of int, shape (m,)
        Pieces between neighbours.
    km : array, shape (m,)
    speed_kph : array, shape (m,)
        Usual speed by the mode of the track.
    """

    lon: Array
    lat: Array
    start: Ints
    end: Ints
    km: Array
    speed_kph: Array

    @classmethod
    def of(cls, network: Network, tracks: Tracks) -> TrackGraph:
        """Join the points of the tracks in order along each leg, and the ends of legs at places."""
        places, legs = network.places, network.legs
        number = pd.Series(np.arange(len(places)) + len(tracks.lon), index=places.index)
        mode = network.segments["mode"].to_numpy()
        order = np.lexsort((tracks.at_km, tracks.leg.astype(str)))
        starts, ends, lengths, speeds = [], [], [], []
        bounds = np.flatnonzero(np.append(True, tracks.leg[order][1:] != tracks.leg[order][:-1]))
        for first, last in zip(bounds, np.append(bounds[1:], len(order)), strict=True):
            rows = order[first:last]
            leg = legs.loc[tracks.leg[rows[0]]]
            at_km = tracks.at_km[rows]
            nodes = np.concatenate([[number[leg["from_id"]]], rows, [number[leg["to_id"]]]])
            pieces = np.diff(np.concatenate([[0.0], at_km, [leg["length"] / M_PER_KM]]))
            starts.append(nodes[:-1])
            ends.append(nodes[1:])
            lengths.append(np.maximum(pieces, 1e-3))
            kph = np.array([SPEED_KPH[each] for each in mode[tracks.segment[rows]]])
            speeds.append(np.append(kph[0], kph))
        lon = np.concatenate([tracks.lon, places["lon"].to_numpy(float)])
        lat = np.concatenate([tracks.lat, places["lat"].to_numpy(float)])
        return cls(lon, lat, *(np.concatenate(each) for each in (starts, ends, lengths, speeds)))

    @cached_property
    def tree(self) -> cKDTree:
        """Search tree of the points, earth-centred metres."""
        return cKDTree(earth_centred_m(self.lon, self.lat))

    def closed(self, rows: Ints) -> TrackGraph:
        """Return the graph without the pieces at some rows of the tracks."""
        shut = np.isin(self.start, rows) | np.isin(self.end, rows)
        keep = ~shut
        return TrackGraph(self.lon, self.lat, self.start[keep], self.end[keep], self.km[keep], self.speed_kph[keep])

    def drive(self, lon: float, lat: float, speed_share: float, off_track_kph: float) -> Drive:
        """Return the quickest ways from a position to all points.

        Parameters
        ----------
        lon, lat : float
            Degrees, WGS84.
        speed_share : float
            Of the usual speeds that this car drives.
        off_track_kph : float
            Over open ground, straight.
        """
        n = len(self.lon)
        joints, approach_km = self.joints(lon, lat)
        hours = self.km / (self.speed_kph * speed_share)
        row = np.concatenate([self.start, self.end, np.full(len(joints), n)])
        column = np.concatenate([self.end, self.start, joints])
        value = np.concatenate([hours, hours, np.maximum(approach_km / off_track_kph, 1e-6)])
        graph = csr_matrix((value, (row, column)), shape=(n + 1, n + 1))
        reached, before = dijkstra(graph, indices=n, return_predecessors=True)
        return Drive(self, lon, lat, np.asarray(reached[:n]), np.asarray(before, dtype=np.int64), off_track_kph)

    def joints(self, lon: float, lat: float) -> tuple[Ints, Array]:
        """Return the points nearest to a position and their distances, km."""
        away_m, near = self.tree.query(
            earth_centred_m(np.array([lon]), np.array([lat]))[0], k=min(_JOINTS, len(self.lon))
        )
        return np.atleast_1d(near), np.atleast_1d(away_m) / M_PER_KM


@dataclass(frozen=True, eq=False)
class Drive:
    """Quickest ways from one position: hours to each point, and the point before it on the way."""

    graph: TrackGraph
    lon: float
    lat: float
    hours: Array
    before: Ints
    off_track_kph: float

    def way(self, to: int) -> tuple[Array, Array, Array, Ints]:
        """Return longitude, latitude and hours along the way to a point, and the points passed (-1 for the start)."""
        nodes = [to]
        while (previous := int(self.before[nodes[-1]])) != len(self.graph.lon):
            nodes.append(previous)
        passed = np.array([-1, *nodes[::-1]])
        lon = np.append(self.lon, self.graph.lon[passed[1:]])
        lat = np.append(self.lat, self.graph.lat[passed[1:]])
        return lon, lat, np.append(0.0, self.hours[passed[1:]]), passed

    def to_ground(self, lon: float, lat: float) -> tuple[int, float]:
        """Return the point from which open ground is reached soonest, and all hours to there; -1 straight."""
        joints, approach_km = self.graph.joints(lon, lat)
        hours = self.hours[joints] + approach_km / self.off_track_kph
        here = earth_centred_m(np.array([self.lon, lon]), np.array([self.lat, lat]))
        straight = float(np.linalg.norm(here[0] - here[1])) / M_PER_KM / self.off_track_kph
        best = int(np.argmin(hours))
        return (-1, straight) if straight <= hours[best] else (int(joints[best]), float(hours[best]))
