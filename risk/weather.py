"""The hours' weather at positions: from a file where it covers them, else from climate normals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.grid import RasterGrid
from data.units import HOURS_PER_DAY, S_PER_H
from data.weather_field import WeatherField
from risk.climate import (
    HourlyWeather,
    hourly_weather,
    radiated,
    saturation_kpa,
    solar_course,
    usual_wm2,
)
from risk.normals import CLEAR_SKY, STATIONS, Normals

Array = NDArray[np.float64]

#: Hours of local solar time for one hour of longitude.
DEG_PER_H = 15.0


@dataclass(frozen=True, eq=False)
class WeatherRecord:
    """Where weather is taken from.

    Attributes
    ----------
    stations, normals : DataFrame
        Tables `climate_stations` and `climate_normals` of the region pack.
    file : WeatherField or None
        Put in place of the normals for each value that it covers.
    rasters : mapping of str to RasterGrid
        Monthly climate, put in place of the stations' where it covers; see `risk.normals`.
    """

    stations: pd.DataFrame
    normals: pd.DataFrame
    file: WeatherField | None = None
    rasters: Mapping[str, RasterGrid] = field(default_factory=dict)

    @cached_property
    def usual(self) -> Normals:
        """Climate of any day, without the file."""
        return Normals(self.stations, self.normals, self.rasters)

    def hours(
        self, lon: Array, lat: Array, first: date, days: int = 1, elevation_m: Array | None = None
    ) -> HourlyWeather:
        """Return whole days of local solar time.

        Parameters
        ----------
        lon, lat : array, shape (n,)
            Degrees, WGS84.
        first : date
            Of local solar time.
        days : int
        elevation_m : array, shape (n,), optional
            Heights, for the lapse of the normals; NaN where not known.

        Returns
        -------
        HourlyWeather
            With arrays of shape (n, 24 x days).
        """
        each = [self._day(lon, lat, first + timedelta(days=number), elevation_m) for number in range(days)]
        if days == 1:
            return each[0]
        parts = {
            name: np.concatenate([getattr(day, name) for day in each], axis=1)
            for name in ("air_degc", "vapour_kpa", "sun_degc", "shade_degc", "night")
        }
        sources = {name: np.concatenate([day.from_file[name] for day in each], axis=1) for name in each[0].from_file}
        rasters = {name: np.all([day.from_raster[name] for day in each], axis=0) for name in each[0].from_raster}
        return HourlyWeather(**parts, from_file=sources, from_raster=rasters)

    def covered_days(self, first: date) -> int:
        """Return how many days from `first` on the file may tell something of; at least one."""
        if self.file is None:
            return 1
        last = datetime.fromtimestamp(float(self.file.series["air_degc"].times_s[-1]), UTC).date()
        return max(1, (last - first).days + 1)

    def _day(self, lon: Array, lat: Array, on: date, elevation_m: Array | None) -> HourlyWeather:
        climate = self.usual.on(lon, lat, on, elevation_m)
        usual = hourly_weather(lat, on, climate)
        if self.file is None:
            return usual
        times_s = solar_hours_s(lon, on)
        air, dew, radiation = (
            self.file.sample(name, lon, lat, times_s) for name in ("air_degc", "dew_degc", "global_wm2")
        )
        cos_zenith, _ = solar_course(lat, on)
        known = {"air": np.isfinite(air), "humidity": np.isfinite(dew), "radiation": np.isfinite(radiation)}
        told = radiated(
            np.where(known["air"], air, usual.air_degc),
            np.where(known["humidity"], saturation_kpa(dew), usual.vapour_kpa),
            np.where(known["radiation"], np.where(cos_zenith > 0, radiation, 0.0), usual_wm2(climate, cos_zenith)),
            cos_zenith,
        )
        return replace(told, from_file=known, from_raster=climate.from_raster)


def solar_hours_s(lon: Array, on: date) -> Array:
    """Return the instants of h:30 local mean solar time on a day, shape (n, 24), seconds since 1970-01-01T00Z."""
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()
    hours = np.arange(HOURS_PER_DAY) + 0.5
    return np.asarray(midnight + (hours[None, :] - lon[:, None] / DEG_PER_H) * S_PER_H)


def solar_time(moment: datetime, lon: float) -> tuple[date, int]:
    """Return day and whole hour of local mean solar time of an instant."""
    local = moment.astimezone(UTC) + timedelta(hours=lon / DEG_PER_H)
    return local.date(), local.hour


def source_label(weather: HourlyWeather, record: WeatherRecord, row: int = 0) -> dict[str, str]:
    """Say for air, humidity and radiation of one position where its hours come from."""
    label = {}
    for name, usual in (("air", STATIONS), ("humidity", STATIONS), ("radiation", CLEAR_SKY)):
        raster = weather.from_raster.get(name)
        if raster is not None and raster[row]:
            usual = record.usual.words(name)
        told = weather.from_file.get(name)
        hours, whole = (0, 1) if told is None else (int(told[row].sum()), told.shape[1])
        if hours == 0 or record.file is None:
            label[name] = usual
        else:
            label[name] = record.file.name if hours == whole else f"{record.file.name} ({hours} of {whole} h), {usual}"
    return label
