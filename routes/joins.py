"""Where open ground meets the network: points along the legs, which of them are open, and which part they lie in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from data.ellipsoid import earth_centred_m
from routes.array_graph import Floats, Ints
from routes.geodesy import GEOD, as_array, points_along
from routes.network import Network
from routes.open_ground import Reached
from routes.paths import Along

#: Between points along a leg; the one joined is then told to `FINE_M`.
SPACING_M, FINE_M = 1000.0, 50.0


@dataclass(frozen=True, eq=False)
class NetworkPoints:
    """Points along all legs.

    Attributes
    ----------
    lonlat : array, shape (n, 2)
        Degrees.
    leg : array of int, shape (n,)
        Which leg of the network's table.
    at_m : array, shape (n,)
        Distance from the start of the leg.
    at_sea : bool array, shape (n,)
    """

    lonlat: Floats
    leg: Ints
    at_m: Floats
    at_sea: NDArray[np.bool_]

    @classmethod
    def of(cls, network: Network) -> NetworkPoints:
        """Cut every leg into points `SPACING_M` apart or less, both ends among them."""
        lonlat, leg, along = [], [], []
        for number, row in enumerate(network.legs.itertuples()):
            at_m = np.linspace(0.0, row.length, max(2, int(np.ceil(row.length / SPACING_M)) + 1))
            lonlat.append(points_along(as_array(list(row.geometry.coords)), at_m))
            leg.append(np.full(len(at_m), number))
            along.append(at_m)
        legs = np.concatenate(leg)
        at_sea = (network.legs["mode"] == "sea").to_numpy()[legs]
        return cls(np.vstack(lonlat), legs, np.concatenate(along), at_sea)

    @cached_property
    def at_end(self) -> NDArray[np.bool_]:
        """Which points are ends of legs, shape (n,)."""
        changes = self.leg[1:] != self.leg[:-1]
        return np.asarray(np.append(True, changes) | np.append(changes, True), dtype=np.bool_)

    def parts(self, network: Network, place_part: dict[str, int], closed: Along) -> Ints:
        """Return the part of the network that each point leads to; -1 where it is shut in or on closed ground.

        Parameters
        ----------
        place_part : dict of str to int
            Part of each place, closed edges left out.
        closed : dict
            Of `routes.paths.closed_spans`; empty where closed ground counts as open.
        """
        legs = network.legs
        first, last = (np.array([place_part[place] for place in legs[end]])[self.leg] for end in ("from_id", "to_id"))
        to_first, to_last = np.ones(len(self.leg), dtype=bool), np.ones(len(self.leg), dtype=bool)
        for on, start_m, end_m in self._spans(network, closed):
            to_first[on & (self.at_m > start_m)] = False
            to_last[on & (self.at_m < end_m)] = False
        shut = self.shut(network, closed)
        return np.where(shut, -1, np.where(to_first, first, np.where(to_last, last, -1)))

    def shut(self, network: Network, closed: Along) -> NDArray[np.bool_]:
        """Return which points lie on closed ground, shape (n,)."""
        shut = np.zeros(len(self.leg), dtype=bool)
        for on, start_m, end_m in self._spans(network, closed):
            shut |= on & (self.at_m >= start_m) & (self.at_m <= end_m)
        return shut

    def _spans(self, network: Network, closed: Along) -> Iterator[tuple[NDArray[np.bool_], float, float]]:
        for number, leg_id in enumerate(network.legs.index):
            if leg_id in closed:
                on = self.leg == number
                for start_m, end_m in zip(*closed[leg_id], strict=True):
                    yield on, float(start_m), float(end_m)

    def away_m(self, lon: float, lat: float) -> Floats:
        """Return the straight distance (a chord) of every point from a position, m."""
        at = earth_centred_m(np.array([lon]), np.array([lat]))
        return np.asarray(np.linalg.norm(self._centred_m - at, axis=1))

    @cached_property
    def _centred_m(self) -> Floats:
        return earth_centred_m(self.lonlat[:, 0], self.lonlat[:, 1])


@dataclass(frozen=True)
class Join:
    """A point of a leg that is reached over open ground, and the hours to it."""

    leg_id: str
    at_m: float
    lonlat: tuple[float, float]
    part: int
    hours: float


def nearest_joins(
    network: Network, points: NetworkPoints, parts: Ints, usable: NDArray[np.bool_], reached: Reached
) -> dict[int, Join]:
    """Return for each part of the network the point that is reached soonest; the straight distance settles ties."""
    hours = np.where(usable & (parts >= 0), reached.hours_at(points.lonlat), np.inf)
    found: dict[int, Join] = {}
    away_m = points.away_m(*reached.position)
    for row in np.lexsort((away_m, hours)).tolist():
        if not np.isfinite(hours[row]):
            break
        part = int(parts[row])
        if part not in found:
            found[part] = _told_finely(network, points, row, part, float(hours[row]), reached)
    return found


def _told_finely(network: Network, points: NetworkPoints, row: int, part: int, hours: float, reached: Reached) -> Join:
    """Move a join along its leg within its cell to where it is nearest to the way that comes to it."""
    lonlat = points.lonlat[row]
    leg = network.legs.iloc[int(points.leg[row])]
    way = reached.way(*lonlat)
    before = way.lonlat[1] if reached.backwards else way.lonlat[-2]
    near_m = np.arange(-SPACING_M, SPACING_M + FINE_M, FINE_M) + points.at_m[row]
    at_m = np.append(points.at_m[row], near_m[(near_m > 0) & (near_m < leg["length"])])
    places = points_along(as_array(list(leg.geometry.coords)), at_m)
    terrain = reached.ground.terrain
    in_cell = terrain.cells(places) == terrain.cell(*lonlat)
    count = len(places)
    _, _, away_m = GEOD.inv(places[:, 0], places[:, 1], np.full(count, before[0]), np.full(count, before[1]))
    best = int(np.argmin(np.where(in_cell, away_m, np.inf)))
    return Join(str(leg.name), float(at_m[best]), (float(places[best, 0]), float(places[best, 1])), part, hours)
