"""One leg of a search: where an asset would go next, when it passes where, and what that is expected to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from shapely import box

from routes.geodesy import line_lengths_m
from sar.belief import Belief
from sar.particles import TARGETS
from sar.patterns import PatternKind, SearchPattern, parallel_sweep, within_hours
from sar.poa import square_box
from sar.searcher import AIR_KPH, OFF_TRACK_KPH, Searcher, Skies
from sar.swath import Sightings, Swath, sightings
from sar.sweep import Target
from sar.track_graph import Drive

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class LegKind(StrEnum):
    """What a leg is."""

    TRACK = "along tracks"
    AREA = "area"


@dataclass(frozen=True, eq=False)
class SearchLeg:
    """A way with its times.

    Attributes
    ----------
    asset_id : str
    kind : LegKind
    to : str
        Segment id or name of a search area where it ends.
    swath : Swath
        The whole way, from where the asset is; nothing is looked for while it hurries.
    searching : bool array, shape (k - 1,)
        Pieces on which it searches.
    starts_h, ends_h : float
        On the particles' clock.
    pattern : PatternKind or None
        Inside an area.
    """

    asset_id: str
    kind: LegKind
    to: str
    swath: Swath
    searching: Bools
    starts_h: float
    ends_h: float
    pattern: PatternKind | None = None

    @property
    def lonlat(self) -> Array:
        """Points of the way, shape (k, 2), degrees."""
        return np.column_stack([self.swath.lon, self.swath.lat])

    @property
    def search_km(self) -> float:
        """Kilometres searched."""
        return float(line_lengths_m(self.lonlat)[self.searching].sum() / 1000)


@dataclass(frozen=True, eq=False)
class Worth:
    """What a leg is expected to bring, by particle.

    Attributes
    ----------
    pod : array, shape (n,)
        Chance that each is seen.
    alive : array, shape (n,)
        Chance that each is seen while alive.
    """

    pod: Array
    alive: Array


@dataclass(frozen=True, eq=False)
class Claims:
    """What legs already chosen will see of each particle: the chance, and the hour at which on the whole.

    Attributes
    ----------
    pod, hour : array, shape (n,)
    """

    pod: Array
    hour: Array

    @classmethod
    def none(cls, count: int) -> Claims:
        """Return claims of nobody on n particles."""
        return cls(np.zeros(count), np.full(count, np.inf))

    def with_leg(self, belief: Belief, leg: SearchLeg) -> Claims:
        """Return the claims with one more leg."""
        seen = sightings(belief.particles, leg.swath)
        count = len(self.pod)
        pod = seen.total(count)
        mass = np.bincount(seen.who, seen.pod, count)
        hour = np.bincount(seen.who, seen.pod * seen.hour, count) / np.maximum(mass, 1e-12)
        both = self.pod + pod
        own = np.where(self.pod > 0, self.hour, 0.0) * self.pod + hour * pod
        return Claims(1 - (1 - self.pod) * (1 - pod), np.where(both > 0, own / np.maximum(both, 1e-12), np.inf))


def worth(belief: Belief, leg: SearchLeg, claims: Claims | None = None) -> Worth:
    """Return what a leg finds: each particle at the first time it is seen.

    What legs already chosen will have seen by then is theirs; what they would see later is still to be found.
    """
    seen = sightings(belief.particles, leg.swath)
    if claims is not None:
        taken = np.where(claims.hour[seen.who] <= seen.hour, claims.pod[seen.who], 0.0)
        seen = replace(seen, pod=seen.pod * (1 - taken))
    return Worth(seen.total(len(belief.particles)), _found_alive(belief, _by_hour(seen)))


def together(belief: Belief, legs: Sequence[SearchLeg]) -> Worth:
    """Return what several legs find, each particle at the first time any of them sees it."""
    seen = [sightings(belief.particles, leg.swath) for leg in legs]
    unseen = np.ones(len(belief.particles))
    for each in seen:
        unseen *= 1 - each.total(len(unseen))
    return Worth(1 - unseen, _found_alive(belief, [hour for each in seen for hour in _by_hour(each)]))


def _by_hour(seen: Sightings) -> list[tuple[float, Ints, Array]]:
    """Return hour, particles and chances of each hour of a leg."""
    if not len(seen.hour):
        return []
    first = np.flatnonzero(np.append(True, seen.hour[1:] != seen.hour[:-1]))
    return [
        (float(seen.hour[start]), seen.who[start:end], seen.pod[start:end])
        for start, end in zip(first, np.append(first[1:], len(seen.hour)), strict=True)
    ]


def _found_alive(belief: Belief, hours: Sequence[tuple[float, Ints, Array]]) -> Array:
    """Sum over hours, in order of time, the chance to be seen for the first time while alive."""
    unseen, alive = np.ones(len(belief.particles)), np.zeros(len(belief.particles))
    for hour, who, pod in sorted(hours, key=lambda each: each[0]):
        alive[who] += np.where(belief.particles.dies_h[who] > hour, unseen[who] * pod, 0.0)
        unseen[who] *= 1 - pod
    return alive


def track_leg(
    searcher: Searcher, skies: Skies, drive: Drive, to: int, name: str, hot: Bools, starts_h: float
) -> SearchLeg:
    """Drive the quickest way to a point of the tracks, at search speed where people may be.

    Parameters
    ----------
    drive : Drive
        From where the searcher is.
    to : int
        Point of the tracks.
    hot : bool array, shape (points,)
        Where people may be near.
    starts_h : float
    """
    lon, lat, slowed, searching = _driven(searcher, drive, to, hot)
    return _leg(searcher, skies, LegKind.TRACK, name, lon, lat, slowed, searching, starts_h)


def _driven(searcher: Searcher, drive: Drive, to: int, hot: Bools) -> tuple[Array, Array, Array, Bools]:
    """Return the quickest way to a point, the hours of each piece, and the pieces that are searched."""
    lon, lat, hours, passed = drive.way(to)
    length_km = line_lengths_m(np.column_stack([lon, lat])) / 1000
    searching = hot[np.maximum(passed[:-1], 0)] | hot[passed[1:]]
    searching[0] &= bool(hot[passed[1]])
    slowed = np.maximum(np.diff(hours), np.where(searching, length_km / searcher.search_kph, 0.0))
    return lon, lat, slowed, searching


def ground_leg(
    searcher: Searcher, skies: Skies, drive: Drive, lonlat: Array, name: str, searching: Bools, hot: Bools,
    starts_h: float,
) -> SearchLeg:  # fmt: skip
    """Drive the quickest way to the first point of a line over open ground, and along it.

    Parameters
    ----------
    drive : Drive
        From where the searcher is.
    lonlat : array, shape (k, 2)
        Degrees, longitude first.
    searching : bool array, shape (k,)
        Whether it is searched on the way to each point of the line.
    hot : bool array, shape (points,)
        As for `track_leg`.
    starts_h : float
    """
    joint, _ = drive.to_ground(float(lonlat[0, 0]), float(lonlat[0, 1]))
    if joint < 0:
        lon, lat, needed, on = np.array([searcher.lon]), np.array([searcher.lat]), np.zeros(0), np.zeros(0, dtype=bool)
    else:
        lon, lat, needed, on = _driven(searcher, drive, joint, hot)
    lon, lat = np.append(lon, lonlat[:, 0]), np.append(lat, lonlat[:, 1])
    km = line_lengths_m(np.column_stack([lon, lat]))[len(needed) :] / 1000
    needed = np.append(needed, km / min(OFF_TRACK_KPH[searcher.platform], searcher.search_kph))
    return _leg(
        searcher, skies, LegKind.AREA, name, lon, lat, needed, np.append(on, searching), starts_h
    )  # fmt: skip


def area_leg(
    searcher: Searcher, skies: Skies, drive: Drive | None, name: str, target: Target, starts_h: float, most_h: float,
    hot: Bools | None = None,
) -> SearchLeg | None:  # fmt: skip
    """Go to a square of open ground and sweep it in parallel legs; None where no hours are left for it.

    Parameters
    ----------
    drive : Drive or None
        None for what flies.
    name : str
        Of the square (`sar.poa`).
    target : Target
        Whose sweep width sets the spacing.
    most_h : float
        For the way and the sweep together.
    hot : bool array, shape (points,), optional
        As for `track_leg`; nothing is looked for on the way there where not given.
    """
    square = box(*square_box(name))
    middle = (float(square.centroid.x), float(square.centroid.y))
    lon, lat, way_h, on_way = _approach(searcher, drive, middle, hot)
    left_h = most_h - float(way_h.sum())
    kph = min(searcher.search_kph, AIR_KPH.get(searcher.platform, 0.0) or OFF_TRACK_KPH[searcher.platform])
    row = skies.widths(searcher)[_hour(skies, starts_h + float(way_h.sum()))]
    width = max(float(row[TARGETS.index(target)]), 50.0)
    if left_h <= 0.1:
        return None
    side_m, here = 6000.0, (float(lon[-1]), float(lat[-1]))
    whole = _swept(name, round(min(width, side_m), 1), here[0] > middle[0], here[1] > middle[1])
    # the way to where it commences is a part of the hours
    left_h -= float(line_lengths_m(np.array([here, whole.commence]))[0]) / 1000 / kph
    if left_h <= 0.1:
        return None
    sweep = within_hours(whole, kph, left_h)
    whole_lon, whole_lat = np.append(lon, sweep.lonlat[:, 0]), np.append(lat, sweep.lonlat[:, 1])
    km = line_lengths_m(np.column_stack([whole_lon, whole_lat])) / 1000
    searching = np.concatenate([on_way, [False], sweep.searching])
    needed = np.concatenate([way_h, km[len(lon) - 1 :] / kph])
    return _leg(
        searcher, skies, LegKind.AREA, name, whole_lon, whole_lat, needed, searching, starts_h, sweep.kind
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _swept(name: str, spacing_m: float, east: bool, north: bool) -> SearchPattern:
    """Return the whole sweep of a square, begun at a corner: the same squares are looked at again and again."""
    left, bottom, right, top = square_box(name)
    near = (right if east else left, top if north else bottom)
    return parallel_sweep(box(left, bottom, right, top), spacing_m, 1.0, near=near)


def _approach(
    searcher: Searcher, drive: Drive | None, to: tuple[float, float], hot: Bools | None
) -> tuple[Array, Array, Array, Bools]:
    """Return the way to where the searcher leaves the tracks: lon, lat, the hours of each piece, where it searches."""
    here = np.array([searcher.lon]), np.array([searcher.lat]), np.zeros(0), np.zeros(0, dtype=bool)
    if drive is None:
        return here
    joint, _ = drive.to_ground(*to)
    if joint < 0:
        return here
    return _driven(searcher, drive, joint, np.zeros(len(drive.hours), dtype=bool) if hot is None else hot)


def cut(leg: SearchLeg, hour: float) -> SearchLeg | None:
    """Return what of a leg is driven by an hour; None where it has not begun."""
    swath = leg.swath
    if hour >= leg.ends_h:
        return leg
    if hour <= swath.hour[0]:
        return None
    keep = int(np.searchsorted(swath.hour, hour))
    lon, lat = (float(np.interp(hour, swath.hour, axis)) for axis in (swath.lon, swath.lat))
    driven = Swath(
        np.append(swath.lon[:keep], lon), np.append(swath.lat[:keep], lat), np.append(swath.hour[:keep], hour),
        swath.width_m[:keep],
    )  # fmt: skip
    return replace(leg, swath=driven, searching=leg.searching[:keep], ends_h=hour)


def straight_leg(
    searcher: Searcher, skies: Skies, lonlat: Array, name: str, searching: Bools, starts_h: float
) -> SearchLeg:
    """Fly (or walk) to the first point of a line and along it, searching where told."""
    lon, lat = np.append(searcher.lon, lonlat[:, 0]), np.append(searcher.lat, lonlat[:, 1])
    km = line_lengths_m(np.column_stack([lon, lat])) / 1000
    on = np.append(False, searching)
    fast = AIR_KPH.get(searcher.platform, 0.0) or OFF_TRACK_KPH[searcher.platform]
    needed = km / np.where(on, min(searcher.search_kph, fast), fast)
    return _leg(searcher, skies, LegKind.TRACK, name, lon, lat, needed, on, starts_h)


def _leg(
    searcher: Searcher, skies: Skies, kind: LegKind, name: str, lon: Array, lat: Array, needed_h: Array,
    searching: Bools, starts_h: float, pattern: PatternKind | None = None,
) -> SearchLeg:  # fmt: skip
    hour = skies.through(starts_h, np.append(0.0, np.cumsum(needed_h)))
    by_hour = skies.widths(searcher)
    width = np.where(searching[:, None], by_hour[_hours(skies, (hour[1:] + hour[:-1]) / 2)], 0.0)
    swath = Swath(lon, lat, hour, width)
    return SearchLeg(searcher.asset_id, kind, name, swath, searching, starts_h, float(hour[-1]), pattern)


def _hours(skies: Skies, hour: Array) -> Ints:
    return np.clip(hour.astype(np.int64), 0, len(skies.night) - 1)


def _hour(skies: Skies, hour: float) -> int:
    return min(max(int(hour), 0), len(skies.night) - 1)
