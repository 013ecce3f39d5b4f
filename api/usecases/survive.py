"""The life clock as a user asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from api.context import RegionContext
from api.usecases.json_values import finite
from data.errors import BadInput
from data.units import M_PER_KM, require_utc
from risk.climate import DayClimate, interpolate_normals, saturation_kpa
from risk.group import Group
from risk.lifeclock import Driver, LifeClock, Situation, drivers, run_clock
from risk.survival import Behaviour, BodyParameters, WalkParameters
from risk.water import WaterDistance, water_distance
from routes.positions import Position


@dataclass(frozen=True)
class WeatherSaid:
    """What a user says of the day's weather; None leaves it to the climate normals. Degrees Celsius and per cent."""

    tmax_degc: float | None = None
    tmin_degc: float | None = None
    humidity_pct: float | None = None

    def __post_init__(self) -> None:
        faults = []
        for name, value, low, high in (
            ("tmax", self.tmax_degc, -10, 58),
            ("tmin", self.tmin_degc, -20, 45),
            ("humidity", self.humidity_pct, 1, 100),
        ):
            if value is not None and not low <= value <= high:
                faults.append(f"{name} must be from {low} to {high}, got {value:g}")
        if self.tmax_degc is not None and self.tmin_degc is not None and self.tmin_degc >= self.tmax_degc:
            faults.append(f"tmin {self.tmin_degc:g} is not below tmax {self.tmax_degc:g}")
        if faults:
            raise BadInput(faults)


@dataclass(frozen=True)
class SurvivalAnswer:
    """The clock with its surroundings."""

    position: Position
    situation: Situation
    clock: LifeClock
    drivers: list[Driver]
    water: WaterDistance
    weather_source: dict[str, str]


def survive(
    context: RegionContext,
    position: Position,
    start: datetime,
    group: Group,
    behaviour: Behaviour | None,
    *,
    weather: WeatherSaid | None = None,
    hours_stranded: int = 0,
) -> SurvivalAnswer:
    """Run the life clock for a group at a position.

    Parameters
    ----------
    start : datetime
        Aware; when the clock starts.
    behaviour : Behaviour or None
        None: not known, a stated mixture.
    hours_stranded : int
        Hours before the start, from 0 to 240.

    Raises
    ------
    BadInput
        For a naive start or hours out of range.
    """
    if not 0 <= hours_stranded <= 240:
        raise BadInput(f"hours stranded must be from 0 to 240, got {hours_stranded}")
    moment = require_utc(start)
    lon, lat = np.array([position.lon]), np.array([position.lat])
    normals = interpolate_normals(lon, lat, moment.date(), context.pack.climate_stations, context.pack.climate_normals)
    climate, source = _override(normals, weather or WeatherSaid())
    solar_hour = int((moment.hour + moment.minute / 60 + position.lon / 15) % 24)
    situation = Situation(group, climate, position.lat, moment.date(), solar_hour, behaviour, hours_stranded)
    body, walk = BodyParameters(), WalkParameters()
    return SurvivalAnswer(
        position,
        situation,
        run_clock(situation, context.loss_table, body, walk),
        drivers(situation, context.loss_table, body, walk),
        water_distance(lon, lat, context.conditions(moment.date()).supply),
        source,
    )


def _override(normals: DayClimate, said: WeatherSaid) -> tuple[DayClimate, dict[str, str]]:
    """Put what was said in place of the normals; the source of each value is kept."""
    tmax = normals.tmax_degc if said.tmax_degc is None else np.array([said.tmax_degc])
    tmin = normals.tmin_degc if said.tmin_degc is None else np.array([said.tmin_degc])
    # one extreme alone moves the other with it: the day's range is better known than its level
    if said.tmin_degc is None and said.tmax_degc is not None:
        tmin = tmax - (normals.tmax_degc - normals.tmin_degc)
    if said.tmax_degc is None and said.tmin_degc is not None:
        tmax = tmin + (normals.tmax_degc - normals.tmin_degc)
    vapour = normals.vapour_kpa
    if said.humidity_pct is not None:
        vapour = saturation_kpa((tmax + tmin) / 2) * said.humidity_pct / 100
    source = {
        name: "climate normals" if value is None else "given"
        for name, value in (("tmax", said.tmax_degc), ("tmin", said.tmin_degc), ("humidity", said.humidity_pct))
    }
    return DayClimate(tmax, tmin, vapour), source


def survival_document(answer: SurvivalAnswer, data_version: str) -> dict[str, Any]:
    """Return the answer as a JSON-ready document: hours, litres, km; an end beyond the horizon is null."""
    clock, climate = answer.clock, answer.situation.climate
    last = int(np.argmax(clock.curve < 0.005)) or len(clock.curve) - 1
    nearest_km = float(answer.water.nearest_m[0]) / M_PER_KM
    return {
        "data_version": data_version,
        "at": {"lon": answer.position.lon, "lat": answer.position.lat, "read_as": answer.position.read_as},
        "people": answer.situation.group.people,
        "litres_per_person": answer.situation.group.litres_per_person,
        "behaviour": answer.situation.behaviour.value if answer.situation.behaviour else "unknown",
        "weather": {
            "tmax_degc": float(climate.tmax_degc[0]),
            "tmin_degc": float(climate.tmin_degc[0]),
            "vapour_kpa": float(climate.vapour_kpa[0]),
            "source": answer.weather_source,
        },
        "hours_p10": finite(clock.hours_p10),
        "hours_p50": finite(clock.hours_p50),
        "hours_p90": finite(clock.hours_p90),
        "litres_per_person_day": clock.litres_per_person_day,
        "reach_km": clock.reach_km,
        "nearest_water_km": nearest_km,
        "expected_water_km": float(answer.water.expected_m[0]) / M_PER_KM,
        "water_within_reach": nearest_km <= clock.reach_km,
        "curve": [{"hour": hour, "alive": float(clock.curve[hour])} for hour in range(last + 1)],
        "drivers": [
            {
                "assumption": each.name,
                "low": each.low,
                "high": each.high,
                "hours_p50_low": finite(each.hours_low),
                "hours_p50_high": finite(each.hours_high),
                "swing_h": finite(each.swing_h),
            }
            for each in answer.drivers
        ],
    }
