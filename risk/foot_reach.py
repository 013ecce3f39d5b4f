"""How long a group that walks keeps walking: hours on foot by hour of the clock, and the share still alive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.heat import LossTable, hourly_loss
from risk.lifeclock import LifeClock, Situation, run_clock
from risk.survival import Behaviour, BodyParameters, WalkParameters, behaviour_course, hours_from

Array = NDArray[np.float64]


def walking_hours(
    situation: Situation, table: LossTable, body: BodyParameters, walk: WalkParameters, horizon_h: int
) -> tuple[Array, LifeClock]:
    """Return the hours really walked by each hour of the clock, and the life clock of the walkers.

    Parameters
    ----------
    situation : Situation
        Of people who walk: `behaviour` by night or by day.
    horizon_h : int

    Returns
    -------
    walked_h : array, shape (horizon_h + 1,)
        Starts with 0; no longer grows once a tenth of the walkers are dead.
    clock : LifeClock

    Raises
    ------
    ValueError
        If the behaviour is to stay, or not known.
    """
    if situation.behaviour not in (Behaviour.WALK_NIGHT, Behaviour.WALK_DAY):
        raise ValueError("only people who walk have hours on foot")
    course = behaviour_course(situation.behaviour, hourly_loss(table, situation.weather), walk)
    hourly = hours_from(situation.start_hour, course.walked_km, horizon_h)[0] / walk.speed_kph
    walked = np.append(0.0, np.cumsum(hourly))
    clock = run_clock(situation, table, body, walk)
    until = min(clock.hours_p10, float(horizon_h))
    return np.minimum(walked, np.interp(until, np.arange(horizon_h + 1), walked)), clock
