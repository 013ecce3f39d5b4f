"""What really happened in an exercise: a hidden group, what can be seen of it, and when each of its people dies.

A group moves as one of the engine's own particles does, drawn by another generator: whoever waits is at the vehicle,
whoever walks goes together behind one person, and each has a body clock of their own. What a search crew sees of them
is drawn from the same lateral range curve that the belief uses, each part of the group counting as one object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from data.units import KM_PER_DEG
from risk.group import Group
from risk.survival import BodyParameters, WalkParameters, hours_from
from sar.particles import Particles
from sar.pinned import joined
from sar.scenarios import WAITING_PART, WALKING, Scenario
from sar.scene import People, Scene
from sar.search_leg import SearchLeg
from sar.swath import Swath, sightings
from sar.walkers import simulate
from sar.whereabouts import Whereabouts

Array = NDArray[np.float64]

What = Literal["vehicle", "walkers", "empty vehicle", "footprints", "sighting"]
#: A crew notices a trail that it passes so near, km, once in so many crossings of fresh ones. Judgement.
TRAIL_KM, TRAIL_POD = 0.05, 0.5
#: Hours in which wind wipes a trail down to a third; a storm wipes it out. Judgement.
TRAIL_FADES_H = 30.0
#: How far off a crew reads a trail's direction, degrees, and a position, km.
_TRAIL_DEG, _READ_KM = 15.0, 0.3
#: How far off walkers say where they left the others, km.
TOLD_KM = 4.0
#: Nobody has left a vehicle from which people are nearer than this, km.
_STILL_THERE_KM = 0.5


@dataclass(frozen=True)
class News:
    """Something learnt in a search; hours on the case's clock.

    Attributes
    ----------
    what : str
        "vehicle": the waiting part of the group found; "walkers": its walking part; the rest are clues.
    hour, lon, lat, radius_km : float
    genuine : float
        Chance that it is what it seems; 1 for what a crew of the search saw itself.
    bearing_deg : float or None
        Of footprints.
    asset_id : str
        Who saw it; "" for a report from outside.
    alive, dead : int
        People found.
    others : int
        People of the group who, by those found, are elsewhere.
    left_lon, left_lat : float
        Where the vehicle stopped, by those found; NaN where nobody says.
    """

    what: What
    hour: float
    lon: float
    lat: float
    radius_km: float
    genuine: float = 1.0
    bearing_deg: float | None = None
    asset_id: str = ""
    alive: int = 0
    dead: int = 0
    others: int = 0
    left_lon: float = np.nan
    left_lat: float = np.nan

    @property
    def found(self) -> bool:
        """Whether people were found."""
        return self.what in ("vehicle", "walkers")


@dataclass(frozen=True, eq=False)
class Truth:
    """A hidden group.

    Attributes
    ----------
    particles : Particles
        One for each thing that can be seen: parts of the group, and a vehicle they left.
    parts : tuple of str
        What each is: "vehicle" (people who wait), "walkers" or "empty vehicle".
    dies_h : tuple of array
        Hour of death of each person of a part if nobody comes; on the particles' clock.
    safe_h : array, shape (parts,)
        When a part reached water by itself; infinity where never.
    shift_h : float
        Hour of the particles' clock at hour 0 of the case's.
    scenario : Scenario
    """

    particles: Particles
    parts: tuple[What, ...]
    dies_h: tuple[Array, ...]
    safe_h: Array
    shift_h: float
    scenario: Scenario

    @property
    def people(self) -> int:
        """In the group."""
        return sum(len(each) for each in self.dies_h)

    def alive(self, part: int, hour: float) -> int:
        """Return how many of a part are alive at an hour of the case's clock."""
        return int((self.dies_h[part] > hour + self.shift_h).sum())

    def at(self, part: int, hour: float) -> tuple[float, float]:
        """Return longitude and latitude of a part at an hour of the case's clock."""
        lon, lat = self.particles.at(hour + self.shift_h)
        return float(lon[part]), float(lat[part])


