"""The life clock as a user asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from api.context import RegionContext
from api.usecases.inputs import Faults, moment_of
from api.usecases.json_values import finite
from data.errors import BadInput, NoAnswer
from data.units import HOURS_PER_DAY, M_PER_KM, S_PER_H, require_utc
from maps.land import clearly_at_sea
from risk.climate import HourlyWeather, hourly_weather, saturation_kpa
from risk.group import Group
from risk.immersion import immersion_survival, median_afloat_h, median_bare_h
from risk.lifeclock import EARLIER_H, Driver, LifeClock, Situation, drivers, run_clock
from risk.sea import water_degc
from risk.survival import Behaviour, BodyParameters, WalkParameters, hours_alive, hours_from
from risk.water import WaterDistance, water_distance
from risk.weather import solar_hours_s, solar_time, source_label
from routes.positions import Position, read_position

#: Days of a forecast followed hour by hour, and hours shown with their source.
LONGEST_FORECAST_DAYS, SHOWN_HOURS = 16, 72


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

    @property
    def says_anything(self) -> bool:
        """Whether any value is given."""
        return any(value is not None for value in (self.tmax_degc, self.tmin_degc, self.humidity_pct))


@dataclass(frozen=True)
class SurvivalAnswer:
    """The clock with its surroundings; `first_value_s` is the instant of the weather's first value (seconds, UTC)."""

    position: Position
    first_value_s: float
    situation: Situation
    clock: LifeClock
    drivers: list[Driver]
    water: WaterDistance
    weather_source: dict[str, str]


@dataclass(frozen=True)
class Distress:
    """A call for help as a user tells it; every part is read by `ask`."""

    at: str
    start: str
    people: int = 0
    children: int = 0
    pregnant: int = 0
    litres: float = 0.0
    behaviour: str = "unknown"
    hours_stranded: int = 0
    tmax_degc: float | None = None
    tmin_degc: float | None = None
    humidity_pct: float | None = None


def ask(context: RegionContext, said: Distress) -> SurvivalAnswer:
    """Run the life clock for a call as told.

    Raises
    ------
    BadInput
        With every fault of it; also where both a weather file and single values are given.
    NoAnswer
        For a position at sea.
    """
    faults = Faults()
    position = faults.read(lambda: read_position(said.at, context.pack.places))
    moment = faults.read(lambda: moment_of(said.start, field="start"))
    group = faults.read(lambda: Group(said.people, said.children, said.pregnant, said.litres))
    weather = faults.read(lambda: WeatherSaid(said.tmax_degc, said.tmin_degc, said.humidity_pct))
    if weather is not None and weather.says_anything and context.weather_file is not None:
        faults.lines.append("give either a weather file or tmax, tmin and humidity, not both")
    faults.settle()
    assert position is not None and moment is not None and group is not None
    # small islands are not on the coarse map, but they are places
    if position.place_id is None and clearly_at_sea(position.lon, position.lat):
        raise NoAnswer(_at_sea(context, position, moment))
    doing = None if said.behaviour == "unknown" else Behaviour(said.behaviour)
    return survive(context, position, moment, group, doing, weather=weather, hours_stranded=said.hours_stranded)


def _at_sea(context: RegionContext, position: Position, moment: datetime) -> str:
    """Say what is known of people in the water; thirst is not what kills there."""
    degc = water_degc(np.array([position.lon]), np.array([position.lat]), moment.date(), context.sea)
    hours = immersion_survival(degc[:, None], np.arange(0.0, 73.0)[None, :], context.sea.immersion)
    afloat, bare = float(median_afloat_h(degc)[0]), float(median_bare_h(degc)[0])
    return (
        f"{position.read_as} lies at sea, where thirst is not the clock: in water of {degc[0]:.0f} degC half live "
        f"{afloat:.0f} h with something to float on, {bare:.0f} h without, {float(hours_alive(hours, 0.5)[0]):.0f} h "
        "of all who fall in; guelta drift follows a boat"
    )


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
    stranded, begin = solar_time(moment - timedelta(hours=hours_stranded + EARLIER_H), position.lon)
    days = min(LONGEST_FORECAST_DAYS, context.weather.covered_days(stranded))
    if weather is not None and weather.says_anything:
        hours, source = _as_said(context, position, stranded, weather)
    else:
        hours = context.weather.hours(lon, lat, stranded, days)
        source = source_label(hours, context.weather)
    start_hour = begin + EARLIER_H + hours_stranded
    situation = Situation(group, hours, start_hour, behaviour, hours_stranded)
    body, walk = BodyParameters(), WalkParameters()
    return SurvivalAnswer(
        position,
        float(solar_hours_s(lon, stranded)[0, 0]),
        situation,
        run_clock(situation, context.loss_table, body, walk),
        drivers(situation, context.loss_table, body, walk),
        water_distance(lon, lat, context.conditions(moment.date()).supply),
        source,
    )


def _as_said(
    context: RegionContext, position: Position, on: date, said: WeatherSaid
) -> tuple[HourlyWeather, dict[str, str]]:
    """Put what was said in place of the normals, for every day; the source of each value is kept."""
    lon, lat = np.array([position.lon]), np.array([position.lat])
    normals = context.weather.usual.on(lon, lat, on)
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
    hours = hourly_weather(lat, on, replace(normals, tmax_degc=tmax, tmin_degc=tmin, vapour_kpa=vapour))
    usual = source_label(hours, context.weather)
    given = {"tmax": said.tmax_degc, "tmin": said.tmin_degc, "humidity": said.humidity_pct}
    source = {name: usual.get(name, usual["air"]) if value is None else "given" for name, value in given.items()}
    return hours, source | {"radiation": usual["radiation"]}


def survival_document(answer: SurvivalAnswer, data_version: str) -> dict[str, Any]:
    """Return the answer as a JSON-ready document: hours, litres, km; an end beyond the horizon is null."""
    clock = answer.clock
    last = int(np.argmax(clock.curve < 0.005)) or len(clock.curve) - 1
    nearest_km = float(answer.water.nearest_m[0]) / M_PER_KM
    return {
        "data_version": data_version,
        "at": {"lon": answer.position.lon, "lat": answer.position.lat, "read_as": answer.position.read_as},
        "people": answer.situation.group.people,
        "litres_per_person": answer.situation.group.litres_per_person,
        "behaviour": answer.situation.behaviour.value if answer.situation.behaviour else "unknown",
        "weather": _weather_values(answer),
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


def _weather_values(answer: SurvivalAnswer) -> dict[str, Any]:
    """Return the extremes of the first 24 hours, and the first days hour by hour with the source of each value."""
    weather, start = answer.situation.weather, answer.situation.start_hour
    first = hours_from(start, np.stack([weather.air_degc[0], weather.vapour_kpa[0], weather.sun_degc[0]]), SHOWN_HOURS)
    told = {
        name: hours_from(start, flags[:1].astype(float), SHOWN_HOURS)[0] for name, flags in weather.from_file.items()
    }
    day = first[:, :HOURS_PER_DAY]
    return {
        "tmax_degc": float(day[0].max()),
        "tmin_degc": float(day[0].min()),
        "vapour_kpa": float(day[1].mean()),
        "source": answer.weather_source,
        "hours": [
            {
                "time": datetime.fromtimestamp(answer.first_value_s + (start + hour) * S_PER_H, UTC).isoformat(),
                "air_degc": float(first[0, hour]),
                "vapour_kpa": float(first[1, hour]),
                "radiant_sun_degc": float(first[2, hour]),
                "from_file": [name for name, flags in told.items() if flags[hour]],
            }
            for hour in range(SHOWN_HOURS)
        ],
    }
