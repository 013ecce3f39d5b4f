"""What the planner of an exercise sees and may decide: the desk, its cars, and what a way of deciding is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sar.belief import Belief
from sar.hidden_truth import News
from sar.leg_candidates import Theatre, hot_points
from sar.particles import TARGETS
from sar.scenarios import Scenario
from sar.scene import People, Scene
from sar.search_leg import SearchLeg
from sar.searcher import OFF_TRACK_KPH, Searcher, Skies
from sar.track_graph import Drive

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DaylightSkies(Skies):
    """Skies under which nobody drives in the dark: nights count as storms, widths are those of the day."""

    @classmethod
    def over(cls, night: Bools, storm: Bools, visibility_km: float = 20.0) -> DaylightSkies:
        """Close the hours of night and of storm."""
        return cls(np.zeros(len(night), dtype=bool), night | storm, visibility_km)

    def widths(self, searcher: Searcher, speed_kph: float | None = None) -> Array:
        """Return the widths by day: what is driven at all is driven then."""
        alike = replace(
            searcher, asset_id="", lon=0.0, lat=0.0, home_lon=0.0, home_lat=0.0, ready_h=0.0, endurance_h=1.0
        )
        return np.broadcast_to(_by_day(alike, speed_kph, self.visibility_km), (len(self.night), len(TARGETS)))


@lru_cache(maxsize=256)
def _by_day(searcher: Searcher, speed_kph: float | None, visibility_km: float) -> Array:
    """Return the widths of one hour of clear day, shape (1, targets); asked for at every leg."""
    hour = np.zeros(1, dtype=bool)
    return Skies(hour, hour, visibility_km).widths(searcher, speed_kph)


@dataclass(eq=False)
class Car:
    """A search car; `leg` is what it drives now."""

    searcher: Searcher
    leg: SearchLeg | None = None
    ahead: list[News] = field(default_factory=list)
    out_since_h: float = 0.0
    homing: bool = False


@dataclass(eq=False)
class Desk:
    """What the planner of an exercise knows.

    Attributes
    ----------
    belief : Belief
        From the alert alone.
    middle : tuple of float
        Last known position: the likeliest of the alert's positions (lon, lat).
    weights : dict of Scenario to float
    people : People
        As told.
    count : int
        People looked for at first, as told.
    scene : Scene
        From the hour of the stranding as told, hour 0 of the case's clock.
    theatre : Theatre
        With `DaylightSkies`.
    cars : tuple of Car
    now_h, until_h : float
        On the case's clock.
    driven : list of SearchLeg
    news : list of News
    """

    belief: Belief
    middle: tuple[float, float]
    weights: dict[Scenario, float]
    people: People
    count: int
    scene: Scene
    theatre: Theatre
    cars: tuple[Car, ...]
    now_h: float
    until_h: float
    driven: list[SearchLeg] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    _hot: Bools | None = None

    def fresh(self) -> Desk:
        """Return the same desk before anything was done."""
        cars = tuple(Car(each.searcher, out_since_h=each.searcher.ready_h) for each in self.cars)
        desk = replace(self, cars=cars, driven=[], news=[])
        desk._hot = self.hot
        return desk

    @property
    def hot(self) -> Bools:
        """Points of the tracks around which the alert puts people."""
        if self._hot is None:
            self._hot = hot_points(self.belief, self.theatre, self.now_h + 1.0)
        return self._hot


#: A leg; hours to stay where one is; None where there is nothing to do.
Decision = SearchLeg | float | None


class Policy(Protocol):
    """A way of deciding."""

    def begin(self, desk: Desk) -> None:
        """Start with an alert."""

    def searched(self, desk: Desk, leg: SearchLeg) -> None:
        """Hear that a leg was driven; what was seen on it is told apart."""

    def told(self, desk: Desk, news: News) -> None:
        """Hear of a clue or a find."""

    def next_leg(self, desk: Desk, car: Car) -> Decision:
        """Return what a car does next."""


def drive_of(desk: Desk, car: Car) -> Drive:
    """Return the quickest ways from where a car is."""
    searcher = car.searcher
    return desk.theatre.graph.drive(
        searcher.lon, searcher.lat, searcher.speed_share, OFF_TRACK_KPH[searcher.platform]
    )  # fmt: skip
