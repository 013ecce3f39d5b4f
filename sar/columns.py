"""The best that could be done: a bound on every plan, by column generation over single drives.

The choice of a drive for every convoy and day is relaxed to shares of drives; prices on segments then part the problem
into single days, each solved exactly (Dantzig and Wolfe 1960; the bound for any prices is Lagrange's). The drives found
on the way are kept: plans are made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array

from sar.request import Step
from sar.workspace import Slot, Workspace

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A kind of day (terrain, hours, fuel) and the places where it begins and ends.
Pair = tuple[int, str, str]

#: The bound is good enough when it lies this close to the relaxation; prices are smoothed against jumps.
CLOSE, SMOOTHING = 2e-4, 0.5
#: Nodes of the search for whole days among the drives found.
WHOLE_NODES = 300
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

    def solve(self, pair: Pair, prize: Array, fuel_l: float | None = None) -> tuple[Column, float] | None:
        """Return the best drive for some prizes, and a bound on what any drive collects; None where there is none."""
        kind, start, end = pair
        found = self.space.drive(self._slots[kind], start, end, prize, fuel_l)
        if found is None:
            return None
        return self.add(pair, found[1]), found[0].bound


@dataclass(frozen=True)
class Group:
    """Convoys that may do the same: their numbers, kinds of days, places for the night, first and last place."""

    convoys: tuple[int, ...]
    kinds: tuple[int, ...]
    stops: tuple[str, ...]
    start: str
    end: str

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
        key = (kinds, space.stops[number], space.start_of(number), space.end_of(number))
        found.setdefault(key, []).append(number)
    return [Group(tuple(numbers), *key) for key, numbers in found.items()]  # type: ignore[arg-type]


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
    best_bound, best_price = float("inf"), np.zeros(len(slopes))
    master = Master(pool, groups, slopes)
    for number in range(rounds):
        value, price = master.relaxed()
        asked = price if number == 0 else SMOOTHING * best_price + (1 - SMOOTHING) * price
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


def _price(pool: Pool, groups: list[Group], slopes: Array, price: Array) -> tuple[float, bool]:
    """Return the bound for prices on segments, and whether new drives were found."""
    bound = float(np.maximum(slopes - price[:, None], 0.0).sum())
    fresh = False
    solved: dict[Pair, float] = {}
    for group in groups:
        ahead = {group.start: 0.0}
        for day, kind in enumerate(group.kinds):
            onward: dict[str, float] = {}
            for begin, end in group.pairs(day):
                if begin not in ahead:
                    continue
                pair = (kind, *sorted((begin, end)))
                if pair not in solved:
                    before = len(pool.of(pair))
                    found = pool.solve(pair, price)
                    fresh |= len(pool.of(pair)) > before
                    solved[pair] = -np.inf if found is None else found[1]
                if np.isfinite(solved[pair]):
                    onward[end] = max(onward.get(end, -np.inf), ahead[begin] + solved[pair])
            ahead = onward
        bound += len(group.convoys) * ahead[group.end]
    return bound, fresh


class Master:
    """The choice among the drives of a pool, relaxed to shares or whole, as a linear programme.

    Variables: each further visit to a segment, then the days on which each drive is driven.
    """

    def __init__(self, pool: Pool, groups: list[Group], slopes: Array) -> None:
        self._worth = np.argwhere(slopes > 0)
        self._slopes = slopes[self._worth[:, 0], self._worth[:, 1]]
        self._scale = max(float(self._slopes.max(initial=0.0)), 1e-300)
        self._pool, self._groups, self._n = pool, groups, len(slopes)
        self._used: list[tuple[Pair, Column]] = []
        self._days: Array = np.zeros(0)

    def relaxed(self) -> tuple[float, Array]:
        """Solve with shares of days; return the value and the price of each segment."""
        cover, balance, right = self._state()
        found = linprog(
            self._cost(),
            A_ub=cover,
            b_ub=np.zeros(self._n),
            A_eq=balance,
            b_eq=right,
            bounds=np.stack([np.zeros(len(self._upper())), self._upper()], axis=1),
            method="highs",
        )
        if found.x is None:
            raise RuntimeError(f"the relaxation was not solved: {found.message}")
        self._days = found.x[len(self._worth) :]
        return -float(found.fun) * self._scale, np.maximum(-found.ineqlin.marginals * self._scale, 0.0)

    def whole(self) -> list[tuple[Pair, Column, int]]:
        """Solve in whole days, as far as a fixed number of nodes goes; return the drives with their days."""
        cover, balance, right = self._state()
        found = milp(
            self._cost(),
            integrality=np.concatenate([np.zeros(len(self._worth)), np.ones(len(self._used))]),
            bounds=Bounds(0.0, self._upper()),
            constraints=[LinearConstraint(cover, -np.inf, 0.0), LinearConstraint(balance, right, right)],
            options={"node_limit": WHOLE_NODES},
        )
        if found.x is None:
            return []
        days = np.rint(found.x[len(self._worth) :]).astype(int)
        return [(*each, int(count)) for each, count in zip(self._used, days, strict=True) if count]

    def shares(self) -> list[tuple[Pair, Column, float]]:
        """Return the drives that the relaxation uses, with their days."""
        return [
            (*each, float(days)) for each, days in zip(self._used, self._days, strict=True) if days > 1e-6
        ]

    def _cost(self) -> Array:
        return np.concatenate([-self._slopes / self._scale, np.zeros(len(self._used))])

    def _upper(self) -> Array:
        return np.concatenate([np.ones(len(self._worth)), np.full(len(self._used), np.inf)])

    def _state(self) -> tuple[csr_array, csr_array, Array]:
        """Write that visits need drives, and how often each group drives and is where."""
        self._used = []
        entries: list[tuple[int, int, float]] = []
        right: list[float] = []
        for group in self._groups:
            self._add_group(group, entries, right)
        first = len(self._worth)
        sizes = [len(column.rows) for _, column in self._used]
        seen = np.concatenate([np.zeros(0, dtype=np.int64), *(column.rows for _, column in self._used)])
        by = np.repeat(np.arange(len(self._used)), sizes) + first
        rows = np.concatenate([self._worth[:, 0], seen])
        columns = np.concatenate([np.arange(first), by])
        factors = np.concatenate([np.ones(first), -np.ones(len(seen))])
        total = first + len(self._used)
        cover = coo_array((factors, (rows, columns)), shape=(self._n, total)).tocsr()
        places = ([each[0] for each in entries], [each[1] for each in entries])
        balance = coo_array(([each[2] for each in entries], places), shape=(len(right), total)).tocsr()
        return cover, balance, np.array(right)

    def _add_group(self, group: Group, entries: list[tuple[int, int, float]], right: list[float]) -> None:
        """Add the drives of a group: as many as it has days of each kind, and each place left as often as come to."""
        convoys = len(group.convoys)
        places = list(dict.fromkeys([group.start, group.end, *group.stops]))
        place_row = {place: len(right) + order for order, place in enumerate(places)}
        right += [convoys * (float(place == group.end) - float(place == group.start)) for place in places]
        for kind in dict.fromkeys(group.kinds):
            own_days = [day for day, each in enumerate(group.kinds) if each == kind]
            right.append(float(convoys * len(own_days)))
            for begin, end in dict.fromkeys(pair for day in own_days for pair in group.pairs(day)):
                for column in self._pool.of((kind, begin, end)):
                    number = len(self._worth) + len(self._used)
                    self._used.append(((kind, begin, end), column))
                    entries.append((len(right) - 1, number, 1.0))
                    if begin != end:
                        entries += [(place_row[end], number, 1.0), (place_row[begin], number, -1.0)]
