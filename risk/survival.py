"""The life clock: a body-water balance over the hours and the survival curve it gives.

Deficit(t) = loss factor x (response x evaporative loss + urine), cumulated, minus the water drunk. Death comes
where the deficit passes a threshold drawn from a lognormal distribution; the loss factor is lognormal too. With
C(t) the median cumulated loss, w the water and D the median threshold, all in kg,

    S(t) = Phi( ln((D + w) / C(t)) / sqrt(s_loss^2 + (s_threshold D / (D + w))^2) ).

Adolph's table (Physiology of Man in the Desert, 1947) sets D, `response` and urine; the spreads are judgement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from data.units import HOURS_PER_DAY
from risk.heat import HourlyLoss
from risk.parameters import Bounded, bounds

Array = NDArray[np.float64]

#: Below this many standard deviations survival is nil; clamping there keeps "more water" monotone in the far tail.
_DEEPEST_LOG_RATIO = -2.0


class Behaviour(StrEnum):
    """What a stranded group does."""

    STAY = "stay"
    WALK_NIGHT = "walk-night"
    WALK_DAY = "walk-day"


@dataclass(frozen=True)
class BodyParameters(Bounded):
    """Reference adult of 65 kg.

    Attributes
    ----------
    lethal_deficit_kg : float
        Median deficit at death (17 % of body mass; Adolph saw 15-25 %).
    response : float
        Share of the ISO 7933 loss that a drying, resting body keeps up (sweating falls by some 3 % for each % of mass
        lost); fitted to Adolph's table.
    urine_kg_per_h : float
        Urine of a person short of water, about half a litre a day.
    threshold_spread, loss_spread : float
        Standard deviations of the logarithms between people and situations. Judgement.
    """

    lethal_deficit_kg: float = field(default=11.0, metadata=bounds(4, 25))
    response: float = field(default=0.65, metadata=bounds(0.3, 1.2))
    urine_kg_per_h: float = field(default=0.022, metadata=bounds(0.005, 0.1))
    threshold_spread: float = field(default=0.15, metadata=bounds(0.01, 1))
    loss_spread: float = field(default=0.22, metadata=bounds(0.01, 1))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.loss_spread < self.threshold_spread:
            raise ValueError("loss_spread below threshold_spread would let more water shorten life in the tail")


@dataclass(frozen=True)
class WalkParameters(Bounded):
    """How a group on foot moves.

    Attributes
    ----------
    speed_kph : float
        Made good towards the aim over desert ground, windings and stops within the hour included.
    share_of_hours : float
        Part of the walking hours that is really walked.
    open_rest_share : float
        Part of the rest that is in the open because there is no vehicle to give shade.
    """

    speed_kph: float = field(default=3.2, metadata=bounds(0.5, 7))
    share_of_hours: float = field(default=0.7, metadata=bounds(0.1, 1))
    open_rest_share: float = field(default=0.5, metadata=bounds(0, 1))


@dataclass(frozen=True)
class Course:
    """A behaviour hour by hour: evaporative loss (kg/h) and distance made good (km), each of shape (n, 24 x days)."""

    loss_kg_per_h: Array
    walked_km: Array


def resting_loss(loss: HourlyLoss, open_share: float) -> Array:
    """Return the hourly loss of people of whom a share finds no shade, kg/h, shape (n, 24 x days)."""
    return open_share * loss.rest_sun + (1 - open_share) * loss.rest_shade


def behaviour_course(behaviour: Behaviour, loss: HourlyLoss, walk: WalkParameters) -> Course:
    """Return what a behaviour costs and covers in each hour of local solar time."""
    if behaviour is Behaviour.STAY:
        return Course(loss.rest_shade, np.zeros_like(loss.rest_shade))
    on_foot = loss.night if behaviour is Behaviour.WALK_NIGHT else ~loss.night
    walking = np.where(on_foot, walk.share_of_hours, 0.0)
    rest = resting_loss(loss, walk.open_rest_share)
    return Course(walking * loss.walk + (1 - walking) * rest, walking * walk.speed_kph)


def hours_from(start_hour: int, hourly: Array, horizon_h: int) -> Array:
    """Take the hours from a starting hour on; after the last day known its hours come again and again.

    Parameters
    ----------
    start_hour : int
        From the first midnight; below 24 x days.
    hourly : array, shape (n, 24 x days)

    Returns
    -------
    array, shape (n, horizon_h)
    """
    hour = start_hour + np.arange(horizon_h)
    days = hourly.shape[1] // HOURS_PER_DAY
    return hourly[:, np.where(hour < days * HOURS_PER_DAY, hour, (days - 1) * HOURS_PER_DAY + hour % HOURS_PER_DAY)]


def cumulated_loss_kg(course: Course, start_hour: int, horizon_h: int, body: BodyParameters) -> Array:
    """Return the median water lost by the end of each hour, shape (n, horizon_h + 1), kg, starting with 0."""
    hourly = body.response * hours_from(start_hour, course.loss_kg_per_h, horizon_h) + body.urine_kg_per_h
    return np.concatenate([np.zeros((len(hourly), 1)), np.cumsum(hourly, axis=1)], axis=1)


def survival_curve(lost_kg: Array, litres_per_person: Array | float, body: BodyParameters) -> Array:
    """Return the probability to be alive after each hour.

    Parameters
    ----------
    lost_kg : array, shape (n, t)
        From `cumulated_loss_kg` (a deficit at the start may be added to it).
    litres_per_person : float or array, shape (n,)
        Water that will be drunk, not negative.

    Returns
    -------
    array, shape (n, t)
        In [0, 1]; falls with time and loss, rises with water.
    """
    water = np.broadcast_to(np.asarray(litres_per_person, dtype=float), (len(lost_kg),))[:, None]
    reserve = body.lethal_deficit_kg + water
    spread = np.sqrt(body.loss_spread**2 + (body.threshold_spread * body.lethal_deficit_kg / reserve) ** 2)
    log_ratio = np.log(reserve / np.maximum(lost_kg, 1e-9))
    return np.asarray(np.where(log_ratio <= _DEEPEST_LOG_RATIO, 0.0, ndtr(log_ratio / spread)))


def read_curve(curves: Array, rows: NDArray[np.int64], hours: Array) -> Array:
    """Read curves given by whole hours at hours between them, linearly.

    Parameters
    ----------
    curves : array, shape (n, t)
        t of at least 2.
    rows : array of int
        Which curve.
    hours : array
        Of a shape that goes with `rows`; not negative. Beyond the last hour the last value holds.

    Returns
    -------
    array, shape of `rows` and `hours` together
    """
    last = curves.shape[1] - 1
    within = np.minimum(hours, last)
    whole = np.minimum(within.astype(np.int64), last - 1)
    part = within - whole
    return np.asarray((1 - part) * curves[rows, whole] + part * curves[rows, whole + 1])


def hours_alive(survival: Array, probability: float) -> Array:
    """Return the hour until which the survival probability stays at or above `probability`.

    Parameters
    ----------
    survival : array, shape (n, t)
        By whole hours from 0, falling.
    probability : float
        0.9 gives the early end of the band, 0.5 the median, 0.1 the late end.

    Returns
    -------
    array, shape (n,)
        Hours, linear between whole hours; infinity where the curve never gets there within its horizon.
    """
    below = survival < probability
    first = np.argmax(below, axis=1)
    rows = np.arange(len(survival))
    upper, lower = survival[rows, np.maximum(first - 1, 0)], survival[rows, first]
    part = np.divide(upper - probability, upper - lower, out=np.zeros_like(upper), where=upper > lower)
    return np.asarray(np.where(below.any(axis=1), np.maximum(first - 1, 0) + part, np.inf))
