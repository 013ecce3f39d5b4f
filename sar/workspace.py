"""What a planning run shares: the request, the shifts, and the network as each convoy drives it on each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import BadInput
from data.units import S_PER_H
from sar.chains import draw_together
from sar.debt import CoverageDebt
from sar.fleet import Convoy, Shift, shift_of
from sar.request import PatrolRequest, Step
from sar.roads import Roads, Ways, own_roads, quickest_ways, segment_between, steps_along
from sar.trail import steps_of
from sar.walk import GAP, DayModel, Drive

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Places a convoy may begin or end a day at, the base with them: each adds a programme to solve for every pair.
MOST_STOPS = 4


@dataclass(frozen=True)
class Terrain:
    """The network for one vehicle type inside one country on a day.

    Attributes
    ----------
    roads : Roads
    ways : Ways
        From every base, place for the night and end of a reachable segment.
    arc_of_row : dict of int to int
        Row in the table of segments to position in `roads`.
    arc_between : dict of (int, int) to int
        Position in `roads` of the segment that joins two nodes.
    """

    roads: Roads
    ways: Ways
    arc_of_row: Mapping[int, int]
    arc_between: Mapping[tuple[int, int], int]

    def node(self, name: str) -> int:
        """Return the number of a named node."""
        return self.roads.nodes[name]

    def ends(self, row: int, forward: bool) -> tuple[int, int]:
        """Return the first and the last node of a segment driven in a direction."""
        arc = self.arc_of_row[row]
        start, end = int(self.roads.start[arc]), int(self.roads.end[arc])
        return (start, end) if forward else (end, start)

    def between(self, start: int, end: int) -> list[Step]:
        """Return the segments of the quickest way from a node, a source of `ways`, to another."""
        return steps_along(self.roads, self.arc_between, self.ways.nodes_between(start, end))

    def between_h(self, start: str, end: str) -> float:
        """Return the hours from one place to another by the quickest way; infinite where there is none."""
        if start not in self.roads.nodes or end not in self.roads.nodes:
            return float("inf")
        return float(self.ways.time_s[self.ways.row(self.node(start)), self.node(end)]) / S_PER_H


@dataclass(frozen=True)
class Slot:
    """One convoy's day: where it begins, how long and how far it may drive."""

    convoy: int
    day: int
    shift: Shift
    terrain: Terrain
    hours: float
    fuel_l: float


