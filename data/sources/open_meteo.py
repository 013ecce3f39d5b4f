"""Hourly JSON of Open-Meteo's forecast and archive interfaces: one location or several."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, RemoteFile
from data.weather_field import WeatherField, WeatherSeries, plausible_degc
from data.weather_source import WeatherSource
from data.weather_table import WEATHER_VARIABLES, read_as_source

#: A location stands for the ground around it: the models behind have cells of 10 to 25 km.
REACH_M = 30_000.0
MOST_WM2 = 1500.0


def _recognises(head: bytes) -> bool:
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    return text[:1] in ("{", "[") and '"latitude"' in text


def _read(path: Path) -> WeatherField:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(f"{path.name} is not sound JSON: {error}") from None
    locations = document if isinstance(document, list) else [document]
    return _field([_Location(path.name, location) for location in locations])


class _Location:
    """One location's hours, in the units of `data.weather_field`."""

    def __init__(self, file: str, location: dict[str, Any]) -> None:
        hourly, units = location["hourly"], location.get("hourly_units", {})
        self.lon, self.lat = float(location["longitude"]), float(location["latitude"])
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"position {self.lat}, {self.lon}")
        self.times_s = _times(hourly["time"], float(location.get("utc_offset_seconds", 0)))
        if "temperature_2m" not in hourly:
            raise BadInput(f"{file}: temperature_2m is missing; ask Open-Meteo for it")
        self.air = self._degrees(file, hourly, units, "temperature_2m")
        self.dew: NDArray[np.float32] | None = None
        if "dew_point_2m" in hourly:
            self.dew = self._degrees(file, hourly, units, "dew_point_2m")
        elif "relative_humidity_2m" in hourly:
            self.dew = _dew_degc(self.air, self._column(hourly["relative_humidity_2m"]))
        self.radiation = self._column(hourly["shortwave_radiation"]) if "shortwave_radiation" in hourly else None
        if self.radiation is not None and np.nanmax(self.radiation, initial=0) > MOST_WM2:
            raise BadInput(
                f"{file}: shortwave_radiation of {np.nanmax(self.radiation):.4g} W/m2 is more than the sun gives"
            )

    def _degrees(self, file: str, hourly: dict[str, Any], units: dict[str, str], name: str) -> NDArray[np.float32]:
        values = self._column(hourly[name])
        if "F" in units.get(name, ""):
            values = (values - np.float32(32)) / np.float32(1.8)
        return plausible_degc(values, f"{file}: {name}")

    def _column(self, values: list[float | None]) -> NDArray[np.float32]:
        column = np.array([np.nan if value is None else value for value in values], dtype=np.float32)
        if column.shape != self.times_s.shape:
            raise ValueError(f"{len(column)} values for {len(self.times_s)} times")
        return column


def _times(stamps: list[Any], offset_s: float) -> NDArray[np.float64]:
    """Seconds since 1970 in UTC. Text stamps are local to the offset; numbers are instants already."""
    if not stamps:
        raise ValueError("no time")
    if isinstance(stamps[0], str):
        read = [datetime.fromisoformat(stamp) for stamp in stamps]
        if all(stamp.tzinfo is not None for stamp in read):
            return np.array([stamp.timestamp() for stamp in read])
        return np.array([stamp.replace(tzinfo=UTC).timestamp() for stamp in read]) - offset_s
    return np.array(stamps, dtype=float)


def _dew_degc(air_degc: NDArray[np.float32], humidity_pct: NDArray[np.float32]) -> NDArray[np.float32]:
    """Dew point by the Magnus form that `risk.climate.saturation_kpa` inverts."""
    share = np.log(np.clip(humidity_pct, 0.5, 100) / 100) + 17.27 * air_degc / (air_degc + 237.3)
    return np.asarray(237.3 * share / (17.27 - share), dtype=np.float32)


def _field(locations: list[_Location]) -> WeatherField:
    if not locations:
        raise ValueError("no location")
    times_s = locations[0].times_s
    if any(len(each.times_s) != len(times_s) or (each.times_s != times_s).any() for each in locations):
        raise ValueError("the locations do not share their times")
    if (np.diff(times_s) <= 0).any():
        raise ValueError("times do not ascend")
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 3600.0

    def series(columns: list[NDArray[np.float32] | None], shift_s: float = 0.0) -> dict[str, Any] | None:
        known = [column for column in columns if column is not None]
        return {"times_s": times_s - shift_s, "values": np.stack(known, axis=1)} if len(known) == len(columns) else None

    found = {
        "air_degc": series([each.air for each in locations]),
        "dew_degc": series([each.dew for each in locations]),
        # radiation is the mean over the hour before the stamp
        "global_wm2": series([each.radiation for each in locations], step_s / 2),
    }
    lon, lat = (np.array([getattr(each, axis) for each in locations]) for axis in ("lon", "lat"))
    known = {name: WeatherSeries(**each) for name, each in found.items() if each is not None}
    return WeatherField("Open-Meteo", lon, lat, REACH_M, known)


WEATHER_SOURCE = WeatherSource("open-meteo", "Open-Meteo JSON", _recognises, _read)


def _places() -> tuple[RemoteFile, ...]:
    """Forecasts of the places most asked about; others by the same address."""
    hourly = "temperature_2m,dew_point_2m,shortwave_radiation"
    towns = {"agadez": (16.973, 7.991), "dirkou": (19.004, 12.89), "arlit": (18.737, 7.385), "sebha": (27.037, 14.428)}
    address = "https://api.open-meteo.com/v1/forecast?latitude={}&longitude={}&forecast_days=7&hourly=" + hourly
    return tuple(RemoteFile(town, address.format(*latlon), f"{town}-open-meteo.json") for town, latlon in towns.items())


SOURCE = DataSource(
    name="open-meteo",
    title="Open-Meteo forecast and archive (JSON)",
    gives=("weather",),
    variables=WEATHER_VARIABLES,
    bbox=WORLD_BBOX,
    since="1940",
    until="",
    licence="CC BY 4.0",
    citation="Open-Meteo.com",
    home="https://open-meteo.com",
    patterns=("*open-meteo*.json", "*open_meteo*.json"),
    read=read_as_source,
    files=_places(),
)
