"""Where, under what and as what people on foot move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from risk.group import Group
from risk.heat import HourlyLoss
from risk.parameters import Bounded, bounds
from risk.terrain import Ground
from sar.whereabouts import Tracks

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class WanderParameters(Bounded):
    """How people on foot move. Judgement, but for speeds, which are those of `risk.survival.WalkParameters`.

    Attributes
    ----------
    speed_log_spread : float
        Between people.
    leave_mean_h : float
        From the stranding to leaving on foot, exponential.
    day_walkers : float
        Share who walk by day too.
    day_limit_degc : float
        Air temperature above which nobody walks by day.
    wander_deg : float
        Standard deviation of an hour's heading.
    told_deg : float
        Of a heading that was told.
    arrive_km : float
        Nearer than this to water, a town or the track, people find it.
    track_reach_km : float
        Farther than this from any track nobody walks along one.
    light_km : float
        Scale over which towns are chosen less.
    heat_per_degc : float
        Speed lost for each degree over 25.
    """

    speed_log_spread: float = field(default=0.2, metadata=bounds(0, 1))
    leave_mean_h: float = field(default=10.0, metadata=bounds(0.1, 240))
    day_walkers: float = field(default=0.2, metadata=bounds(0, 1))
    day_limit_degc: float = field(default=40.0, metadata=bounds(20, 60))
    wander_deg: float = field(default=12.0, metadata=bounds(0, 180))
    told_deg: float = field(default=20.0, metadata=bounds(0, 180))
    arrive_km: float = field(default=0.8, metadata=bounds(0.05, 10))
    track_reach_km: float = field(default=30.0, metadata=bounds(0, 500))
    light_km: float = field(default=30.0, metadata=bounds(1, 500))
    heat_per_degc: float = field(default=0.015, metadata=bounds(0, 0.05))


@dataclass(frozen=True, eq=False)
class Scene:
    """Where and under what a group moves.

    Attributes
    ----------
    start : datetime
        Aware; hour 0, when the vehicle stopped.
    start_hour : int
        The same in whole hours of local solar time from the first midnight of `loss`.
    hours : int
        To follow.
    anchor_lon, anchor_lat : array, shape (a,)
        Positions of the weather; each person lives under the nearest.
    loss : HourlyLoss
        At the anchors, shape (a, 24 x days).
    air_degc : array, shape (a, 24 x days)
    ground : Ground
    tracks : Tracks
    water, towns : array, shape (w, 3) and (t, 3)
        Longitude, latitude and the probability to find water there.
    no_walk : bool array, shape (hours,)
        Hours in which nobody walks, as in a sandstorm.
    """

    start: datetime
    start_hour: int
    hours: int
    anchor_lon: Array
    anchor_lat: Array
    loss: HourlyLoss
    air_degc: Array
    ground: Ground
    tracks: Tracks
    water: Array
    towns: Array
    no_walk: Bools


@dataclass(frozen=True)
class People:
    """Who walks, and what is told of how.

    Attributes
    ----------
    group : Group
    vehicle : bool
        Whether there is one to stay with.
    told_bearing_deg : float or None
        Way that walkers were said to go, degrees from north.
    left_before_h : float or None
        Walkers are known to have left by this hour.
    travel_sign : dict of int to int, or None
        For rows of tracks, +1 where people travelled with growing km, -1 against; where None, or a row missing, both
        ways are as likely.
    """

    group: Group
    vehicle: bool = True
    told_bearing_deg: float | None = None
    left_before_h: float | None = None
    travel_sign: Mapping[int, int] | None = None
