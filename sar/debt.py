"""Coverage over days: what visits on several days reach together, each counting the days since the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY
from sar.benefit import VisitBenefit

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class CoverageDebt:
    """What a visit to each of n segments on each of D days is worth, by the day of the visit before.

    Time since the last visit is counted in whole days: passes on the same day count once, which promises a little less
    than they reach.

    Attributes
    ----------
    first : array, shape (n, D)
        A first visit of the plan on each day.
    again : array, shape (n, D)
        A visit so many days after another of the plan; column 0 is zero.
    """

    first: Array
    again: Array

    @classmethod
    def of(cls, benefit: VisitBenefit, hours_since: Array | float, days: int) -> CoverageDebt:
        """Tabulate a benefit for a plan.

        Parameters
        ----------
        benefit : VisitBenefit
        hours_since : float or array, shape (n,)
            Since the last visit before the plan, at its first day.
        days : int
        """
        since = np.asarray(hours_since, dtype=float)
        first = np.stack([benefit.after(since + HOURS_PER_DAY * day) for day in range(days)], axis=1)
        again = np.stack([benefit.after(HOURS_PER_DAY * day) for day in range(days)], axis=1)
        return cls(first, again)

    @property
    def days(self) -> int:
        """Days of the plan."""
        return int(self.first.shape[1])

    def by_visit(self, visited: Bools) -> Array:
        """Return what each visit reaches, shape (n, D), zero where there is none; `visited` has the same shape."""
        worth = np.zeros_like(self.first)
        rows = np.arange(len(self.first))
        last = np.full(len(self.first), -1)
        for day in range(self.days):
            here = visited[:, day]
            worth[here, day] = self._step(rows[here], last[here], day)
            last[here] = day
        return worth

    def _step(self, rows: NDArray[np.int64], last: NDArray[np.int64], day: int | NDArray[np.int64]) -> Array:
        """Worth of a visit on a day when the one before was on day `last` (-1: before the plan)."""
        since = np.where(last < 0, 0, day - last)
        return np.where(last < 0, self.first[rows, day], self.again[rows, since])

    def gain(self, visited: Bools, day: int) -> Array:
        """Return what one more visit to each segment on a day adds to the visits given, shape (n,), not negative.

        Zero where the segment is visited on that day already.
        """
        rows = np.arange(len(self.first))
        before, after = np.full(len(rows), -1), np.full(len(rows), self.days)
        for other in range(day):
            before[visited[:, other]] = other
        for other in range(self.days - 1, day, -1):
            after[visited[:, other]] = other
        added = self._step(rows, before, day)
        has_next = after < self.days
        later = np.minimum(after, self.days - 1)
        split = self.again[rows, np.minimum(later - day, self.days - 1)]
        whole = self._step(rows, before, later)
        added = added + np.where(has_next, split - whole, 0.0)
        return np.where(visited[:, day], 0.0, np.maximum(added, 0.0))

    def best_of_visits(self) -> Array:
        """Return the most that 0, 1, ..., D visits to each segment reach, shape (n, D + 1), made concave from above.

        The best days for a number of visits by dynamic programming over the last day visited; the concave hull keeps it
        a bound.
        """
        n, days = self.first.shape
        best = np.zeros((n, days + 1))
        ending = self.first.copy()  # the best of so many visits that ends on each day
        for visits in range(1, days + 1):
            best[:, visits] = np.maximum(best[:, visits - 1], ending[:, visits - 1 :].max(axis=1))
            onward = np.full_like(ending, -np.inf)
            for day in range(visits, days):
                onward[:, day] = np.max(
                    ending[:, visits - 1 : day] + self.again[:, day - np.arange(visits - 1, day)], axis=1
                )
            ending = onward
        return concave_from_above(best)


def concave_from_above(values: Array) -> Array:
    """Return the least concave function over each row (at 0, 1, 2, ...) that is nowhere below it."""
    hull = values.copy()
    for middle in range(1, values.shape[1] - 1):
        for low in range(middle):
            for high in range(middle + 1, values.shape[1]):
                part = (middle - low) / (high - low)
                hull[:, middle] = np.maximum(hull[:, middle], (1 - part) * values[:, low] + part * values[:, high])
    return hull
