"""The best that could be done: a bound on every plan, by column generation over single drives.

The choice of a drive for every convoy and day is relaxed to shares of drives; prices on segments then part the problem
into single days, each solved exactly (Dantzig and Wolfe 1960; the bound for any prices is Lagrange's). The drives found
on the way are kept: plans are made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog
from scipy.sparse import coo_array, csr_array

from sar.request import Step
from sar.solver import solve_milp
from sar.walk import Drive
from sar.workspace import Slot, Workspace

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A kind of day (terrain, hours, fuel) and the places where it begins and ends.
Pair = tuple[int, str, str]
#: An entry of a matrix: row, column, factor.
Entry = tuple[int, int, float]

#: Programmes solved side by side.
WORKERS = 2
#: The bound is good enough when it lies this close to the relaxation; prices are smoothed against jumps.
CLOSE, SMOOTHING = 1e-3, 0.5
#: The search for whole convoys among the drives found stops after so many nodes, or at this gap.
WHOLE_NODES, WHOLE_GAP = 300, 1e-4
#: Visits to required segments are worth this many times all people of the area, so that they come first.
REQUIRED_TIMES = 10.0


@dataclass(frozen=True)
class Column:
    """A drive of one day: its steps, the rows it sees (sorted), and its litres for one vehicle."""

    steps: tuple[Step, ...]
    rows: Ints
    fuel_l: float


@dataclass
class Pool:
    """Drives known so far, by kind of day and places.

    Attributes
    ----------
    space : Workspace
    kinds : list of int
        Kind of each slot.
    """

    space: Workspace
    kinds: list[int] = field(default_factory=list)
    _slots: list[Slot] = field(default_factory=list)
    _columns: dict[Pair, dict[bytes, Column]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known: dict[tuple[int, float, float], int] = {}
        for slot in self.space.slots:
            key = (id(slot.terrain), slot.hours, slot.fuel_l)
            if key not in known:
                known[key] = len(known)
                self._slots.append(slot)
            self.kinds.append(known[key])

    def of(self, pair: Pair) -> list[Column]:
        """Return the drives known for a pair."""
        return list(self._columns.get(pair, {}).values())

    @property
    def size(self) -> int:
        """Drives known."""
        return sum(len(columns) for columns in self._columns.values())

    def add(self, pair: Pair, steps: tuple[Step, ...]) -> Column:
        """Add a drive, and the same the other way round."""
        kind, start, end = pair
        rows = np.unique(np.array([row for row, _ in steps], dtype=np.int64))
        column = Column(steps, rows, self.space.fuel_of(self._slots[kind], steps))
        self._columns.setdefault(pair, {}).setdefault(rows.tobytes(), column)
        if start != end:
            back = Column(tuple((row, not forward) for row, forward in reversed(steps)), rows, column.fuel_l)
            self._columns.setdefault((kind, end, start), {}).setdefault(rows.tobytes(), back)
        return self._columns[pair][rows.tobytes()]

    def solve(self, pair: Pair, prize: Array, fuel_l: float | None = None) -> Column | None:
        """Return the best drive for some prizes; None where there is none."""
        kind, start, end = pair
        found = self.space.drive(self._slots[kind], start, end, prize, fuel_l=fuel_l)
        return None if found is None else self.add(pair, found[1])

    def bounds(self, asked: Sequence[tuple[Pair, float]], prize: Array) -> list[float]:
        """Bound what any drive of each pair collects, less a price for each litre; minus infinity where there is none.

        The best drives found are added. Pairs are solved side by side.
        """

        def drive(each: tuple[Pair, float]) -> tuple[Drive, tuple[Step, ...]] | None:
            (kind, start, end), per_litre = each
            return self.space.drive(self._slots[kind], start, end, prize, per_litre=per_litre)

        with ThreadPoolExecutor(WORKERS) as threads:
            found = list(threads.map(drive, asked))
        for (pair, _), each in zip(asked, found, strict=True):
            if each is not None:
                self.add(pair, each[1])
        return [-np.inf if each is None else each[0].bound for each in found]


@dataclass(frozen=True)
class Group:
    """Convoys that may do the same.

    Attributes
    ----------
    convoys : tuple of int
    kinds : tuple of int
        Kind of each day.
    stops : tuple of str
        Places for the night.
    start, end : str
    fills : frozenset of str
        Places where they can fill up.
    fuel_l : float
        That one vehicle may plan with when it is filled up.
    """

    convoys: tuple[int, ...]
    kinds: tuple[int, ...]
    stops: tuple[str, ...]
    start: str
    end: str
    fills: frozenset[str]
    fuel_l: float

    def metered(self, day: int, begin: str, end: str) -> bool:
        """Say whether a day's fuel counts together with that of others: not between two places to fill up."""
        return not (self.filled(day, begin) and (end in self.fills or day == len(self.kinds) - 1))

    def filled(self, day: int, place: str) -> bool:
        """Say whether a vehicle leaves a place filled up."""
        return day == 0 or place in self.fills

    def pairs(self, day: int) -> list[tuple[str, str]]:
        """Return the places between which a day may lead."""
        last = len(self.kinds) - 1
        begins = (self.start,) if day == 0 else self.stops
        ends = (self.end,) if day == last else self.stops
        return [(begin, end) for begin in begins for end in ends]


def groups_of(pool: Pool) -> list[Group]:
    """Put convoys together that may do the same."""
    space, convoys = pool.space, pool.space.request.convoys
    found: dict[tuple[object, ...], list[int]] = {}
    for number in range(len(convoys)):
        kinds = tuple(pool.kinds[day * len(convoys) + number] for day in range(space.request.days))
        places = (space.stops[number], space.start_of(number), space.end_of(number), space.fills(number))
        key = (kinds, *places, max(space.slot(number, day).fuel_l for day in range(space.request.days)))
        found.setdefault(key, []).append(number)
    return [Group(tuple(numbers), *key) for key, numbers in found.items()]  # type: ignore[arg-type]


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


def required_worth(space: Workspace) -> float:
    """Return what the visit of a required segment counts beside its people."""
    return REQUIRED_TIMES * float(space.aim.first.max(axis=1).sum()) + 1.0 if space.request.required else 0.0


def _price(pool: Pool, groups: list[Group], slopes: Array, price: Prices) -> tuple[float, bool]:
    """Return the bound for some prices, and whether new drives were found."""
    asked = dict.fromkeys(
        (_in_order(kind, begin, end), per_litre * group.metered(day, begin, end))
        for group, per_litre in zip(groups, price.litre, strict=True)
        for day, kind in enumerate(group.kinds)
        for begin, end in group.pairs(day)
    )
    known = pool.size
    best = dict(zip(asked, pool.bounds(list(asked), price.segment), strict=True))
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
            raise RuntimeError(f"the relaxation was not solved: {found.message}")
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
