"""Which convoy drives what on which day: built greedily from exact drives, then improved one day after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sar.columns import Column, Pool, required_worth
from sar.workspace import Workspace

Array = NDArray[np.float64]
_EMPTY = np.zeros(0, dtype=np.int64)
_LEAST_GAIN = 1e-9


@dataclass
class Schedule:
    """Drives of all convoys and days, under construction.

    Attributes
    ----------
    space : Workspace
    pool : Pool
    drives : list of Column
        By slot.
    places : list of list of str
        For each convoy where it begins the first day, then where it passes each night, then where it ends.
    """

    space: Workspace
    pool: Pool
    drives: list[Column]
    places: list[list[str]]
    _times: NDArray[np.int64] = field(init=False)  # how many convoys see each segment on each day

    @classmethod
    def standing(cls, space: Workspace, pool: Pool) -> Schedule:
        """Return the schedule in which everybody stays at base, or keeps to what is locked."""
        request = space.request
        places = []
        for number in range(len(request.convoys)):
            base = space.stops[number][0]
            places.append([space.start_of(number), *[base] * (request.days - 1), space.end_of(number)])
        return cls(space, pool, [Column((), _EMPTY, 0.0) for _ in space.slots], places)

    def __post_init__(self) -> None:
        self._times = np.zeros(self.space.aim.first.shape, dtype=np.int64)
        for index, column in enumerate(self.drives):
            self._times[column.rows, self.space.slots[index].day] += 1

    def index(self, convoy: int, day: int) -> int:
        """Return the number of a slot."""
        return day * len(self.space.request.convoys) + convoy

    @property
    def visited(self) -> NDArray[np.bool_]:
        """Which segments are seen on which day, shape (n, D)."""
        return np.asarray(self._times > 0)

    @property
    def aim(self) -> float:
        """The aim reached."""
        return float(self.space.aim.by_visit(self.visited).sum())

    @property
    def value(self) -> float:
        """The aim reached, with what required visits count."""
        done = self.visited[self.space.required_rows()].any(axis=1).sum()
        return self.aim + float(done) * required_worth(self.space)

    def missing(self) -> list[str]:
        """Return the required segments that nobody visits."""
        rows = self.space.required_rows()
        return [str(self.space.segments.index[row]) for row in rows[~self.visited[rows].any(axis=1)]]

    def broken(self) -> list[tuple[str, str]]:
        """Return the places of days that should lead from one to another and do not."""
        pairs = [self.pair(index)[1:] for index, column in enumerate(self.drives) if not column.steps]
        return [(start, end) for start, end in pairs if start != end]

    def put(self, index: int, column: Column) -> None:
        """Give a slot another drive."""
        day = self.space.slots[index].day
        self._times[self.drives[index].rows, day] -= 1
        self._times[column.rows, day] += 1
        self.drives[index] = column

    def prize(self, day: int) -> Array:
        """Return what one more visit to each segment on a day adds, required ones first."""
        visited = self.visited
        prize = self.space.aim.gain(visited, day)
        required = self.space.required_rows()
        prize[required[~visited[required].any(axis=1)]] += required_worth(self.space)
        return prize

    def pair(self, index: int) -> tuple[int, str, str]:
        """Return the kind and the places of a slot's day."""
        slot = self.space.slots[index]
        return self.pool.kinds[index], self.places[slot.convoy][slot.day], self.places[slot.convoy][slot.day + 1]

    def fuel_left_l(self, index: int) -> float:
        """Return what a vehicle may use in a slot, given the days since and until it can fill up."""
        slot = self.space.slots[index]
        fills, places, last = self.space.fills(slot.convoy), self.places[slot.convoy], self.space.request.days
        left = slot.fuel_l
        day = slot.day
        while day > 0 and places[day] not in fills:
            day -= 1
            left -= self._needed_l(self.index(slot.convoy, day))
        day = slot.day + 1
        while day < last and places[day] not in fills:
            left -= self._needed_l(self.index(slot.convoy, day))
            day += 1
        return left

    def _needed_l(self, index: int) -> float:
        """Return the litres a slot uses, or at least will, by the quickest way."""
        if self.drives[index].steps:
            return self.drives[index].fuel_l
        _, start, end = self.pair(index)
        ways, node = self.space.slots[index].terrain.ways, self.space.slots[index].terrain.node
        return float(ways.fuel_l[ways.row(node(start)), node(end)])

    def redo(self, index: int) -> bool:
        """Give a slot the best drive there is while all else stays; say whether that gained anything."""
        slot, old = self.space.slots[index], self.drives[index]
        self.put(index, Column((), _EMPTY, 0.0))
        prize = self.prize(slot.day)
        left_l = self.fuel_left_l(index)
        found = self.pool.solve(self.pair(index), prize, None if left_l >= slot.fuel_l else max(left_l, 1e-6))
        if found is None or found.fuel_l > left_l + 1e-9:
            self.put(index, old)
            return False
        gained = float(prize[found.rows].sum() - prize[old.rows].sum())
        better = gained > _LEAST_GAIN or (not old.steps and found.steps != ())
        self.put(index, found if better else old)
        return gained > _LEAST_GAIN

    def shorten(self, index: int) -> None:
        """Give a slot the best drive for the fuel that is left to it, whatever that loses."""
        self.put(index, Column((), _EMPTY, 0.0))
        prize = self.prize(self.space.slots[index].day)
        found = self.pool.solve(self.pair(index), prize, max(self.fuel_left_l(index), 1e-6))
        if found is not None:
            self.put(index, found)

    def disturb(self, index: int, factor: Array, least: float) -> None:
        """Give a slot the best drive for disturbed prizes, as long as the aim stays above a least value.

        Parameters
        ----------
        index : int
        factor : array, shape (n,)
            Of the prize of each segment.
        least : float
        """
        old = self.drives[index]
        self.put(index, Column((), _EMPTY, 0.0))
        left_l = self.fuel_left_l(index)
        found = self.pool.solve(self.pair(index), factor * self.prize(self.space.slots[index].day), max(left_l, 1e-6))
        self.put(index, old if found is None else found)
        if self.aim < least or self.missing():
            self.put(index, old)

    def try_night(self, convoy: int, day: int, place: str) -> bool:
        """Try to pass the night after a day elsewhere, with known drives to there and on; keep it where it gains."""
        if self.places[convoy][day + 1] == place:
            return False
        before, indices = self.value, (self.index(convoy, day), self.index(convoy, day + 1))
        old_place, old = self.places[convoy][day + 1], [self.drives[index] for index in indices]
        for index in indices:
            self.put(index, Column((), _EMPTY, 0.0))
        self.places[convoy][day + 1] = place
        for index in indices:
            best = self._best_known(index)
            if best is None:
                break
            self.put(index, best)
        else:
            if self.value > before + _LEAST_GAIN:
                return True
        self.places[convoy][day + 1] = old_place
        for index, column in zip(indices, old, strict=True):
            self.put(index, column)
        return False

    def _best_known(self, index: int) -> Column | None:
        """Return the best known drive of a slot; where none is known for the fuel left, find the best."""
        slot, left_l = self.space.slots[index], self.fuel_left_l(index)
        prize = self.prize(slot.day)
        known = [column for column in self.pool.of(self.pair(index)) if column.fuel_l <= left_l + 1e-9]
        if known:
            return max(known, key=lambda column: float(prize[column.rows].sum()))
        return self.pool.solve(self.pair(index), prize, left_l) if 0 < left_l < slot.fuel_l else None

    def copy(self) -> Schedule:
        """Return a schedule of its own with the same drives."""
        return Schedule(self.space, self.pool, list(self.drives), [list(each) for each in self.places])


def build(schedule: Schedule, free: list[int], report: Callable[[float], None]) -> None:
    """Fill free slots one after the other with the best drive given those before."""
    for order, index in enumerate(free):
        schedule.redo(index)
        report((order + 1) / len(free))


def improve(
    schedule: Schedule,
    free: list[int],
    nights: dict[int, list[str]],
    rounds: int,
    rng: np.random.Generator,
    stopped: Callable[[], bool],
) -> None:
    """Redo free slots and move nights until nothing gains.

    Parameters
    ----------
    schedule : Schedule
        Changed in place.
    free : list of int
        Slots that may change.
    nights : dict of int to list of str
        Other places for the night worth trying, by convoy.
    rounds : int
        Most passes over all slots.
    """
    may_change = set(free)
    days = schedule.space.request.days
    for _ in range(rounds):
        gained = False
        for convoy, places in nights.items():
            for day in range(days - 1):
                if {schedule.index(convoy, day), schedule.index(convoy, day + 1)} <= may_change:
                    for place in places:
                        gained |= schedule.try_night(convoy, day, place)
        for index in rng.permutation(free).tolist():
            if stopped():
                return
            gained |= schedule.redo(index)
        if not gained:
            return
