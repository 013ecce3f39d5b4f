"""A schedule turned into what is driven, segment by segment, with hours, litres, water and people reached."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from data.units import S_PER_H
from sar.handover import hand_over
from sar.note import Note
from sar.plan import ConvoyPlan, DrivenPiece
from sar.schedule import Schedule

#: Water for each crew member a day (with a day in hand), and for each person found until a place of safety (litres).
CREW_L_PER_DAY, CREW_DAYS, FOUND_L = 10.0, 2.0, 6.0


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
    crew_l = CREW_L_PER_DAY * CREW_DAYS * convoy.vehicle.crew
    found_l = FOUND_L * request.group_size / convoy.vehicles
    water_l = min(crew_l + found_l, convoy.vehicle.water_l) if pieces else 0.0
    if pieces and crew_l + found_l > convoy.vehicle.water_l:
        notes.append(Note("water_capacity", {"carried_l": convoy.vehicle.water_l, "wanted_l": crew_l + found_l}))
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
        fuel_l=_fuel_to_carry_l(schedule, index),
        water_l=water_l,
        hand_over=hand_over(space, slot, schedule.drives[index].rows, ends_at) if pieces else None,
        notes=tuple(notes),
    )


def _fuel_to_carry_l(schedule: Schedule, index: int) -> float:
    """Return the fuel to leave with: for the way until the next place to fill up, and the reserve."""
    slot, request = schedule.space.slots[index], schedule.space.request
    places = schedule.places[slot.convoy]
    used = schedule.drives[index].fuel_l
    if used == 0:
        return 0.0
    day = slot.day + 1
    while day < request.days and places[day] not in schedule.space.fills(slot.convoy):
        used += schedule.drives[schedule.index(slot.convoy, day)].fuel_l
        day += 1
    return used / (1 - request.reserve_share)
