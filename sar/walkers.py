"""Moves the people of an alert hour by hour: by night more than by day, slower in sand and heat, until water or death.

The speeds, the choice of ways and the hours of leaving are judgement; the body's clock is that of `risk.survival`,
drawn for each person from the same two lognormal distributions its curve is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import KM_PER_DEG, M_PER_KM
from risk.survival import BodyParameters, WalkParameters, hours_from
from risk.terrain import elevation_m, in_sand
from risk.walking import slowness
from sar.particles import SCENARIOS, Particles
from sar.scenarios import WAITING_PART, WALKING, Scenario
from sar.scene import People, Scene, WanderParameters
from sar.track_line import TrackLine
from sar.whereabouts import Whereabouts

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PARTICLES = 20_000
#: Water and towns looked at around each person, nearest first.
_GOALS = 4


@dataclass
class _State:
    """What changes from hour to hour, each of shape (n,)."""

    lon: Array
    lat: Array
    bearing: Array  # radians from north; NaN for those who go to a goal or along a track
    along_km: Array  # coordinate along tracks; NaN off them
    sign: Array
    goals: Ints  # rows of the goals, shape (n, k)
    goal: Ints  # column in `goals`; -1 for none
    tried: Ints  # the last well found dry; -1 for none
    lost_kg: Array
    dies_h: Array
    safe_h: Array


def simulate(
    where: Whereabouts,
    weights: Mapping[Scenario, float],
    people: People,
    scene: Scene,
    rng: Generator,
    count: int = PARTICLES,
    body: BodyParameters | None = None,
    walk: WalkParameters | None = None,
    wander: WanderParameters | None = None,
) -> Particles:
    """Draw people from an alert's positions and scenarios and move them.

    Parameters
    ----------
    where : Whereabouts
        Where the vehicle stopped.
    weights : mapping of Scenario to float
        Sum to 1.
    people : People
    scene : Scene
    rng : Generator
    count : int
        Number of people drawn; every scenario of weight above zero gets its share, to the nearest whole number.

    Returns
    -------
    Particles
    """
    return _Simulation(
        where, weights, people, scene, rng, count, body or BodyParameters(), walk or WalkParameters(),
        wander or WanderParameters(),
    ).run()  # fmt: skip


class _Simulation:
    """One run; what holds for all hours is drawn once."""

    def __init__(
        self, where: Whereabouts, weights: Mapping[Scenario, float], people: People, scene: Scene, rng: Generator,
        count: int, body: BodyParameters, walk: WalkParameters, wander: WanderParameters,
    ) -> None:  # fmt: skip
        self.scene, self.people, self.rng, self.count = scene, people, rng, count
        self.body, self.walk, self.wander = body, walk, wander
        self.line = TrackLine.of(scene.tracks)
        self.goal_at = np.concatenate([scene.water, scene.towns])
        self.goal_tree = cKDTree(earth_centred_m(self.goal_at[:, 0], self.goal_at[:, 1]))
        self.scenario = _drawn(weights, rng, count)
        split = self.scenario == SCENARIOS.index(Scenario.SPLIT)
        stayed = self.scenario == SCENARIOS.index(Scenario.STAYED)
        self.waits = stayed | (split & (rng.random(count) < WAITING_PART))
        # the walkers of a split group go like other walkers
        walkers = {s: w for s, w in weights.items() if s in WALKING and w > 0} or {Scenario.TO_WATER: 1.0}
        scale = sum(walkers.values())
        self.way = np.where(split, _drawn({s: w / scale for s, w in walkers.items()}, rng, count), self.scenario)
        self._draw_bodies()
        self.speed_kph = walk.speed_kph * np.exp(wander.speed_log_spread * rng.standard_normal(count))
        self.day_walker = rng.random(count) < wander.day_walkers
        leaves = rng.exponential(wander.leave_mean_h, count)
        if people.left_before_h is not None:
            leaves = rng.random(count) * people.left_before_h
        self.leaves_h = np.where(self.waits, np.inf, leaves)
        lon, lat, row, along_km = _origins(where, self.line, scene.tracks.km, rng, count)
        anchors = cKDTree(earth_centred_m(scene.anchor_lon, scene.anchor_lat))
        self.anchor = np.asarray(anchors.query(earth_centred_m(lon, lat))[1])
        self.state = self._begin(lon, lat, row, along_km)

    def _draw_bodies(self) -> None:
        """Draw reserve and loss of each person (see `risk.survival.survival_curve`)."""
        parts, body, water = self.people.group.parts(), self.body, self.people.group.litres_per_person
        kind = self.rng.choice(len(parts), self.count, p=[share for _, share in parts])
        reserve = np.array([person.relative_reserve for person, _ in parts])[kind] * body.lethal_deficit_kg
        self.relative_loss = np.array([person.relative_loss for person, _ in parts])[kind] * np.exp(
            body.loss_spread * self.rng.standard_normal(self.count)
        )
        spread = body.threshold_spread * reserve / (reserve + water)
        self.bears_kg = (reserve + water) * np.exp(spread * self.rng.standard_normal(self.count))

    def _begin(self, lon: Array, lat: Array, row: Ints, along_km: Array) -> _State:
        """Give each walker a goal, a track or a heading."""
        n, wander, rng = self.count, self.wander, self.rng
        bearing, along, sign = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n)
        goals, goal = np.full((n, 1), -1), np.full(n, -1)
        at_m = earth_centred_m(lon, lat)

        def is_way(scenario: Scenario) -> Bools:
            return np.asarray((self.way == SCENARIOS.index(scenario)) & ~self.waits)

        on_track = is_way(Scenario.BACK) | is_way(Scenario.ON)
        if on_track.any():
            along, sign = self._on_tracks(on_track, is_way(Scenario.ON), at_m, row, along_km)
        for scenario, table, first in (
            (Scenario.TO_WATER, self.scene.water, 0),
            (Scenario.TO_TOWN, self.scene.towns, len(self.scene.water)),
        ):
            chosen = np.flatnonzero(is_way(scenario))
            if len(chosen) and len(table):
                near, away_m = _nearest(table, at_m[chosen])
                if scenario is Scenario.TO_TOWN:
                    near = _by_light(near, away_m / M_PER_KM / wander.light_km, rng)
                if near.shape[1] > goals.shape[1]:
                    goals = np.pad(goals, ((0, 0), (0, near.shape[1] - goals.shape[1])), constant_values=-1)
                goals[chosen, : near.shape[1]], goal[chosen] = near + first, 0
        told = is_way(Scenario.AS_TOLD)
        if self.people.told_bearing_deg is not None:
            turned = self.people.told_bearing_deg + wander.told_deg * rng.standard_normal(n)
            bearing = np.where(told, np.radians(turned), bearing)
        # who has neither goal nor track nor word goes anywhere
        lost = ~self.waits & (goal < 0) & np.isnan(along) & np.isnan(bearing)
        bearing = np.where(lost, rng.uniform(0, 2 * np.pi, n), bearing)
        never = np.full(n, np.inf)
        return _State(lon, lat, bearing, along, sign, goals, goal, np.full(n, -1), np.zeros(n), never, never.copy())

    def _on_tracks(
        self, chosen: Bools, on: Bools, at_m: Array, row: Ints, along_km: Array
    ) -> tuple[Array, Array]:  # fmt: skip
        """Put walkers on the nearest track, in the direction of travel or against it."""
        tracks = self.scene.tracks
        away_m, near = cKDTree(earth_centred_m(tracks.lon, tracks.lat)).query(at_m)
        near = np.where(row >= 0, row, near)
        reached = chosen & (away_m < self.wander.track_reach_km * M_PER_KM)
        travel = self.rng.choice([-1.0, 1.0], self.count)
        if self.people.travel_sign is not None:
            told = self.people.travel_sign
            signs = {each: float(told.get(each, 0)) for each in np.unique(near).tolist()}
            known = np.array([signs[each] for each in near.tolist()])
            travel = np.where(known != 0, known, travel)
        from_km = np.where(row >= 0, along_km, self.line.coordinate[near])
        return np.where(reached, from_km, np.nan), np.where(on, travel, -travel)

    def run(self) -> Particles:
        scene, n = self.scene, self.count
        lon, lat = (np.empty((scene.hours + 1, n), dtype=np.float32) for _ in range(2))
        walks = np.zeros((scene.hours, n), dtype=np.float32)
        lon[0], lat[0] = self.state.lon, self.state.lat
        hourly = {
            name: hours_from(scene.start_hour, table, scene.hours)
            for name, table in (
                ("shade", scene.loss.rest_shade), ("sun", scene.loss.rest_sun), ("walk", scene.loss.walk),
                ("night", scene.loss.night.astype(float)), ("air", scene.air_degc),
            )
        }  # fmt: skip
        for hour in range(scene.hours):
            now = {name: table[self.anchor, hour] for name, table in hourly.items()}
            part = self._walking_part(hour, now)
            self._move(part, now)
            self._lose(hour, part, now)
            lon[hour + 1], lat[hour + 1], walks[hour] = self.state.lon, self.state.lat, part
        vehicle = np.full(n, self.people.vehicle)
        dies = np.where(np.isfinite(self.state.safe_h), np.inf, self.state.dies_h)
        return Particles(
            scene.start, lon, lat, self.scenario, self.waits, vehicle, dies, self.state.safe_h, walks
        )  # fmt: skip

    def _walking_part(self, hour: int, now: Mapping[str, Array]) -> Array:
        """Return the part of an hour that each person walks."""
        state, share = self.state, self.walk.share_of_hours
        by_day = self.day_walker & (now["air"] < self.wander.day_limit_degc)
        part = np.where((now["night"] > 0) | by_day, share, 0.0)
        part *= np.clip(hour + 1 - self.leaves_h, 0, 1)
        moves = np.isinf(state.dies_h) & np.isinf(state.safe_h) & ~self.waits
        return np.where(moves & ~bool(self.scene.no_walk[hour]), part, 0.0)

    def _move(self, part: Array, now: Mapping[str, Array]) -> None:
        state = self.state
        going = np.flatnonzero(part > 0)
        if not len(going):
            return
        bearing, left_km = self._headings(going)
        lon, lat = state.lon[going], state.lat[going]
        tired = 1 - 0.5 * np.clip(state.lost_kg[going] / self.bears_kg[going], 0, 1)
        hot = np.maximum(1 - self.wander.heat_per_degc * np.maximum(now["air"][going] - 25, 0), 0.5)
        level_km = self.speed_kph[going] * part[going] * tired * hot
        step_km = np.minimum(level_km / self._slow(lon, lat, bearing, level_km), left_km)
        on = ~np.isnan(state.along_km[going]) & (left_km == np.inf)
        self._along_tracks(going[on], step_km[on])
        off = going[~on]
        north, east = step_km[~on] * np.cos(bearing[~on]), step_km[~on] * np.sin(bearing[~on])
        state.lat[off] += north / KM_PER_DEG
        state.lon[off] += east / (KM_PER_DEG * np.cos(np.radians(state.lat[off])))

    def _headings(self, going: Ints) -> tuple[Array, Array]:
        """Return heading (radians) and the km left to where it leads (infinite along tracks and for bare headings)."""
        state = self.state
        bearing = state.bearing[going] + np.radians(self.wander.wander_deg) * self.rng.standard_normal(len(going))
        left_km = np.full(len(going), np.inf)
        to_lon, to_lat = np.full(len(going), np.nan), np.full(len(going), np.nan)
        bound = state.goal[going] >= 0
        row = state.goals[going[bound], state.goal[going[bound]]]
        to_lon[bound], to_lat[bound] = self.goal_at[row, 0], self.goal_at[row, 1]
        track = ~np.isnan(state.along_km[going])
        track_lon, track_lat = self.line.at(state.along_km[going[track]])
        to_lon[track], to_lat[track] = track_lon, track_lat
        east = (to_lon - state.lon[going]) * np.cos(np.radians(state.lat[going]))
        north = to_lat - state.lat[going]
        away_km = np.hypot(east, north) * KM_PER_DEG
        # somebody on the track already follows it; others walk to it first
        joins = bound | (track & (away_km > self.wander.arrive_km))
        aimed = np.arctan2(east, north) + np.radians(self.wander.wander_deg) * self.rng.standard_normal(len(going))
        return np.where(joins, aimed, np.nan_to_num(bearing)), np.where(joins, away_km, left_km)

    def _slow(self, lon: Array, lat: Array, bearing: Array, step_km: Array) -> Array:
        sand = in_sand(self.scene.ground, lon, lat)
        if self.scene.ground.elevation is None:
            return slowness(np.zeros(len(lon)), sand)
        ahead_lat = lat + step_km * np.cos(bearing) / KM_PER_DEG
        ahead_lon = lon + step_km * np.sin(bearing) / (KM_PER_DEG * np.cos(np.radians(lat)))
        rise = elevation_m(self.scene.ground, ahead_lon, ahead_lat) - elevation_m(self.scene.ground, lon, lat)
        return slowness(np.nan_to_num(rise / np.maximum(step_km * M_PER_KM, 1.0)), sand)

    def _along_tracks(self, who: Ints, step_km: Array) -> None:
        state = self.state
        state.along_km[who] = self.line.moved(state.along_km[who], state.sign[who] * step_km)
        state.lon[who], state.lat[who] = self.line.at(state.along_km[who])

    def _lose(self, hour: int, part: Array, now: Mapping[str, Array]) -> None:
        """Cumulate the water lost in an hour, note deaths, then arrivals at water and towns."""
        state, body = self.state, self.body
        open_share = np.where(self.waits & self.people.vehicle, 0.3, self.walk.open_rest_share)
        rest = open_share * now["sun"] + (1 - open_share) * now["shade"]
        hourly = body.response * (part * now["walk"] + (1 - part) * rest) + body.urine_kg_per_h
        before = state.lost_kg.copy()
        state.lost_kg += hourly * self.relative_loss
        dies = np.isinf(state.dies_h) & np.isinf(state.safe_h) & (state.lost_kg >= self.bears_kg)
        within = (self.bears_kg - before) / np.maximum(state.lost_kg - before, 1e-12)
        state.dies_h[dies] = hour + within[dies]
        self._arrive(hour)

    def _arrive(self, hour: int) -> None:
        """End the walk of those who come to water or a town; a dry well sends them on, once."""
        state = self.state
        who = np.flatnonzero(np.isinf(state.dies_h) & np.isinf(state.safe_h) & (self.leaves_h <= hour + 1))
        if not len(who) or not len(self.goal_at):
            return
        at_m = earth_centred_m(state.lon[who], state.lat[who])
        away_m, goal = self.goal_tree.query(at_m, distance_upper_bound=self.wander.arrive_km * M_PER_KM)
        come = np.isfinite(away_m) & (goal != state.tried[who])
        who, goal = who[come], goal[come]
        gives = self.rng.random(len(who)) < self.goal_at[goal, 2]
        state.safe_h[who[gives]] = hour + 1
        who, goal = who[~gives], goal[~gives]
        state.tried[who] = goal
        aimed = state.goal[who] >= 0
        who, goal = who[aimed], goal[aimed]
        meant = state.goals[who, state.goal[who]] == goal
        dry = who[meant]
        following = np.minimum(state.goal[dry] + 1, state.goals.shape[1] - 1)
        left = (state.goal[dry] + 1 < state.goals.shape[1]) & (state.goals[dry, following] >= 0)
        state.goal[dry] = np.where(left, following, -1)
        # no water left to try: they stay there
        self.leaves_h[dry[state.goal[dry] < 0]] = np.inf


def _drawn(weights: Mapping[Scenario, float], rng: Generator, count: int) -> Ints:
    """Draw scenarios in the exact proportions of their weights, in random order."""
    names = list(weights)
    edges = np.round(np.cumsum([weights[name] for name in names]) / sum(weights.values()) * count).astype(int)
    drawn = np.repeat([SCENARIOS.index(name) for name in names], np.diff(np.concatenate([[0], edges])))
    return np.asarray(rng.permutation(drawn), dtype=np.int64)


def _origins(
    where: Whereabouts, line: TrackLine, piece_km: Array, rng: Generator, count: int
) -> tuple[Array, Array, Ints, Array]:
    """Draw where the vehicle stopped, and where along the tracks (NaN off them); between positions as within them."""
    # systematic draws: the spread of a sample is that of the weights, not of luck
    edges = np.cumsum(where.weight) / where.weight.sum()
    drawn = np.searchsorted(edges, (np.arange(count) + rng.random()) / count, side="right").clip(max=len(edges) - 1)
    drawn = rng.permutation(drawn)
    lon, lat, row = where.lon[drawn].copy(), where.lat[drawn].copy(), where.track[drawn]
    on = row >= 0
    shift_km = (rng.random(int(on.sum())) - 0.5) * piece_km[row[on]]
    along_km = np.full(count, np.nan)
    along_km[on] = line.moved(line.coordinate[row[on]], shift_km)
    lon[on], lat[on] = line.at(along_km[on])
    off = (~on).astype(float) * where.spacing_km / KM_PER_DEG
    lat += off * (rng.random(count) - 0.5)
    lon += off * (rng.random(count) - 0.5) / np.cos(np.radians(lat))
    return lon, lat, np.asarray(row, dtype=np.int64), along_km


def _nearest(table: Array, at_m: Array) -> tuple[Ints, Array]:
    """Return the rows of the nearest goals and their distances, m, each of shape (n, k)."""
    count = min(_GOALS, len(table))
    away_m, near = cKDTree(earth_centred_m(table[:, 0], table[:, 1])).query(at_m, k=count)
    return np.reshape(near, (len(at_m), count)), np.reshape(away_m, (len(at_m), count))


def _by_light(near: Ints, scaled: Array, rng: Generator) -> Ints:
    """Put first the town that is walked to: nearer ones are likelier (Gumbel draws of softmax weights)."""
    order = np.argsort(scaled - rng.gumbel(size=scaled.shape), axis=1)
    return np.take_along_axis(near, order, axis=1)
