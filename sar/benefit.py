"""What a visit to a segment is worth: people in distress who are met alive (some of whom others might have met)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY, M_PER_KM
from risk.parameters import Bounded, bounds
from risk.survival import read_curve

Array = NDArray[np.float64]


@dataclass(frozen=True)
class VisitParameters(Bounded):
    """How well a patrol sees, and how long ago it last came.

    Attributes
    ----------
    pod : float
        Probability that a convoy driving the segment by day detects a group at or near the track. Judgement.
    hours_since_visit : float
        Hours since the segment was last patrolled, where nothing better is known.
    """

    pod: float = field(default=0.8, metadata=bounds(0, 1))
    hours_since_visit: float = field(default=168.0, metadata=bounds(0, 24 * 365))


@dataclass(frozen=True)
class VisitBenefit:
    """Expected number of people reached alive by one visit to each of n segments, by the hours since the last one.

    benefit = POD x group x (rate x km / 24) x integral from 0 to the hours since the last visit of S_unaided(a) da:
    it grows with the time since the last visit and saturates (trapezoid rule on whole hours, linear between).

    Attributes
    ----------
    people_per_h : array, shape (n,)
        People that get stranded an hour and would be detected.
    waiting_h : array, shape (n, t)
        Integral of S_unaided to each whole hour.
    """

    people_per_h: Array
    waiting_h: Array

    @classmethod
    def of(
        cls, rate_per_km_day: Array, length_m: Array, group_size: float, still_there: Array, pod: float
    ) -> VisitBenefit:
        """Build from what risk says of each segment.

        Parameters
        ----------
        rate_per_km_day : array, shape (n,)
            Strandings per km and day; NaN (not assessed) counts as none.
        length_m : array, shape (n,)
        group_size : float
            People in a group.
        still_there : array, shape (n, t)
            Probability by whole hours to be alive and not yet found or at water.
        pod : float
            In [0, 1].
        """
        steps = (still_there[:, 1:] + still_there[:, :-1]) / 2
        waiting_h = np.concatenate([np.zeros((len(still_there), 1)), np.cumsum(steps, axis=1)], axis=1)
        per_hour = np.nan_to_num(rate_per_km_day) * length_m / M_PER_KM / HOURS_PER_DAY
        return cls(pod * group_size * per_hour, waiting_h)

    def after(self, hours_since: Array | float) -> Array:
        """Return the people reached by a visit so many hours after the last, shape (n,), not negative.

        Parameters
        ----------
        hours_since : float or array, shape (n,)
            Beyond the horizon of S_unaided nothing is added.
        """
        since = np.maximum(np.asarray(hours_since, dtype=float), 0.0)
        return np.asarray(self.people_per_h * read_curve(self.waiting_h, np.arange(len(self.waiting_h)), since))
