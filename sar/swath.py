"""Ground seen from a track that was driven, walked or flown, and the chance that each particle was seen from it.

The same reading serves a leg that is planned, a GPS track brought home and "clear to km 140". Across the track the
chance of detection falls off as a bell whose area is the sweep width (a lateral range curve, IAMSAR vol. II): parallel
legs one sweep width apart then find some 0.7 of what is there, between the random search (0.63) and the inverse cube
law (0.78). The height of the bell is judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from routes.geodesy import line_lengths_m
from sar.particles import TARGETS, Particles

Array = NDArray[np.float64]

#: Chance to detect an object that is passed without any distance.
PEAK = 0.8
#: Points along a track to which distances are taken are so far apart, m; narrow swaths take a quarter of their width.
_STEP_M, _LEAST_STEP_M = 200.0, 25.0
#: Standard deviations of the bell beyond which nothing is seen.
_FARTHEST = 4.0


@dataclass(frozen=True, eq=False)
class Swath:
    """A timed track and how wide it sees.

    Attributes
    ----------
    lon, lat : array, shape (k,)
        Degrees, WGS84, k at least 2.
    hour : array, shape (k,)
        Hours from the particles' start; not falling.
    width_m : array, shape (k - 1, len(TARGETS))
        Sweep width on each piece for each of `TARGETS`; zero where nothing is looked for.
    """

    lon: Array
    lat: Array
    hour: Array
    width_m: Array

    def __post_init__(self) -> None:
        k = len(self.lon)
        if k < 2 or self.lat.shape != (k,) or self.hour.shape != (k,) or self.width_m.shape != (k - 1, len(TARGETS)):
            raise ValueError("a swath needs two points or more, an hour for each and widths for each piece")
        if (np.diff(self.hour) < 0).any() or (self.width_m < 0).any():
            raise ValueError("hours of a swath must not fall and widths must not be negative")

    @property
    def length_km(self) -> float:
        """Geodesic length."""
        return float(line_lengths_m(np.column_stack([self.lon, self.lat])).sum() / 1000)

    def dense(self) -> tuple[Array, Array, Array, Array]:
        """Return positions (earth-centred, m), hours, widths (n, targets) and lon, lat (n, 2) of points close by."""
        length_m = line_lengths_m(np.column_stack([self.lon, self.lat]))
        widest = self.width_m.max(axis=1)
        step = np.clip(np.where(widest > 0, widest / 4, _STEP_M), _LEAST_STEP_M, _STEP_M)
        count = np.where(widest > 0, np.maximum(np.ceil(length_m / step), 1), 0).astype(int)
        piece = np.repeat(np.arange(len(count)), count)
        number = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
        part = (number + 0.5) / count[piece]
        lon, lat, hour = (
            axis[piece] + part * (axis[piece + 1] - axis[piece]) for axis in (self.lon, self.lat, self.hour)
        )
        return earth_centred_m(lon, lat), hour, self.width_m[piece], np.column_stack([lon, lat])


def lateral_pod(away_m: Array, width_m: Array) -> Array:
    """Return the chance to detect an object passed at a distance, in [0, PEAK]; it integrates to the width.

    Parameters
    ----------
    away_m, width_m : array, one shape
        Not negative; nothing is seen where the width is zero.
    """
    deviation = np.maximum(width_m, 1e-9) / (PEAK * np.sqrt(2 * np.pi))
    off = away_m / deviation
    return np.asarray(np.where((width_m > 0) & (off < _FARTHEST), PEAK * np.exp(-(off**2) / 2), 0.0))


@dataclass(frozen=True, eq=False)
class Sightings:
    """When and how surely particles are seen from a swath.

    Attributes
    ----------
    who : array of int, shape (m,)
        Particles, each once for every hour in which it may be seen.
    hour : array, shape (m,)
    pod : array, shape (m,)
    """

    who: NDArray[np.int64]
    hour: Array
    pod: Array

    def total(self, count: int) -> Array:
        """Return the chance that each of n particles is seen at all, shape (n,)."""
        unseen = np.zeros(count)
        np.add.at(unseen, self.who, np.log1p(-self.pod))
        return np.asarray(-np.expm1(unseen))


def sightings(particles: Particles, swath: Swath) -> Sightings:
    """Return what is seen, hour by hour: within an hour the nearest passage counts, once.

    Particles stand still within an hour at where they are when the middle of the swath's part of it passes. Passages
    in different hours are taken as independent.
    """
    at_m, hour, width_m, lonlat = swath.dense()
    found: list[tuple[NDArray[np.int64], Array, Array]] = []
    whole = np.floor(hour).astype(int)
    for each in np.unique(whole):
        now = whole == each
        middle = float(hour[now].mean())
        lon, lat = particles.at(middle)
        reach_m = float(width_m[now].max()) / (PEAK * np.sqrt(2 * np.pi)) * _FARTHEST
        near = _within(lon, lat, lonlat[now], reach_m)
        if not len(near):
            continue
        away_m, point = cKDTree(at_m[now]).query(
            earth_centred_m(lon[near], lat[near]), distance_upper_bound=max(reach_m, 1.0)
        )
        seen = np.isfinite(away_m)
        who = near[seen]
        width = width_m[now][point[seen], particles.target(middle)[who]]
        pod = lateral_pod(away_m[seen], width)
        found.append((who[pod > 0], np.full(int((pod > 0).sum()), middle), pod[pod > 0]))
    if not found:
        return Sightings(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    return Sightings(*(np.concatenate([part[i] for part in found]) for i in range(3)))


def _within(lon: Array, lat: Array, lonlat: Array, reach_m: float) -> NDArray[np.int64]:
    """Return who is in the box around points, wider by the reach."""
    margin = reach_m / 110_000.0
    (left, bottom), (right, top) = lonlat.min(axis=0), lonlat.max(axis=0)
    across = margin / max(np.cos(np.radians(max(abs(bottom), abs(top)))), 0.1)
    inside = (lon > left - across) & (lon < right + across) & (lat > bottom - margin) & (lat < top + margin)
    return np.flatnonzero(inside)
