"""How fast people walk and what it costs: Tobler, Naismith, Pandolf and LCDA, and how sand slows them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Pandolf's terrain factor of loose sand, and of firm ground.
SAND_TERRAIN, FIRM_TERRAIN = 2.1, 1.0
#: A walker of a stranded group: body mass and what is carried (kg).
WALKER_KG, LOAD_KG = 65.0, 5.0


def tobler_kph(slope: Array) -> Array:
    """Return walking speed on a path, 6 exp(-3.5 |slope + 0.05|) (Tobler 1993, NCGIA TR 93-1).

    Parameters
    ----------
    slope : array
        Rise over run, positive uphill.
    """
    return np.asarray(6.0 * np.exp(-3.5 * np.abs(slope + 0.05)))


def naismith_h(distance_km: Array, ascent_m: Array) -> Array:
    """Return hours by Naismith's rule (1892): one for each 5 km and one for each 600 m of ascent."""
    return np.asarray(distance_km / 5.0 + ascent_m / 600.0)


def pandolf_w(body_kg: Array, load_kg: Array, speed_ms: Array, grade_pct: Array, terrain: Array) -> Array:
    """Return the metabolic rate of a loaded walker (Pandolf, Givoni and Goldman 1977), W.

    M = 1.5 W + 2.0 (W + L) (L / W)^2 + eta (W + L) (1.5 V^2 + 0.35 V G).
    """
    total = body_kg + load_kg
    standing = 1.5 * body_kg + 2.0 * total * (load_kg / body_kg) ** 2
    return np.asarray(standing + terrain * total * (1.5 * speed_ms**2 + 0.35 * speed_ms * grade_pct))


def lcda_w_per_kg(speed_ms: Array, grade_pct: Array) -> Array:
    """Return the metabolic rate of a walker on a treadmill (LCDA, Looney et al. 2019), W/kg.

    EE = 1.44 + 1.94 S^0.43 + 0.24 S^4 + 0.34 S G (1 - 1.05^(1 - 1.11^(G + 32))).
    """
    level = 1.44 + 1.94 * speed_ms**0.43 + 0.24 * speed_ms**4
    return np.asarray(level + 0.34 * speed_ms * grade_pct * (1 - 1.05 ** (1 - 1.11 ** (grade_pct + 32))))


def speed_factor(terrain: float, speed_ms: float = 1.0) -> float:
    """Return by how much a surface slows a walker who spends the same power as on firm ground.

    Solves Pandolf's equation on the level for the speed: loose sand (2.1) gives 0.69.
    """
    total = WALKER_KG + LOAD_KG
    firm = FIRM_TERRAIN * total * 1.5 * speed_ms**2
    return float(np.sqrt(firm / (terrain * total * 1.5)) / speed_ms)


#: Speed in loose sand over that on firm ground at the same power.
SAND_SPEED = speed_factor(SAND_TERRAIN)


def slowness(slope: Array, in_sand: NDArray[np.bool_]) -> Array:
    """Return the time a piece of ground takes over what level firm ground takes; one or more on most ground.

    Tobler's speed against its level one, and the sand factor.

    Parameters
    ----------
    slope : array
        Rise over run in the direction walked.
    in_sand : bool array, the same shape
    """
    level = tobler_kph(np.zeros_like(slope))
    return np.asarray(level / tobler_kph(slope) / np.where(in_sand, SAND_SPEED, 1.0))
