"""Draws an exercise from a seed: a hidden stranding, the alert that comes of it, weather, and reports on the way.

What people say is drawn from the same spreads that the engine reads descriptions by, and what they do from the weights
it gives to scenarios, so that it is wrong as often as it says, and no more; other weights can be given to see what it
does when it is. All shares here are judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.case_events import Storm
from api.usecases.case_scene import case_scene, moving_people, night_hours
from api.usecases.case_tracks import graph_of
from api.usecases.exercise_words import Told, describe
from api.usecases.locate import locate, tracks_of
from data.errors import BadInput, NoAnswer
from data.units import HOURS_PER_DAY, KM_PER_DEG
from risk.group import Group
from routes.reach import driving_hours
from sar.alert import Alert, Movement, Reporter, SourceGrade, VehicleState
from sar.belief import GENUINE, Belief
from sar.exercise import END_H
from sar.exercise_desk import Car, DaylightSkies, Desk
from sar.hidden_truth import News, Truth, hidden_truth
from sar.leg_candidates import Theatre
from sar.scenarios import OUTSIDE, Scenario, prior
from sar.scene import People
from sar.searcher import Searcher
from sar.sweep import Platform
from sar.track_graph import TrackGraph
from sar.track_line import TrackLine
from sar.walkers import simulate
from sar.whereabouts import SpreadParameters, Tracks, Whereabouts

Array = NDArray[np.float64]
Picked = TypeVar("Picked")

#: Particles of the belief, and hours followed beyond the end.
COUNT, _BEYOND_H = 2500, 12
#: Strandings lie within so many hours' drive of a base; off the tracks so far on average, km.
REACH_H, OFF_TRACK_KM = 12.0, 5.0
YEAR = 2026
#: Hours until somebody raises the alarm: median, spread of the logarithm, least and most.
DELAY_H = (12.0, 0.7, 1.0, 60.0)
#: Chance of a sandstorm in an exercise; hours between reports from outside.
STORM_SHARE, REPORT_H = 0.25, 40.0
_STORM_H = (4.0, 14.0)
_VEHICLES = {
    VehicleState.BROKEN_DOWN: 0.4, VehicleState.STUCK: 0.15, VehicleState.NO_FUEL: 0.1, VehicleState.LOST: 0.1,
    VehicleState.LEFT_BEHIND: 0.05, VehicleState.NONE: 0.05, VehicleState.UNKNOWN: 0.15,
}  # fmt: skip
_MOVEMENTS = {Movement.UNKNOWN: 0.55, Movement.WAITING: 0.25, Movement.WALKING: 0.1, Movement.SPLIT: 0.1}
_REPORTERS = {
    Reporter.IN_GROUP: (0.25, SourceGrade.B), Reporter.SURVIVOR: (0.1, SourceGrade.B),
    Reporter.DRIVER: (0.15, SourceGrade.C), Reporter.RELATIVE: (0.25, SourceGrade.C),
    Reporter.ALARM_LINE: (0.2, SourceGrade.B), Reporter.PASSER_BY: (0.05, SourceGrade.D),
}  # fmt: skip
_WAYS = ("water", "north", "south", "east", "west", "north-east", "south-west")
#: Bases that send a car, degrees around them and the alert's positions within which tracks are known, hours to leave.
BASES, _MARGIN_DEG, READY_H = 2, 2.0, 1.0
_NEAREST_SHOWN = 20


@dataclass(frozen=True, eq=False)
class Exercise:
    """An exercise that can be played again and again.

    Attributes
    ----------
    seed : int
    alert : Alert
    understood : str
        How the engine reads the place.
    desk : Desk
        To begin from; use `desk.fresh()`.
    truth : Truth
        Hidden from every way of deciding.
    outside : tuple of News
    storm_h : tuple of float
        Hours of the case's clock with a storm.
    """

    seed: int
    alert: Alert
    understood: str
    desk: Desk
    truth: Truth
    outside: tuple[News, ...]
    storm_h: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class _Hidden:
    """The facts of a stranding."""

    lon: float
    lat: float
    row: int
    on_track: bool
    began: datetime
    group: Group
    vehicle: VehicleState
    told_at: datetime
    storm: Storm | None


def draw_exercise(
    context: RegionContext, seed: int, language: str = "en", mix: Mapping[Scenario, float] | None = None,
    count: int = COUNT,
) -> Exercise:  # fmt: skip
    """Draw an exercise; the same seed always gives the same.

    Parameters
    ----------
    seed : int
    language : {"en", "fr"}
        Of the alert.
    mix : mapping of Scenario to float, optional
        What people really do, in place of the engine's own weights.
    count : int
        Particles of the belief.
    """
    for attempt in range(60):
        rng = np.random.default_rng([seed, attempt])
        hidden = _hidden(context, rng)
        try:
            told = describe(context, hidden.lon, hidden.lat, hidden.row, hidden.on_track, language, rng)
            alert = _alert(hidden, told, rng)
            return _exercise(context, seed, hidden, alert, mix, count, rng)
        except (BadInput, NoAnswer):
            continue  # words that fit no place or no track: people would say it otherwise
    raise NoAnswer(f"no stranding could be drawn from seed {seed}")


def _exercise(
    context: RegionContext, seed: int, hidden: _Hidden, alert: Alert, mix: Mapping[Scenario, float] | None, count: int,
    rng: Generator,
) -> Exercise:  # fmt: skip
    storms = (hidden.storm,) if hidden.storm else ()
    desk, understood = open_desk(context, alert, storms, count)
    truth = _truth(context, hidden, alert, dict(mix or desk.weights), storms, rng)
    skies = desk.theatre.skies
    storm_h = tuple(np.flatnonzero(skies.storm & ~night_hours(desk.scene)).astype(float).tolist()) if storms else ()
    return Exercise(seed, alert, understood, desk, truth, _reports(desk, truth, rng), storm_h)


def open_desk(
    context: RegionContext, alert: Alert, storms: tuple[Storm, ...], count: int = COUNT
) -> tuple[Desk, str]:  # fmt: skip
    """Return what a planner has when an alert comes in, and how the place was read; nothing else enters."""
    said, where = locate(context, alert.where)
    now_h = (alert.told_at - alert.stranded_at) / timedelta(hours=1)
    scene = case_scene(context, alert, where, int(now_h + END_H) + _BEYOND_H, storms)
    people, weights = moving_people(context, alert, where), prior(alert)
    # its own generator, fed by what was told and understood alone: the same in both languages
    own = np.random.default_rng(crc32(repr(replace(alert, where=said.read_as)).encode()))
    belief = Belief.begin(simulate(where, weights, people, scene, own, count), OUTSIDE[alert.grade.value])
    bases = _bases(context, where)
    skies = DaylightSkies.over(night_hours(scene), scene.no_walk)
    cars = tuple(
        Car(Searcher(f"{name}-1", Platform.GROUND_VEHICLE, lon, lat, now_h + READY_H, 240.0, lon, lat))
        for name, lon, lat in bases
    )
    theatre = _theatre(context, alert.told_at.date(), where, bases, skies)
    desk = Desk(
        belief, _middle(where), weights, people, alert.group.people, scene, theatre, cars, now_h, now_h + END_H
    )  # fmt: skip
    return desk, said.read_as


def _hidden(context: RegionContext, rng: Generator) -> _Hidden:
    """Draw where, when and to whom it happened."""
    tracks, line = tracks_of(context), line_of(context)
    row = int(rng.choice(len(tracks.lon), p=_origin_chances(context)))
    at = line.moved(line.coordinate[[row]], (rng.random(1) - 0.5) * tracks.km[row])
    lon, lat = (float(axis[0]) for axis in line.at(at))
    on_track = rng.random() >= SpreadParameters().open_share
    if not on_track:
        away_km, way = rng.exponential(OFF_TRACK_KM), rng.uniform(0, 2 * np.pi)
        lon += away_km * np.sin(way) / (KM_PER_DEG * np.cos(np.radians(lat)))
        lat += away_km * np.cos(way) / KM_PER_DEG
    began = datetime(YEAR, 1, 1, tzinfo=UTC) + timedelta(hours=int(rng.integers(0, 364 * HOURS_PER_DAY)))
    median, spread, least, most = DELAY_H
    delay_h = float(np.clip(median * np.exp(spread * rng.standard_normal()), least, most))
    told_at = (began + timedelta(hours=delay_h)).replace(minute=0, second=0) + timedelta(hours=1)
    people = int(np.clip(round(20 * np.exp(0.7 * rng.standard_normal())), 2, 120))
    children = int(rng.binomial(people - 1, 0.08))
    pregnant = int(rng.binomial(people - 1 - children, 0.02))
    litres = people * float(np.clip(2.5 * np.exp(0.6 * rng.standard_normal()), 0.2, 20))
    storm = None
    if rng.random() < STORM_SHARE:
        begins = told_at + timedelta(hours=int(rng.integers(0, 60)))
        storm = Storm(begins=begins, ends=begins + timedelta(hours=float(np.round(rng.uniform(*_STORM_H)))))
    group = Group(people - children - pregnant, children, pregnant, float(np.round(litres)))
    return _Hidden(lon, lat, row, on_track, began, group, _pick(_VEHICLES, rng), told_at, storm)


@lru_cache(maxsize=2)
def _origin_chances(context: RegionContext) -> Array:
    """Return the chance of a stranding at each position along tracks: its rate where a base's car can come."""
    segments, tracks = context.network.segments, tracks_of(context)
    on = date(YEAR, 1, 1)
    rate = np.nan_to_num(context.stranding_rate(on).mean_per_km_day)
    near = driving_hours(context.network, context.pack.bases.index) <= REACH_H
    # on a paved road somebody passes within hours: nobody calls out a search
    lonely = segments["mode"].isin(["track", "desert"]).to_numpy()
    open_ground = (context.blocked(on) == "").to_numpy()
    chance = (rate * (near & lonely & open_ground))[tracks.segment] * tracks.km
    return np.asarray(chance / chance.sum(), dtype=float)


