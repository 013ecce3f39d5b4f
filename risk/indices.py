"""Standard heat indices for people who know them: WBGT, UTCI and heat index, and the work a crew may do in the heat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.climate import HourlyWeather, saturation_kpa

Array = NDArray[np.float64]

#: Wind (m/s) at the height of the body in the open and at 10 m on a calm desert day; diameter (m) and emissivity of
#: the standard globe.
BODY_WIND_MS, WIND_10M_MS, GLOBE_M, GLOBE_EMISSIVITY = 1.5, 2.5, 0.15, 0.95
#: Metabolic rates of ISO 7243:2017, Annex E (W): resting, and moderate work such as digging out a car by turns.
CLASS_W = np.array([115.0, 180.0, 300.0, 415.0, 520.0])
CLASS_LIMIT_DEGC = np.array([33.0, 30.0, 28.0, 26.0, 25.0])
REST_W, RESCUE_WORK_W = 115.0, 300.0


def humidity_pct(air_degc: Array, vapour_kpa: Array) -> Array:
    """Return relative humidity in per cent."""
    return np.asarray(np.clip(100 * vapour_kpa / saturation_kpa(air_degc), 0.0, 100.0))


def globe_degc(air_degc: Array, radiant_degc: Array, wind_ms: float = BODY_WIND_MS) -> Array:
    """Return the globe temperature in balance with a mean radiant temperature (ISO 7726, forced convection).

    (tr + 273)^4 = (tg + 273)^4 + 1.1e8 v^0.6 / (e D^0.4) (tg - ta), solved by Newton's method to 1e-6 K.
    """
    factor = 1.1e8 * wind_ms**0.6 / (GLOBE_EMISSIVITY * GLOBE_M**0.4)
    target = (radiant_degc + 273.0) ** 4
    globe = (air_degc + radiant_degc) / 2
    for _ in range(12):
        value = (globe + 273.0) ** 4 + factor * (globe - air_degc) - target
        globe = globe - value / (4 * (globe + 273.0) ** 3 + factor)
    return np.asarray(globe)


def natural_wet_bulb_degc(air_degc: Array, vapour_kpa: Array, globe: Array, wind_ms: float = BODY_WIND_MS) -> Array:
    """Return the natural wet bulb temperature (Bernard and Pourmoghani 1999, doi:10.1080/104732299302828)."""
    from pythermalcomfort.utilities import wet_bulb_tmp

    wet = np.asarray(wet_bulb_tmp(air_degc, humidity_pct(air_degc, vapour_kpa)), dtype=float)
    shaded = air_degc - (0.96 + 0.069 * np.log10(wind_ms)) * (air_degc - wet)
    sunny = wet + 0.25 * (globe - air_degc) + 0.10 / wind_ms**1.1 - 0.2
    return np.asarray(np.where(globe - air_degc < 4, shaded, sunny))


def wbgt_degc(weather: HourlyWeather) -> Array:
    """Return the wet bulb globe temperature in the open (ISO 7243), degrees Celsius, shape (n, 24)."""
    globe = globe_degc(weather.air_degc, weather.sun_degc)
    wet = natural_wet_bulb_degc(weather.air_degc, weather.vapour_kpa, globe)
    return combine_wbgt_degc(wet, globe, weather.air_degc)


def combine_wbgt_degc(wet: Array, globe: Array, air: Array) -> Array:
    """Return WBGT with solar load from its three temperatures: 0.7 wet + 0.2 globe + 0.1 air (ISO 7243).

    The definition itself: the library that also has it takes six seconds to import.
    """
    return np.asarray(0.7 * wet + 0.2 * globe + 0.1 * air)


def utci_degc(weather: HourlyWeather) -> Array:
    """Return the Universal Thermal Climate Index in the open; NaN outside its range, degrees Celsius, shape (n, 24)."""
    from pythermalcomfort.models import utci

    found = utci(
        tdb=weather.air_degc,
        tr=weather.sun_degc,
        v=WIND_10M_MS,
        rh=humidity_pct(weather.air_degc, weather.vapour_kpa),
        round_output=False,
    )
    return np.asarray(found.utci, dtype=float)


def heat_index_degc(weather: HourlyWeather) -> Array:
    """Return the heat index in shade (Lu and Romps 2022, which extends Steadman's), degrees Celsius, shape (n, 24)."""
    from pythermalcomfort.models import heat_index_lu

    found = heat_index_lu(weather.air_degc, humidity_pct(weather.air_degc, weather.vapour_kpa), round_output=False)
    return np.asarray(found.hi, dtype=float)


def wbgt_limit_degc(metabolic_w: Array | float) -> Array:
    """Return the WBGT reference value for acclimatised people, between the classes of ISO 7243 by log M."""
    return np.asarray(np.interp(np.log10(metabolic_w), np.log10(CLASS_W), CLASS_LIMIT_DEGC))


def work_share(wbgt: Array, work_w: float = RESCUE_WORK_W, rest_w: float = REST_W) -> Array:
    """Return the share of an hour that may be worked so that the hour's mean rate stays within the reference value.

    Parameters
    ----------
    wbgt : array
        Degrees Celsius.
    work_w, rest_w : float
        Metabolic rates of work and rest, W.

    Returns
    -------
    array
        From 0 (no work at all) to 1.
    """
    allowed_w = 10 ** np.interp(wbgt, CLASS_LIMIT_DEGC[::-1], np.log10(CLASS_W)[::-1])
    # hotter than the limit of rest: no work; the classes end there
    allowed_w = np.where(wbgt > CLASS_LIMIT_DEGC[0], rest_w, allowed_w)
    return np.asarray(np.clip((allowed_w - rest_w) / (work_w - rest_w), 0.0, 1.0))
