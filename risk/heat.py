"""Water a body loses in heat: ISO 7933 tabulated once, then interpolated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from risk.climate import HourlyWeather, saturation_kpa

Array = NDArray[np.float64]

#: Air speed at the skin (m/s), body mass and height of the reference adult, clothing (clo) of the table.
AIR_SPEED_MS, BODY_MASS_KG, HEIGHT_M, CLOTHING_CLO = 0.5, 65.0, 1.70, 0.6
#: Metabolic rates (met): sitting still in shade; walking 3.5-4 km/h on firm to soft ground with a light load.
METABOLIC_MET = {"rest": 1.0, "walk": 3.2}
#: The strain is computed over this long and its sweat loss divided by it, which averages the rise of the first minutes.
EXPOSURE_MIN = 240
#: Diffusion through dry skin (kg/h), which ISO 7933 leaves to its sweat term; textbook 0.3-0.5 l a day.
SKIN_DIFFUSION_KG_PER_H = 0.015


class Activity(IntEnum):
    """First axis of the loss table."""

    REST = 0
    WALK = 1


#: Sweating starts along a line air + a excess + b excess^2 = constant (fitted to ISO 7933 itself). With that sum as an
#: axis the kink runs along the grid instead of across it, and a linear table is good to 2 %.
ONSET = {Activity.REST: (0.3783, 0.00075), Activity.WALK: (0.3542, 0.00070)}


@dataclass(frozen=True)
class LossTable:
    """Body-water loss by sweat and breath on a regular grid.

    Attributes
    ----------
    loss_kg_per_h : array, shape (2, u, r, p)
        Activity, effective temperature (`effective_degc`), radiant excess (mean radiant minus air temperature), vapour
        pressure.
    effective_degc, excess_degc, vapour_kpa : array
        The regular axes.
    """

    loss_kg_per_h: Array
    effective_degc: Array
    excess_degc: Array
    vapour_kpa: Array


AXES = {
    "effective_degc": np.arange(-17.0, 76.01, 0.2),
    "excess_degc": np.arange(-16.0, 48.1, 4.0),
    "vapour_kpa": np.arange(0.0, 4.81, 0.1),
}
#: Outside these air temperatures the model is not asked; corners of the grid are taken at them.
AIR_RANGE_DEGC = (-25.0, 62.0)


def effective_degc(activity: Activity, air_degc: Array, excess_degc: Array) -> Array:
    """Return the sum of air temperature and radiant excess along which sweating starts."""
    linear, square = ONSET[activity]
    return air_degc + linear * excess_degc + square * excess_degc**2


def direct_loss_kg_per_h(activity: Activity, air_degc: Array, excess_degc: Array, vapour_kpa: Array) -> Array:
    """Return the loss from ISO 7933:2023 itself (pythermalcomfort), without the table.

    Parameters
    ----------
    activity : Activity
    air_degc, excess_degc, vapour_kpa : array, shape (n,)
        Vapour pressure above saturation is extrapolated, which keeps the table smooth up to saturation.

    Returns
    -------
    array, shape (n,)
        kg/h; the body is fully acclimatised and drinks.
    """
    from pythermalcomfort.models import phs  # imports numba

    humidity_pct = 100 * vapour_kpa / saturation_kpa(air_degc)
    strain = phs(
        tdb=air_degc,
        tr=air_degc + excess_degc,
        v=AIR_SPEED_MS,
        rh=humidity_pct,
        met=METABOLIC_MET[activity.name.lower()],
        clo=CLOTHING_CLO,
        duration=EXPOSURE_MIN,
        drink=1,
        a_p=0,
        posture="sitting" if activity is Activity.REST else "standing",
        weight=BODY_MASS_KG,
        height=HEIGHT_M,
        acclimatized=100,
        limit_inputs=False,
        round_output=False,
    )
    return np.asarray(strain.sweat_loss_g, dtype=float) / 1000 / (EXPOSURE_MIN / 60)


def build_loss_table() -> LossTable:
    """Compute the table from ISO 7933; takes seconds, so its result is shipped."""
    effective, excess, vapour = (axis.ravel() for axis in np.meshgrid(*AXES.values(), indexing="ij"))
    shape = tuple(len(axis) for axis in AXES.values())
    both = []
    for activity in Activity:
        air = np.clip(effective - effective_degc(activity, np.zeros_like(excess), excess), *AIR_RANGE_DEGC)
        # far beyond saturation, where no query comes, breath would gain water
        both.append(np.maximum(direct_loss_kg_per_h(activity, air, excess, vapour), 0.0).reshape(shape))
    return LossTable(np.stack(both), **AXES)


def water_loss_kg_per_h(
    table: LossTable, activity: Activity, air_degc: Array, radiant_degc: Array, vapour_kpa: Array
) -> Array:
    """Return total evaporative loss (sweat, breath, skin) by trilinear interpolation.

    Parameters
    ----------
    table : LossTable
    activity : Activity
    air_degc, radiant_degc, vapour_kpa : array, one shape
        Values outside the table are taken at its edge.

    Returns
    -------
    array, the same shape
        kg/h, above zero.
    """
    excess = np.clip(radiant_degc - air_degc, table.excess_degc[0], table.excess_degc[-1])
    wanted = [effective_degc(activity, air_degc, excess), excess, np.minimum(vapour_kpa, saturation_kpa(air_degc))]
    axes = [table.effective_degc, table.excess_degc, table.vapour_kpa]
    places = [(value - axis[0]) / (axis[1] - axis[0]) for value, axis in zip(wanted, axes, strict=True)]
    loss = map_coordinates(table.loss_kg_per_h[activity], places, order=1, mode="nearest")
    return np.asarray(loss + SKIN_DIFFUSION_KG_PER_H)


@dataclass(frozen=True)
class HourlyLoss:
    """Evaporative loss by hour of local solar time, kg/h, each of shape (n, 24 x days); `night`: the sun is down."""

    rest_shade: Array
    rest_sun: Array
    walk: Array
    night: NDArray[np.bool_]


def hourly_loss(table: LossTable, weather: HourlyWeather) -> HourlyLoss:
    """Return the hourly loss of an adult resting in shade, resting in the open and walking in the open."""
    air, vapour = weather.air_degc, weather.vapour_kpa
    return HourlyLoss(
        water_loss_kg_per_h(table, Activity.REST, air, weather.shade_degc, vapour),
        water_loss_kg_per_h(table, Activity.REST, air, weather.sun_degc, vapour),
        water_loss_kg_per_h(table, Activity.WALK, air, weather.sun_degc, vapour),
        weather.night,
    )
