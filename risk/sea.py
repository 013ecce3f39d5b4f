"""Risk on the sea legs, in the unit of the land: expected deaths per km and day.

A boat in distress founders at a constant hazard and puts its people into the water, where they live by
`risk.immersion`. Rescue comes from the nearest rescue port after the alarm, or with a ship that passes. The level of
each route is anchored on its recorded dead and missing; temperature, season and distance spread it over the segments.
Drift is left to a drift model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from data.units import DAYS_PER_YEAR, M_PER_KM
from risk.climate import month_weights, station_weights
from risk.immersion import ImmersionParameters, immersion_survival
from risk.parameters import Bounded, bounds
from risk.shapley import log_shares, shapley_values
from risk.survival import hours_alive
from risk.water import WaterSupply, water_distance

Array = NDArray[np.float64]

#: The causes whose shares add up at sea.
SEA_CAUSES = ("cold", "port", "incidents")
STEP_H = 1.0


@dataclass(frozen=True)
class SeaParameters(Bounded):
    """A boat in distress and its rescue. Judgement where no source is named.

    Attributes
    ----------
    founder_per_h : float
        Hazard that a boat in distress puts its people into the water.
    alarm_h, alarm_spread : float
        Median hours from the distress until a rescue boat leaves, and the standard deviation of the logarithm; crews
        ready within half an hour are the smaller part of it (US and Canadian coast guard standards), the call the
        larger.
    alarm_share : float
        Chance that the alarm is ever raised and answered.
    rescue_kph : float
        25 knots, the common published speed of coastal rescue boats.
    ships_per_h : float
        Ships that pass, see and take people on board.
    horizon_h : float
        Whoever is in the water and not met by then counts as dead.
    prior_shape : float
        How many wrecks the corridor's mean is worth on a segment; sets the width of the interval.
    """

    founder_per_h: float = field(default=0.05, metadata=bounds(0.0001, 5))
    alarm_h: float = field(default=5.0, metadata=bounds(0.1, 100))
    alarm_spread: float = field(default=0.9, metadata=bounds(0.05, 3))
    alarm_share: float = field(default=0.8, metadata=bounds(0, 1))
    rescue_kph: float = field(default=46.3, metadata=bounds(5, 100))
    ships_per_h: float = field(default=0.01, metadata=bounds(0, 1))
    horizon_h: float = field(default=96.0, metadata=bounds(12, 500))
    prior_shape: float = field(default=0.5, metadata=bounds(0.01, 100))


@dataclass(frozen=True, eq=False)
class Sea:
    """Facts of the sea: tables `sea_stations`, `sea_normals`, `sea_corridors`, and rescue ports (degrees, (m, 2))."""

    stations: pd.DataFrame
    normals: pd.DataFrame
    corridors: pd.DataFrame
    ports_lonlat: Array
    parameters: SeaParameters = field(default_factory=SeaParameters)
    immersion: ImmersionParameters = field(default_factory=ImmersionParameters)


def water_degc(lon: Array, lat: Array, on: date, sea: Sea) -> Array:
    """Return the sea-surface temperature of a day at positions, from monthly normals; shape (n,)."""
    near, weight = station_weights(lon, lat, sea.stations)
    table = sea.normals.pivot(index="station_id", columns="month", values="water_degc").loc[sea.stations["station_id"]]
    before, after, share = month_weights(on)
    at_stations = ((1 - share) * table[before] + share * table[after]).to_numpy(float)
    return np.asarray((weight * at_stations[near]).sum(axis=1))


def port_hours(lon: Array, lat: Array, sea: Sea) -> Array:
    """Return the hours a rescue boat takes from the nearest rescue port, in a straight line; shape (n,)."""
    ports = WaterSupply(sea.ports_lonlat[:, 0], sea.ports_lonlat[:, 1], np.ones(len(sea.ports_lonlat)))
    return water_distance(lon, lat, ports, 1).nearest_m / M_PER_KM / sea.parameters.rescue_kph


def death_probability(degc: Array, port_h: Array, sea: Sea) -> Array:
    """Return the probability that somebody on a boat in distress dies.

    sum over foundering at b and rescue at r of P(b) P(r) (1 - S(r - b)) for b < r, by hours; who is not met
    within the horizon and in the water by then is dead.

    Parameters
    ----------
    degc, port_h : array, shape (n,)

    Returns
    -------
    array, shape (n,)
        In [0, 1]; rises with distance, falls with temperature.
    """
    given = sea.parameters
    ends = np.arange(STEP_H, given.horizon_h + STEP_H / 2, STEP_H)
    waiting = not_rescued(port_h, ends, sea)
    rescued = -np.diff(waiting, axis=1, prepend=1.0)
    foundered = np.exp(-given.founder_per_h * (ends - STEP_H)) - np.exp(-given.founder_per_h * ends)
    # of two instants in one step one precedes the other half of the time, by a third of the step
    in_water = np.append(STEP_H / 3, ends[:-1])
    dead_after = 1 - immersion_survival(degc[:, None], in_water[None, :], sea.immersion)
    dead_after[:, 0] *= 0.5
    steps = np.arange(len(ends))
    lag = steps[:, None] - steps[None, :]  # from the step of rescue back to that of foundering
    dead = dead_after @ np.where(lag >= 0, foundered[np.clip(lag, 0, None)], 0.0).T
    never = 1 - np.exp(-given.founder_per_h * given.horizon_h)
    return np.asarray((rescued * dead).sum(axis=1) + waiting[:, -1] * never)


def not_rescued(port_h: Array, hours: Array, sea: Sea) -> Array:
    """Return the probability that nobody has come after hours, shape (n, h)."""
    given = sea.parameters
    late = np.maximum(hours[None, :] - port_h[:, None], 1e-9)
    left = ndtr((np.log(late) - np.log(given.alarm_h)) / given.alarm_spread)
    return np.asarray((1 - given.alarm_share * left) * np.exp(-given.ships_per_h * hours)[None, :])


def sea_risk(segments: pd.DataFrame, on: date, sea: Sea) -> pd.DataFrame:
    """Assess sea segments.

    Parameters
    ----------
    segments : DataFrame
        Sea segments alone, with lon, lat, length (m), corridor.
    on : date
    sea : Sea

    Returns
    -------
    DataFrame
        Indexed as `segments`: water_degc, rescue_h, survival_h with p10 and p90 (in the water), death_probability,
        incident_rate_per_km_day and risk_per_km_day with their 80 % intervals, log_ratio and `share_*` of
        `SEA_CAUSES`.
    """
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    length_km = segments["length"].to_numpy(float) / M_PER_KM
    degc, port_h = water_degc(lon, lat, on, sea), port_hours(lon, lat, sea)
    death = death_probability(degc, port_h, sea)
    facts = sea.corridors.set_index("corridor").reindex(segments["corridor"])
    group = facts["group_size"].to_numpy(float)
    rate = _distress_rate(segments, length_km, lon, lat, port_h, on, sea)
    shape = sea.parameters.prior_shape + facts["incidents"].to_numpy(float) * length_km / _corridor_km(segments)
    low, high = (gammaincinv(shape, probability) / shape for probability in (0.1, 0.9))
    hours = np.arange(0.0, 73.0)
    alive = immersion_survival(degc[:, None], hours[None, :], sea.immersion)
    columns = {
        "water_degc": degc,
        "rescue_h": port_h,
        "group_size": group,
        "survival_h": hours_alive(alive, 0.5),
        "survival_h_p10": hours_alive(alive, 0.9),
        "survival_h_p90": hours_alive(alive, 0.1),
        "death_probability": death,
        "incident_rate_per_km_day": rate,
        "incident_rate_low": rate * low,
        "incident_rate_high": rate * high,
        "risk_per_km_day": rate * group * death,
        "risk_low": rate * group * death * low,
        "risk_high": rate * group * death * high,
    }
    return pd.DataFrame({**columns, **_shares(degc, port_h, rate * group, sea)}, index=segments.index)


def _corridor_km(segments: pd.DataFrame) -> Array:
    km = segments.groupby("corridor")["length"].transform("sum") / M_PER_KM
    return np.asarray(km, dtype=float)


def _distress_rate(
    segments: pd.DataFrame, length_km: Array, lon: Array, lat: Array, port_h: Array, on: date, sea: Sea
) -> Array:
    """Return boats in distress per km and day: as many on each km as explain the route's recorded dead over a year."""
    deaths_if_one = np.zeros(len(segments))  # people dead per boat in distress, mean over the months
    months = [date(on.year, month, 15) for month in range(1, 13)]
    for day in months:
        deaths_if_one += death_probability(water_degc(lon, lat, day, sea), port_h, sea) / len(months)
    facts = sea.corridors.set_index("corridor").reindex(segments["corridor"])
    a_day = (facts["dead_missing"] / facts["years"] / DAYS_PER_YEAR).to_numpy(float)
    weight = pd.Series(deaths_if_one * length_km * facts["group_size"].to_numpy(float))
    total = weight.groupby(segments["corridor"].to_numpy()).transform("sum").to_numpy(float)
    return np.asarray(a_day / total)


def _shares(degc: Array, port_h: Array, exposed: Array, sea: Sea) -> dict[str, Array]:
    """Share the log-ratio to the typical sea segment among the causes (exact Shapley values)."""
    typical = tuple(float(np.median(part)) for part in (degc, port_h, exposed))

    def log_risk(own: frozenset[str]) -> Array:
        cold, port, people = (
            part if cause in own else np.full_like(part, usual)
            for cause, part, usual in zip(SEA_CAUSES, (degc, port_h, exposed), typical, strict=True)
        )
        return np.asarray(np.log(people) + np.log(death_probability(cold, port, sea)))

    return log_shares(shapley_values(SEA_CAUSES, log_risk))
