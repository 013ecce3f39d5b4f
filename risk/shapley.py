"""Exact Shapley values: a total shared among its causes so that the shares sum to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def shapley_values(players: Collection[str], value: Callable[[frozenset[str]], Array]) -> dict[str, Array]:
    """Return each player's Shapley value of a vector-valued game.

    Parameters
    ----------
    players : collection of str
        At most ten: every coalition is evaluated once.
    value : callable
        Maps a coalition to an array of shape (n,).

    Returns
    -------
    dict of str to array, shape (n,)
        They sum to value(all) - value(none) (Shapley 1953).
    """
    names = tuple(players)
    worth = {
        frozenset(group): value(frozenset(group))
        for size in range(len(names) + 1)
        for group in combinations(names, size)
    }
    result = {}
    for name in names:
        others = [other for other in names if other != name]
        total = np.zeros_like(worth[frozenset()])
        for size in range(len(names)):
            weight = factorial(size) * factorial(len(names) - size - 1) / factorial(len(names))
            for group in combinations(others, size):
                total = total + weight * (worth[frozenset((*group, name))] - worth[frozenset(group)])
        result[name] = total
    return result


def log_shares(parts: dict[str, Array]) -> dict[str, Array]:
    """Return the sum as `log_ratio` and each part's share of it as `share_*`, which sum to 1.

    Where the ratio is nil there is nothing to share: each cause gets the same.
    """
    total = np.sum(list(parts.values()), axis=0)
    level = abs(total) < 1e-12
    safe = np.where(level, 1.0, total)
    result = {f"share_{name}": np.where(level, 1 / len(parts), part / safe) for name, part in parts.items()}
    return {"log_ratio": total, **result}
