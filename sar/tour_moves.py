"""Compiled moves on tours: put tasks in, take them out, shorten the way.

Tours are rows of locations in arrays that are changed in place; a `Fleet` holds what stays the same, a `State` what
moves. Every move keeps the limits of duration and distance in exact integers; costs in floats only choose among moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Array = NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])

#: Longest chain that `shorten` moves elsewhere in its tour.
LONGEST_CHAIN = 3
#: Least gain of a shortening, in shares of a vehicle's limits: guards against turning in circles by rounding.
LEAST_GAIN = 1e-9


def compiled(function: Function) -> Function:
    """Compile to machine code, kept on disk for the next process, without losing the types."""
    return cast(Function, numba.njit(cache=True)(function))


class Fleet(NamedTuple):
    """What a search never changes.

    Attributes
    ----------
    duration, distance : array of int, shape (kinds, locations, locations)
        One of each kind of vehicle, in the units of the problem.
    cost : array, shape (kinds, locations, locations)
        Duration and distance in shares of the kind's limits, summed.
    kind, start, end, max_duration, max_distance : array of int, shape (vehicles,)
        Kind, locations of the depots and limits.
    worth : array, shape (locations,)
        Prize of each task, with a bonus above all prizes for required ones; 0 at depots.
    group : array of int, shape (locations,)
        Of each task, counted from 0; -1 at depots.
    near : array of int, shape (locations, locations - depots)
        Tasks by how close they are to a location.
    """

    duration: Ints
    distance: Ints
    cost: Array
    kind: Ints
    start: Ints
    end: Ints
    max_duration: Ints
    max_distance: Ints
    worth: Array
    group: Ints
    near: Ints


class State(NamedTuple):
    """Tours of all vehicles.

    Attributes
    ----------
    way : array of int, shape (vehicles, tasks + 3)
        Locations of each tour with its depots; one cell is to spare.
    size, duration, distance : array of int, shape (vehicles,)
        Tasks on each tour, and its length between the depots.
    tour_of : array of int, shape (locations,)
        Vehicle that does a task; -1 for none.
    done : array of int, shape (groups,)
        Tasks of the group that are on a tour: 0 or 1.
    changed : array of int, shape (vehicles,)
        1 where the tour was changed since the last copy.
    """

    way: Ints
    size: Ints
    duration: Ints
    distance: Ints
    tour_of: Ints
    done: Ints
    changed: Ints


def empty_state(fleet: Fleet, groups: int) -> State:
    """Return tours that go from depot to depot."""
    vehicles, locations = len(fleet.kind), len(fleet.worth)
    way = np.zeros((vehicles, locations + 3), dtype=np.int64)
    way[:, 0], way[:, 1] = fleet.start, fleet.end
    state = State(
        way,
        np.zeros(vehicles, dtype=np.int64),
        np.zeros(vehicles, dtype=np.int64),
        np.zeros(vehicles, dtype=np.int64),
        np.full(locations, -1, dtype=np.int64),
        np.zeros(groups, dtype=np.int64),
        np.zeros(vehicles, dtype=np.int64),
    )
    for vehicle in range(vehicles):
        measure(fleet, state, vehicle)
    return state


@compiled
def copy_state(source: State, target: State) -> None:
    """Copy tours and mark them as unchanged."""
    # in loops, here and below, since slices take seconds to compile
    for vehicle in range(len(source.size)):
        for at in range(source.size[vehicle] + 2):
            target.way[vehicle, at] = source.way[vehicle, at]
        target.size[vehicle] = source.size[vehicle]
        target.duration[vehicle] = source.duration[vehicle]
        target.distance[vehicle] = source.distance[vehicle]
        target.changed[vehicle] = 0
    for location in range(len(source.tour_of)):
        target.tour_of[location] = source.tour_of[location]
    for group in range(len(source.done)):
        target.done[group] = source.done[group]


@compiled
def measure(fleet: Fleet, state: State, vehicle: int) -> None:
    """Add up a tour anew."""
    kind = fleet.kind[vehicle]
    duration = distance = 0
    for at in range(1, state.size[vehicle] + 2):
        a, b = state.way[vehicle, at - 1], state.way[vehicle, at]
        duration += fleet.duration[kind, a, b]
        distance += fleet.distance[kind, a, b]
    state.duration[vehicle] = duration
    state.distance[vehicle] = distance
    state.changed[vehicle] = 1


@compiled
def within(fleet: Fleet, state: State, vehicle: int) -> bool:
    """Whether a tour keeps its limits; a vehicle that stays at its depot always does."""
    return bool(
        state.size[vehicle] == 0
        or (
            state.duration[vehicle] <= fleet.max_duration[vehicle]
            and state.distance[vehicle] <= fleet.max_distance[vehicle]
        )
    )


@compiled
def insert(fleet: Fleet, state: State, vehicle: int, at: int, task: int) -> None:
    """Put a task at a position of a tour, 1 being the first behind the depot."""
    for here in range(state.size[vehicle] + 2, at, -1):
        state.way[vehicle, here] = state.way[vehicle, here - 1]
    state.way[vehicle, at] = task
    state.size[vehicle] += 1
    state.tour_of[task] = vehicle
    state.done[fleet.group[task]] = 1
    measure(fleet, state, vehicle)


@compiled
def remove(fleet: Fleet, state: State, vehicle: int, at: int) -> None:
    """Take the task at a position off a tour."""
    task = state.way[vehicle, at]
    for here in range(at, state.size[vehicle] + 1):
        state.way[vehicle, here] = state.way[vehicle, here + 1]
    state.size[vehicle] -= 1
    state.tour_of[task] = -1
    state.done[fleet.group[task]] = 0
    measure(fleet, state, vehicle)


@compiled
def remove_task(fleet: Fleet, state: State, task: int) -> None:
    """Take a task off the tour it is on."""
    vehicle = state.tour_of[task]
    for at in range(1, state.size[vehicle] + 1):
        if state.way[vehicle, at] == task:
            remove(fleet, state, vehicle, at)
            return


@compiled
def best_place(fleet: Fleet, state: State, vehicle: int, task: int, bounded: bool) -> tuple[float, int]:
    """Return the cheapest position for a task and its cost (infinite for none), within the limits if `bounded`."""
    kind = fleet.kind[vehicle]
    spare_duration = fleet.max_duration[vehicle] - state.duration[vehicle]
    spare_distance = fleet.max_distance[vehicle] - state.distance[vehicle]
    least, place = np.inf, 0
    b = state.way[vehicle, 0]
    for at in range(1, state.size[vehicle] + 2):
        a = b
        b = state.way[vehicle, at]
        cost = fleet.cost[kind, a, task] + fleet.cost[kind, task, b] - fleet.cost[kind, a, b]
        if cost >= least:
            continue
        if bounded:
            duration = fleet.duration[kind, a, task] + fleet.duration[kind, task, b] - fleet.duration[kind, a, b]
            distance = fleet.distance[kind, a, task] + fleet.distance[kind, task, b] - fleet.distance[kind, a, b]
            if duration > spare_duration or distance > spare_distance:
                continue
        least, place = cost, at
    return least, place


@compiled
def trim(fleet: Fleet, state: State, vehicle: int, weight: Array, keep: int) -> None:
    """Take tasks that weigh little for the way they cost off a tour until it keeps its limits, `keep` last."""
    kind = fleet.kind[vehicle]
    while not within(fleet, state, vehicle):
        least, place = np.inf, 1
        for at in range(1, state.size[vehicle] + 1):
            a, task, b = state.way[vehicle, at - 1], state.way[vehicle, at], state.way[vehicle, at + 1]
            saved = fleet.cost[kind, a, task] + fleet.cost[kind, task, b] - fleet.cost[kind, a, b]
            if task != keep and weight[task] / max(saved, LEAST_GAIN) < least:
                least, place = weight[task] / max(saved, LEAST_GAIN), at
        remove(fleet, state, vehicle, place)


@compiled
def fill(fleet: Fleet, state: State, weight: Array, places: Array, positions: Ints, free: Ints) -> None:
    """Put in tasks, heaviest for the way they add first, until none fits.

    Parameters
    ----------
    fleet, state
    weight : array, shape (locations,)
        Tasks of weight 0 stay out.
    places : array, shape (locations, vehicles)
    positions : array of int, shape (locations, vehicles)
    free : array of int, shape (locations,)
        The last three are room to work in.
    """
    vehicles, count = len(state.size), 0
    for task in range(len(weight)):
        if weight[task] > 0 and state.tour_of[task] < 0 and state.done[fleet.group[task]] == 0:
            free[count] = task
            count += 1
            for vehicle in range(vehicles):
                places[task, vehicle], positions[task, vehicle] = best_place(fleet, state, vehicle, task, True)
    while count > 0:
        most, chosen, into = 0.0, -1, -1
        kept = 0
        for number in range(count):
            task = free[number]
            if state.done[fleet.group[task]]:
                continue
            least, best = np.inf, -1
            for vehicle in range(vehicles):
                if places[task, vehicle] < least:
                    least, best = places[task, vehicle], vehicle
            if best < 0:
                continue  # what does not fit now will not fit into fuller tours
            free[kept] = task
            kept += 1
            score = weight[task] / max(least, LEAST_GAIN)
            if score > most:
                most, chosen, into = score, task, best
        count = kept
        if chosen < 0:
            return
        insert(fleet, state, into, positions[chosen, into], chosen)
        for number in range(count):
            task = free[number]
            places[task, into], positions[task, into] = best_place(fleet, state, into, task, True)


@compiled
def shorten(fleet: Fleet, state: State, vehicle: int, room: Ints) -> bool:
    """Turn and move chains of a tour until no such change shortens it; whether any did."""
    any_gain = False
    while turn_chain(fleet, state, vehicle, room) or move_chain(fleet, state, vehicle, room):
        any_gain = True
    return any_gain


@compiled
def take_over(fleet: Fleet, state: State, vehicle: int, room: Ints) -> bool:
    """Put the way in `room` in place of a tour's; undo it where it breaks a limit that was kept."""
    legal, size = within(fleet, state, vehicle), state.size[vehicle] + 2
    for at in range(size):
        room[at], state.way[vehicle, at] = state.way[vehicle, at], room[at]
    measure(fleet, state, vehicle)
    if not legal or within(fleet, state, vehicle):
        return True
    for at in range(size):
        state.way[vehicle, at] = room[at]
    measure(fleet, state, vehicle)
    return False


