"""Where a few new sites would reach most people: maximal covering with graded cover, solved exactly.

With g_ij >= 0 what site j alone adds for the people of row i, a set S of at most p sites is worth

    f(S) = sum_i max_{j in S} g_ij.

Cover of 0 or 1 gives the maximal covering location problem (Church and ReVelle 1974); graded cover is the p-median
(Hakimi 1964) in terms of gains. The model is the strong one, x_ij <= y_j for every pair, whose linear relaxation is
seldom far from whole numbers; HiGHS solves it through `scipy.optimize.milp`. f is monotone and submodular (Cornuejols,
Fisher and Nemhauser 1977), which gives a greedy start and says which candidates cannot be in an optimal set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult
from scipy.sparse import coo_array, csc_array, eye_array, hstack

from sar.solver import solve_milp

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The objective is scaled so that the start is worth this much: the solver stops at differences of about 1e-6.
_SCALE = 1e4
#: Differences below this share of the total are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Siting:
    """An answer and how far it can be from the best; gains in the unit of the benefit.

    Attributes
    ----------
    sites : tuple of int
        Columns chosen, in the order in which each adds most to those before it; none that adds nothing.
    gain : tuple of float
        What each adds to those before it; they sum to `total` and never rise.
    loss : tuple of float
        What would be lost without it, the others standing; at most its gain.
    total : float
        Worth of the set.
    bound : float
        No set of so many sites is worth more.
    possible : float
        Worth of all candidates together.
    proven : bool
        Whether the solver ended with the optimum rather than at its time limit.
    status : str
        The solver's own words.
    searched : int
        Candidates left to the solver after those that cannot be in an optimal set.
    """

    sites: tuple[int, ...]
    gain: tuple[float, ...]
    loss: tuple[float, ...]
    total: float
    bound: float
    possible: float
    proven: bool
    status: str
    searched: int

    @property
    def gap(self) -> float:
        """How far the set can be from the best, as a share of its worth; 0 when it is the best."""
        return max(0.0, self.bound / self.total - 1) if self.total > 0 else 0.0


def worth(benefit: csc_array, sites: Sequence[int]) -> float:
    """Return f(S): the sum over rows of the best value among some columns."""
    return float(_best(benefit, sites).sum())


def choose_sites(benefit: csc_array, count: int, *, time_limit_s: float = 120.0) -> Siting:
    """Choose at most `count` columns whose row-wise maxima sum to most.

    Parameters
    ----------
    benefit : sparse array, shape (rows, candidates)
        What each candidate alone adds for each row, finite and not negative; what is not stored is zero.
    count : int
        At least 1.
    time_limit_s : float
        After which the best set found stands, with the bound reached until then.

    Returns
    -------
    Siting
        The same for the same input, unless the time limit ends it.

    Raises
    ------
    ValueError
        If count is below 1 or a benefit is negative or not finite.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    benefit = csc_array(benefit, dtype=float, copy=True)
    if not (np.isfinite(benefit.data).all() and (benefit.data >= 0).all()):
        raise ValueError("benefits must be finite and not negative")
    benefit.eliminate_zeros()
    possible = float(benefit.max(axis=1).toarray().sum()) if benefit.nnz else 0.0
    if possible == 0.0:
        return Siting((), (), (), 0.0, 0.0, 0.0, True, "no candidate adds anything", 0)
    start = _swapped(benefit, _greedy(benefit, range(benefit.shape[1]), count))
    floor = worth(benefit, start)
    kept = _may_be_optimal(benefit, start, count, floor)
    answer = _solve(benefit[:, kept], count, _SCALE / floor, time_limit_s)
    found = [] if answer.x is None else [int(kept[k]) for k in np.flatnonzero(answer.x[-len(kept) :] > 0.5)]
    best = max(start, found, key=lambda sites: worth(benefit, sites))
    order = _greedy(benefit, best, count)
    total = worth(benefit, order)
    told = getattr(answer, "mip_dual_bound", None)
    bound = possible if told is None else min(possible, -float(told) * floor / _SCALE)
    proven = answer.status == 0
    # the solver's bound of an optimum carries its tolerance
    bound = total if proven and bound < total * (1 + ROUNDING) else max(bound, total)
    gain, loss = _gains(benefit, order)
    return Siting(tuple(order), gain, loss, total, bound, possible, proven, str(answer.message), len(kept))


