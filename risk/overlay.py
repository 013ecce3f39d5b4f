"""A weighted overlay for analysts who expect one, and how stable its ranking is under other weights.

Each criterion is turned into the share of network km that is better, so that units and outliers do not matter; the
score is their weighted mean, 0 to 100. It is a ranking aid: unlike the risk it has no unit and adds no deaths.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import BadInput

Array = NDArray[np.float64]

#: Criterion to column of the table of segment risk, and whether small values are the dangerous ones.
CRITERIA = {
    "water": ("expected_water_km", False),
    "heat": ("heat", False),
    "survival": ("survival_h", True),
    "incidents": ("incident_rate_per_km_day", False),
    "lethality": ("death_probability", False),
}
DRAWS = 1000


def read_weights(text: str) -> dict[str, float]:
    """Read weights written "water=2,heat=1".

    Raises
    ------
    BadInput
        For unknown criteria, numbers that are none or negative, and weights that are all zero.
    """
    weights: dict[str, float] = {}
    faults = []
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        try:
            weight = float(value)
        except ValueError:
            weight = float("nan")
        if name not in CRITERIA:
            faults.append(f"criterion '{name}' is not known; there are {', '.join(CRITERIA)}")
        elif not (np.isfinite(weight) and weight >= 0):
            faults.append(f"weight of {name} must be a number from 0, got '{value}'")
        else:
            weights[name] = weight
    if not faults and sum(weights.values()) == 0:
        faults.append("all weights are zero")
    if faults:
        raise BadInput(faults)
    return weights


def criterion_scores(table: pd.DataFrame, length_m: Array) -> pd.DataFrame:
    """Return each criterion as the share of network km that is better, 0 to 1; rows as in `table`, none NaN."""
    result = {}
    for name, (column, low_is_bad) in CRITERIA.items():
        badness = table[column].to_numpy(float) * (-1 if low_is_bad else 1)
        order = np.argsort(badness, kind="stable")
        better = np.empty(len(table))
        better[order] = (np.cumsum(length_m[order]) - length_m[order]) / length_m.sum()
        # equal values share the rank of the first of them, so row order does not matter
        first = pd.Series(better).groupby(badness).transform("min")
        result[name] = first.to_numpy(float)
    return pd.DataFrame(result, index=table.index)


def overlay(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Return the weighted mean of criterion scores, 0 to 100."""
    total = sum(weights.values())
    return sum(scores[name] * (weight / total) for name, weight in weights.items()) * 100


def rank_stability(
    scores: pd.DataFrame, criteria: list[str], top: int, rng: np.random.Generator, draws: int = DRAWS
) -> pd.Series:
    """Return in what share of random weightings each segment is among the `top` worst.

    Weights are uniform on the simplex of the criteria given (Dirichlet with ones); ties go to the earlier row.
    """
    weights = rng.dirichlet(np.ones(len(criteria)), size=draws)
    values = scores[criteria].to_numpy(float)
    hits = np.zeros(len(scores))
    for draw in weights:
        worst = np.argsort(-(values @ draw), kind="stable")[:top]
        hits[worst] += 1
    return pd.Series(hits / draws, index=scores.index)