def hidden_truth(
    at: tuple[float, float], scenario: Scenario, walkers: Mapping[Scenario, float], people: People, scene: Scene,
    shift_h: float, rng: Generator,
) -> Truth:  # fmt: skip
    """Draw what a group that stopped at a position did.

    Parameters
    ----------
    at : tuple of float
        Longitude, latitude.
    scenario : Scenario
    walkers : mapping of Scenario to float
        Among the ways to walk, for a split group.
    people : People
    scene : Scene
        From the true hour on.
    shift_h : float
        See `Truth`.
    """
    count, one = people.group.people, np.ones(1)
    where = Whereabouts(at[0] * one, at[1] * one, one, np.full(1, -1), np.full(1, -1), 0.0)
    waiting = count if scenario is Scenario.STAYED else 0
    way = scenario
    if scenario is Scenario.SPLIT:
        waiting = int(np.clip(round(WAITING_PART * count), 1, max(count - 1, 1)))
        ways = [each for each in WALKING if walkers.get(each, 0.0) > 0]
        share = np.array([walkers[each] for each in ways])
        way = ways[int(rng.choice(len(ways), p=share / share.sum()))] if ways else Scenario.TO_WATER
    sets: list[Particles] = []
    parts: list[What] = []
    deaths: list[Array] = []
    for part, size, goes in (("vehicle", waiting, Scenario.STAYED), ("walkers", count - waiting, way)):
        if size:
            # who leads is drawn; the others stay with them to the end
            led = simulate(where, {goes: 1.0}, people, scene, rng, 1)
            deaths.append(_deaths(led, people, scene, size, rng))
            sets.append(replace(led, dies_h=deaths[-1].max(keepdims=True)))
            parts.append("vehicle" if part == "vehicle" else "walkers")
    if people.vehicle and not waiting:
        left = simulate(where, {Scenario.STAYED: 1.0}, people, scene, rng, 1)
        sets.append(left)
        parts.append("empty vehicle")
        deaths.append(np.zeros(0))
    particles = joined(sets)
    return Truth(particles, tuple(parts), tuple(deaths), particles.safe_h, shift_h, scenario)


def _deaths(led: Particles, people: People, scene: Scene, count: int, rng: Generator) -> Array:
    """Draw when each person who keeps with a leader dies: the balance of `sar.walkers`, a body for each."""
    body, walk, group = BodyParameters(), WalkParameters(), people.group
    east = (scene.anchor_lon - led.lon[0, 0]) * np.cos(np.radians(led.lat[0, 0]))
    anchor = int(np.argmin(np.hypot(east, scene.anchor_lat - led.lat[0, 0])))
    shade, sun, pace = (
        hours_from(scene.start_hour, table[anchor : anchor + 1], scene.hours)[0]
        for table in (scene.loss.rest_shade, scene.loss.rest_sun, scene.loss.walk)
    )
    open_share = 0.3 if led.waits[0] and people.vehicle else walk.open_rest_share
    part = led.walks[:, 0].astype(float)
    rest = open_share * sun + (1 - open_share) * shade
    lost = np.cumsum(body.response * (part * pace + (1 - part) * rest) + body.urine_kg_per_h)
    relative_loss, bears_kg = _bodies(group, count, body, rng)
    hours = np.searchsorted(lost, bears_kg / relative_loss).astype(float)
    hours[hours >= scene.hours] = np.inf
    return np.where(hours < float(led.safe_h[0]), hours, np.inf)


def _bodies(group: Group, count: int, body: BodyParameters, rng: Generator) -> tuple[Array, Array]:
    """Draw loss and reserve of each person as `sar.walkers` does."""
    kinds, water = group.parts(), group.litres_per_person
    kind = rng.choice(len(kinds), count, p=[share for _, share in kinds])
    reserve = np.array([each.relative_reserve for each, _ in kinds])[kind] * body.lethal_deficit_kg
    loss = np.array([each.relative_loss for each, _ in kinds])[kind]
    spread = body.threshold_spread * reserve / (reserve + water)
    return loss * np.exp(body.loss_spread * rng.standard_normal(count)), (reserve + water) * np.exp(
        spread * rng.standard_normal(count)
    )


def seen_from(truth: Truth, leg: SearchLeg, rng: Generator, known: set[str], storm_h: Sequence[float]) -> list[News]:
    """Draw what a crew that drives a leg sees, in order of time.

    Parameters
    ----------
    truth : Truth
    leg : SearchLeg
    rng : Generator
    known : set of str
        Parts that were found before, and "empty vehicle"; they are not told again.
    storm_h : sequence of float
        Hours of the case's clock with a storm: they wipe trails out.
    """
    swath = leg.swath
    seen = sightings(truth.particles, Swath(swath.lon, swath.lat, swath.hour + truth.shift_h, swath.width_m))
    hits = np.flatnonzero(rng.random(len(seen.who)) < seen.pod)
    news: dict[str, News] = {}
    for row in hits[np.argsort(seen.hour[hits], kind="stable")].tolist():
        part, hour = int(seen.who[row]), float(seen.hour[row]) - truth.shift_h
        part = _people_at(truth, part, hour)
        what = truth.parts[part]
        if what in known or what in news:
            continue
        lon, lat = truth.at(part, hour)
        alive = truth.alive(part, hour)
        others = truth.people - len(truth.dies_h[part]) if what != "empty vehicle" else truth.people
        dead = len(truth.dies_h[part]) - alive
        left = (np.nan, np.nan)
        if what == "walkers" and others:
            off = TOLD_KM / KM_PER_DEG * rng.standard_normal(2)
            left = float(truth.particles.lon[0, part] + off[0]), float(truth.particles.lat[0, part] + off[1])
        news[what] = News(
            what, hour, lon, lat, _READ_KM, 1.0, None, leg.asset_id, alive, dead, others, *left
        )  # fmt: skip
    return sorted([*news.values(), *_trails(truth, leg, rng, known, storm_h)], key=lambda each: each.hour)