def _best(benefit: csc_array, sites: Sequence[int]) -> Array:
    """Return the best value of each row among some columns, shape (rows,)."""
    best = np.zeros(benefit.shape[0])
    for site in sites:
        part = slice(benefit.indptr[site], benefit.indptr[site + 1])
        rows = benefit.indices[part]
        best[rows] = np.maximum(best[rows], benefit.data[part])
    return best


def _added(benefit: csc_array, best: Array) -> Array:
    """Return what each column adds to rows that already have `best`, shape (candidates,)."""
    column = np.repeat(np.arange(benefit.shape[1]), np.diff(benefit.indptr))
    more = np.maximum(benefit.data - best[benefit.indices], 0.0)
    return np.bincount(column, weights=more, minlength=benefit.shape[1]).astype(np.float64)


def _greedy(benefit: csc_array, among: Sequence[int], count: int) -> list[int]:
    """Take the column that adds most, again and again, until none adds anything; ties go to the first."""
    chosen: list[int] = []
    allowed = np.asarray(sorted(among), dtype=np.int64)
    while len(chosen) < min(count, len(allowed)):
        added = _added(benefit, _best(benefit, chosen))[allowed]
        if added.max() <= 0:
            break
        chosen.append(int(allowed[np.argmax(added)]))
    return chosen


def _swapped(benefit: csc_array, sites: list[int]) -> list[int]:
    """Exchange one site for another as long as that is worth more (Teitz and Bart 1968)."""
    here, better = list(sites), True
    while better:
        better = False
        for number in range(len(here)):
            others = here[:number] + here[number + 1 :]
            best = _best(benefit, others)
            added = _added(benefit, best)
            if added.max() > added[here[number]] + ROUNDING * best.sum():
                here[number], better = int(np.argmax(added)), True
    return here


def _may_be_optimal(benefit: csc_array, start: Sequence[int], count: int, floor: float) -> Ints:
    """Return the columns that an optimal set may hold.

    By submodularity f(S) <= f(A) + sum_{j in S} (f(A + j) - f(A)) for every A: with A empty and A the start, a set
    with j is worth no more than that sum for j and the best count - 1 others; below `floor` j can go.
    """
    keep = np.ones(benefit.shape[1], dtype=bool)
    for base in ((), tuple(start)):
        best = _best(benefit, base)
        added = _added(benefit, best)
        others = np.sort(added)[::-1][: max(count - 1, 0)].sum()
        keep &= best.sum() + added + others >= floor * (1 - ROUNDING)
    keep[list(start)] = True
    return np.flatnonzero(keep)


def _solve(benefit: csc_array, count: int, scale: float, time_limit_s: float) -> OptimizeResult:
    """Solve the strong model; its variables are the pairs and then the sites."""
    pairs = coo_array(benefit)
    row, site = pairs.coords
    # a row that a single candidate reaches needs no variable: the site carries its worth
    alone = np.bincount(row, minlength=benefit.shape[0])[row] == 1
    carried = np.bincount(site[alone], weights=pairs.data[alone], minlength=benefit.shape[1])
    row, site, value = np.unique(row[~alone], return_inverse=True)[1], site[~alone], pairs.data[~alone]
    number, sites = np.arange(len(row)), benefit.shape[1]
    ones = np.ones(len(row))
    chosen = coo_array((ones, (number, site)), shape=(len(row), sites))
    one_each = coo_array((ones, (row, number)), shape=(int(row.max(initial=-1)) + 1, len(row)))
    constraints = [LinearConstraint(coo_array(np.r_[np.zeros(len(row)), np.ones(sites)][None, :]), ub=count)]
    if len(row):
        constraints.append(LinearConstraint(hstack([eye_array(len(row)), -chosen], format="csc"), ub=0))
        blank = coo_array((one_each.shape[0], sites))
        constraints.append(LinearConstraint(hstack([one_each, blank], format="csc"), ub=1))
    return solve_milp(
        -scale * np.concatenate([value, carried]),
        integrality=np.concatenate([np.zeros(len(row)), np.ones(sites)]),
        bounds=Bounds(0, 1),
        constraints=constraints,
        options={"mip_rel_gap": 0.0, "time_limit": time_limit_s},
    )


def _gains(benefit: csc_array, order: list[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return what each site adds to those before it, and what the set loses without it."""
    upto = [worth(benefit, order[:number]) for number in range(len(order) + 1)]
    without = [worth(benefit, order[:number] + order[number + 1 :]) for number in range(len(order))]
    gain = tuple(after - before for before, after in zip(upto[:-1], upto[1:], strict=True))
    return gain, tuple(upto[-1] - rest for rest in without)
