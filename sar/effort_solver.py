"""The concave programme behind the allocation of several resources' effort, solved with a proven gap.

maximise sum_ik worth_ik (1 - exp(-C_ik)), C_ik = sum of rate_ir t_ir over the resources r of slots up to k,
subject to sum_i t_ir <= hours_r and t >= 0. A primal-dual interior point method (Newton on the barrier problem;
Boyd and Vandenberghe 2004, ch. 11): the Hessian falls into one block an area, so that a step costs n R^3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The best allocation so far is returned with the gap it has after so many steps, or so many without a better one.
_STEPS, _PATIENCE = 200, 6
#: Least share of the barrier's promised gain that a step must bring, and what is no loss but rounding.
_ARMIJO, _ROUNDING = 1e-4, 1e-11
#: Added to the scaled Hessian's diagonal of ones: two resources may do exactly the same.
_RIDGE = 1e-14
#: Duals stay within this factor of the barrier's own, which keeps every step one of ascent.
_DUAL_BAND = 1e8


@dataclass(frozen=True)
class Programme:
    """An allocation problem of n areas, K slots of time and R resources (an asset in a slot each).

    Attributes
    ----------
    worth : array, shape (n, K)
        What detection by the end of each slot is worth more than detection by the end of the next; not negative.
    rate : array, shape (n, R)
        Coverage for an hour of a resource in an area; not negative.
    slot : array of int, shape (R,)
        Slot each resource works in, from 0 to K - 1.
    hours : array, shape (R,)
        Not negative.
    """

    worth: Array
    rate: Array
    slot: Ints
    hours: Array

    def coverage(self, effort: Array) -> Array:
        """Return the coverage of each area by the end of each slot, shape (n, K)."""
        gained = np.zeros(self.worth.shape)
        np.add.at(gained.T, self.slot, (self.rate * effort).T)
        return np.cumsum(gained, axis=1)

    def total(self, effort: Array) -> float:
        """Return what an allocation of shape (n, R) is worth."""
        return float(-(self.worth * np.expm1(-self.coverage(effort))).sum())

    def tails(self, effort: Array) -> Array:
        """Return for each area and slot the worth not yet found from that slot on, shape (n, K)."""
        left = self.worth * np.exp(-self.coverage(effort))
        return np.cumsum(left[:, ::-1], axis=1)[:, ::-1]

    def gradient(self, effort: Array) -> Array:
        """Return the worth of one more hour, shape (n, R)."""
        return self.rate * self.tails(effort)[:, self.slot]

    def gap(self, effort: Array) -> float:
        """Return how much better than this any allocation could be at most: concavity's tangent over all hours."""
        slope = self.gradient(effort)
        best = slope.max(axis=0, initial=0.0)
        return max(float(best @ self.hours - (slope * effort).sum()), 0.0)


def maximise(programme: Programme, tolerance: float = 1e-12) -> Array:
    """Solve the programme.

    Parameters
    ----------
    programme : Programme
    tolerance : float
        The method ends when the gap is below this share of all worth or steps bring no more: ask `Programme.gap`.

    Returns
    -------
    array, shape (n, R)
        Hours; the hours of a resource that finds nothing anywhere stay at zero.
    """
    effort = np.zeros(programme.rate.shape)
    all_worth = float(programme.worth.sum())
    reach = np.cumsum(programme.worth[:, ::-1], axis=1)[:, ::-1][:, programme.slot]
    use = (programme.rate > 0) & (reach > 0) & (programme.hours > 0)
    rows, columns = np.flatnonzero(use.any(axis=1)), np.flatnonzero(use.any(axis=0))
    if len(rows) == 0:
        return effort
    part = np.ix_(rows, columns)
    scaled = Programme(
        programme.worth[rows] / all_worth,
        programme.rate[part] * programme.hours[columns],
        programme.slot[columns],
        np.ones(len(columns)),
    )
    effort[part] = _ascend(scaled, use[part], tolerance) * programme.hours[columns]
    return effort


