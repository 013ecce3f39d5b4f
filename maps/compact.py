"""Lines and numbers as scripts of maps take them: small."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
#: Units of a degree in which lines are told; one is 11 m.
PER_DEGREE = 10_000


def line_steps(lines: Iterable[Any]) -> list[list[int]]:
    """Return each line as lon, lat of its first vertex and the differences to each next one, in 1e-4 degrees."""
    result = []
    for line in lines:
        points = np.rint(np.asarray(line.coords) * PER_DEGREE).astype(int)
        result.append(np.concatenate([points[:1], np.diff(points, axis=0)]).ravel().tolist())
    return result


def significant(values: Array, digits: int = 3) -> Array:
    """Round to significant digits; zero and NaN stay."""
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(np.where(values != 0, abs(values), 1.0))))
    return np.asarray(np.round(values * scale) / scale)