@dataclass(frozen=True)
class Workspace:
    """A request with everything that is computed once for it.

    Attributes
    ----------
    segments : DataFrame
        All segments, with `country` ("" where a leg crosses a border).
    people, aim : CoverageDebt
        What visits reach, and what the planner maximises (people, with the stated share for exploration).
    request : PatrolRequest
    slots : tuple of Slot
        Day by day, convoys in the request's order.
    stops : tuple of tuple of str
        For each convoy its base, where it ends, and the places where it may pass a night.
    known_hours : dict
        Hours to places of safety, kept once computed.
    """

    segments: pd.DataFrame
    people: CoverageDebt
    aim: CoverageDebt
    request: PatrolRequest
    slots: tuple[Slot, ...]
    stops: tuple[tuple[str, ...], ...]
    known_hours: dict[tuple[object, ...], dict[str, float]] = field(default_factory=dict)
    _models: dict[tuple[object, ...], DayModel | None] = field(default_factory=dict)

    def slot(self, convoy: int, day: int) -> Slot:
        """Return one convoy's day."""
        return self.slots[day * len(self.request.convoys) + convoy]

    def start_of(self, convoy: int) -> str:
        """Return the node where a convoy begins its first day."""
        asked = self.request.convoys[convoy]
        under_way = self.request.under_way.get(asked.convoy_id)
        return under_way.node if under_way else asked.base.place_id

    def end_of(self, convoy: int) -> str:
        """Return the place where a convoy ends its last day."""
        return self.request.end_of(self.request.convoys[convoy])

    def day_end(self, convoy: int, day: int) -> str:
        """Return where a convoy ends a day unless it passes the night elsewhere."""
        return self.end_of(convoy) if day == self.request.days - 1 else self.stops[convoy][0]

    def model(self, slot: Slot, start: str, end: str, fuel_l: float | None = None) -> DayModel | None:
        """Return the programme of a day's drive between two places; None where they cannot be joined in the day."""
        fuel_l = slot.fuel_l if fuel_l is None else fuel_l
        key = (id(slot.terrain), *sorted((start, end)), slot.hours, round(fuel_l, 3))
        if key not in self._models:
            first, last = sorted((start, end))
            self._models[key] = self._new_model(slot, first, last, fuel_l)
        return self._models[key]

    def _new_model(self, slot: Slot, start: str, end: str, fuel_l: float) -> DayModel | None:
        terrain, roads = slot.terrain, slot.terrain.roads
        if terrain.between_h(start, end) > slot.hours:
            return None
        first, last = terrain.node(start), terrain.node(end)
        out, back = (terrain.ways.time_s[terrain.ways.row(node)] for node in (first, last))
        shortest = np.minimum(out[roads.start] + back[roads.end], out[roads.end] + back[roads.start]) + roads.time_s
        near = np.flatnonzero(shortest <= slot.hours * S_PER_H)
        chains = draw_together(roads, near, {first, last})
        return DayModel(chains, chains.junction(first), chains.junction(last), slot.hours * S_PER_H, fuel_l)

    def drive(
        self,
        slot: Slot,
        start: str,
        end: str,
        prize: Array,
        *,
        fuel_l: float | None = None,
        per_litre: float = 0.0,
        gap: float = GAP,
    ) -> tuple[Drive, tuple[Step, ...]] | None:
        """Return the best drive of a slot between two places and its steps; None where there is none.

        Parameters
        ----------
        slot : Slot
        start, end : str
        prize : array, shape (n,)
            By row of the segments.
        fuel_l : float, optional
            Less than the slot's limit, where a vehicle cannot fill up before and after.
        per_litre : float
            What a litre takes off the prizes.
        gap : float
            See `sar.walk.DayModel.best`.
        """
        model = self.model(slot, start, end, fuel_l)
        if model is None:
            return None
        terrain = slot.terrain
        found = model.best(prize[terrain.roads.rows], per_litre=per_litre, gap=gap)
        if found is None:
            return None
        along = steps_of(model, found)
        steps = [(int(terrain.roads.rows[arc]), forward) for arc, forward in along]
        if start != end and start > end:  # the model is that of the pair in order: drive it the other way round
            steps = [(row, not forward) for row, forward in reversed(steps)]
        return found, tuple(steps)

    def fills(self, convoy: int) -> frozenset[str]:
        """Return the places where a convoy can fill up: its base among them."""
        return self.request.refuel | {self.request.convoys[convoy].base.place_id}

    def fuel_of(self, slot: Slot, steps: tuple[Step, ...]) -> float:
        """Return the litres one vehicle uses over some steps."""
        arcs = [slot.terrain.arc_of_row[row] for row, _ in steps]
        return float(slot.terrain.roads.fuel_l[arcs].sum())

    def required_rows(self) -> Rows:
        """Return the rows of the segments that have to be visited."""
        return np.asarray(self.segments.index.get_indexer(pd.Index(sorted(self.request.required))), dtype=np.int64)

    def area(self) -> Rows:
        """Return the rows of the operational area: land segments inside the countries of the bases."""
        countries = {convoy.base.country for convoy in self.request.convoys}
        inside = self.segments["country"].isin(countries) & (self.segments["mode"] != "sea")
        return np.flatnonzero(inside.to_numpy())

    def trips(self, convoy: int, day: int) -> tuple[Array, Array]:
        """Return the hours and litres (one vehicle) to visit each segment from a convoy's start and be back.

        Out over one end, along the segment, and home over the other; infinite where it cannot be driven. Shape (n,).
        """
        slot = self.slot(convoy, day)
        terrain, roads = slot.terrain, slot.terrain.roads
        out = terrain.ways.row(terrain.node(self.start_of(convoy) if day == 0 else self.stops[convoy][0]))
        back = terrain.ways.row(terrain.node(self.end_of(convoy)))
        hours, litres = np.full(len(self.segments), np.inf), np.full(len(self.segments), np.inf)
        for total, per_node, along in (
            (hours, terrain.ways.time_s / S_PER_H, roads.time_s / S_PER_H),
            (litres, terrain.ways.fuel_l, roads.fuel_l),
        ):
            there = np.minimum(
                per_node[out][roads.start] + per_node[back][roads.end],
                per_node[out][roads.end] + per_node[back][roads.start],
            )
            total[roads.rows] = there + along
        return hours, litres


def prepare(segments: pd.DataFrame, people: CoverageDebt, aim: CoverageDebt, request: PatrolRequest) -> Workspace:
    """Check the request against the network and compute what every step needs.

    Raises
    ------
    BadInput
        For unknown segment ids, and convoys that cannot leave their base (no open segment there, or the shift or
        the fuel is too short for the nearest one).
    """
    unknown = sorted((set(request.closed) | request.required) - set(segments.index))
    if unknown:
        raise BadInput(f"segment '{segment}' is not known" for segment in unknown)
    known: dict[object, Terrain] = {}
    slots = []
    for day in range(request.days):
        for number, convoy in enumerate(request.convoys):
            shut = request.shut(convoy, day)
            key = (convoy.vehicle.vehicle_type, convoy.base.country, shut)
            if key not in known:
                known[key] = _terrain(segments, request, convoy, shut)
            slots.append(_slot(request, number, day, known[key]))
    worth = aim.first.max(axis=1)
    worth[segments.index.isin(request.required)] += worth.sum()  # nights have to bring required visits within reach
    most_open = [
        max(slots[number :: len(request.convoys)], key=lambda slot: len(slot.terrain.roads.rows))
        for number in range(len(request.convoys))
    ]
    stops = tuple(_stops(request, slot, worth) for slot in most_open)
    space = Workspace(segments, people, aim, request, tuple(slots), stops)
    _require_departure(space)
    return space


