"""Compiled annealing of tours: tear out tasks, fill up again, keep what is hardly worse.

A large neighbourhood search under simulated annealing (Schrimpf et al. 2000, Ropke and Pisinger 2006) that remembers
the tours it came by.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sar.tour_moves import (
    Array,
    Fleet,
    Ints,
    State,
    best_place,
    compiled,
    copy_state,
    fill,
    insert,
    remove,
    remove_task,
    shorten,
    trim,
)

#: Greatest share of the tasks torn out at once.
MOST_TORN = 0.5


class Pool(NamedTuple):
    """Tours found, each in the slot its key falls on: the one of the better solution stays.

    Attributes
    ----------
    token : array of int, shape (locations + kinds,)
        Random numbers; a tour's key is those of its tasks and of its vehicle's kind, combined.
    key, kind, size : array of int, shape (slots,)
    value : array, shape (slots,)
        Worth of the best solution a tour was part of; -1 for an empty slot.
    tasks : array of int, shape (slots, locations)
    """

    token: Ints
    key: Ints
    kind: Ints
    size: Ints
    value: Array
    tasks: NDArray[np.int16]


class Room(NamedTuple):
    """Room to work in: shapes as `fill` and `shorten` ask for."""

    weight: Array
    places: Array
    positions: Ints
    free: Ints
    way: Ints


@compiled
def worth_of(fleet: Fleet, state: State) -> float:
    """Return what the tasks done are worth."""
    worth = 0.0
    for location in range(len(state.tour_of)):
        if state.tour_of[location] >= 0:
            worth += fleet.worth[location]
    return worth


@compiled
def cost_of(fleet: Fleet, state: State) -> float:
    """Return the mean share of the limits the tours need."""
    cost = 0.0
    for vehicle in range(len(state.size)):
        if state.size[vehicle] > 0:
            cost += state.duration[vehicle] / max(fleet.max_duration[vehicle], 1)
            cost += state.distance[vehicle] / max(fleet.max_distance[vehicle], 1)
    return cost / len(state.size)


@compiled
def anneal(
    fleet: Fleet,
    current: State,
    trial: State,
    best: State,
    pool: Pool,
    room: Room,
    rng: np.random.Generator,
    iterations: int,
    temperature: float,
    tie: float,
) -> None:
    """Change `current` so many times and keep the best of it in `best`; `tie` is what the whole way is worth."""
    now = worth_of(fleet, current) - tie * cost_of(fleet, current)
    peak = worth_of(fleet, best) - tie * cost_of(fleet, best)
    for _ in range(iterations):
        copy_state(current, trial)
        weigh(fleet, room.weight, rng)
        tear(fleet, trial, room, rng)
        repair(fleet, trial, room)
        worth = worth_of(fleet, trial)
        value = worth - tie * cost_of(fleet, trial)
        if value < now and rng.random() >= np.exp((value - now) / temperature):
            continue
        remember(fleet, trial, pool, worth)
        copy_state(trial, current)
        now = value
        if value > peak:
            peak = value
            copy_state(trial, best)


@compiled
def weigh(fleet: Fleet, weight: Array, rng: np.random.Generator) -> None:
    """Draw how much each task weighs this time: a power of its prize, with noise."""
    power = 0.5 + 1.5 * rng.random()
    noise = 1.5 * rng.random() ** 2
    for location in range(len(weight)):
        if fleet.worth[location] > 0:
            weight[location] = fleet.worth[location] ** power * np.exp(noise * (2 * rng.random() - 1))


@compiled
def tear(fleet: Fleet, state: State, room: Room, rng: np.random.Generator) -> None:
    """Take some tasks off the tours in one of four ways."""
    size = state.size.sum()
    many = 1 + int(rng.random() ** 2 * MOST_TORN * size)
    draw = rng.random()
    if size == 0:
        return
    if draw < 0.3:
        force(fleet, state, room, rng)
    elif draw < 0.6:
        tear_near(fleet, state, rng, many)
    elif draw < 0.85:
        tear_chain(fleet, state, rng, many)
    else:
        for _ in range(many):
            tear_chain(fleet, state, rng, 1)
    for vehicle in range(len(state.size)):  # leaving a task out may lengthen a way that is not the shortest
        trim(fleet, state, vehicle, room.weight, -1)


@compiled
def tear_near(fleet: Fleet, state: State, rng: np.random.Generator, many: int) -> None:
    """Take tasks near a random one off their tours."""
    near = fleet.near[fleet.near[0, rng.integers(0, fleet.near.shape[1])]]
    for task in near:
        if many == 0:
            return
        if state.tour_of[task] >= 0 and rng.random() < 0.8:
            remove_task(fleet, state, task)
            many -= 1


@compiled
def tear_chain(fleet: Fleet, state: State, rng: np.random.Generator, many: int) -> None:
    """Take a chain, up to the whole, off a random tour."""
    vehicle = int(rng.integers(0, len(state.size)))
    size = state.size[vehicle]
    if size == 0:
        return
    many = min(many, size)
    first = 1 + int(rng.integers(0, size - many + 1))
    for _ in range(many):
        remove(fleet, state, vehicle, first)


@compiled
def force(fleet: Fleet, state: State, room: Room, rng: np.random.Generator) -> None:
    """Put a task left out on a tour, whatever it takes off."""
    task, seen = -1, 0
    for location in range(len(fleet.worth)):
        if fleet.worth[location] > 0 and state.tour_of[location] < 0 and state.done[fleet.group[location]] == 0:
            seen += 1
            if rng.random() * seen < 1:
                task = location
    if task < 0:
        return
    least, into, position = np.inf, -1, 0
    for vehicle in range(len(state.size)):
        cost, place = best_place(fleet, state, vehicle, task, False)
        cost *= 1 + rng.random()
        if cost < least:
            least, into, position = cost, vehicle, place
    insert(fleet, state, into, position, task)
    shorten(fleet, state, into, room.way)
    trim(fleet, state, into, room.weight, task)


@compiled
def repair(fleet: Fleet, state: State, room: Room) -> None:
    """Fill the tours up, shorten them and fill up again."""
    fill(fleet, state, room.weight, room.places, room.positions, room.free)
    gained = False
    for vehicle in range(len(state.size)):
        if state.changed[vehicle] and shorten(fleet, state, vehicle, room.way):
            gained = True
    if gained:
        fill(fleet, state, room.weight, room.places, room.positions, room.free)


@compiled
def remember(fleet: Fleet, state: State, pool: Pool, worth: float) -> None:
    """Keep the tours that were changed."""
    for vehicle in range(len(state.size)):
        size = state.size[vehicle]
        if not state.changed[vehicle] or size == 0:
            continue
        key = pool.token[len(fleet.worth) + fleet.kind[vehicle]]
        for at in range(1, size + 1):
            key ^= pool.token[state.way[vehicle, at]]
        slot = key % len(pool.key)
        if pool.value[slot] >= worth:
            continue
        pool.value[slot] = worth
        if pool.key[slot] == key:
            continue
        pool.key[slot], pool.kind[slot], pool.size[slot] = key, fleet.kind[vehicle], size
        for at in range(size):
            pool.tasks[slot, at] = state.way[vehicle, at + 1]
