"""What a planning run shares: the request, the shifts, and the network as each convoy drives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import BadInput
from data.units import S_PER_H
from sar.fleet import Convoy, Shift, shift_of
from sar.roads import Roads, Ways, drivable, quickest_ways, segment_between

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class PatrolRequest:
    """What is asked of a day's patrols.

    Attributes
    ----------
    on : date
    hours : float
        Length of the shift, above zero, at most 24.
    convoys : tuple of Convoy
    blocked : mapping of str to str
        Segment ids in areas closed by mines or fighting, to the area's name; never driven.
    closed, required : frozenset of str
        Segment ids that may not be driven, and that have to be visited.
    group_size : float
        People of a stranded group, for the water carried.
    reserve_share : float
        Of the fuel carried, kept back.
    seed : int
    """

    on: date
    hours: float
    convoys: tuple[Convoy, ...]
    closed: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    group_size: float = 25.0
    reserve_share: float = 0.2
    seed: int = 0
    blocked: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.hours <= 24:  # NaN fails this too
            faults.append(f"hours must be above 0 and at most 24, got {self.hours:g}")
        if not self.convoys:
            faults.append("no base is given: name at least one, as agadez:2")
        if not 0 <= self.reserve_share < 1:
            faults.append(f"the fuel reserve must be from 0 to below 1, got {self.reserve_share:g}")
        both = self.closed & self.required
        faults += [f"segment '{segment}' is both closed and required" for segment in sorted(both)]
        faults += [
            f"segment '{segment}' is required but lies in a closed area: {self.blocked[segment]}"
            for segment in sorted(self.required & set(self.blocked))
        ]
        if faults:
            raise BadInput(faults)


@dataclass(frozen=True)
class Terrain:
    """The network for one vehicle type inside one country.

    Attributes
    ----------
    roads : Roads
    ways : Ways
        From every base and every end of a reachable segment.
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


@dataclass(frozen=True)
class Workspace:
    """A request with everything that is computed once for it.

    Attributes
    ----------
    segments : DataFrame
        All segments, with `country` ("" where a leg crosses a border).
    benefit : array, shape (n,)
        People reached by one visit.
    request : PatrolRequest
    shifts : tuple of Shift
        One a convoy, in the request's order.
    terrain : tuple of Terrain
        One a convoy; convoys of one type and country share theirs.
    trip_h, trip_l : array, shape (convoys, n)
        Hours and litres (one vehicle) to visit a segment and come back; infinite where it cannot be driven.
    """

    segments: pd.DataFrame
    benefit: Array
    request: PatrolRequest
    shifts: tuple[Shift, ...]
    terrain: tuple[Terrain, ...]
    trip_h: Array
    trip_l: Array

    def fuel_limit_l(self, convoy: Convoy) -> float:
        """Return the fuel one vehicle of a convoy may be planned with, litres."""
        return convoy.vehicle.usable_fuel_l(self.request.reserve_share)

    def shift_h(self, number: int, hours: float) -> float:
        """Return the hours convoy `number` may drive when shifts are cut to `hours`."""
        return min(hours, self.shifts[number].hours)

    def visitable(self, hours: float) -> NDArray[np.bool_]:
        """Return which segments each convoy can visit and be back, shape (convoys, n), for shifts cut to `hours`."""
        limits_h = np.array([self.shift_h(number, hours) for number in range(len(self.shifts))])
        limits_l = np.array([self.fuel_limit_l(convoy) for convoy in self.request.convoys])
        return np.asarray((self.trip_h <= limits_h[:, None]) & (self.trip_l <= limits_l[:, None]))

    def required_rows(self) -> Rows:
        """Return the rows of the segments that have to be visited."""
        return np.asarray(self.segments.index.get_indexer(pd.Index(sorted(self.request.required))), dtype=np.int64)

    def area(self) -> Rows:
        """Return the rows of the operational area: land segments inside the countries of the bases."""
        countries = {convoy.base.country for convoy in self.request.convoys}
        inside = self.segments["country"].isin(countries) & (self.segments["mode"] != "sea")
        return np.flatnonzero(inside.to_numpy())


