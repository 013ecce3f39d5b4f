"""A day's hours from monthly station normals: temperature, vapour pressure and sun at any position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m

Array = NDArray[np.float64]

LAPSE_DEGC_PER_M = 0.0065
NEIGHBOURS = 6
#: Inverse-square weights are flattened inside this distance, so a station is not a spike on the map.
SMOOTHING_M = 60_000.0
#: Hours after solar noon at which the afternoon maximum falls, and the steepness of the night's cooling
#: (Parton and Logan 1981, air at 1.5 m: a = 1.86 h, b = 2.20).
AFTERNOON_LAG_H, NIGHT_DECAY = 1.86, 2.20
#: Share of global radiation that arrives diffuse under a clear, dusty sky. Judgement (0.15 clean to 0.4 in haze).
DIFFUSE_SHARE = 0.25
SAND_ALBEDO = 0.35
KJ_PER_WH = 3.6
#: High, clean air lets more through than the clear sky of Haurwitz; more than this is no sun. Judgement.
MOST_OF_CLEAR = 1.2
SHORTWAVE_ABSORPTION, LONGWAVE_EMISSIVITY, STEFAN_BOLTZMANN = 0.7, 0.97, 5.670374e-8


@dataclass(frozen=True)
class DayClimate:
    """Normals of one day at n positions.

    Attributes
    ----------
    tmax_degc, tmin_degc : array, shape (n,)
        Mean daily extremes.
    vapour_kpa : array, shape (n,)
        Mean vapour pressure of the day, above zero.
    sun_kj_m2 : array, shape (n,), or None
        Global radiation of the day, NaN where not known; the sky is clear there.
    from_raster : mapping of str to bool array, shape (n,)
        For "air", "humidity" and "radiation": where a climate raster tells it. Empty where there is none.
    """

    tmax_degc: Array
    tmin_degc: Array
    vapour_kpa: Array
    sun_kj_m2: Array | None = None
    from_raster: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True)
class HourlyWeather:
    """Whole days of local solar time at n positions; every array has shape (n, 24 x days), hour h at h:30.

    Attributes
    ----------
    air_degc : air temperature
    vapour_kpa : vapour pressure, never above saturation
    sun_degc, shade_degc : mean radiant temperature of a person in the sun and in shade
    night : bool, the sun is down
    from_file : mapping of str to bool array
        For "air", "humidity" and "radiation": which values a weather file gave; the others come from climate normals
        and a clear sky. Empty where no file was asked.
    from_raster : mapping of str to bool array, shape (n,)
        As in `DayClimate`, of what no weather file gave.
    """

    air_degc: Array
    vapour_kpa: Array
    sun_degc: Array
    shade_degc: Array
    night: NDArray[np.bool_]
    from_file: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    from_raster: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)


def saturation_kpa(air_degc: Array) -> Array:
    """Return the saturation vapour pressure over water in kPa (Magnus form used by ISO 7933)."""
    return np.asarray(0.6105 * np.exp(17.27 * air_degc / (air_degc + 237.3)))


def interpolate_normals(
    lon: Array, lat: Array, on: date, stations: pd.DataFrame, normals: pd.DataFrame, elevation_m: Array | None = None
) -> DayClimate:
    """Estimate a day's normals by inverse-square distance weights over the nearest stations.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Degrees, WGS84.
    on : date
        The day; months are joined linearly at their middles.
    stations, normals : DataFrame
        Tables `climate_stations` and `climate_normals` of the region pack.
    elevation_m : array, shape (n,), optional
        Height of the positions. Where given, temperature is lifted by 6.5 K per km from the stations' heights;
        without it, and where it is NaN, the stations' own heights stand for the ground between them.

    Returns
    -------
    DayClimate
    """
    table = normals.pivot(index="station_id", columns="month").loc[stations["station_id"]]
    before, after, share = month_weights(on)

    def at_stations(column: str) -> Array:
        months = table[column]
        return np.asarray((1 - share) * months[before] + share * months[after], dtype=float)

    tmax, tmin = at_stations("tmax_degc"), at_stations("tmin_degc")
    vapour = saturation_kpa((tmax + tmin) / 2) * at_stations("rh_pct") / 100
    near, weight = station_weights(lon, lat, stations)
    lift = np.zeros(len(lon))
    if elevation_m is not None:
        heights = stations["elevation_m"].to_numpy(float)
        lift = np.nan_to_num(-LAPSE_DEGC_PER_M * (elevation_m - (weight * heights[near]).sum(axis=1)))
    return DayClimate(
        (weight * tmax[near]).sum(axis=1) + lift,
        (weight * tmin[near]).sum(axis=1) + lift,
        (weight * vapour[near]).sum(axis=1),
    )


def station_weights(lon: Array, lat: Array, stations: pd.DataFrame) -> tuple[NDArray[np.int64], Array]:
    """Return rows of the nearest stations and their inverse-square weights, each of shape (n, k); weights sum to 1."""
    tree = cKDTree(earth_centred_m(stations["lon"].to_numpy(float), stations["lat"].to_numpy(float)))
    away_m, near = tree.query(earth_centred_m(lon, lat), k=min(NEIGHBOURS, len(stations)))
    away_m, near = np.reshape(away_m, (len(lon), -1)), np.reshape(near, (len(lon), -1))
    weight = 1.0 / (away_m**2 + SMOOTHING_M**2)
    return near, weight / weight.sum(axis=1, keepdims=True)


def month_weights(on: date) -> tuple[int, int, float]:
    """Return the two months whose middles enclose the day, and the weight of the second."""
    first = pd.Timestamp(on.year, on.month, 1)
    middle = first + pd.Timedelta(days=first.days_in_month / 2)
    day = pd.Timestamp(on) + pd.Timedelta(hours=12)
    step = 1 if day >= middle else -1
    other = first + pd.DateOffset(months=step)
    other_middle = other + pd.Timedelta(days=other.days_in_month / 2)
    share = (day - middle) / (other_middle - middle)
    return on.month, int(other.month), float(share)


def hourly_weather(lat: Array, on: date, climate: DayClimate) -> HourlyWeather:
    """Spread a day's normals over its hours.

    Air temperature follows a sine by day and an exponential decay by night (Parton and Logan 1981,
    doi:10.1016/0002-1571(81)90105-9); the sun's path and the clear-sky radiation come from pvlib (Haurwitz 1945).

    Parameters
    ----------
    lat : array, shape (n,)
        Degrees.
    on : date
        The day, which sets the sun's declination.
    climate : DayClimate
        For the same n positions.

    Returns
    -------
    HourlyWeather
    """
    cos_zenith, day_length_h = solar_course(lat, on)
    sun = usual_wm2(climate, cos_zenith)
    told = radiated(_air_degc(climate, day_length_h), climate.vapour_kpa[:, None], sun, cos_zenith)
    return replace(told, from_raster=climate.from_raster)


def radiated(air_degc: Array, vapour_kpa: Array, global_wm2: Array, cos_zenith: Array) -> HourlyWeather:
    """Complete air, vapour pressure and global radiation (n, h) with what a body feels of the sun."""
    vapour = np.minimum(vapour_kpa, saturation_kpa(air_degc))
    sun = _radiant_in_sun_degc(air_degc, global_wm2, cos_zenith)
    return HourlyWeather(air_degc, vapour, sun, air_degc + 0.003 * global_wm2, cos_zenith <= 0)


def solar_course(lat: Array, on: date) -> tuple[Array, Array]:
    """Return the cosine of the solar zenith at h:30 (n, 24) and the day length in hours (n,)."""
    # pvlib takes two seconds to import; commands that need no weather must not pay for it
    from pvlib import solarposition

    declination = float(solarposition.declination_spencer71(on.timetuple().tm_yday))
    hour_angle = np.radians(15.0 * (np.arange(24) + 0.5 - 12.0))
    zenith = solarposition.solar_zenith_analytical(np.radians(lat)[:, None], hour_angle[None, :], declination)
    half_day = np.arccos(np.clip(-np.tan(np.radians(lat)) * np.tan(declination), -1, 1))
    return np.cos(zenith), np.degrees(half_day) * 2 / 15.0


def clear_sky_wm2(cos_zenith: Array) -> Array:
    """Return global radiation under a clear sky (Haurwitz 1945, from pvlib), W/m2, of the shape of `cos_zenith`."""
    from pvlib import clearsky

    zenith_deg = np.degrees(np.arccos(np.clip(cos_zenith, -1, 1)))
    return np.asarray(clearsky.haurwitz(pd.Series(zenith_deg.ravel()))["ghi"].to_numpy().reshape(zenith_deg.shape))


def usual_wm2(climate: DayClimate, cos_zenith: Array) -> Array:
    """Return global radiation, W/m2: the course of a clear sky's, with the day's sum where that is known."""
    clear = clear_sky_wm2(cos_zenith)
    if climate.sun_kj_m2 is None:
        return clear
    whole_kj = clear.sum(axis=1) * KJ_PER_WH
    share = np.divide(climate.sun_kj_m2, whole_kj, out=np.ones(len(clear)), where=whole_kj > 0)
    return np.asarray(clear * np.clip(np.nan_to_num(share, nan=1.0), 0, MOST_OF_CLEAR)[:, None])


def _air_degc(climate: DayClimate, day_length_h: Array) -> Array:
    length = day_length_h[:, None]
    sunrise, night = 12.0 - length / 2, 24.0 - length
    low, span = climate.tmin_degc[:, None], (climate.tmax_degc - climate.tmin_degc)[:, None]
    since_rise = (np.arange(24) + 0.5)[None, :] - sunrise
    since_rise = np.where(since_rise < 0, since_rise + 24, since_rise)

    def daytime(hours: Array) -> Array:
        return np.asarray(np.sin(np.pi * hours / (length + 2 * AFTERNOON_LAG_H)))

    # The exponential is stretched to reach the minimum exactly at sunrise, so day joins night without a step.
    fade = np.exp(-NIGHT_DECAY * np.clip(since_rise - length, 0, None) / night)
    end = np.exp(-NIGHT_DECAY)
    night_share = daytime(length) * (fade - end) / (1 - end)
    return np.asarray(low + span * np.where(since_rise <= length, daytime(np.minimum(since_rise, length)), night_share))


def _radiant_in_sun_degc(air_degc: Array, global_wm2: Array, cos_zenith: Array) -> Array:
    """Mean radiant temperature in the open (six-direction balance, VDI 3787; Fanger's projected area factor).

    Ground is up to 22 K warmer than the air in full sun and 3 K cooler at night; a dry sky is 20 K cooler.
    """
    elevation_deg = np.degrees(np.arcsin(np.clip(cos_zenith, 0, 1)))
    projected = 0.308 * np.cos(np.radians(elevation_deg * (0.998 - elevation_deg**2 / 50_000)))
    direct = np.where(cos_zenith > 0.05, (1 - DIFFUSE_SHARE) * global_wm2 / np.maximum(cos_zenith, 0.05), 0.0)
    diffuse = 0.5 * (DIFFUSE_SHARE + SAND_ALBEDO) * global_wm2
    ground = air_degc + 273.15 - 3 + 0.025 * global_wm2
    sky = air_degc + 273.15 - 20
    longwave = 0.5 * (ground**4 + sky**4)
    shortwave = SHORTWAVE_ABSORPTION * (projected * direct + diffuse) / (LONGWAVE_EMISSIVITY * STEFAN_BOLTZMANN)
    return np.asarray((longwave + shortwave) ** 0.25 - 273.15)
