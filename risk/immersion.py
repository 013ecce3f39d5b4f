"""How long people live in the water, by its temperature: a curve through published points.

S(t) = (1 - lost at once) (share x Q(t / m_afloat, s_afloat) + (1 - share) x Q(t / m_bare, s_bare)), with Q the upper
tail of a lognormal. Medians grow exponentially with the temperature:

- with something to float on, m = 1.13 exp(0.111 T) h, through the geometric means of 50 % times by Hayward, Eckerson
  and Collis (Can. J. Physiol. Pharmacol. 53, 1975: 15 + 7.2 / (0.0785 - 0.0034 T) min, up to 18 degC), Golden and
  Tipton (1, 2, 6, 25 h at 5, 10, 15, 28 degC) and the UK National Immersion Incident Survey (3.6, 5.7, 9.0 h at 5, 10,
  15 degC; Environmental Ergonomics XII, 2007). Its 97.5 % point follows the greatest times of Xu and Giesbrecht
  (J. Thermal Biol., 2018) from 10 to 22 degC without having been fitted to them;
- with nothing, m = 0.29 exp(0.128 T) h, through the middle of the US Coast Guard's bands of exhaustion.

From 18 to 28 degC no data stand between; above 28 degC the curve is held. Spreads, the share afloat and the loss at
once are judgement.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from risk.parameters import Bounded, bounds

Array = NDArray[np.float64]

#: Above this the curves are held: thirst and sun take over.
WARMEST_DEGC = 28.0


@dataclass(frozen=True)
class ImmersionParameters(Bounded):
    """Parameters of the curve above.

    Attributes
    ----------
    lost_at_once : float
        Trapped, cannot swim, cold shock. Judgement; in recorded wrecks with survivors 0.24 to 0.39 of those on board
        were lost in all.
    afloat_share : float
        Of the others, those with a jacket, a tube or wreckage. Judgement.
    afloat_h, afloat_per_degc, afloat_spread : float
        Median at 0 degC, its growth and the standard deviation of the logarithm.
    bare_h, bare_per_degc, bare_spread : float
        The same without anything to float on.
    """

    lost_at_once: float = field(default=0.2, metadata=bounds(0, 0.9))
    afloat_share: float = field(default=0.6, metadata=bounds(0, 1))
    afloat_h: float = field(default=1.13, metadata=bounds(0.1, 10))
    afloat_per_degc: float = field(default=0.111, metadata=bounds(0.01, 0.3))
    afloat_spread: float = field(default=0.6, metadata=bounds(0.05, 2))
    bare_h: float = field(default=0.29, metadata=bounds(0.05, 10))
    bare_per_degc: float = field(default=0.128, metadata=bounds(0.01, 0.3))
    bare_spread: float = field(default=0.8, metadata=bounds(0.05, 2))


def median_afloat_h(water_degc: Array, parameters: ImmersionParameters | None = None) -> Array:
    """Return the median hours in the water of people with something to float on."""
    given = parameters or ImmersionParameters()
    return np.asarray(given.afloat_h * np.exp(given.afloat_per_degc * np.minimum(water_degc, WARMEST_DEGC)))


def median_bare_h(water_degc: Array, parameters: ImmersionParameters | None = None) -> Array:
    """Return the median hours in the water of people with nothing to float on."""
    given = parameters or ImmersionParameters()
    return np.asarray(given.bare_h * np.exp(given.bare_per_degc * np.minimum(water_degc, WARMEST_DEGC)))


def immersion_survival(water_degc: Array, hours: Array, parameters: ImmersionParameters | None = None) -> Array:
    """Return the probability to be alive after hours in the water.

    Parameters
    ----------
    water_degc : array
        Sea-surface temperature.
    hours : array
        Broadcast against `water_degc`; from 0.

    Returns
    -------
    array
        In [0, 1]; falls with time, rises with temperature; 1 - lost_at_once at hour 0.
    """
    given = parameters or ImmersionParameters()
    log_hours = np.log(np.maximum(hours, 1e-9))
    afloat = ndtr((np.log(median_afloat_h(water_degc, given)) - log_hours) / given.afloat_spread)
    bare = ndtr((np.log(median_bare_h(water_degc, given)) - log_hours) / given.bare_spread)
    return np.asarray((1 - given.lost_at_once) * (given.afloat_share * afloat + (1 - given.afloat_share) * bare))