def prepare(segments: pd.DataFrame, benefit: Array, request: PatrolRequest) -> Workspace:
    """Check the request against the network and compute what every step needs.

    Raises
    ------
    BadInput
        For unknown segment ids, and convoys that cannot leave their base (no open segment there, or the shift or
        the fuel is too short for the nearest one).
    """
    unknown = sorted((request.closed | request.required) - set(segments.index))
    if unknown:
        raise BadInput(f"segment '{segment}' is not known" for segment in unknown)
    shifts = tuple(
        shift_of(convoy.base, request.on, request.hours, convoy.vehicle.crew_hours) for convoy in request.convoys
    )
    known: dict[tuple[str, str], Terrain] = {}
    trips = []
    terrains = []
    for convoy, shift in zip(request.convoys, shifts, strict=True):
        key = (convoy.vehicle.vehicle_type, convoy.base.country)
        if key not in known:
            known[key] = _terrain(segments, request, convoy)
        terrains.append(known[key])
        trips.append(_round_trips(len(segments), known[key], convoy, shift))
    space = Workspace(
        segments,
        benefit,
        request,
        shifts,
        tuple(terrains),
        np.stack([hours for hours, _ in trips]),
        np.stack([litres for _, litres in trips]),
    )
    _require_departure(space)
    return space


def _terrain(segments: pd.DataFrame, request: PatrolRequest, convoy: Convoy) -> Terrain:
    allowed = (segments["country"] == convoy.base.country).to_numpy() & ~segments.index.isin(
        request.closed | set(request.blocked)
    )
    roads = drivable(segments, convoy.vehicle, allowed)
    bases = [other.base.place_id for other in request.convoys if other.base.country == convoy.base.country]
    stranded = [base for base in bases if base not in roads.nodes]
    if stranded:
        raise BadInput(f"no open segment leaves base {base}" for base in dict.fromkeys(stranded))
    starts = np.array([roads.nodes[base] for base in bases])
    reach_s = max(24.0, request.hours) / 2 * S_PER_H
    near = quickest_ways(roads, starts).time_s.min(axis=0) <= reach_s
    ends = np.unique(np.concatenate([roads.start, roads.end]))
    ways = quickest_ways(roads, np.concatenate([starts, ends[near[ends]]]))
    arc_of_row = {int(row): arc for arc, row in enumerate(roads.rows)}
    return Terrain(roads, ways, arc_of_row, segment_between(roads))


def _round_trips(count: int, terrain: Terrain, convoy: Convoy, shift: Shift) -> tuple[Array, Array]:
    """Hours and litres out over one end, along the segment, and home over the other."""
    base = terrain.ways.row(terrain.node(convoy.base.place_id))
    roads = terrain.roads
    hours, litres = np.full(count, np.inf), np.full(count, np.inf)
    for total, per_node, along in (
        (hours, terrain.ways.time_s[base] / S_PER_H, roads.time_s / S_PER_H),
        (litres, terrain.ways.fuel_l[base], roads.fuel_l),
    ):
        total[roads.rows] = per_node[roads.start] + along + per_node[roads.end]
    return hours, litres


def _require_departure(space: Workspace) -> None:
    """Refuse convoys that cannot visit a single segment."""
    faults = []
    for number, convoy in enumerate(space.request.convoys):
        if space.visitable(space.request.hours)[number].any():
            continue
        nearest = int(np.argmin(space.trip_h[number]))
        faults.append(
            f"convoy {convoy.convoy_id} cannot leave {convoy.base.place_id}: the nearest segment there and back takes "
            f"{space.trip_h[number, nearest]:.1f} h and {space.trip_l[number, nearest]:.0f} l, and it has "
            f"{space.shifts[number].hours:g} h and {space.fuel_limit_l(convoy):.0f} l"
        )
    if faults:
        raise BadInput(faults)
