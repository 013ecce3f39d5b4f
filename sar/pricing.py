"""A schedule turned into what is driven, segment by segment, with hours, litres, water and people reached."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from data.units import S_PER_H
from sar.fleet import Convoy
from sar.handover import hand_over
from sar.note import Note
from sar.plan import ConvoyPlan, DrivenPiece
from sar.schedule import Schedule

#: Water for each crew member a day (with a day in hand), and for each person found until a place of safety (litres).
CREW_L_PER_DAY, CREW_DAYS, FOUND_L = 10.0, 2.0, 6.0


def water_wanted_l(convoy: Convoy, group_size: float) -> float:
    """Return the water each vehicle of a convoy should carry, litres: for its crew and its share of a group found."""
    return CREW_L_PER_DAY * CREW_DAYS * convoy.vehicle.crew + FOUND_L * group_size / convoy.vehicles


def price(schedule: Schedule) -> tuple[ConvoyPlan, ...]:
    """Price what all convoys drive, day by day.

    A segment's benefit goes to the first pass of a day; later passes of that day count for nobody new.
    """
    worth = schedule.space.people.by_visit(schedule.visited)
    first = _first_passes(schedule)
    return tuple(_priced(schedule, index, worth, first) for index in range(len(schedule.drives)))


def _first_passes(schedule: Schedule) -> dict[tuple[int, int], tuple[int, int]]:
    """Return which slot, at which step, is the first of a day to drive each segment."""
    passes = []
    for index, column in enumerate(schedule.drives):
        slot, driven_h = schedule.space.slots[index], 0.0
        for order, (row, _) in enumerate(column.steps):
            passes.append((slot.shift.clock(driven_h), index, order, row))
            driven_h += float(slot.terrain.roads.time_s[slot.terrain.arc_of_row[row]]) / S_PER_H
    first: dict[tuple[int, int], tuple[int, int]] = {}
    for _, index, order, row in sorted(passes):
        first.setdefault((row, schedule.space.slots[index].day), (index, order))
    return first


def _priced(
    schedule: Schedule, index: int, worth: np.ndarray, first: dict[tuple[int, int], tuple[int, int]]
) -> ConvoyPlan:
    slot, space = schedule.space.slots[index], schedule.space
    pieces = []
    for order, (row, forward) in enumerate(schedule.drives[index].steps):
        arc = slot.terrain.arc_of_row[row]
        pieces.append(
            DrivenPiece(
                str(space.segments.index[row]),
                forward,
                float(space.segments["length"].iat[row]),
                float(slot.terrain.roads.time_s[arc]) / S_PER_H,
                float(slot.terrain.roads.fuel_l[arc]),
                float(worth[row, slot.day]) if first[row, slot.day] == (index, order) else 0.0,
            )
        )
    return _convoy_plan(schedule, index, tuple(pieces))


def _convoy_plan(schedule: Schedule, index: int, pieces: tuple[DrivenPiece, ...]) -> ConvoyPlan:
    space, slot = schedule.space, schedule.space.slots[index]
    request, convoy = space.request, space.request.convoys[slot.convoy]
    hours = sum(piece.hours for piece in pieces)
    notes = list(slot.shift.notes)
    wanted_l = water_wanted_l(convoy, request.group_size)
    water_l = min(wanted_l, convoy.vehicle.water_l) if pieces else 0.0
    if pieces and wanted_l > convoy.vehicle.water_l:
        notes.append(Note("water_capacity", {"carried_l": convoy.vehicle.water_l, "wanted_l": wanted_l}))
    if pieces and convoy.seats_rescued < request.group_size:
        notes.append(Note("seats", {"seats_count": convoy.seats_rescued, "group_count": request.group_size}))
    if not pieces:
        notes.append(Note("stays"))
    _, begins_at, ends_at = schedule.pair(index)
    return ConvoyPlan(
        convoy=convoy,
        day=slot.day,
        days=request.days,
        on=request.on + timedelta(days=slot.day),
        begins_at=begins_at,
        ends_at=ends_at,
        start=slot.shift.start,
        end=slot.shift.clock(hours),
        rest=slot.shift.rest if slot.shift.clock(hours) > slot.shift.start else None,
        pieces=pieces,
        fuel_l=_fuel_on_board_l(schedule, index),
        water_l=water_l,
        hand_over=hand_over(space, slot, schedule.drives[index].rows, ends_at) if pieces else None,
        notes=tuple(notes),
    )


def _fuel_on_board_l(schedule: Schedule, index: int) -> float:
    """Return the fuel in a vehicle when it leaves: for the way to the next place to fill up, and the reserve.

    A day that begins where nothing can be filled in begins with what is left of the last filling.
    """
    slot = schedule.space.slots[index]
    places, fills = schedule.places[slot.convoy], schedule.space.fills(slot.convoy)
    first, last = slot.day, slot.day + 1
    while first > 0 and places[first] not in fills:
        first -= 1
    while last < schedule.space.request.days and places[last] not in fills:
        last += 1
    used = [schedule.drives[schedule.index(slot.convoy, day)].fuel_l for day in range(first, last)]
    if not any(used[slot.day - first :]):
        return 0.0
    return sum(used) / (1 - schedule.space.request.reserve_share) - sum(used[: slot.day - first])
