"""Where people found are handed over: a place of safety with room and services, in the convoy's country or agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import S_PER_H
from sar.request import PlaceOfSafety
from sar.roads import drivable, quickest_ways
from sar.workspace import Slot, Workspace

Bools = NDArray[np.bool_]

#: What a place has to offer to people who come out of the desert.
NEEDED_SERVICES = frozenset({"water", "health", "shelter"})


@dataclass(frozen=True)
class HandOver:
    """Where a convoy takes people it finds.

    Attributes
    ----------
    place : PlaceOfSafety
    extra_h : float
        Driven beyond the end of the convoy's day.
    farthest_h : float
        From the point of its way that is farthest from the place, in driving hours.
    trips : int
        Drives it takes to bring a whole group, by its seats.
    """

    place: PlaceOfSafety
    extra_h: float
    farthest_h: float
    trips: int


def hand_over(space: Workspace, slot: Slot, rows: NDArray[np.int64], end: str) -> HandOver | None:
    """Choose the place of safety that is reached soonest from the end of a day; None where none may be proposed.

    Only places marked safe with room for a group and all services come in question. One in another country does only
    where somebody is named who agreed (non-refoulement), and the way there then leads over the border.

    Parameters
    ----------
    space : Workspace
    slot : Slot
    rows : array of int
        Segments driven.
    end : str
        Where the day ends.
    """
    request, convoy = space.request, space.request.convoys[slot.convoy]
    best: HandOver | None = None
    for place in request.places_of_safety:
        abroad = place.country != convoy.base.country
        if place.room < request.group_size or NEEDED_SERVICES - place.services or (abroad and not place.agreed_by):
            continue
        hours = _hours_from(space, slot, place, abroad)
        extra_h = hours.get(end, float("inf"))
        if not np.isfinite(extra_h) or (best is not None and extra_h >= best.extra_h):
            continue
        ends = space.segments.loc[space.segments.index[rows], ["from_node", "to_node"]].to_numpy().ravel()
        farthest_h = max((hours[node] for node in ends if node in hours), default=extra_h)
        trips = int(np.ceil(request.group_size / max(convoy.seats_rescued, 1)))
        best = HandOver(place, float(extra_h), float(farthest_h), trips)
    return best


def _hours_from(space: Workspace, slot: Slot, place: PlaceOfSafety, abroad: bool) -> Mapping[str, float]:
    """Return the hours between a place and every node, for the vehicle of a slot."""
    convoy = space.request.convoys[slot.convoy]
    roads = slot.terrain.roads
    if abroad:
        shut = space.request.shut(convoy, slot.day)
        roads = drivable(space.segments, convoy.vehicle, ~space.segments.index.isin(shut))
    if place.place_id not in roads.nodes:
        return {}
    key = ("hours", id(slot.terrain), place.place_id, abroad)
    if key not in space.known_hours:
        time_s = quickest_ways(roads, np.array([roads.nodes[place.place_id]])).time_s[0]
        space.known_hours[key] = {name: float(time_s[node]) / S_PER_H for name, node in roads.nodes.items()}
    return space.known_hours[key]
