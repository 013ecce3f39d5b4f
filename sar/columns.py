"""Drives of single days known so far, and the convoys that may do the same."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sar.request import Step
from sar.walk import Drive
from sar.workspace import Slot, Workspace

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A kind of day (terrain, hours, fuel) and the places where it begins and ends.
Pair = tuple[int, str, str]

#: Programmes solved side by side.
WORKERS = 2
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

        The best drives found are added. Pairs are solved side by side, the prices of a pair one after the other: a
        programme keeps the cuts it was given.
        """
        litres: dict[Pair, list[float]] = {}
        for pair, per_litre in asked:
            litres.setdefault(pair, []).append(per_litre)

        def drives(pair: Pair) -> list[tuple[Drive, tuple[Step, ...]] | None]:
            kind, start, end = pair
            slot = self._slots[kind]
            return [self.space.drive(slot, start, end, prize, per_litre=each) for each in litres[pair]]

        with ThreadPoolExecutor(WORKERS) as threads:
            solved = {pair: iter(found) for pair, found in zip(litres, threads.map(drives, litres), strict=True)}
        bounds = []
        for pair, _ in asked:
            found = next(solved[pair])
            if found is not None:
                self.add(pair, found[1])
            bounds.append(-np.inf if found is None else found[0].bound)
        return bounds


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


def required_worth(space: Workspace) -> float:
    """Return what the visit of a required segment counts beside its people."""
    return REQUIRED_TIMES * float(space.aim.first.max(axis=1).sum()) + 1.0 if space.request.required else 0.0
