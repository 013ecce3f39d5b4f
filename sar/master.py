"""The choice among the drives of a pool, relaxed to shares of convoys or whole, as a linear programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog
from scipy.sparse import coo_array, csr_array

from data.errors import NoAnswer
from sar.columns import Column, Group, Pair, Pool
from sar.solver import solve_milp

Array = NDArray[np.float64]
#: An entry of a matrix: row, column, factor.
Entry = tuple[int, int, float]

#: Prices are smoothed against jumps: so much stays of those before.
SMOOTHING = 0.5
#: The search for whole convoys among the drives found stops after so many nodes, or at this gap.
WHOLE_NODES, WHOLE_GAP = 300, 1e-4


@dataclass(frozen=True)
class Prices:
    """What a visit to each segment (n,) and a litre of each group (groups,) cost."""

    segment: Array
    litre: Array

    def towards(self, other: Prices) -> Prices:
        """Return prices between these and others."""
        return Prices(
            SMOOTHING * self.segment + (1 - SMOOTHING) * other.segment,
            SMOOTHING * self.litre + (1 - SMOOTHING) * other.litre,
        )


@dataclass(frozen=True)
class Choice:
    """A drive on a day by a convoy of a group."""

    group: Group
    day: int
    pair: Pair
    column: Column


class Master:
    """The choice among the drives of a pool, relaxed to shares of convoys or whole, as a linear programme.

    Variables: each further visit to a segment, then the convoys of a group that drive each drive on each day.
    """

    def __init__(self, pool: Pool, groups: list[Group], slopes: Array) -> None:
        self._worth = np.argwhere(slopes > 0)
        self._slopes = slopes[self._worth[:, 0], self._worth[:, 1]]
        self._scale = max(float(self._slopes.max(initial=0.0)), 1e-300)
        self._pool, self._groups, self._n = pool, groups, len(slopes)
        self._used: list[Choice] = []
        self._share: Array = np.zeros(0)

    def relaxed(self) -> tuple[float, Prices]:
        """Solve with shares of convoys; return the value and the prices."""
        at_most, balance, right = self._state()
        found = linprog(
            self._cost(),
            A_ub=at_most,
            b_ub=np.zeros(at_most.shape[0]),
            A_eq=balance,
            b_eq=right,
            bounds=np.stack([np.zeros(len(self._upper())), self._upper()], axis=1),
            method="highs",
        )
        if found.x is None:
            raise NoAnswer("no ways join the places where convoys begin, pass nights and end within shift and fuel")
        self._share = found.x[len(self._worth) :]
        prices = np.maximum(-found.ineqlin.marginals * self._scale, 0.0)
        return -float(found.fun) * self._scale, Prices(
            prices[: self._n], prices[self._n :] / np.array([group.fuel_l for group in self._groups])
        )

    def whole(self) -> list[Choice]:
        """Choose whole convoys among the drives that the relaxation uses and those given first.

        The search ends after a fixed number of nodes; empty when it found nothing until then.
        """
        at_most, balance, right = self._state()
        worth = len(self._worth)
        used = np.concatenate([np.ones(worth), np.where(self._share > 1e-6, 1.0, 0.0)])
        found = solve_milp(
            self._cost(),
            integrality=np.concatenate([np.zeros(worth), np.ones(len(self._used))]),
            bounds=Bounds(0.0, np.minimum(self._upper(), used * len(self._pool.space.request.convoys))),
            constraints=[LinearConstraint(at_most, -np.inf, 0.0), LinearConstraint(balance, right, right)],
            options={"node_limit": WHOLE_NODES, "mip_rel_gap": WHOLE_GAP},
        )
        if found.x is None:
            return []
        convoys = np.rint(found.x[worth:]).astype(int)
        return [each for each, count in zip(self._used, convoys, strict=True) for _ in range(count)]

    def shares(self) -> list[Choice]:
        """Return the drives that the relaxation uses."""
        return [each for each, convoys in zip(self._used, self._share, strict=True) if convoys > 1e-6]

    def _cost(self) -> Array:
        return np.concatenate([-self._slopes / self._scale, np.zeros(len(self._used))])

    def _upper(self) -> Array:
        return np.concatenate([np.ones(len(self._worth)), np.full(len(self._used), np.inf)])

    def _state(self) -> tuple[csr_array, csr_array, Array]:
        """Write that visits need drives and drives need fuel, and where each group is day by day."""
        self._used = []
        entries: list[Entry] = []
        fuel: list[Entry] = []
        right: list[float] = []
        for number, group in enumerate(self._groups):
            self._add_group(group, self._n + number, entries, fuel, right)
        first = len(self._worth)
        sizes = [len(choice.column.rows) for choice in self._used]
        seen = np.concatenate([np.zeros(0, dtype=np.int64), *(choice.column.rows for choice in self._used)])
        by = np.repeat(np.arange(len(self._used)), sizes) + first
        rows = np.concatenate([self._worth[:, 0], seen, [row for row, _, _ in fuel]])
        columns = np.concatenate([np.arange(first), by, [column for _, column, _ in fuel]])
        factors = np.concatenate([np.ones(first), -np.ones(len(seen)), [factor for _, _, factor in fuel]])
        total = first + len(self._used)
        shape = (self._n + len(self._groups), total)
        at_most = coo_array((factors, (rows.astype(np.int64), columns.astype(np.int64))), shape=shape).tocsr()
        places = ([row for row, _, _ in entries], [column for _, column, _ in entries])
        balance = coo_array(([factor for _, _, factor in entries], places), shape=(len(right), total)).tocsr()
        return at_most, balance, np.array(right)

    def _add_group(
        self, group: Group, fuel_row: int, entries: list[Entry], fuel: list[Entry], right: list[float]
    ) -> None:
        """Add the drives of a group on each day: as many begin at a place as came there the day before.

        Together they use no more fuel than is filled up: less than to ask it of each convoy, and enough for a bound.
        """
        convoys, last = len(group.convoys), len(group.kinds) - 1
        row = {(0, group.start): len(right)}
        right.append(float(convoys))
        for day in range(1, last + 1):
            for place in group.stops:
                row[day, place] = len(right)
                right.append(0.0)
        for day, kind in enumerate(group.kinds):
            for begin, end in group.pairs(day):
                for column in self._pool.of((kind, begin, end)):
                    number = len(self._worth) + len(self._used)
                    self._used.append(Choice(group, day, (kind, begin, end), column))
                    if group.metered(day, begin, end):
                        filled_l = group.fuel_l * group.filled(day, begin)
                        fuel.append((fuel_row, number, (column.fuel_l - filled_l) / group.fuel_l))
                    entries.append((row[day, begin], number, 1.0))
                    if day < last:
                        entries.append((row[day + 1, end], number, -1.0))
