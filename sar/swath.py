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

    def dense(self) -> Stretches:
        """Cut the pieces on which anything is looked for into short straight stretches."""
        length_m = line_lengths_m(np.column_stack([self.lon, self.lat]))
        widest = self.width_m.max(axis=1)
        step = np.clip(np.where(widest > 0, widest / 4, _STEP_M), _LEAST_STEP_M, _STEP_M)
        count = np.where(widest > 0, np.maximum(np.ceil(length_m / step), 1), 0).astype(int)
        piece = np.repeat(np.arange(len(count)), count)
        number = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)

        def at(part: Array) -> tuple[Array, Array, Array]:
            lon, lat, hour = (
                axis[piece] + part * (axis[piece + 1] - axis[piece]) for axis in (self.lon, self.lat, self.hour)
            )
            return lon, lat, hour

        lon, lat, hour = at((number + 0.5) / count[piece])
        begin, end = (earth_centred_m(*at((number + each) / count[piece])[:2]) for each in (0, 1))
        lonlat = np.column_stack([lon, lat])
        return Stretches(earth_centred_m(lon, lat), (end - begin) / 2, hour, self.width_m[piece], lonlat)


@dataclass(frozen=True, eq=False)
class Stretches:
    """Short straight parts of a swath.

    Attributes
    ----------
    middle_m, half_m : array, shape (n, 3)
        Earth-centred; from the middle of a stretch to its end.
    hour : array, shape (n,)
    width_m : array, shape (n, len(TARGETS))
    lonlat : array, shape (n, 2)
        Of the middle, degrees.
    """

    middle_m: Array
    half_m: Array
    hour: Array
    width_m: Array
    lonlat: Array

    def part(self, rows: NDArray[np.bool_]) -> Stretches:
        """Return some of them."""
        return Stretches(*(each[rows] for each in (self.middle_m, self.half_m, self.hour, self.width_m, self.lonlat)))

    def away_m(self, at_m: Array, reach_m: float) -> Array:
        """Return the distance of positions from the nearest stretch; infinite where farther than the reach."""
        half = np.linalg.norm(self.half_m, axis=1)
        found, row = cKDTree(self.middle_m).query(at_m, distance_upper_bound=max(reach_m, 1.0) + float(half.max()))
        away = np.full(len(at_m), np.inf)
        near = np.flatnonzero(np.isfinite(found))
        row = row[near]
        off = at_m[near] - self.middle_m[row]
        along = (off * self.half_m[row]).sum(axis=1) / np.maximum(half[row] ** 2, 1e-12)
        away[near] = np.linalg.norm(off - np.clip(along, -1, 1)[:, None] * self.half_m[row], axis=1)
        return away


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
    in different hours are taken as independent; one that is not over when the hour is counts once.
    """
    whole_swath = swath.dense()
    found: list[tuple[NDArray[np.int64], Array, Array]] = []
    whole = np.floor(whole_swath.hour).astype(int)
    # chance to have been seen in the passage of the hour before, and whether that was still going on at its end
    passage, goes_on = np.zeros(len(particles)), np.zeros(len(particles), dtype=bool)
    before = -2
    for each in np.unique(whole):
        now = whole_swath.part(whole == each)
        if each != before + 1:
            passage[:], goes_on[:] = 0.0, False
        before = int(each)
        middle = float(now.hour.mean())
        lon, lat = particles.at(middle)
        reach_m = float(now.width_m.max()) / (PEAK * np.sqrt(2 * np.pi)) * _FARTHEST
        near = _within(lon, lat, now.lonlat, reach_m)
        at_m, target = earth_centred_m(lon[near], lat[near]), particles.target(middle)[near]
        pod, begun, still_on = _seen(now, at_m, target, reach_m)
        same = passage[near] * (goes_on[near] | begun)
        # what this hour adds to a passage that was counted already
        added = np.maximum(pod - same, 0.0) / (1 - same)
        passage[:], goes_on[:] = 0.0, False
        passage[near], goes_on[near] = np.maximum(pod, same), still_on
        seen = added > 0
        found.append((near[seen], np.full(int(seen.sum()), middle), added[seen]))
    if not found:
        return Sightings(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    return Sightings(*(np.concatenate([part[i] for part in found]) for i in range(3)))


def _seen(
    now: Stretches, at_m: Array, target: NDArray[np.int64], reach_m: float
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the chance to be seen within an hour, and who is nearest at its beginning and at its end."""
    pod, nearest = np.zeros(len(at_m)), np.full(len(at_m), np.inf)
    # the nearest passage may be the one that sees least, as at speed: each width on its own
    kinds, kind = np.unique(now.width_m, axis=0, return_inverse=True)
    for row, width in enumerate(kinds):
        away = now.part(kind.ravel() == row).away_m(at_m, reach_m)
        pod = np.maximum(pod, lateral_pod(away, width[target]))
        nearest = np.minimum(nearest, away)
    first, last = (
        np.linalg.norm(at_m - (now.middle_m[row] + side * now.half_m[row]), axis=1) <= nearest + 1.0
        for row, side in ((0, -1), (-1, 1))
    )
    return pod, first, last


def _within(lon: Array, lat: Array, lonlat: Array, reach_m: float) -> NDArray[np.int64]:
    """Return who is in the box around points, wider by the reach."""
    margin = reach_m / 110_000.0
    (left, bottom), (right, top) = lonlat.min(axis=0), lonlat.max(axis=0)
    across = margin / max(np.cos(np.radians(max(abs(bottom), abs(top)))), 0.1)
    inside = (lon > left - across) & (lon < right + across) & (lat > bottom - margin) & (lat < top + margin)
    return np.flatnonzero(inside)