@lru_cache(maxsize=2)
def line_of(context: RegionContext) -> TrackLine:
    """Return the region's tracks as one coordinate."""
    return TrackLine.of(tracks_of(context))


def _alert(hidden: _Hidden, told: Told, rng: Generator) -> Alert:
    """Draw what is told of the group; some of it never is."""
    passed_h = (hidden.told_at - hidden.began) / timedelta(hours=1)
    movement = _pick(_MOVEMENTS, rng)
    towards = ""
    if movement in (Movement.WALKING, Movement.SPLIT) and rng.random() < 0.5:
        towards = str(rng.choice(_WAYS))
    hours = float(np.round(np.clip(passed_h * np.exp(0.15 * rng.standard_normal()), 0, 200)))
    reporter = _pick({each: share for each, (share, _) in _REPORTERS.items()}, rng)
    counted = rng.random() < 0.7
    contact = hidden.began + timedelta(hours=float(np.round(passed_h * rng.random() * 0.5)))
    knows_hours = rng.random() < 0.75
    group = hidden.group
    return Alert(
        told.text, hidden.told_at, None if knows_hours else contact,
        group.adults if counted else 0, group.children if counted else 0, group.pregnant if counted else 0,
        group.litres if rng.random() < 0.6 else None, hours if knows_hours else None, hidden.vehicle, movement, towards,
        float(rng.integers(2, 80)) if rng.random() < 0.3 else None, reporter, _REPORTERS[reporter][1],
    )  # fmt: skip