def _people_at(truth: Truth, part: int, hour: float) -> int:
    """Return the part with the people where a vehicle is seen that they have not left yet."""
    if truth.parts[part] == "empty vehicle" and "walkers" in truth.parts:
        who = truth.parts.index("walkers")
        (lon, lat), (to_lon, to_lat) = truth.at(part, hour), truth.at(who, hour)
        away_km = np.hypot((to_lon - lon) * np.cos(np.radians(lat)), to_lat - lat) * KM_PER_DEG
        return who if away_km < _STILL_THERE_KM else part
    return part


def _trails(truth: Truth, leg: SearchLeg, rng: Generator, known: set[str], storm_h: Sequence[float]) -> list[News]:
    """Draw where a crew crosses the trail of the walkers after it was made, and notices it: one an hour walked."""
    if "walkers" not in truth.parts or "walkers" in known:
        return []
    row, swath = truth.parts.index("walkers"), leg.swath
    particles = truth.particles
    last_h = min(float(swath.hour[-1]) + truth.shift_h, float(particles.hours))
    walked = np.flatnonzero(particles.walks[: int(max(last_h, 0)), row] > 0)
    lon, lat = particles.lon[:, row].astype(float), particles.lat[:, row].astype(float)
    news = []
    for hour in walked[::-1].tolist():
        name = f"trail {hour}"
        if name in known:
            continue
        passed = _crossing(swath, leg.searching, lon[hour : hour + 2], lat[hour : hour + 2])
        if passed is None:
            continue
        at_h, at_lon, at_lat = passed
        age = at_h + truth.shift_h - hour - 1
        wiped = any(hour - truth.shift_h < storm < at_h for storm in storm_h)
        if age <= 0 or wiped or rng.random() >= TRAIL_POD * np.exp(-age / TRAIL_FADES_H):
            continue
        east = (lon[hour + 1] - lon[hour]) * np.cos(np.radians(lat[hour]))
        bearing = np.degrees(np.arctan2(east, lat[hour + 1] - lat[hour])) + _TRAIL_DEG * rng.standard_normal()
        news.append(
            News("footprints", at_h, at_lon, at_lat, _READ_KM, 0.95, float(bearing % 360), leg.asset_id)
        )  # fmt: skip
        known.add(name)
        break
    return news


def _crossing(swath: Swath, searching: NDArray[np.bool_], lon: Array, lat: Array) -> tuple[float, float, float] | None:
    """Return hour and position at which a way first passes over an hour of trail while it searches."""
    scale = np.array([np.cos(np.radians(float(lat[0]))), 1.0]) * KM_PER_DEG
    way = np.column_stack([swath.lon, swath.lat]) * scale
    trail = np.linspace([lon[0], lat[0]], [lon[1], lat[1]], 41) * scale
    low, high = trail.min(axis=0) - TRAIL_KM, trail.max(axis=0) + TRAIL_KM
    first, last = way[:-1], way[1:]
    near = searching & (np.minimum(first, last) <= high).all(axis=1) & (np.maximum(first, last) >= low).all(axis=1)
    for piece in np.flatnonzero(near).tolist():
        step = last[piece] - first[piece]
        along = np.clip((trail - first[piece]) @ step / max(float(step @ step), 1e-12), 0, 1)
        away = np.linalg.norm(first[piece] + along[:, None] * step - trail, axis=1)
        nearest = int(np.argmin(away))
        if away[nearest] <= TRAIL_KM:
            part = float(along[nearest])
            hour = swath.hour[piece] + part * (swath.hour[piece + 1] - swath.hour[piece])
            at = (first[piece] + part * step) / scale
            return float(hour), float(at[0]), float(at[1])
    return None
