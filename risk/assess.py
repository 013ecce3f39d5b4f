"""Water, heat and the fate of a stranded group at any set of positions, before the stranding rate is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from risk.blocks import Block
from risk.climate import HourlyWeather
from risk.heat import HourlyLoss, LossTable, hourly_loss
from risk.response import Responders
from risk.sea import Sea
from risk.stranding import Clocks, Fate, StrandingParameters, WaterReach, clocks, fate
from risk.survival import BodyParameters, WalkParameters
from risk.terrain import Ground, elevation_m, walk_slowness
from risk.water import WaterDistance, WaterSupply, water_distance
from risk.weather import WeatherRecord

Array = NDArray[np.float64]

#: Days of a forecast that are followed hour by hour; most fates are settled by then, and the last day goes on.
FORECAST_DAYS = 3


@dataclass(frozen=True)
class Conditions:
    """What holds everywhere on a day.

    Attributes
    ----------
    on : date
    supply : WaterSupply
    weather : WeatherRecord
    table : LossTable
    sea : Sea or None
        Without it sea legs are not assessed.
    ground : Ground
    responders : Responders or None
        Without them nobody knows how far the nearest base is.
    blocks : tuple of Block
        Areas closed on the day.
    body, walk, stranding
        Parameters of the model.
    """

    on: date
    supply: WaterSupply
    weather: WeatherRecord
    table: LossTable
    sea: Sea | None = None
    ground: Ground = field(default_factory=Ground)
    responders: Responders | None = None
    blocks: tuple[Block, ...] = ()
    body: BodyParameters = field(default_factory=BodyParameters)
    walk: WalkParameters = field(default_factory=WalkParameters)
    stranding: StrandingParameters = field(default_factory=StrandingParameters)


@dataclass(frozen=True)
class Assessment:
    """What a stranding would mean at n positions; the parts are aligned.

    Attributes
    ----------
    lon, lat : array, shape (n,)
    conditions : Conditions
        Those it was made under, for layers that need more than the parts below.
    water : WaterDistance
    slowness : array, shape (n, k)
        How much longer the walk to each water takes than over level firm ground.
    weather, loss, reach, clock, fate
        The steps from weather to fate.
    """

    lon: Array
    lat: Array
    conditions: Conditions
    water: WaterDistance
    slowness: Array
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
    slowness = walk_slowness(conditions.ground, lon, lat, water.lon, water.lat, water.distance_m)
    days = min(FORECAST_DAYS, conditions.weather.covered_days(conditions.on))
    weather = conditions.weather.hours(lon, lat, conditions.on, days, elevation_m(conditions.ground, lon, lat))
    loss = hourly_loss(conditions.table, weather)
    clock = clocks(loss, conditions.body, conditions.walk, conditions.stranding)
    reach = WaterReach.of(water, conditions.stranding.winding * slowness)
    outcome = fate(clock, reach, traffic_per_h, conditions.stranding)
    return Assessment(lon, lat, conditions, water, slowness, weather, loss, reach, clock, outcome)