def _truth(
    context: RegionContext, hidden: _Hidden, alert: Alert, weights: dict[Scenario, float], storms: tuple[Storm, ...],
    rng: Generator,
) -> Truth:  # fmt: skip
    """Draw what the group did, from the true hour on and with its true water."""
    shift_h = (alert.stranded_at - hidden.began) / timedelta(hours=1)
    passed_h = (hidden.told_at - hidden.began) / timedelta(hours=1)
    here = Whereabouts(
        np.array([hidden.lon]), np.array([hidden.lat]), np.ones(1), np.full(1, -1), np.full(1, -1), 0.0
    )  # fmt: skip
    real = replace(alert, hours_stranded=passed_h, last_contact=None)
    scene = case_scene(context, real, here, int(passed_h + END_H) + _BEYOND_H, storms)
    told = moving_people(context, real, here)
    vehicle = told.vehicle and not (hidden.vehicle is VehicleState.UNKNOWN and rng.random() < 0.15)
    people = People(hidden.group, vehicle, told.told_bearing_deg, told.left_before_h, told.travel_sign)
    names = list(weights)
    share = np.array([weights[name] for name in names])
    scenario = names[int(rng.choice(len(names), p=share / share.sum()))]
    return hidden_truth((hidden.lon, hidden.lat), scenario, weights, people, scene, shift_h, rng)


