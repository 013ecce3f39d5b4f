"""What is believed of a case: the chance of each particle, and that people are nowhere the alert could mean.

Every message changes the chances by Bayes' rule. Likelihoods multiply, so the order of independent messages is of no
account.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from data.ellipsoid import earth_centred_m
from data.units import KM_PER_DEG, M_PER_KM
from sar.particles import SCENARIOS, Particles

Array = NDArray[np.float64]

#: Chance that a clue is what it seems, by grade of who reports it. Judgement.
GENUINE = {"A": 0.95, "B": 0.85, "C": 0.65, "D": 0.4}
#: Nearer than this somebody came by a place, and squares on which setting out is told apart, km.
_CAME_BY_KM, _ORIGIN_KM = 3.0, 4.0
#: Fewer particles that came by say nothing of where they set out.
_FEWEST = 20


@dataclass(frozen=True, eq=False)
class Belief:
    """Chances over particles.

    Attributes
    ----------
    particles : Particles
    weight : array, shape (n,)
        Probability of each; with `outside` they sum to 1.
    outside : float
        Probability that people are nowhere the alert could mean; no search here lowers it.
    """

    particles: Particles
    weight: Array
    outside: float

    @classmethod
    def begin(cls, particles: Particles, outside: float) -> Belief:
        """Give all particles the same chance."""
        return cls(particles, np.full(len(particles), (1 - outside) / len(particles)), outside)

    def told(self, likelihood: Array, outside: float) -> Belief:
        """Return the belief after a message of given likelihood in each world, and outside (Bayes).

        Raises
        ------
        ValueError
            If a likelihood is negative, or nothing is left.
        """
        weight, away = self.weight * likelihood, self.outside * outside
        total = float(weight.sum()) + away
        if (np.asarray(likelihood) < 0).any() or outside < 0 or not total > 0:
            raise ValueError("a likelihood is negative, or the message rules out everything")
        return Belief(self.particles, weight / total, away / total)

    def searched(self, pod: Array) -> Belief:
        """Return the belief after a search that found nothing, with the POD of each particle in [0, 1]."""
        return self.told(1 - pod, 1.0)

    def scenarios(self) -> dict[str, float]:
        """Return the chance of each scenario among the particles; they sum to 1."""
        share = np.bincount(self.particles.scenario, self.weight, len(SCENARIOS))
        inside = max(float(share.sum()), 1e-300)
        return {name.value: float(each / inside) for name, each in zip(SCENARIOS, share, strict=True)}

    def alive(self, hour: float) -> float:
        """Return the share that is alive at an hour; the outside as the inside."""
        return float(self.weight[self.particles.alive(hour)].sum()) / max(1 - self.outside, 1e-300)

    def hours_left(self, hour: float) -> tuple[float, float, float]:
        """Return hours from `hour` until a tenth, half and nine tenths of those now alive are dead.

        Infinity where fewer die within the hours followed, or reach water.
        """
        now = self.particles.alive(hour)
        if not self.weight[now].sum() > 0:
            return (0.0, 0.0, 0.0)
        order = np.argsort(self.particles.dies_h[now], kind="stable")
        dies, share = self.particles.dies_h[now][order], np.cumsum(self.weight[now][order])
        rows = np.searchsorted(share / share[-1], (0.1, 0.5, 0.9)).clip(max=len(dies) - 1)
        first, half, last = (float(dies[row]) - hour for row in rows)
        return first, half, last

    @property
    def effective(self) -> float:
        """Return how many equal particles would tell as much; under some hundreds the maps are grainy."""
        total = float(self.weight.sum())
        return total**2 / max(float((self.weight**2).sum()), 1e-300)


def seen_here(belief: Belief, lon: float, lat: float, hour: float, radius_km: float, genuine: float) -> Array:
    """Return the likelihood of people seen at a position and hour; it is told with 1 - genuine for outside."""
    return _mixed(_bell(*belief.particles.at(hour), lon, lat, radius_km), genuine)


def vehicle_here(belief: Belief, lon: float, lat: float, radius_km: float, genuine: float, empty: bool) -> Array:
    """Return the likelihood of the vehicle found at a position, empty or with its people."""
    particles = belief.particles
    near = _bell(*particles.at(0.0), lon, lat, radius_km)
    # an empty vehicle rules out those who wait at it
    near = np.where(particles.waits, 0.0, near) if empty else np.where(particles.waits, near, 0.2 * near)
    return _mixed(near, genuine)


def footprints_here(
    belief: Belief, lon: float, lat: float, hour: float, radius_km: float, genuine: float, bearing_deg: float | None
) -> Array:
    """Return the likelihood of footprints found by an hour: that the person came by before, going that way."""
    return _mixed(_came_by(belief.particles, lon, lat, hour, radius_km, bearing_deg), genuine)


def _came_by(
    particles: Particles, lon: float, lat: float, hour: float, radius_km: float, bearing_deg: float | None
) -> Array:
    """Return how near each walked by a position before an hour, in [0, 1]."""
    best = np.zeros(len(particles))
    for whole in range(int(min(hour, particles.hours - 1)) + 1):
        fits = _bell(*particles.at(whole + 0.5), lon, lat, radius_km) * (particles.walks[whole] > 0)
        if bearing_deg is not None:
            fits = fits * _going(particles, whole, bearing_deg)
        best = np.maximum(best, fits)
    return best


def body_here(belief: Belief, lon: float, lat: float, hour: float, radius_km: float, genuine: float) -> Array:
    """Return the likelihood of a body found: of a person dead there, or of one whose group walked by."""
    particles = belief.particles
    near = _bell(*particles.at(hour), lon, lat, radius_km)
    passed = _came_by(particles, lon, lat, hour, 2 * radius_km, None)
    return _mixed(np.where(particles.alive(hour), 0.5 * passed, near), genuine)


def found_here(belief: Belief, lon: float, lat: float, hour: float, genuine: float = 0.95) -> Array:
    """Return the likelihood, for those still looked for, of others of the group found at a position by an hour.

    It is the chance that somebody who set out where this person did came by there: a kernel estimate over all particles
    on squares of `_ORIGIN_KM`. Whoever would be there now is among those found. Where no particle came by, nothing is
    learnt of where they set out.
    """
    particles = belief.particles
    came = np.zeros(len(particles), dtype=bool)
    for whole in range(int(min(hour, particles.hours)) + 1):
        came |= _away_km(*particles.at(float(whole)), lon, lat) < _CAME_BY_KM
    there_now = _away_km(*particles.at(hour), lon, lat) < _CAME_BY_KM
    gone = np.where(there_now, 1 - genuine, 1.0)
    if came.sum() < _FEWEST:
        return gone
    start_lon, start_lat = particles.at(0.0)
    row = np.floor((start_lat - start_lat.min()) * KM_PER_DEG / _ORIGIN_KM).astype(int)
    east_km = (start_lon - start_lon.min()) * KM_PER_DEG * np.cos(np.radians(lat))
    column = np.floor(east_km / _ORIGIN_KM).astype(int)
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    counts = [np.zeros(shape) for _ in range(2)]
    for count, who in zip(counts, (came, np.ones(len(came), dtype=bool)), strict=True):
        np.add.at(count, (row[who], column[who]), 1.0)
    near, all_of = (gaussian_filter(count, 1.0, mode="constant") for count in counts)
    return gone * _mixed((near / np.maximum(all_of, 1e-12))[row, column], genuine)


def _mixed(fits: Array, genuine: float) -> Array:
    """Return the likelihood of a clue that may be none: then it says nothing, and lies where people were thought to be.

    By its mean over all particles, before any weights, so that the order of messages is of no account.
    """
    mean = float(fits.mean())
    return np.asarray(genuine * fits / mean + (1 - genuine) if mean > 0 else np.full(len(fits), 1 - genuine))


def _bell(at_lon: Array, at_lat: Array, lon: float, lat: float, radius_km: float) -> Array:
    return np.asarray(np.exp(-((_away_km(at_lon, at_lat, lon, lat) / radius_km) ** 2) / 2))


def _away_km(at_lon: Array, at_lat: Array, lon: float, lat: float) -> Array:
    here = earth_centred_m(np.array([lon]), np.array([lat]))
    return np.asarray(np.linalg.norm(earth_centred_m(at_lon, at_lat) - here, axis=1) / M_PER_KM)


def _going(particles: Particles, whole: int, bearing_deg: float) -> Array:
    """Return how well the heading of each in an hour fits a bearing, in [0, 1]."""
    east = (particles.lon[whole + 1] - particles.lon[whole]) * np.cos(np.radians(particles.lat[whole]))
    north = particles.lat[whole + 1] - particles.lat[whole]
    turned = (np.degrees(np.arctan2(east, north)) - bearing_deg + 180) % 360 - 180
    return np.asarray(np.exp(-((turned / 40.0) ** 2) / 2))
