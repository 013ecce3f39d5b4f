"""How off-road vehicles get on over open ground. Judgement throughout: no measured table for the Sahara is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Share of the speed on known desert pistes that is made good where there is none: stops to look, ways round.
OFF_TRACK_SHARE = 0.6
#: A sand sea takes this many times as long, and as much fuel.
SAND_SLOWNESS = 2.0
#: At this slope a vehicle takes twice as long as on the level; beyond the second it does not get on.
DOUBLE_SLOPE, STEEPEST_SLOPE = 0.2, 0.45


def drive_slowness(slope: Array, in_sand: NDArray[np.bool_]) -> Array:
    """Return the time a piece of ground takes a loaded 4x4 over what level firm ground takes.

    1 + (slope / 0.2)^2, up as down, times 2 in sand; infinite beyond a slope of 0.45.

    Parameters
    ----------
    slope : array
        Rise over run.
    in_sand : bool array, the same shape
    """
    steep = 1.0 + (slope / DOUBLE_SLOPE) ** 2
    return np.where(np.abs(slope) > STEEPEST_SLOPE, np.inf, steep * np.where(in_sand, SAND_SLOWNESS, 1.0))
