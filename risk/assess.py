"""Water, heat and the fate of a stranded group at any set of positions, before the stranding rate is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from risk.climate import HourlyWeather
from risk.heat import HourlyLoss, LossTable, hourly_loss
from risk.stranding import Clocks, Fate, StrandingParameters, WaterReach, clocks, fate
from risk.survival import BodyParameters, WalkParameters
from risk.water import WaterDistance, WaterSupply, water_distance
from risk.weather import WeatherRecord

Array = NDArray[np.float64]

#: Days of a forecast that are followed hour by hour; most fates are settled by then, and the last day goes on.
FORECAST_DAYS = 3


@dataclass(frozen=True)
class Conditions:
    """What holds everywhere on a day: the water known, the weather, the loss table and the model's parameters."""

    on: date
    supply: WaterSupply
    weather: WeatherRecord
    table: LossTable
    body: BodyParameters = field(default_factory=BodyParameters)
    walk: WalkParameters = field(default_factory=WalkParameters)
    stranding: StrandingParameters = field(default_factory=StrandingParameters)


@dataclass(frozen=True)
class Assessment:
    """What a stranding would mean at n positions; the parts are aligned."""

    water: WaterDistance
    weather: HourlyWeather
    loss: HourlyLoss
    reach: WaterReach
    clock: Clocks
    fate: Fate


def assess(lon: Array, lat: Array, traffic_per_h: Array, conditions: Conditions) -> Assessment:
    """Assess n positions on the day of the conditions.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Degrees, WGS84, on land.
    traffic_per_h : array, shape (n,)
        Passing vehicles that would stop.
    conditions : Conditions

    Returns
    -------
    Assessment
    """
    water = water_distance(lon, lat, conditions.supply)
    days = min(FORECAST_DAYS, conditions.weather.covered_days(conditions.on))
    weather = conditions.weather.hours(lon, lat, conditions.on, days)
    loss = hourly_loss(conditions.table, weather)
    clock = clocks(loss, conditions.body, conditions.walk, conditions.stranding)
    reach = WaterReach.of(water, conditions.stranding.winding)
    return Assessment(water, weather, loss, reach, clock, fate(clock, reach, traffic_per_h, conditions.stranding))
