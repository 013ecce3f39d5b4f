"""Joins sets of particles, and puts one where a clue says people were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from data.units import KM_PER_DEG
from sar.particles import Particles

Array = NDArray[np.float64]


def pinned(
    particles: Particles, lon: float, lat: float, hour: NDArray[np.int64], radius_km: float, rng: Generator
) -> Particles:
    """Move whole lives so that each person is near a position at an hour: the shape of the way and its clock stay.

    Parameters
    ----------
    particles : Particles
    lon, lat : float
        Degrees.
    hour : array of int, shape (n,)
        Whole hours from the start, for each person; at most the last one followed.
    radius_km : float
        Standard deviation around the position, km.
    rng : Generator
    """
    who = np.arange(len(particles))
    at_lon, at_lat = particles.lon[hour, who].astype(float), particles.lat[hour, who].astype(float)
    north_km, east_km = radius_km * rng.standard_normal((2, len(particles)))
    scale = np.cos(np.radians(particles.lat)) / np.cos(np.radians(lat))
    to_lat = lat + north_km / KM_PER_DEG
    to_lon = lon + east_km / (KM_PER_DEG * np.cos(np.radians(lat)))
    # kilometres made good east stay kilometres at another latitude
    return replace(
        particles,
        lon=((particles.lon - at_lon) * scale + to_lon).astype(np.float32),
        lat=(particles.lat - at_lat + to_lat).astype(np.float32),
    )


def joined(sets: Sequence[Particles]) -> Particles:
    """Return several sets over the same hours as one."""
    first = sets[0]
    if any(each.start != first.start or each.hours != first.hours for each in sets):
        raise ValueError("sets of particles must cover the same hours")
    names = ("lon", "lat", "scenario", "waits", "with_vehicle", "dies_h", "safe_h", "walks")
    return Particles(first.start, *(np.concatenate([getattr(each, name) for each in sets], axis=-1) for name in names))