def _slot(request: PatrolRequest, number: int, day: int, terrain: Terrain) -> Slot:
    convoy = request.convoys[number]
    on = request.on + timedelta(days=day)
    shift = shift_of(convoy.base, on, request.hours, convoy.vehicle.crew_hours, request.rest)
    fuel_l = convoy.vehicle.usable_fuel_l(request.reserve_share)
    under_way = request.under_way.get(convoy.convoy_id)
    if under_way is None or day > 0:
        return Slot(number, day, shift, terrain, shift.hours, fuel_l)
    end = under_way.at + timedelta(hours=under_way.hours_left)
    rest = None
    if shift.rest and under_way.at < shift.rest[1] and end > shift.rest[0]:
        rest = (max(under_way.at, shift.rest[0]), shift.rest[1])
        end += rest[1] - rest[0]
    now = Shift(under_way.at, end, (), rest)
    return Slot(number, day, now, terrain, now.hours, max(under_way.usable_l, 1e-6))


def _terrain(segments: pd.DataFrame, request: PatrolRequest, convoy: Convoy, shut: frozenset[str]) -> Terrain:
    roads = own_roads(segments, convoy, shut)
    own = [other for other in request.convoys if other.base.country == convoy.base.country]
    bases = [other.base.place_id for other in own]
    stranded = [base for base in bases if base not in roads.nodes]
    if stranded:
        raise BadInput(f"no open segment leaves base {base}" for base in dict.fromkeys(stranded))
    starts = {request.under_way[other.convoy_id].node for other in own if other.convoy_id in request.under_way}
    ends = {request.end_of(other) for other in own}
    lost = sorted((starts | ends) - set(roads.nodes))
    if lost:
        raise BadInput(f"no open segment leads to '{place}' inside {convoy.base.country}" for place in lost)
    nights = request.nights if request.days > 1 else frozenset[str]()
    sources = np.array(
        [roads.nodes[name] for name in {*bases, *starts, *ends, *nights} if name in roads.nodes], dtype=np.int64
    )
    reach_s = max(24.0, request.hours) / 2 * S_PER_H
    near = quickest_ways(roads, sources).time_s.min(axis=0) <= reach_s
    nodes = np.unique(np.concatenate([roads.start, roads.end]))
    ways = quickest_ways(roads, np.concatenate([sources, nodes[near[nodes]]]))
    arc_of_row = {int(row): arc for arc, row in enumerate(roads.rows)}
    return Terrain(roads, ways, arc_of_row, segment_between(roads))


def _stops(request: PatrolRequest, slot: Slot, worth: Array) -> tuple[str, ...]:
    """Return the base first, then where the convoy ends, then the places for a night that open most new ground.

    A place opens the segments within half a shift of it; places are taken one by one for what they add.
    """
    convoy = request.convoys[slot.convoy]
    base = convoy.base.place_id
    stops = list(dict.fromkeys([base, request.end_of(convoy)]))
    if request.days == 1:
        return tuple(stops)
    terrain, roads = slot.terrain, slot.terrain.roads

    def opened(place: str) -> Bools:
        hours = terrain.ways.time_s[terrain.ways.row(terrain.node(place))] / S_PER_H
        return np.asarray(np.maximum(hours[roads.start], hours[roads.end]) <= slot.hours / 2)

    known = np.logical_or.reduce([opened(place) for place in stops])
    near = sorted(place for place in request.nights if terrain.between_h(base, place) <= slot.hours)
    while near and len(stops) < MOST_STOPS:
        added = [float(worth[roads.rows[opened(place) & ~known]].sum()) for place in near]
        place = near.pop(int(np.argmax(added)))
        if max(added) <= 0:
            break
        known |= opened(place)
        stops.append(place)
    return tuple(dict.fromkeys(stops))


def _require_departure(space: Workspace) -> None:
    """Refuse convoys that cannot visit a single segment and be back."""
    faults = []
    for number, convoy in enumerate(space.request.convoys):
        slot = space.slot(number, 0)
        hours, litres = space.trips(number, 0)
        away = convoy.convoy_id in space.request.under_way or space.request.end_of(convoy) != convoy.base.place_id
        if away or ((hours <= slot.hours) & (litres <= slot.fuel_l)).any():
            continue
        nearest = int(np.argmin(hours))
        faults.append(
            f"convoy {convoy.convoy_id} cannot leave {convoy.base.place_id}: the nearest segment there and back takes "
            f"{hours[nearest]:.1f} h and {litres[nearest]:.0f} l, and it has {slot.hours:g} h and {slot.fuel_l:.0f} l"
        )
    if faults:
        raise BadInput(faults)
