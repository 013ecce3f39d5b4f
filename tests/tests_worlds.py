"""Small worlds for tests of the search engine: a level desert with two tracks, and people who stand still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from risk.group import Group
from risk.heat import HourlyLoss
from risk.terrain import Ground
from sar.belief import Belief
from sar.particles import SCENARIOS, TARGETS, Particles
from sar.scenarios import Scenario
from sar.scene import People, Scene
from sar.swath import Swath
from sar.sweep import Target
from sar.walkers import simulate
from sar.whereabouts import Tracks, Whereabouts

START = datetime(2026, 6, 15, 18, tzinfo=UTC)
KM = 1 / 111.2


def two_tracks() -> Tracks:
    """One track of 200 km east along 20 N from 10 E, in segments of 40 km, and one of 40 km north from its middle."""
    at = np.arange(100) * 2.0 + 1.0
    north = np.arange(20) * 2.0 + 1.0
    step = KM / np.cos(np.radians(20.0))
    return Tracks(
        np.concatenate([10 + at * step, np.full(20, 10 + 100 * step)]),
        np.concatenate([np.full(100, 20.0), 20 + north * KM]),
        np.concatenate([(at // 40).astype(int), np.full(20, 5)]),
        np.full(120, 2.0),
        np.array(["a"] * 100 + ["b"] * 20, dtype=object),
        np.concatenate([at, north]),
    )


def scene(hours: int = 48, **changed: Any) -> Scene:
    """Begin at 18 h local time; nights from 18 to 6, days of 36 degrees; water 20 km north, a town 60 km north."""
    tracks = changed.pop("tracks", two_tracks())
    hour = np.arange(24 * 4)
    night = ((hour % 24 < 6) | (hour % 24 >= 18))[None, :]
    loss = HourlyLoss(
        np.where(night, 0.08, 0.25), np.where(night, 0.08, 0.55), np.where(night, 0.35, 0.9), np.asarray(night)
    )
    values: dict[str, Any] = dict(
        start=START, start_hour=18, hours=hours, anchor_lon=np.array([10.9]), anchor_lat=np.array([20.0]), loss=loss,
        air_degc=np.where(night, 25.0, 36.0), ground=Ground(), tracks=tracks,
        water=np.array([[10.5, 20 + 20 * KM, 1.0]]), towns=np.array([[10.5, 20 + 60 * KM, 1.0]]),
        no_walk=np.zeros(hours, dtype=bool),
    )  # fmt: skip
    return Scene(**values | changed)


def around(lon: float = 10.5, lat: float = 20.0, track: int = -1, spacing_km: float = 0.0) -> Whereabouts:
    """One position, on open ground or at a row of the tracks."""
    segment = -1 if track < 0 else int(two_tracks().segment[track])
    return Whereabouts(np.array([lon]), np.array([lat]), np.ones(1), np.array([segment]), np.array([track]), spacing_km)


def walked(
    scenario: Scenario, count: int = 500, people: People | None = None, where: Whereabouts | None = None,
    hours: int = 48, seed: int = 0, **changed: Any,
) -> Particles:  # fmt: skip
    """Everybody does one thing; who walks leaves within the first hour."""
    who = people or People(Group(10, litres=100.0), left_before_h=1.0)
    return simulate(
        where or around(), {scenario: 1.0}, who, scene(hours, **changed), np.random.default_rng(seed), count
    )


def still(lon: Any, lat: Any, target: Target = Target.STANDING, hours: int = 48) -> Particles:
    """People who stay where they are, all seen as one target."""
    lon, lat = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    n = len(lon)
    never = np.full(n, np.inf)
    return Particles(
        START, np.tile(lon, (hours + 1, 1)).astype(np.float32), np.tile(lat, (hours + 1, 1)).astype(np.float32),
        np.full(n, SCENARIOS.index(Scenario.STAYED)), np.full(n, target is not Target.LYING),
        np.full(n, target is Target.VEHICLE), np.full(n, -1.0) if target is Target.BODY else never, never.copy(),
        np.zeros((hours, n), dtype=np.float32),
    )  # fmt: skip


def swath(lonlat: Any, hour: Any, width_m: float = 600.0, **by_target: float) -> Swath:
    """A track with one width for all targets."""
    points = np.asarray(lonlat, dtype=float)
    width = np.full((len(points) - 1, len(TARGETS)), width_m)
    return Swath(points[:, 0], points[:, 1], np.asarray(hour, dtype=float), width)


def east(km: float, lat: float = 0.0, start_km: float = 0.0) -> list[list[float]]:
    """A straight line from a kilometre east of 0 E, on the equator or near it."""
    return [[start_km * 1000 / 111_319.49, lat], [(start_km + km) * 1000 / 111_319.49, lat]]


def evenly(particles: Particles, outside: float = 0.1) -> Belief:
    """Equal chances."""
    return Belief.begin(particles, outside)


def km_between(lon_a: Any, lat_a: Any, lon_b: Any, lat_b: Any) -> Any:
    """Distances over a few hundred kilometres, to a percent."""
    middle = np.cos(np.radians((np.asarray(lat_a) + np.asarray(lat_b)) / 2))
    return np.hypot((np.asarray(lon_a) - lon_b) * middle, np.asarray(lat_a) - lat_b) / KM