def _reports(desk: Desk, truth: Truth, rng: Generator) -> tuple[News, ...]:
    """Draw sightings told by passers-by: as often true as their grade says, else somewhere people might be."""
    news = []
    hour = desk.now_h
    parts = [row for row, name in enumerate(truth.parts) if name != "empty vehicle"]
    while (hour := hour + float(rng.exponential(REPORT_H))) < desk.until_h:
        grade = str(rng.choice(["B", "C", "D"], p=[0.3, 0.5, 0.2]))
        radius_km = float(rng.choice([3.0, 5.0, 8.0]))
        if rng.random() < GENUINE[grade]:
            lon, lat = truth.at(int(rng.choice(parts)), hour)
            lat += radius_km * rng.standard_normal() / KM_PER_DEG
            lon += radius_km * rng.standard_normal() / (KM_PER_DEG * np.cos(np.radians(lat)))
        else:
            at = desk.belief.particles.at(hour)
            lon, lat = (float(axis[int(rng.integers(len(axis)))]) for axis in at)
        news.append(News("sighting", hour, lon, lat, radius_km, GENUINE[grade]))
    return tuple(news)


@lru_cache(maxsize=2)
def _base_hours(context: RegionContext) -> tuple[tuple[str, float, float, Array], ...]:
    places, graph = context.pack.places, graph_of(context)
    return tuple(
        (str(base), float(places.loc[base, "lon"]), float(places.loc[base, "lat"]),
         graph.drive(float(places.loc[base, "lon"]), float(places.loc[base, "lat"]), 1.0, 15.0).hours)
        for base in context.pack.bases.index
    )  # fmt: skip


def _bases(context: RegionContext, where: Whereabouts) -> list[tuple[str, float, float]]:
    """Return the bases from which people may be reached soonest."""
    graph = graph_of(context)
    edges = np.cumsum(where.weight) / where.weight.sum()
    rows = np.searchsorted(edges, (np.arange(_NEAREST_SHOWN) + 0.5) / _NEAREST_SHOWN).clip(max=len(edges) - 1)
    nearest = [int(graph.joints(float(where.lon[row]), float(where.lat[row]))[0][0]) for row in rows]
    found = sorted((float(np.median(hours[nearest])), name, lon, lat) for name, lon, lat, hours in _base_hours(context))
    reached = [each for each in found if np.isfinite(each[0])][:BASES]
    if not reached:
        raise NoAnswer("no base can reach where people may be")
    return [(name, lon, lat) for _, name, lon, lat in reached]


def _theatre(
    context: RegionContext, on: date, where: Whereabouts, bases: list[tuple[str, float, float]], skies: DaylightSkies
) -> Theatre:
    """Return the tracks around the bases and the alert's positions; closed ground is left out."""
    tracks = tracks_of(context)
    lon = np.append(where.lon, [base[1] for base in bases])
    lat = np.append(where.lat, [base[2] for base in bases])
    inside = (tracks.lon > lon.min() - _MARGIN_DEG) & (tracks.lon < lon.max() + _MARGIN_DEG)
    inside &= (tracks.lat > lat.min() - _MARGIN_DEG) & (tracks.lat < lat.max() + _MARGIN_DEG)
    rows = np.flatnonzero(np.isin(tracks.leg, np.unique(tracks.leg[inside])))
    near = Tracks(*(getattr(tracks, name)[rows] for name in ("lon", "lat", "segment", "km", "leg", "at_km")))
    graph = TrackGraph.of(context.network, near)
    shut = np.flatnonzero((context.blocked(on) != "").to_numpy()[near.segment])
    return Theatre(
        near, graph.closed(shut) if len(shut) else graph, context.network.segments.index.to_numpy(), skies
    )  # fmt: skip


def _middle(where: Whereabouts) -> tuple[float, float]:
    """Return the position nearest to the mean, on a track where most are."""
    lon, lat = (float(where.weight @ axis) for axis in (where.lon, where.lat))
    on = where.track >= 0
    rows = np.flatnonzero(on) if where.weight[on].sum() > 0.5 else np.arange(len(where.lon))
    away = np.hypot((where.lon[rows] - lon) * np.cos(np.radians(lat)), where.lat[rows] - lat)
    row = rows[int(np.argmin(away))]
    return float(where.lon[row]), float(where.lat[row])


def _pick(shares: Mapping[Picked, float], rng: Generator) -> Picked:
    names = list(shares)
    return names[int(rng.choice(len(names), p=np.array(list(shares.values())) / sum(shares.values())))]
