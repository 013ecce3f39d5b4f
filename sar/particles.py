"""Particles: many possible fates of one group, hour by hour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.units import S_PER_H, require_utc
from sar.scenarios import Scenario
from sar.sweep import Target

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

SCENARIOS = tuple(Scenario)
TARGETS = tuple(Target)


@dataclass(frozen=True, eq=False)
class Particles:
    """n people drawn from all that an alert may mean; each is one person of the group in one possible world.

    Attributes
    ----------
    start : datetime
        Aware; hour 0, when the vehicle stopped.
    lon, lat : array of float32, shape (hours + 1, n)
        Degrees, WGS84, by whole hours; beyond the last the last position holds.
    scenario : array of int, shape (n,)
        Row of `SCENARIOS`.
    waits : bool array, shape (n,)
        Whether this person stays at the start: all who stayed, and a part of a split group.
    with_vehicle : bool array, shape (n,)
        Whether there is a vehicle to be seen where this person waits.
    dies_h : array, shape (n,)
        Hour of death if nobody comes; infinity where that lies beyond the hours followed, or at water.
    safe_h : array, shape (n,)
        Hour at which water or people were reached; infinity where never.
    walks : array of float32, shape (hours, n)
        Part of each hour spent walking.
    """

    start: datetime
    lon: Floats
    lat: Floats
    scenario: Ints
    waits: NDArray[np.bool_]
    with_vehicle: NDArray[np.bool_]
    dies_h: Array
    safe_h: Array
    walks: Floats

    def __len__(self) -> int:
        return int(self.lon.shape[1])

    @property
    def hours(self) -> int:
        """Hours followed from the start."""
        return len(self.lon) - 1

    def hour_of(self, moment: datetime) -> float:
        """Return the hours from the start to a moment, not below zero."""
        return max((require_utc(moment) - require_utc(self.start)).total_seconds() / S_PER_H, 0.0)

    def at(self, hour: float) -> tuple[Array, Array]:
        """Return longitude and latitude at an hour, linear between whole ones, each of shape (n,)."""
        within = min(max(hour, 0.0), float(self.hours))
        whole = min(int(within), self.hours - 1)
        part = within - whole
        lon, lat = (
            (1 - part) * axis[whole].astype(float) + part * axis[whole + 1].astype(float)
            for axis in (self.lon, self.lat)
        )
        return lon, lat

    def alive(self, hour: float) -> NDArray[np.bool_]:
        """Return who is alive at an hour."""
        return np.asarray(self.dies_h > hour)

    def target(self, hour: float) -> Ints:
        """Return what a searcher would see of each at an hour, as a row of `TARGETS`.

        The vehicle of those who wait with one, walkers on their feet, those at rest by day lying, the dead a body;
        people without a vehicle who wait, or at a well, stand up when a car comes near.
        """
        walking = self.walks[min(int(hour), len(self.walks) - 1)] > 0
        lies = ~walking & ~self.waits & (self.safe_h > hour)
        seen = np.where(lies, TARGETS.index(Target.LYING), TARGETS.index(Target.STANDING))
        seen = np.where(self.alive(hour), seen, TARGETS.index(Target.BODY))
        return np.where(self.with_vehicle & self.waits, TARGETS.index(Target.VEHICLE), seen)

    def some(self, rows: NDArray[np.int64] | slice) -> Particles:
        """Return part of the particles."""
        return replace(
            self,
            lon=self.lon[:, rows],
            lat=self.lat[:, rows],
            walks=self.walks[:, rows],
            **{name: getattr(self, name)[rows] for name in ("scenario", "waits", "with_vehicle", "dies_h", "safe_h")},
        )


def left_behind(particles: Particles) -> Particles:
    """Return the vehicles that walkers left, one for each who had one: they stay where they stopped."""
    still = particles.lon[[0, 0]], particles.lat[[0, 0]]
    count = len(particles)
    gone = particles.with_vehicle & ~particles.waits
    # those without a vehicle to leave are put out of sight
    return replace(
        particles, lon=np.where(gone, still[0], np.float32(0)), lat=np.where(gone, still[1], np.float32(-80)),
        waits=np.ones(count, dtype=bool), walks=np.zeros((1, count), dtype=np.float32),
    )  # fmt: skip
