"""Tours turned into what is driven, segment by segment, with hours, litres, water and people reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from data.units import S_PER_H
from sar.fleet import Convoy
from sar.note import Note
from sar.plan import ConvoyPlan, DrivenPiece
from sar.workspace import Terrain, Workspace

#: A segment to visit and its direction.
Visit = tuple[int, bool]
#: Water for each crew member a day (with a day in hand), and for each person found until a place of safety (litres).
CREW_L_PER_DAY, CREW_DAYS, FOUND_L = 10.0, 2.0, 6.0


def driven_rows(terrain: Terrain, base: str, visits: Sequence[Visit]) -> list[Visit]:
    """Return every segment driven, in order, from base over the visits back to base, by the quickest ways."""
    here = home = terrain.node(base)
    driven: list[Visit] = []
    for row, forward in visits:
        first, last = terrain.ends(row, forward)
        driven += _between(terrain, here, first)
        driven.append((row, forward))
        here = last
    return driven + _between(terrain, here, home)


def _between(terrain: Terrain, start: int, end: int) -> list[Visit]:
    nodes = terrain.ways.nodes_between(start, end)
    steps = []
    for first, last in zip(nodes[:-1], nodes[1:], strict=True):
        arc = terrain.arc_between[first, last]
        steps.append((int(terrain.roads.rows[arc]), int(terrain.roads.start[arc]) == first))
    return steps


def price(space: Workspace, tours: Sequence[Sequence[Visit]]) -> tuple[ConvoyPlan, ...]:
    """Price the tours of all convoys.

    A segment's benefit goes to the first pass in time; later passes and other convoys reach nobody new.

    Parameters
    ----------
    space : Workspace
    tours : sequence, one a convoy
        Visits in order.
    """
    driven = [
        driven_rows(terrain, convoy.base.place_id, visits) if visits else []
        for terrain, convoy, visits in zip(space.terrain, space.request.convoys, tours, strict=True)
    ]
    first_pass = _first_passes(space, driven)
    plans = []
    for number, convoy in enumerate(space.request.convoys):
        pieces = []
        terrain = space.terrain[number]
        for order, (row, forward) in enumerate(driven[number]):
            arc = terrain.arc_of_row[row]
            pieces.append(
                DrivenPiece(
                    str(space.segments.index[row]),
                    forward,
                    float(space.segments["length"].iat[row]),
                    float(terrain.roads.time_s[arc]) / S_PER_H,
                    float(terrain.roads.fuel_l[arc]),
                    float(space.benefit[row]) if first_pass[row] == (number, order) else 0.0,
                )
            )
        plans.append(_convoy_plan(space, number, convoy, tuple(pieces)))
    return tuple(plans)


def _first_passes(space: Workspace, driven: Sequence[Sequence[Visit]]) -> dict[int, tuple[int, int]]:
    """Return which convoy, at which step, is the first to drive each segment."""
    passes = []
    for number, steps in enumerate(driven):
        terrain, clock_s = space.terrain[number], space.shifts[number].start.timestamp()
        for order, (row, _) in enumerate(steps):
            passes.append((clock_s, number, order, row))
            clock_s += float(terrain.roads.time_s[terrain.arc_of_row[row]])
    first: dict[int, tuple[int, int]] = {}
    for _, number, order, row in sorted(passes):
        first.setdefault(row, (number, order))
    return first


def _convoy_plan(space: Workspace, number: int, convoy: Convoy, pieces: tuple[DrivenPiece, ...]) -> ConvoyPlan:
    shift = space.shifts[number]
    hours = sum(piece.hours for piece in pieces)
    used_l = sum(piece.fuel_l for piece in pieces)
    notes = list(shift.notes)
    crew_l = CREW_L_PER_DAY * CREW_DAYS * convoy.vehicle.crew
    found_l = FOUND_L * space.request.group_size / convoy.vehicles
    water_l = min(crew_l + found_l, convoy.vehicle.water_l) if pieces else 0.0
    if pieces and crew_l + found_l > convoy.vehicle.water_l:
        notes.append(Note("water_capacity", {"carried_l": convoy.vehicle.water_l, "wanted_l": crew_l + found_l}))
    if not pieces:
        notes.append(Note("stays"))
    fuel_l = used_l / (1 - space.request.reserve_share)
    return ConvoyPlan(convoy, shift.start, shift.start + timedelta(hours=hours), pieces, fuel_l, water_l, tuple(notes))
