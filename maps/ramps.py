"""Classes and colours of the analyst's maps: how high, and how well known.

Two variables make a colour: lightness says how high a value is, hue how wide its interval. Lightnesses are the same in
each hue, so that the order of the risk stays whatever the hue, in grey and for the colour-blind; hues lie on the
yellow-blue axis, which the common forms of colour blindness keep. Every shade stands out from the ground by 3:1
(WCAG 2.2, 1.4.11). `tests/maps/test_ramps.py` computes all of this. Grey is what is not known; it is dashed as well,
for to some eyes the middle hue is grey too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: What lines are drawn on: land and sea.
LAND, SEA = "#fbf8f1", "#e9f0f4"
#: Rows: interval narrow, wide, very wide; columns: four classes of the value. CIELAB L* 57, 43, 29, 15.
BIVARIATE = (
    ("#ea5b00", "#b04200", "#7a2b00", "#431900"),
    ("#9f7f9b", "#7b5c76", "#583b54", "#371c34"),
    ("#5186ee", "#1163c6", "#00438b", "#002553"),
)
#: Of layers that carry no interval.
SEQUENTIAL = BIVARIATE[0]
#: Much lower, lower, about the same, higher, much higher than on the other day.
DIVERGING = ("#0a3f7a", "#2f7fc1", "#86806f", "#c8590f", "#6b1f00")
UNKNOWN = "#7b828a"
#: Times the value that the 80 % interval is wide, between narrow, wide and very wide. A Gamma posterior worth 1.3
#: reports has a width of 2.0, one worth 0.33, next to the prior alone, 2.9.
WIDTH_EDGES = (2.0, 2.9)
#: Times the value of the other day, between the classes of change.
CHANGE_EDGES = (0.5, 0.9, 1.1, 2.0)
#: Width of a line in each class, so that colour is not all.
WEIGHTS = (1.6, 2.2, 3.0, 4.0)
UNKNOWN_CLASS = -1


def value_class(values: Array, edges: tuple[float, ...], *, low_is_bad: bool = False) -> NDArray[np.int64]:
    """Return the class of each value, 0 for the best; `UNKNOWN_CLASS` where a value is NaN.

    Parameters
    ----------
    values : array, shape (n,)
    edges : tuple of float
        Ascending; a value on an edge belongs to the higher class.
    low_is_bad : bool
        True where small values are the dangerous ones.
    """
    rank = np.digitize(np.nan_to_num(values), edges)
    rank = len(edges) - rank if low_is_bad else rank
    return np.where(np.isnan(values), UNKNOWN_CLASS, rank).astype(np.int64)


def relative_width(value: Array, low: Array, high: Array) -> Array:
    """Return how many times the value its interval is wide; NaN where the value is 0 or not known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(value > 0, (high - low) / value, np.nan))


def two_variable_class(rank: NDArray[np.int64], width: Array) -> NDArray[np.int64]:
    """Return the place of each in `two_variable_palette`: class of width times four plus class of the value.

    What has no interval, as a risk of nothing, counts as very wide.
    """
    row = np.digitize(np.where(np.isnan(width), np.inf, width), WIDTH_EDGES)
    return np.where(rank < 0, UNKNOWN_CLASS, row * len(BIVARIATE[0]) + rank).astype(np.int64)


def two_variable_palette() -> tuple[str, ...]:
    """Return the colours by `two_variable_class`."""
    return tuple(colour for row in BIVARIATE for colour in row)
