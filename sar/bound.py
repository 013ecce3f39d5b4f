"""The best that could be done: a bound on every plan, by column generation over single drives.

The choice of a drive for every convoy and day is relaxed to shares of drives; prices on segments then part the problem
into single days, each solved exactly (Dantzig and Wolfe 1960; the bound for any prices is Lagrange's). The drives found
on the way are kept: plans are made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sar.columns import Group, Pair, Pool, groups_of, required_worth
from sar.master import Master, Prices
from sar.workspace import Workspace

Array = NDArray[np.float64]

#: The bound is good enough when it lies this close to the relaxation.
CLOSE = 1e-3


@dataclass(frozen=True)
class Bound:
    """A bound on the aim of any plan.

    Attributes
    ----------
    value : float
        No plan within the same places for the night and limits of a day has a greater aim.
    master : Master
        The relaxation as solved last.
    """

    value: float
    master: Master


def bound_of(
    pool: Pool,
    rounds: int,
    *,
    progress: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Bound:
    """Bound the aim of every plan; the pool grows on the way.

    Parameters
    ----------
    pool : Pool
        With at least one drive for each kind of day of each group.
    rounds : int
        Most rounds of prices; the bound holds after any number of them.
    """
    groups = groups_of(pool)
    slopes = _slopes(pool.space)
    best_bound, best_price = float("inf"), Prices(np.zeros(len(slopes)), np.zeros(len(groups)))
    if len(groups[0].kinds) > 1:  # drives between all places, so that there is something to choose from
        pool.bounds(_asked(groups, best_price), slopes[:, 0])
    master = Master(pool, groups, slopes)
    for number in range(rounds):
        value, price = master.relaxed()
        asked = price if number == 0 else best_price.towards(price)
        bound, fresh = _price(pool, groups, slopes, asked)
        if bound < best_bound:
            best_bound, best_price = bound, asked
        if not fresh and number:
            bound, fresh = _price(pool, groups, slopes, price)
            if bound < best_bound:
                best_bound, best_price = bound, price
        if progress:
            progress((number + 1) / rounds)
        if stopped() or not fresh or best_bound - value <= CLOSE * value:
            break
    master.relaxed()
    return Bound(best_bound, master)


def _slopes(space: Workspace) -> Array:
    """Return what each further visit to a segment adds at most, shape (n, D)."""
    slopes = np.diff(space.aim.best_of_visits(), axis=1)
    slopes[space.required_rows(), 0] += required_worth(space)
    return np.maximum(slopes, 0.0)


def _asked(groups: list[Group], price: Prices) -> list[tuple[Pair, float]]:
    """Return the pairs of places that any group may join on any day, with the price of a litre there."""
    return list(
        dict.fromkeys(
            (_in_order(kind, begin, end), per_litre * group.metered(day, begin, end))
            for group, per_litre in zip(groups, price.litre, strict=True)
            for day, kind in enumerate(group.kinds)
            for begin, end in group.pairs(day)
        )
    )


def _price(pool: Pool, groups: list[Group], slopes: Array, price: Prices) -> tuple[float, bool]:
    """Return the bound for some prices, and whether new drives were found."""
    asked, known = _asked(groups, price), pool.size
    best = dict(zip(asked, pool.bounds(asked, price.segment), strict=True))
    bound = float(np.maximum(slopes - price.segment[:, None], 0.0).sum())
    for group, per_litre in zip(groups, price.litre, strict=True):
        ahead = {group.start: 0.0}
        for day, kind in enumerate(group.kinds):
            onward: dict[str, float] = {}
            for begin, end in group.pairs(day):
                own = per_litre * group.metered(day, begin, end)
                value = ahead.get(begin, -np.inf) + best[_in_order(kind, begin, end), own]
                value += own * group.fuel_l * group.filled(day, begin)
                onward[end] = max(onward.get(end, -np.inf), value)
            ahead = onward
        bound += len(group.convoys) * ahead[group.end]
    return bound, pool.size > known


def _in_order(kind: int, begin: str, end: str) -> Pair:
    """A drive may be turned round: a pair of places stands for both directions."""
    return (kind, *sorted((begin, end)))  # type: ignore[return-value]
