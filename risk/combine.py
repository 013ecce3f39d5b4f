"""Expected deaths per km and day on segments, and the share of each cause in them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY, M_PER_KM
from risk.assess import Assessment, Conditions, assess
from risk.blocks import blocked_segments
from risk.climate import HourlyWeather
from risk.heat import hourly_loss
from risk.incidents import StrandingRate
from risk.layer import layers
from risk.sea import SEA_CAUSES, sea_risk
from risk.shapley import log_shares, shapley_values
from risk.stranding import TRAFFIC_PER_H, Clocks, StrandingParameters, WaterReach, clocks, fate
from risk.survival import hours_alive

Array = NDArray[np.float64]

#: The causes whose shares add up. "incidents" is how often groups are stranded and how rarely anybody passes.
CAUSES = ("water", "heat", "incidents")
INTERVAL = (0.1, 0.9)
#: Modes whose median segment is the network's "typical" one: where nobody passes every hour.
TYPICAL_MODES = ("track", "desert", "foot")
TYPICAL_SAMPLE = 150


def causes_of(mode: str) -> tuple[str, ...]:
    """Return the causes whose shares add up on segments of a mode."""
    return SEA_CAUSES if mode == "sea" else CAUSES


@dataclass(frozen=True)
class SegmentRisk:
    """Risk of every segment on one day.

    Attributes
    ----------
    table : DataFrame
        Indexed by segment_id. Units: km, l/day, hours, degrees Celsius, strandings (at sea: boats in distress) per
        km and day, deaths per km and day; `share_*` of a segment sum to 1. What belongs to the land alone is NaN at
        sea and the other way round; a sea leg of a route without recorded facts is NaN throughout.
    still_there : array, shape (n, horizon + 1)
        S_unaided by hours since the stranding; zero on sea segments, where no car comes.
    """

    table: pd.DataFrame
    still_there: Array


def segment_risk(segments: pd.DataFrame, rate: StrandingRate, conditions: Conditions) -> SegmentRisk:
    """Combine layers and stranding rate into risk with its interval and shares.

    risk = rate x group size x P(death | stranded), in expected deaths per km and day; the interval carries the
    posterior of the rate.

    Parameters
    ----------
    segments : DataFrame
        From `routes.segments.cut_segments`.
    rate : StrandingRate
        Aligned with `segments`.
    conditions : Conditions

    Returns
    -------
    SegmentRisk
    """
    land = (segments["mode"] != "sea").to_numpy()
    on_land = segments[land]
    traffic = on_land["mode"].map(TRAFFIC_PER_H).to_numpy(float)
    found = assess(on_land["lon"].to_numpy(float), on_land["lat"].to_numpy(float), traffic, conditions)
    group = conditions.stranding.group_size
    mean = rate.mean_per_km_day[land]
    low, high = (rate.quantile_per_km_day(probability)[land] for probability in INTERVAL)
    columns: dict[str, Array] = {layer.column: layer.values(found) for layer in layers().values()}
    columns |= {
        "distance_to_water_km": found.water.nearest_m / M_PER_KM,
        "tmax_degc": found.weather.air_degc[:, :HOURS_PER_DAY].max(axis=1),
        "weather_hours_from_file": _hours_from_file(found.weather),
        "survival_h_p10": hours_alive(found.fate.alive_staying, 0.9),
        "survival_h_p90": hours_alive(found.fate.alive_staying, 0.1),
        "group_size": np.full(len(on_land), group),
        "incident_rate_per_km_day": mean,
        "incident_rate_low": low,
        "incident_rate_high": high,
        "risk_per_km_day": mean * group * found.fate.death,
        "risk_low": low * group * found.fate.death,
        "risk_high": high * group * found.fate.death,
    }
    columns |= _shares(found, mean, traffic, _typical(on_land, found, mean, traffic, conditions), conditions.stranding)
    still_there = np.zeros((len(segments), found.fate.still_there.shape[1]))
    still_there[land] = found.fate.still_there
    # a road may stay open where the ground beside it is closed, which only the segment knows
    columns["blocked"] = (blocked_segments(on_land, conditions.blocks) != "").to_numpy(float)
    at_sea = segments[~land]
    parts = [pd.DataFrame(columns, index=on_land.index)]
    if conditions.sea is not None and len(at_sea):
        parts.append(sea_risk(at_sea, conditions.on, conditions.sea))
    return SegmentRisk(pd.concat(parts).reindex(segments.index), still_there)


def _hours_from_file(weather: HourlyWeather) -> Array:
    """Count the first day's hours whose air temperature a weather file gave."""
    told = weather.from_file.get("air", np.zeros(weather.air_degc.shape, dtype=bool))
    return np.asarray(told[:, :HOURS_PER_DAY].sum(axis=1), dtype=float)


@dataclass(frozen=True)
class Typical:
    """The network's typical segment, over its unpaved kilometres and the twelve months."""

    reach: WaterReach
    clock: Clocks
    rate: float
    traffic_per_h: float


def _typical(on_land: pd.DataFrame, found: Assessment, rate: Array, traffic: Array, conditions: Conditions) -> Typical:
    """Take medians over the unpaved segments; the life clock's over a sample of them in every month of the year."""
    rows = on_land["mode"].isin(TYPICAL_MODES).to_numpy()
    rows = rows if rows.any() else np.ones(len(on_land), dtype=bool)
    sample = on_land[rows].iloc[:: max(1, int(rows.sum()) // TYPICAL_SAMPLE)]
    lon, lat = sample["lon"].to_numpy(float), sample["lat"].to_numpy(float)
    usual, months = replace(conditions.weather, file=None), []
    for month in range(1, 13):
        loss = hourly_loss(conditions.table, usual.hours(lon, lat, date(conditions.on.year, month, 15)))
        months.append(clocks(loss, conditions.body, conditions.walk, conditions.stranding).typical())
    year = Clocks(*(np.concatenate([getattr(each, item.name) for each in months]) for item in fields(Clocks)))
    return Typical(
        found.reach.typical(rows), year.typical(), float(np.median(rate[rows])), float(np.median(traffic[rows]))
    )


def _shares(
    found: Assessment, rate: Array, traffic: Array, typical: Typical, stranding: StrandingParameters
) -> dict[str, Array]:
    """Share the log-ratio to the typical segment among the causes (exact Shapley values)."""

    def log_risk(own: frozenset[str]) -> Array:
        reach = found.reach if "water" in own else typical.reach
        clock = found.clock if "heat" in own else typical.clock
        how_often = rate if "incidents" in own else np.full_like(rate, typical.rate)
        passing = traffic if "incidents" in own else np.full_like(traffic, typical.traffic_per_h)
        death = found.fate.death if len(own) == len(CAUSES) else fate(clock, reach, passing, stranding).death
        return np.asarray(np.log(how_often) + np.log(np.maximum(death, 1e-300)))

    return log_shares(shapley_values(CAUSES, log_risk))
