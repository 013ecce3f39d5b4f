"""What becomes of a stranded group: found by traffic, at water on foot, or out of time."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM
from risk.heat import HourlyLoss
from risk.parameters import Bounded, bounds
from risk.survival import (
    Behaviour,
    BodyParameters,
    Course,
    WalkParameters,
    behaviour_course,
    cumulated_loss_kg,
    hours_from,
    resting_loss,
    survival_curve,
)
from risk.water import WaterDistance

Array = NDArray[np.float64]

#: Vehicles an hour that pass and stop, by mode. Judgement.
TRAFFIC_PER_H = {"paved": 0.5, "track": 0.04, "desert": 0.012, "foot": 0.1}


@dataclass(frozen=True)
class StrandingParameters(Bounded):
    """The stranded group and its choices. All judgement; no Sahara statistics exist.

    Attributes
    ----------
    group_size : float
        People.
    litres_per_person : float
        Water left when the vehicle stops.
    start_hour : int
        Local solar hour of the stranding.
    open_rest_share : float
        Part of those who stay that finds no shade at the vehicle.
    walk_share : float
        Chance that a person far from water leaves the vehicle on foot.
    knows_water_share : float
        Chance that walkers far from water head for the nearest point.
    near_water_km : float
        Distance over which both of these rise to certainty.
    alarm_share : float
        Chance that a group sends walkers who, once at water, bring help to the others.
    alarm_delay_h : int
        From their arrival until that help is with the others.
    winding : float
        Walked distance over straight distance.
    walker_visibility : float
        Chance to be found by traffic relative to a vehicle on the track.
    horizon_h : int
        Whoever is not found by then counts as dead.
    """

    group_size: float = field(default=25.0, metadata=bounds(1, 500))
    litres_per_person: float = field(default=2.0, metadata=bounds(0, 100))
    start_hour: int = field(default=10, metadata=bounds(0, 23))
    open_rest_share: float = field(default=0.3, metadata=bounds(0, 1))
    walk_share: float = field(default=0.35, metadata=bounds(0, 1))
    knows_water_share: float = field(default=0.6, metadata=bounds(0, 1))
    near_water_km: float = field(default=8.0, metadata=bounds(0.1, 100))
    alarm_share: float = field(default=0.5, metadata=bounds(0, 1))
    alarm_delay_h: int = field(default=12, metadata=bounds(0, 240))
    winding: float = field(default=1.2, metadata=bounds(1, 3))
    walker_visibility: float = field(default=0.3, metadata=bounds(0, 1))
    horizon_h: int = field(default=360, metadata=bounds(24, 2000))


@dataclass(frozen=True)
class WaterReach:
    """What walkers need to know of water: walked distance (km) to each candidate, chance that it is the first to work.

    Both of shape (n, k), nearest first.
    """

    distance_km: Array
    first_working: Array

    @classmethod
    def of(cls, water: WaterDistance, stretch: Array | float) -> WaterReach:
        """Turn straight distances into walked ones over level firm ground: windings, slopes and sand stretch them."""
        return cls(stretch * water.distance_m / M_PER_KM, water.first_working)

    def typical(self, rows: NDArray[np.bool_]) -> WaterReach:
        """Return the medians over the given positions, one row."""
        return WaterReach(*(np.median(getattr(self, item.name)[rows], axis=0)[None, :] for item in fields(self)))


@dataclass(frozen=True)
class Fate:
    """Outcome of a stranding at n positions.

    Attributes
    ----------
    death : array, shape (n,)
        Probability that a person of the group dies unaided.
    still_there : array, shape (n, horizon + 1)
        Probability, by hours since the stranding, of being alive and not yet found by traffic or at water:
        S_unaided of the patrol's benefit.
    alive_staying : array, shape (n, horizon + 1)
        Survival curve of those who stay with the vehicle.
    """

    death: Array
    still_there: Array
    alive_staying: Array


@dataclass(frozen=True)
class Clocks:
    """Survival by hour for the two behaviours, and kilometres walked by hour; each of shape (n, horizon + 1)."""

    staying: Array
    walking: Array
    walked_km: Array

    def typical(self) -> Clocks:
        """Return the medians over positions, one row; medians of monotone curves are monotone."""
        return Clocks(*(np.median(getattr(self, item.name), axis=0)[None, :] for item in fields(self)))


def clocks(loss: HourlyLoss, body: BodyParameters, walk: WalkParameters, stranding: StrandingParameters) -> Clocks:
    """Run the life clock for groups that stay and groups that walk by night."""
    at_vehicle = resting_loss(loss, stranding.open_rest_share)
    staying = Course(at_vehicle, np.zeros_like(at_vehicle))
    walking = behaviour_course(Behaviour.WALK_NIGHT, loss, walk)

    def alive(course: Course) -> Array:
        lost_kg = cumulated_loss_kg(course, stranding.start_hour, stranding.horizon_h, body)
        return survival_curve(lost_kg, stranding.litres_per_person, body)

    hourly_km = hours_from(stranding.start_hour, walking.walked_km, stranding.horizon_h)
    walked_km = np.concatenate([np.zeros((len(hourly_km), 1)), np.cumsum(hourly_km, axis=1)], axis=1)
    return Clocks(alive(staying), alive(walking), walked_km)


def fate(
    clock: Clocks,
    water: WaterReach,
    traffic_per_h: Array,
    stranding: StrandingParameters,
    car_h: Array | None = None,
) -> Fate:
    """Let the three ends of a stranding compete.

    Traffic finds those who stay at `traffic_per_h`, walkers less often. Walkers who know of water reach the first
    point that works if they live that long; some bring help back to those who stayed (as survivors did who walked to
    Arlit in October 2013 and to Achegour in June 2017). Rows of length 1 stand for every position.

    Parameters
    ----------
    clock : Clocks
    water : WaterReach
    traffic_per_h : array, shape (n,)
        Passing vehicles that stop, per hour.
    stranding : StrandingParameters
    car_h : array, shape (n, k), optional
        Hours a car takes that is called from a destination which is no water but a beacon, NaN at water: its walkers
        are safe only when the car comes, which then comes to those who stayed too.

    Returns
    -------
    Fate
    """
    hours = np.arange(stranding.horizon_h + 1)
    unfound_staying = np.exp(-traffic_per_h[:, None] * hours)
    unfound_walking = np.exp(-stranding.walker_visibility * traffic_per_h[:, None] * hours)
    walks, knows = walkers(water, stranding)
    waiting, helped = _ends_on_foot(clock, water, stranding.alarm_delay_h, car_h)
    help_under_way = stranding.alarm_share * knows * helped
    exposed_walking = unfound_walking * (1 - knows + knows * waiting)
    exposed_staying = unfound_staying * (1 - help_under_way)
    dead_walking = _deaths(clock.walking, exposed_walking)
    dead_staying = _deaths(clock.staying, exposed_staying)
    death = walks[:, 0] * dead_walking + (1 - walks[:, 0]) * dead_staying
    still_there = walks * clock.walking * exposed_walking + (1 - walks) * clock.staying * exposed_staying
    return Fate(death, still_there, clock.staying)


def walkers(water: WaterReach, stranding: StrandingParameters) -> tuple[Array, Array]:
    """Return the chances that a person leaves on foot, and that walkers know where water is, each of shape (n, 1)."""
    nearness = np.exp(-water.distance_km[:, :1] / stranding.near_water_km)
    walks = stranding.walk_share + (1 - stranding.walk_share) * nearness
    knows = stranding.knows_water_share + (1 - stranding.knows_water_share) * nearness
    return walks, knows


def arrival_h(clock: Clocks, distance_km: Array) -> NDArray[np.int64]:
    """Return the whole hours until walkers have gone a distance, shape (n,); beyond the horizon where they never do."""
    return np.asarray((clock.walked_km < distance_km[:, None]).sum(axis=1))


def _ends_on_foot(clock: Clocks, water: WaterReach, alarm_delay_h: int, car_h: Array | None) -> tuple[Array, Array]:
    """Probability, by hour, that walkers who know of water are not yet safe, and that help they called has come."""
    hours = np.arange(clock.walked_km.shape[1])
    waiting, helped = np.ones((1, 1)), np.zeros((1, 1))
    for k, (distance_km, first) in enumerate(zip(water.distance_km.T, water.first_working.T, strict=True)):
        arrived_h = arrival_h(clock, distance_km)
        last = np.minimum(arrived_h, hours[-1])[:, None]
        caller_alive = np.take_along_axis(np.broadcast_to(clock.walking, (len(last), len(hours))), last, axis=1)
        car = np.full(len(arrived_h), np.nan) if car_h is None else car_h[:, k]
        safe_h, help_h = (arrived_h + np.where(np.isnan(car), at_water, car) for at_water in (0, alarm_delay_h))
        waiting = waiting - np.where(hours >= safe_h[:, None], first[:, None], 0.0)
        helped = helped + np.where(hours >= help_h[:, None], first[:, None] * caller_alive, 0.0)
    return np.maximum(waiting, 0.0), helped


def _deaths(alive: Array, exposed: Array) -> Array:
    """Sum over the hours the deaths among those still exposed; whoever is exposed at the horizon counts too."""
    per_hour = -np.diff(alive, axis=1) * exposed[:, 1:]
    return np.asarray(per_hour.sum(axis=1) + alive[:, -1] * exposed[:, -1])
