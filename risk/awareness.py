"""What heat asks of a body in each month of the year, for people who plan nothing and only ought to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY
from risk.heat import LossTable, hourly_loss
from risk.survival import (
    Behaviour,
    BodyParameters,
    WalkParameters,
    behaviour_course,
    cumulated_loss_kg,
    hours_alive,
    survival_curve,
)
from risk.weather import WeatherRecord

Array = NDArray[np.float64]

#: Standard deviations between which four fifths of people lie.
FOUR_FIFTHS = 1.2816
_HORIZON_H = 24 * 40


@dataclass(frozen=True)
class MonthHeat:
    """A month at the hottest of some positions.

    Attributes
    ----------
    month : int
        1 to 12.
    tmax_degc : float
        Usual afternoon maximum.
    rest_l, walk_l : (float, float, float)
        Litres a day that replace what an adult loses: low, middle and high of four fifths of people; resting in
        shade, and walking by day.
    alive_h : (float, float)
        Resting in shade without any water: hours after which a tenth, and nine tenths, of adults are dead.
    """

    month: int
    tmax_degc: float
    rest_l: tuple[float, float, float]
    walk_l: tuple[float, float, float]
    alive_h: tuple[float, float]


def year_of_heat(lon: Array, lat: Array, weather: WeatherRecord, table: LossTable, year: int) -> tuple[MonthHeat, ...]:
    """Return the twelve months at the hottest of n positions.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Degrees, WGS84, on land.
    weather : WeatherRecord
        The middle day of each month is asked for.
    table : LossTable
        ISO 7933; Adolph's table sets how long people live (`risk.survival`).
    year : int
    """
    return tuple(_month(lon, lat, weather, table, date(year, month, 15)) for month in range(1, 13))


def _month(lon: Array, lat: Array, weather: WeatherRecord, table: LossTable, on: date) -> MonthHeat:
    hours = weather.hours(lon, lat, on)
    loss = hourly_loss(table, hours)
    body, walk = BodyParameters(), WalkParameters()
    rest, walking = (behaviour_course(each, loss, walk) for each in (Behaviour.STAY, Behaviour.WALK_DAY))
    curve = survival_curve(cumulated_loss_kg(rest, 0, _HORIZON_H, body), 0.0, body)
    first, last = (float(hours_alive(curve, share).min()) for share in (0.9, 0.1))
    return MonthHeat(
        on.month,
        float(hours.air_degc.max()),
        _litres(rest.loss_kg_per_h, body),
        _litres(walking.loss_kg_per_h, body),
        (first, last),
    )


def _litres(loss_kg_per_h: Array, body: BodyParameters) -> tuple[float, float, float]:
    """Return what replaces a whole day's loss: a body that drinks goes on sweating, so nothing is taken off it."""
    daily = float(loss_kg_per_h.sum(axis=1).max() + HOURS_PER_DAY * body.urine_kg_per_h)
    spread = float(np.exp(FOUR_FIFTHS * body.loss_spread))
    return daily / spread, daily, daily * spread
