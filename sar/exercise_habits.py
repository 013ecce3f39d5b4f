"""Simple habits of searching, driven competently: what an exercise holds the engine's decisions against.

All go by the last known position (the likeliest place of the alert, later a clue) and know which tracks the alert
could mean, drive those at search speed, remember what they have driven, and look at what is reported to them.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import KM_PER_DEG, M_PER_KM
from sar.distance_rings import PublishedRings, published
from sar.exercise_desk import Car, Desk, drive_of
from sar.hidden_truth import News
from sar.leg_candidates import SWEEP_H, candidates
from sar.patterns import expanding_square
from sar.poa import BLOCK_KM, square_name
from sar.search_leg import SearchLeg, area_leg, ground_leg, track_leg
from sar.searcher import OFF_TRACK_KPH
from sar.sweep import Target
from sar.track_graph import Drive

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Tracks this near to a new last known position are searched, km.
AROUND_KM = 40.0
#: A point of the tracks counts as driven within this of a way that was searched, km.
_SEEN_KM = 2.0
#: Hours along tracks in one leg outward, hours of one part of an expanding square, and of a look at a report.
_OUTWARD_H, _SPIRAL_H, _LOOK_H = 1.0, 4.0, 1.5


class Habit:
    """What all habits share: a last known position, the tracks around it, and reports to look at."""

    def begin(self, desk: Desk) -> None:
        """Start with the alert's likeliest place."""
        self.reports: list[tuple[float, float]] = []
        self.on_foot = not desk.people.vehicle
        self._move(desk, desk.middle, desk.hot)

    def _move(self, desk: Desk, middle: tuple[float, float], hot: Bools) -> None:
        graph = desk.theatre.graph
        self.middle, self.hot, self.unseen = middle, hot, hot.copy()
        self.from_middle = graph.drive(*middle, 1.0, 15.0)
        self.unseen &= np.isfinite(self.from_middle.hours)
        self.spiral_h = 0.0
        self.reached = False

    def searched(self, desk: Desk, leg: SearchLeg) -> None:
        """Strike out the tracks that were driven."""
        swath = leg.swath
        on = np.append(leg.searching, False) | np.append(False, leg.searching)
        if not on.any():
            return
        graph = desk.theatre.graph
        driven = cKDTree(earth_centred_m(swath.lon[on], swath.lat[on]))
        rows = np.flatnonzero(self.unseen)
        away_m = driven.query(earth_centred_m(graph.lon[rows], graph.lat[rows]))[0]
        self.unseen[rows[away_m < _SEEN_KM * M_PER_KM]] = False
        self.reached = self.reached or bool(_away_km(self.middle, swath.lon[-1], swath.lat[-1]) < 5.0)

    def told(self, desk: Desk, news: News) -> None:
        """Go and look at reports; search anew around what a crew found."""
        if news.what == "sighting":
            self.reports.append((news.lon, news.lat))
            return
        self.on_foot = news.what != "walkers"
        at = (news.left_lon, news.left_lat) if np.isfinite(news.left_lon) else (news.lon, news.lat)
        graph = desk.theatre.graph
        self._move(desk, at, np.asarray(_away_km(at, graph.lon, graph.lat) < AROUND_KM))

    def next_leg(self, desk: Desk, car: Car) -> SearchLeg | None:
        """Look at a report, else go on by habit."""
        drive = drive_of(desk, car)
        if self.reports:
            return self.spiral(desk, car, drive, self.reports.pop(0), 0.0, _LOOK_H)
        return self.usual(desk, car, drive)

    def usual(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Return the next leg where nothing was reported."""
        raise NotImplementedError

    def spiral(
        self, desk: Desk, car: Car, drive: Drive, at: tuple[float, float], from_h: float, hours: float
    ) -> SearchLeg | None:
        """Drive a part of an expanding square, spaced for what is looked for."""
        searcher, skies = car.searcher, desk.theatre.skies
        width = skies.widths(searcher)[0]
        target = Target.STANDING if self.on_foot else Target.VEHICLE
        kph = min(OFF_TRACK_KPH[searcher.platform], searcher.search_kph)
        try:
            square = expanding_square(at, float(width[list(Target).index(target)]), kph, hours=from_h + hours)
        except ValueError:
            return None
        lonlat, km = square.lonlat, from_h * kph
        done = np.append(0.0, np.cumsum(np.hypot(*(np.diff(lonlat, axis=0) * _scale(at)).T)))
        keep = max(int(np.searchsorted(done, km)) - 1, 0)
        line = lonlat[keep:]
        if len(line) < 2 or not np.isfinite(drive.to_ground(float(line[0, 0]), float(line[0, 1]))[1]):
            return None
        on = np.append(False, np.ones(len(line) - 1, dtype=bool))
        return ground_leg(searcher, skies, drive, line, "square", on, self.hot, desk.now_h)

    def to_middle(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Go straight to the last known position."""
        line = np.array([self.middle])
        if not np.isfinite(drive.to_ground(*self.middle)[1]):
            return None
        on = np.ones(1, dtype=bool)
        return ground_leg(car.searcher, desk.theatre.skies, drive, line, "middle", on, self.hot, desk.now_h)

    def go(self, desk: Desk, car: Car, drive: Drive, to: int) -> SearchLeg | None:
        """Drive to a point of the tracks."""
        if not np.isfinite(drive.hours[to]) or drive.before[to] < 0:
            return None
        return track_leg(car.searcher, desk.theatre.skies, drive, to, "track", self.hot, desk.now_h)


class OutwardOnTracks(Habit):
    """Straight to the last known position, then outward along the tracks from there; then an expanding square."""

    def usual(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Return the nearest undriven track to the last known position, some way on."""
        if not self.reached:
            return self.to_middle(desk, car, drive)
        rows = np.flatnonzero(self.unseen & ~self._taken(desk, car) & np.isfinite(drive.hours))
        if len(rows):
            return self.go(desk, car, drive, self._outward(rows))
        leg = self.spiral(desk, car, drive, self.middle, self.spiral_h, _SPIRAL_H)
        self.spiral_h += _SPIRAL_H
        return leg

    def _outward(self, rows: NDArray[np.int64]) -> int:
        hours = self.from_middle.hours
        nearest = int(rows[np.argmin(hours[rows])])
        reach = rows[hours[rows] <= hours[nearest] + _OUTWARD_H]
        for far in reach[np.argsort(-hours[reach], kind="stable")].tolist():
            node = far
            while hours[node] > hours[nearest] and self.from_middle.before[node] < len(hours):
                node = int(self.from_middle.before[node])
            if node == nearest:
                return int(far)
        return nearest

    def _taken(self, desk: Desk, car: Car) -> Bools:
        """Return the tracks that another car is on the way to search."""
        graph = desk.theatre.graph
        taken = np.zeros(len(graph.lon), dtype=bool)
        for other in desk.cars:
            if other is not car and other.leg is not None:
                swath = other.leg.swath
                tree = cKDTree(earth_centred_m(swath.lon, swath.lat))
                rows = np.flatnonzero(self.unseen)
                away_m = tree.query(earth_centred_m(graph.lon[rows], graph.lat[rows]))[0]
                taken[rows[away_m < _SEEN_KM * M_PER_KM]] = True
        return taken


class ExpandingSquare(Habit):
    """Straight to the last known position, then an expanding square there."""

    def usual(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Return the next part of the square."""
        leg = self.spiral(desk, car, drive, self.middle, self.spiral_h, _SPIRAL_H)
        self.spiral_h += _SPIRAL_H
        return leg


class ToAndFro(Habit):
    """The track from the base through the described place to the end of where people may be, and back, and again."""

    def usual(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Return the way to the other end."""
        searcher = car.searcher
        home = desk.theatre.graph.drive(searcher.home_lon, searcher.home_lat, 1.0, 15.0)
        ends = self._ends(home)
        if not ends:
            return self.spiral(desk, car, drive, self.middle, 0.0, _SPIRAL_H)
        far, near = ends
        graph = desk.theatre.graph
        at_far = _away_km((searcher.lon, searcher.lat), graph.lon[far], graph.lat[far]) < 3.0
        return self.go(desk, car, drive, near if at_far else far)

    def _ends(self, home: Drive) -> tuple[int, int] | None:
        """Return the farthest hot point whose way from home leads by the last known position, and the first."""
        hot = np.flatnonzero(self.hot & np.isfinite(home.hours) & np.isfinite(self.from_middle.hours))
        if not len(hot):
            return None
        middle = int(hot[np.argmin(self.from_middle.hours[hot])])
        beyond = hot[home.hours[hot] >= home.hours[middle] + 0.98 * self.from_middle.hours[hot] - 0.1]
        far = int(beyond[np.argmax(home.hours[beyond])]) if len(beyond) else middle
        near, node = far, far
        while 0 <= node < len(self.hot):
            near = node if self.hot[node] else near
            node = int(home.before[node])
        return far, near


class Rings(Habit):
    """Squares of ground around the last known position by published distances of finds, the densest first."""

    def _move(self, desk: Desk, middle: tuple[float, float], hot: Bools) -> None:
        super()._move(desk, middle, hot)
        rings: PublishedRings = published("hiker dry flat")
        scale = _scale(middle)
        steps = np.arange(-6, 7) * BLOCK_KM
        offsets = [(east, north) for east in steps for north in steps]
        # beyond the last ring the nearest goes first
        offsets.sort(key=lambda at: (-float(rings.per_km2(np.hypot(*at))), float(np.hypot(*at))))
        self.squares = [(middle[0] + east / scale[0], middle[1] + north / scale[1]) for east, north in offsets]

    def usual(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Sweep the next square."""
        target = Target.STANDING if self.on_foot else Target.VEHICLE
        while self.squares:
            lon, lat = self.squares.pop(0)
            way_h = drive.to_ground(lon, lat)[1]
            if np.isfinite(way_h):
                name = square_name(lon, lat)
                return area_leg(
                    car.searcher, desk.theatre.skies, drive, name, target, desk.now_h, way_h + SWEEP_H
                )  # fmt: skip
        return None


class AtRandom(Habit):
    """Any of the engine's own candidates, whatever it is worth."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng

    def usual(self, desk: Desk, car: Car, drive: Drive) -> SearchLeg | None:
        """Draw a leg."""
        legs = candidates(desk.belief, car.searcher, desk.theatre, desk.now_h)
        return legs[int(self.rng.integers(len(legs)))][0] if legs else None


def _scale(at: tuple[float, float]) -> Array:
    """Return km for each degree of longitude and latitude."""
    return np.array([np.cos(np.radians(at[1])), 1.0]) * KM_PER_DEG


def _away_km(at: tuple[float, float], lon: Array, lat: Array) -> Array:
    east, north = (np.asarray(lon) - at[0]) * np.cos(np.radians(at[1])), np.asarray(lat) - at[1]
    return np.asarray(np.hypot(east, north) * KM_PER_DEG)
