"""The engine as a way of deciding in an exercise: the belief after every message, and the next best leg under it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.units import KM_PER_DEG
from sar.belief import Belief, footprints_here, seen_here
from sar.exercise_desk import Car, Decision, Desk
from sar.hidden_truth import TOLD_KM, News
from sar.next_legs import advise, thinned
from sar.particles import Particles, left_behind
from sar.pinned import joined, pinned
from sar.scenarios import Scenario
from sar.search_leg import SearchLeg
from sar.swath import sightings
from sar.walkers import simulate
from sar.whereabouts import Whereabouts

Array = NDArray[np.float64]

#: Particles that legs are judged on in an exercise.
PARTICLES = 1000
#: Fewer particles near a clue than this, of all: new ones are drawn that start from it.
_FEW_NEAR = 0.02
#: Chance left to people being elsewhere once a part of the group has told where the others are.
_TOLD_OUTSIDE = 0.02


class Engine:
    """Guelta's own decisions.

    Parameters
    ----------
    particles : int
        That legs are judged on.
    """

    def __init__(self, particles: int = PARTICLES) -> None:
        self.particles = particles

    def begin(self, desk: Desk) -> None:
        """Start from the alert."""
        self.belief = desk.belief
        self.rng = np.random.default_rng(len(desk.belief.particles))
        self.vehicle_found = False
        self.planned_h, self.planned = (-1.0, 0), dict[str, SearchLeg | None]()

    def searched(self, desk: Desk, leg: SearchLeg) -> None:
        """Lower the chance of all that would have been seen: people, and a vehicle that walkers left."""
        self.belief = self.belief.told(1 - self._pod(self.belief, leg), 1.0)

    def _pod(self, belief: Belief, leg: SearchLeg) -> Array:
        count = len(belief.particles)
        unseen = 1 - sightings(belief.particles, leg.swath).total(count)
        if not self.vehicle_found:
            unseen = unseen * (1 - sightings(left_behind(belief.particles), leg.swath).total(count))
        return np.asarray(1 - unseen)

    def told(self, desk: Desk, news: News) -> None:
        """Change the belief by Bayes' rule; draw new people where hardly any fit."""
        if news.found:
            self._found(desk, news)
            return
        vehicle = news.what == "empty vehicle"
        self.vehicle_found |= vehicle
        hour = 0.0 if vehicle else news.hour
        if vehicle or _near(self.belief.particles, news, hour) < _FEW_NEAR:
            self._draw(desk, news, hour)
        elif news.what == "footprints":
            fits = footprints_here(
                self.belief, news.lon, news.lat, news.hour, 2.0, news.genuine, news.bearing_deg
            )  # fmt: skip
            self.belief = self.belief.told(fits, 1 - news.genuine)
        else:
            fits = seen_here(self.belief, news.lon, news.lat, news.hour, news.radius_km, news.genuine)
            self.belief = self.belief.told(fits, 1 - news.genuine)

    def _found(self, desk: Desk, news: News) -> None:
        """Look for the others of a split group, from what those found tell."""
        self.vehicle_found = True
        waiting = news.what == "walkers"
        count = len(desk.belief.particles)
        told = waiting and np.isfinite(news.left_lon)
        at = cloud(news.left_lon, news.left_lat, TOLD_KM) if told else cloud(news.lon, news.lat, news.radius_km)
        weights = {Scenario.STAYED: 1.0} if waiting else _walking(desk.weights)
        drawn = simulate(at, weights, desk.people, desk.scene, self.rng, count)
        self.belief = Belief.begin(drawn, _TOLD_OUTSIDE)
        for leg in desk.driven:
            self.searched(desk, leg)

    def _draw(self, desk: Desk, news: News, hour: float) -> None:
        """Add people who were where a clue says, with the chance that it is one."""
        weights = _walking(desk.weights) if news.what in ("empty vehicle", "footprints") else desk.weights
        count = len(desk.belief.particles)
        radius_km = max(news.radius_km, 0.5)
        drawn = simulate(cloud(news.lon, news.lat, radius_km), weights, desk.people, desk.scene, self.rng, count)
        if hour > 0:
            drawn = pinned(drawn, news.lon, news.lat, np.full(count, int(hour)), radius_km, self.rng)
        if news.what == "footprints" and news.bearing_deg is not None:
            fits = footprints_here(
                Belief.begin(drawn, 0.0), news.lon, news.lat, news.hour, 2.0, 1.0, news.bearing_deg
            )  # fmt: skip
            if fits.sum() > 0:
                drawn = thinned(Belief(drawn, fits / fits.sum(), 0.0), count - 1).particles
        fresh = Belief.begin(drawn, 0.0)
        # what was searched before counts for the new people too
        for leg in desk.driven:
            fresh = fresh.told(np.maximum(1 - self._pod(fresh, leg), 1e-9), 1.0)
        kept, genuine = thinned(self.belief, count // 4), news.genuine
        # what lies outside stays in the part that holds the clue for none
        share = np.concatenate([kept.weight * (1 - genuine), fresh.weight * genuine])
        self.belief = Belief(joined([kept.particles, drawn]), share, (1 - genuine) * kept.outside)

    def next_leg(self, desk: Desk, car: Car) -> Decision:
        """Choose the best leg, counting on the legs that the other cars are on."""
        name = car.searcher.asset_id
        if self.planned_h != (desk.now_h, len(desk.news)) or name not in self.planned:
            self._plan(desk)
        return self.planned.pop(name, None)

    def _plan(self, desk: Desk) -> None:
        """Choose for all cars that are free now."""
        few = thinned(self.belief, self.particles)
        under_way = [each.leg for each in desk.cars if each.leg is not None and not each.homing]
        free = [
            replace(car.searcher, ready_h=desk.now_h, endurance_h=100.0)
            for car in desk.cars
            if car.leg is None and car.searcher.ready_h <= desk.now_h
        ]
        people = max(desk.count - sum(each.alive + each.dead for each in desk.news if each.found), 1)
        advice = advise(
            few, free, desk.theatre, desk.now_h, float(people), particles=self.particles,
            vehicle_found=self.vehicle_found, under_way=under_way,
        )  # fmt: skip
        self.planned_h = (desk.now_h, len(desk.news))
        self.planned = {each.searcher.asset_id: None if each.best is None else each.best.leg for each in advice.assets}


def cloud(lon: float, lat: float, radius_km: float) -> Whereabouts:
    """Return positions around a point, spread as a normal of so many km."""
    side = np.linspace(-2.0, 2.0, 9)
    east, north = (each.ravel() * radius_km for each in np.meshgrid(side, side))
    weight = np.exp(-((east**2 + north**2) / radius_km**2) / 2)
    none = np.full(len(east), -1)
    to_lat = lat + north / KM_PER_DEG
    to_lon = lon + east / (KM_PER_DEG * np.cos(np.radians(lat)))
    return Whereabouts(to_lon, to_lat, weight / weight.sum(), none, none, radius_km / 2)


def _walking(weights: dict[Scenario, float]) -> dict[Scenario, float]:
    """Return the weights of those who walk, scaled to 1."""
    walk = {name: each for name, each in weights.items() if name not in (Scenario.STAYED, Scenario.SPLIT) and each > 0}
    total = sum(walk.values())
    return {name: each / total for name, each in walk.items()} if total > 0 else {Scenario.TO_WATER: 1.0}


def _near(particles: Particles, news: News, hour: float) -> float:
    """Return the share of particles within two radii of a clue."""
    lon, lat = particles.at(hour)
    east = (lon - news.lon) * np.cos(np.radians(news.lat))
    away_km = np.hypot(east, lat - news.lat) * KM_PER_DEG
    return float((away_km < 2 * max(news.radius_km, 1.0)).mean())