def _ascend(programme: Programme, use: NDArray[np.bool_], tolerance: float) -> Array:
    """Follow the central path; return the best shares seen, those that only the barrier holds up set to zero."""
    shares = np.where(use, 1 / np.maximum(use.sum(axis=0), 1), 0.0)
    mu = 0.1 / use.sum()
    duals = np.where(use, mu / np.where(use, shares, 1.0), 0.0)
    best, best_gap, best_at = shares, np.inf, 0
    for count in range(_STEPS):
        step, dual_step = _newton(programme, use, shares, duals, mu)
        length = min(1.0, 0.995 * _to_boundary(shares, step))
        length = _backtrack(programme, use, shares, step, mu, length)
        dual_length = min(1.0, 0.995 * _to_boundary(duals, dual_step))
        shares = shares + length * step
        centre = np.where(use, mu / np.where(use, shares, 1.0), 0.0)
        duals = np.clip(duals + dual_length * dual_step, centre / _DUAL_BAND, centre * _DUAL_BAND)
        cleaned = _cleaned(shares, duals)
        gap = programme.gap(cleaned)
        if gap < best_gap:
            best, best_gap, best_at = cleaned, gap, count
        if best_gap <= tolerance or count - best_at > _PATIENCE:
            break
        if min(length, dual_length) > 0.1:
            mu = min(mu, float((shares * duals).sum()) / use.sum()) * (0.1 if length > 0.9 else 0.5)
            mu = max(mu, 1e-3 * tolerance / use.sum())
    return best


def _newton(
    programme: Programme, use: NDArray[np.bool_], shares: Array, duals: Array, mu: float
) -> tuple[Array, Array]:
    """Return the step of shares (each column sums to what is missing to 1) and of their duals."""
    tails = programme.tails(shares)
    later = np.maximum(programme.slot[:, None], programme.slot[None])
    hessian = programme.rate[:, :, None] * programme.rate[:, None] * tails[:, later]
    hessian *= use[:, :, None] & use[:, None]
    at = np.where(use, shares, 1.0)
    axis = np.arange(use.shape[1])
    hessian[:, axis, axis] += np.where(use, duals / at, 1.0)
    root = np.sqrt(hessian[:, axis, axis])
    hessian /= root[:, :, None] * root[:, None]
    hessian[:, axis, axis] = 1 + _RIDGE
    inverse = np.linalg.inv(hessian) / (root[:, :, None] * root[:, None]) * (use[:, :, None] & use[:, None])
    slope = np.where(use, programme.rate * tails[:, programme.slot] + mu / at, 0.0)
    free = np.einsum("irq,iq->ir", inverse, slope)
    price = np.linalg.solve(inverse.sum(axis=0), free.sum(axis=0) - (1 - shares.sum(axis=0)))
    step = free - np.einsum("irq,q->ir", inverse, price)
    dual_step = np.where(use, mu / at - duals - duals / at * step, 0.0)
    return step, dual_step


def _to_boundary(values: Array, step: Array) -> float:
    """Return the length of step at which the first value comes to zero."""
    falling = step < 0
    return float((values[falling] / -step[falling]).min(initial=np.inf))


def _backtrack(
    programme: Programme, use: NDArray[np.bool_], shares: Array, step: Array, mu: float, length: float
) -> float:
    """Shorten a step until the barrier problem gains by it."""

    def height(at: Array) -> float:
        return programme.total(at) + mu * float(np.log(at[use]).sum())

    here = height(shares)
    barrier_slope = programme.gradient(shares)[use] + mu / shares[use]
    promised = float(barrier_slope @ step[use])
    for _ in range(40):
        if height(shares + length * step) >= here + _ARMIJO * length * promised - _ROUNDING * max(1.0, abs(here)):
            break
        length /= 2
    return length


def _cleaned(shares: Array, duals: Array) -> Array:
    """Return the shares with those at zero that are smaller than their duals say, each column summing to one."""
    kept = np.where((shares > 1e-6) | (shares > duals * 1e-3), shares, 0.0)
    total = kept.sum(axis=0)
    kept = np.where(total > 0, kept, shares)
    return np.asarray(kept / kept.sum(axis=0))
