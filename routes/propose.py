"""Stretches of recorded tracks that run where the network has no leg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM
from routes.geodesy import line_lengths_m, points_along
from routes.network import Network

Array = NDArray[np.float64]
#: A track this near a leg, beside the leg's own precision, follows it; a shorter stretch away from all is a detour.
NEAR_M, SHORTEST_M = 1000.0, 5000.0
#: Two tracks that run this near each other on average drove one way.
SAME_WAY_M = 500.0
_STEP_M = 250.0
_THIN_DEG = 0.0005


@dataclass(frozen=True)
class Stretch:
    """A part of a track away from the network: vertices (degrees) and length, m."""

    lonlat: Array
    length_m: float


def stretches_off(track: Array, network: Network) -> list[Stretch]:
    """Return the parts of a track that follow no leg, each with one sample more at its ends, to reach the network.

    Parameters
    ----------
    track : array, shape (n, 2)
        Longitude and latitude of at least two points, degrees.
    network : Network
    """
    length_m = float(line_lengths_m(track).sum())
    if length_m < SHORTEST_M:
        return []
    at_m = np.linspace(0, length_m, max(2, int(length_m / _STEP_M) + 1))
    samples = points_along(track, at_m)
    land = network.segments[network.segments["mode"] != "sea"]
    points, owner = shapely.get_coordinates(shapely.segmentize(land.geometry.to_numpy(), 0.005), return_index=True)
    wide_m = NEAR_M + land["leg_id"].map(network.legs["precision_km"]).to_numpy(float) * M_PER_KM
    far_m, near = cKDTree(earth_centred_m(points[:, 0], points[:, 1])).query(
        earth_centred_m(samples[:, 0], samples[:, 1])
    )
    off = far_m > wide_m[owner[near]]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], off.astype(int), [0]])))
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        part = samples[max(0, start - 1) : end + 1]
        part_m = float(line_lengths_m(part).sum())
        if part_m >= SHORTEST_M:
            thin = np.asarray(shapely.LineString(part).simplify(_THIN_DEG).coords)
            found.append(Stretch(np.round(thin, 5), part_m))
    return found


def same_way(one: Array, two: Array) -> bool:
    """Say whether two lines (degrees) run along each other, in either direction."""
    dense = [shapely.get_coordinates(shapely.segmentize(shapely.LineString(each), 0.002)) for each in (one, two)]
    clouds = [earth_centred_m(each[:, 0], each[:, 1]) for each in dense]
    there = cKDTree(clouds[0]).query(clouds[1])[0].mean()
    back = cKDTree(clouds[1]).query(clouds[0])[0].mean()
    return bool(max(there, back) <= SAME_WAY_M)