@compiled
def turn_chain(fleet: Fleet, state: State, vehicle: int, room: Ints) -> bool:
    """Reverse the chain of a tour that gains most by it."""
    cost, way, size = fleet.cost[fleet.kind[vehicle]], state.way[vehicle], state.size[vehicle]
    most, first, last = LEAST_GAIN, 0, 0
    for i in range(1, size):
        before = way[i - 1]
        turned = 0.0
        for j in range(i + 1, size + 1):
            behind = way[j + 1]
            turned += cost[way[j - 1], way[j]] - cost[way[j], way[j - 1]]
            gain = turned + cost[before, way[i]] + cost[way[j], behind] - cost[before, way[j]] - cost[way[i], behind]
            if gain > most:
                most, first, last = gain, i, j
    if first == 0:
        return False
    for at in range(size + 2):
        room[at] = way[first + last - at] if first <= at <= last else way[at]
    return take_over(fleet, state, vehicle, room)


@compiled
def move_chain(fleet: Fleet, state: State, vehicle: int, room: Ints) -> bool:
    """Move the short chain of a tour that gains most by it elsewhere, either way round."""
    cost, way, size = fleet.cost[fleet.kind[vehicle]], state.way[vehicle], state.size[vehicle]
    most, first, last, to, flip = LEAST_GAIN, 0, 0, 0, False
    for i in range(1, size + 1):
        turned = 0.0
        for j in range(i, min(i + LONGEST_CHAIN, size + 1)):
            if j > i:
                turned += cost[way[j], way[j - 1]] - cost[way[j - 1], way[j]]
            a, b = way[i], way[j]
            saved = cost[way[i - 1], a] + cost[b, way[j + 1]] - cost[way[i - 1], way[j + 1]]
            for p in range(size + 1):
                if i - 1 <= p <= j:
                    continue
                base = saved + cost[way[p], way[p + 1]]
                straight = base - cost[way[p], a] - cost[b, way[p + 1]]
                if straight > most:
                    most, first, last, to, flip = straight, i, j, p, False
                reverse = base - turned - cost[way[p], b] - cost[a, way[p + 1]]
                if reverse > most:
                    most, first, last, to, flip = reverse, i, j, p, True
    if first == 0:
        return False
    count = 0
    for at in range(size + 2):
        if not first <= at <= last:
            room[count] = way[at]
            count += 1
        if at == to:
            for number in range(last - first + 1):
                room[count] = way[last - number] if flip else way[first + number]
                count += 1
    return take_over(fleet, state, vehicle, room)
