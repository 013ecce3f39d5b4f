"""The best drive of one convoy on one day, solved exactly on chains, with a bound.

Along roads that cost the same both ways, the cheapest drive that sees a set of segments is a connected graph of even
degree everywhere but at its two ends, in which no road is taken more than twice (Eiselt, Gendreau and Laporte 1995). So
a day is a choice, for each chain, between leaving it, driving it through once or twice, or going some way in from an
end and back. The whole-number programme over these choices is small, since chains are few; connectivity is asked for by
cuts where it is broken (Dantzig, Fulkerson and Johnson 1954).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from sar.chains import Chains
from sar.solver import solve_milp

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A row of the programme: columns, their factors, least and greatest sum.
Row = tuple[list[int], list[float], float, float]

#: Capacities of cuts are whole numbers for the flow algorithm: parts of a million.
_CUT_UNITS = 1_000_000
#: Rounds of cuts on the relaxation, and of whole-number solutions that fall apart.
_CUT_ROUNDS, _REPAIRS = 30, 100
#: Status of `scipy.optimize.milp`.
_LIMIT_REACHED = 1
#: The search stops at this relative gap, or after so many nodes: iterations, so that the answer is the same anywhere.
GAP, NODES = 1e-6, 5_000


@dataclass(frozen=True)
class Drive:
    """What is driven of each chain.

    Attributes
    ----------
    through : array of int, shape (chains,)
        Times driven from end to end: 0, 1 or 2.
    from_start, from_end : array of int, shape (chains,)
        Segments driven in and back out from each end.
    value : float
        Prizes collected, less what the litres cost.
    bound : float
        No drive has a greater value.
    """

    through: Ints
    from_start: Ints
    from_end: Ints
    value: float
    bound: float


@dataclass
class DayModel:
    """The whole-number programme of one day's drive between two junctions.

    Variables: for each chain, driven once, driven twice, and in from its start and from its end segment by segment; for
    each junction, reached or not, and half the number of chains driven once that meet there.

    Attributes
    ----------
    chains : Chains
    start, end : int
        Junctions.
    limit_s, limit_l : float
    """

    chains: Chains
    start: int
    end: int
    limit_s: float
    limit_l: float
    _cuts: list[tuple[Ints, Array]] = field(default_factory=list)
    _known_cuts: set[tuple[int, frozenset[int]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        count, junctions = len(self.chains.chains), len(self.chains.nodes)
        column = 2 * count
        self._inward: list[tuple[Ints, Ints]] = []
        for chain in self.chains.chains:
            # the last segment before another junction is never a turning point: that is the chain driven twice
            depth = len(chain.arcs) - (0 if chain.dead_end else 1)
            back = 0 if chain.dead_end else depth
            self._inward.append((np.arange(column, column + depth), np.arange(column + depth, column + depth + back)))
            column += depth + back
        self._reached = np.arange(column, column + junctions)
        self._half = np.arange(column + junctions, column + 2 * junctions)
        self._columns = column + 2 * junctions
        self._ends = np.array([[chain.start, chain.end] for chain in self.chains.chains], dtype=np.int64).reshape(-1, 2)
        rows = [*self._chain_rows(), *self._degree_rows(), *self._limit_rows()]
        self._matrix = _sparse([(columns, factors) for columns, factors, _, _ in rows], self._columns)
        self._low, self._high = (np.array([row[place] for row in rows]) for place in (2, 3))
        lower, upper = np.zeros(self._columns), np.ones(self._columns)
        upper[self._half] = count + 1
        dead = np.flatnonzero([chain.dead_end for chain in self.chains.chains])
        upper[np.concatenate([dead, count + dead]).astype(np.int64)] = 0.0
        lower[self._reached[[self.start, self.end]]] = 1.0
        self._bounds = Bounds(lower, upper)

    def _chain_rows(self) -> list[Row]:
        """Chains are entered from reached junctions, segment after segment, and each segment is seen from one side."""
        rows: list[Row] = []
        count = len(self.chains.chains)
        for number, chain in enumerate(self.chains.chains):
            ins, outs = self._inward[number]
            driven = [number, count + number]
            for junction, deeper in ((chain.start, ins), (chain.end, outs)):
                if junction == chain.start or not chain.dead_end:
                    columns = [*driven, *deeper[:1].tolist(), int(self._reached[junction])]
                    rows.append((columns, [1.0] * (len(columns) - 1) + [-1.0], -np.inf, 0.0))
                pairs = zip(deeper[:-1].tolist(), deeper[1:].tolist(), strict=True)
                rows += [([after, before], [1.0, -1.0], -np.inf, 0.0) for before, after in pairs]
            size = len(chain.arcs)
            for place in range(size):
                seen = driven + ins[place : place + 1].tolist()
                seen += outs[size - 1 - place : size - place].tolist()
                rows.append((seen, [1.0] * len(seen), -np.inf, 1.0))
        return rows

    def _degree_rows(self) -> list[Row]:
        """Chains driven once meet in pairs, but for the two ends of the day."""
        rows: list[Row] = []
        for junction in range(len(self.chains.nodes)):
            meets = (self._ends == junction).sum(axis=1) == 1
            near = np.flatnonzero(meets).tolist()
            odd = float((junction == self.start) != (junction == self.end))
            rows.append(([*near, int(self._half[junction])], [1.0] * len(near) + [-2.0], -odd, -odd))
        return rows

    def _limit_rows(self) -> list[Row]:
        rows: list[Row] = []
        count = len(self.chains.chains)
        for limit, cost in ((self.limit_s, "time_s"), (self.limit_l, "fuel_l")):
            used = np.zeros(self._columns)
            for number, chain in enumerate(self.chains.chains):
                own = getattr(chain, cost)
                used[number], used[count + number] = own.sum(), 2 * own.sum()
                for deeper, along in zip(self._inward[number], (own, own[::-1]), strict=True):
                    used[deeper] = 2 * along[: len(deeper)]
            if cost == "fuel_l":
                self._used_l = used
            columns = np.flatnonzero(used)
            rows.append((columns.tolist(), (used[columns] / limit).tolist(), -np.inf, 1.0))
        return rows

    def _objective(self, prize: Array) -> Array:
        values = np.zeros(self._columns)
        count = len(self.chains.chains)
        for number, chain in enumerate(self.chains.chains):
            own = prize[chain.arcs]
            values[[number, count + number]] = own.sum()
            for deeper, along in zip(self._inward[number], (own, own[::-1]), strict=True):
                values[deeper] = along[: len(deeper)]
        return values

    def best(self, prize: Array, *, per_litre: float = 0.0, gap: float = GAP) -> Drive | None:
        """Return the drive that collects most; None when the two ends cannot be joined within the limits.

        Parameters
        ----------
        prize : array, shape (roads,)
            By position in the roads, not negative.
        per_litre : float
            What a litre driven takes off the prizes.
        gap : float
            Relative gap at which the search may stop.
        """
        values = self._objective(prize) - per_litre * self._used_l
        scale = max(float(values.max(initial=0.0)), 1e-300)
        values = values / scale
        # the cuts of a former relaxation serve for other prizes as well
        for _ in range(0 if self._cuts else _CUT_ROUNDS):
            relaxed = self._solve(values, whole=False, gap=gap)
            if relaxed.x is None:
                return None
            if not self._add_cuts(relaxed.x):
                break
        for _ in range(_REPAIRS):
            found = self._solve(values, whole=True, gap=gap)
            if found.x is None:
                return None
            if not self._add_cuts(found.x):
                break
        else:
            raise RuntimeError("the cuts did not end")
        x = np.rint(found.x).astype(np.int64)
        count = len(self.chains.chains)
        value = float(values @ x)
        return Drive(
            x[:count] + 2 * x[count : 2 * count],
            np.array([int(x[ins].sum()) for ins, _ in self._inward], dtype=np.int64),
            np.array([int(x[outs].sum()) for _, outs in self._inward], dtype=np.int64),
            value * scale,
            max(value, -float(found.mip_dual_bound)) * scale,
        )

    def _solve(self, values: Array, *, whole: bool, gap: float) -> Any:
        matrix, low, high = self._matrix, self._low, self._high
        if self._cuts:
            cuts = _sparse([(columns.tolist(), factors.tolist()) for columns, factors in self._cuts], self._columns)
            matrix = vstack([matrix, cuts]).tocsr()
            low = np.concatenate([low, np.zeros(len(self._cuts))])
            high = np.concatenate([high, np.full(len(self._cuts), np.inf)])

        def solve(**limits: float) -> Any:
            return solve_milp(
                -values,
                integrality=np.full(self._columns, int(whole)),
                bounds=self._bounds,
                constraints=LinearConstraint(matrix, low, high),
                options={"mip_rel_gap": gap, **limits},
            )

        found = solve(node_limit=NODES)
        # no drive after so many nodes does not mean that there is none
        return solve() if found.x is None and found.status == _LIMIT_REACHED else found

    def _add_cuts(self, x: Array) -> bool:
        """Cut off each junction that counts as reached but is not joined to the start; False when there is none."""
        count, junctions = len(self.chains.chains), len(self.chains.nodes)
        load = np.rint((x[:count] + 2 * x[count : 2 * count]) * _CUT_UNITS).astype(np.int32)
        there, here = self._ends.T
        joined = coo_array(
            (np.concatenate([load, load]), (np.concatenate([there, here]), np.concatenate([here, there]))),
            shape=(junctions, junctions),
        ).tocsr()
        added = False
        for junction in np.flatnonzero(x[self._reached] > 1e-6).tolist():
            if junction == self.start:
                continue
            flow = maximum_flow(joined, junction, self.start)
            open_ways = (joined - flow.flow).tocsr()
            open_ways.eliminate_zeros()
            side = frozenset(breadth_first_order(open_ways, junction, return_predecessors=False).tolist())
            needed = 1.0 if self.end in side else 2.0
            if flow.flow_value / _CUT_UNITS < needed * x[self._reached[junction]] - 1e-4:
                added |= self._add_cut(side, junction, needed)
        return added

    def _add_cut(self, side: frozenset[int], junction: int, needed: float) -> bool:
        if (junction, side) in self._known_cuts:
            return False
        self._known_cuts.add((junction, side))
        inside = np.isin(self._ends, list(side))
        across = np.flatnonzero(inside[:, 0] != inside[:, 1])
        columns = np.concatenate([across, len(self.chains.chains) + across, [self._reached[junction]]])
        self._cuts.append((columns, np.concatenate([np.ones(len(across)), np.full(len(across), 2.0), [-needed]])))
        return True


def _sparse(rows: list[tuple[list[int], list[float]]], columns: int) -> csr_array:
    number = [place for place, (own, _) in enumerate(rows) for _ in own]
    return coo_array(
        ([factor for _, own in rows for factor in own], (number, [column for own, _ in rows for column in own])),
        shape=(len(rows), columns),
    ).tocsr()
