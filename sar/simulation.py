"""Strandings simulated one by one, met by patrols as they drive: a check of the promise, and of plans against habits.

A run draws the rate of each segment from its posterior, then strandings (Poisson), and for each group its water, who
walks, whether they know of water, when traffic comes by, and each person's survival. All ways of driving meet the same
strandings (common random numbers), so their differences are sharper than their sums. Runs are drawn in batches, each
from a stream of its own (`numpy.random.SeedSequence`): in whatever order and place batches are done, they are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY
from risk.stranding import StrandingParameters
from risk.survival import read_curve

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Litres a person of a group may have left, and how often; the mean is that of the stranding parameters. Judgement.
LITRES_FACTOR, LITRES_WEIGHT = np.array([0.25, 1.0, 1.75]), np.array([0.25, 0.5, 0.25])
#: Strandings begin so long before the first patrol: people are waiting already.
WARM_UP_DAYS = 7.0
#: Runs computed together.
BATCH = 50


@dataclass(frozen=True)
class Ground:
    """What decides the fate of a group on each of m segments.

    Attributes
    ----------
    shape, rate : array, shape (m,)
        Gamma posterior of strandings a km and day.
    km : array, shape (m,)
    staying, walking : array, shape (classes, m, t)
        Survival by whole hours, by class of water left.
    traffic_per_h : array, shape (m,)
        Vehicles that stop.
    walks, knows : array, shape (m,)
        Chance that a person leaves on foot, and that walkers know where water is.
    arrival_h, first_working : array, shape (m, k)
        Hours to each water on foot, and the chance that it is the first to work.
    """

    shape: Array
    rate: Array
    km: Array
    staying: Array
    walking: Array
    traffic_per_h: Array
    walks: Array
    knows: Array
    arrival_h: Array
    first_working: Array


@dataclass(frozen=True)
class Passes:
    """When each of m segments is driven: hours from the start, ascending, segment after segment.

    Attributes
    ----------
    at_h : array, shape (passes,)
    first : array of int, shape (m + 1,)
        Where each segment's passes begin.
    """

    at_h: Array
    first: Ints

    @classmethod
    def of(cls, rows: Ints, at_h: Array, count: int) -> Passes:
        """Sort passes given as segment (0 to count - 1) and hour."""
        order = np.lexsort((at_h, rows))
        return cls(at_h[order], np.searchsorted(rows[order], np.arange(count + 1)))

    def after(self, rows: Ints, at_h: Array, skipped: Ints) -> Array:
        """Return the hour of the pass that comes so many passes after the first one from an hour on; inf where none."""
        # segments apart by more than any hour, so that one search serves all
        far = float(self.at_h.max(initial=0.0)) + WARM_UP_DAYS * HOURS_PER_DAY + 1.0
        owner = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        place = np.searchsorted(self.at_h + 2 * far * owner, at_h + 2 * far * rows) + skipped
        there = place < self.first[rows + 1]
        return np.where(there, self.at_h[np.minimum(place, len(self.at_h) - 1)] if len(self.at_h) else np.inf, np.inf)


@dataclass(frozen=True)
class Outcome:
    """What one way of driving achieves, run by run.

    Attributes
    ----------
    people : array, shape (runs,)
        Met alive, who had been found by nobody else yet.
    groups : array, shape (runs,)
        With at least one of them.
    wait_h : array, shape (groups found,)
        Hours from stranding to being found, all runs together.
    """

    people: Array
    groups: Array
    wait_h: Array


@dataclass(frozen=True)
class _Groups:
    """Strandings of a batch of runs, with everything drawn for them."""

    run: Ints
    row: Ints
    at_h: Array
    litres: Ints
    missed: Ints
    walkers: Ints
    traffic_h: Array
    traffic_walk_h: Array
    safe_h: Array
    help_h: Array
    person: Array


@dataclass(frozen=True)
class Trial:
    """What is simulated: strandings on a ground, and ways of driving that meet them.

    Attributes
    ----------
    ground : Ground
    ways : mapping of str to Passes
    stranding : StrandingParameters
    pod : float
        Chance that a pass detects a group.
    days, runs, seed : int
    """

    ground: Ground
    ways: Mapping[str, Passes]
    stranding: StrandingParameters
    pod: float
    days: int
    runs: int
    seed: int

    @property
    def batches(self) -> range:
        """Numbers of the batches of runs."""
        return range(-(-self.runs // BATCH))


def simulate_batch(trial: Trial, batch: int) -> dict[str, Outcome]:
    """Simulate the runs of one batch and count who is met alive by each way of driving; same seed, same outcome."""
    rng = np.random.default_rng(np.random.SeedSequence(trial.seed, spawn_key=(batch,)))
    count = min(BATCH, trial.runs - batch * BATCH)
    drawn = _draw(rng, trial.ground, trial.stranding, trial.pod, trial.days, count)
    found = {}
    for name, passes in trial.ways.items():
        found_h = passes.after(drawn.row, drawn.at_h, drawn.missed) - drawn.at_h
        alive = _alive_at(trial.ground, drawn, found_h)
        met = alive > 0
        found[name] = Outcome(
            np.bincount(drawn.run, alive, count).astype(float),
            np.bincount(drawn.run, met, count).astype(float),
            found_h[met],
        )
    return found


def join(batches: Sequence[Mapping[str, Outcome]]) -> dict[str, Outcome]:
    """Join the outcomes of batches, given in their order."""
    return {
        name: Outcome(
            *(
                np.concatenate([getattr(each[name], part) for each in batches])
                for part in ("people", "groups", "wait_h")
            )
        )
        for name in batches[0]
    }


def _draw(
    rng: np.random.Generator, ground: Ground, stranding: StrandingParameters, pod: float, days: int, runs: int
) -> _Groups:
    rate = rng.gamma(np.broadcast_to(ground.shape, (runs, len(ground.shape)))) / ground.rate
    counts = rng.poisson(rate * ground.km * (days + WARM_UP_DAYS))
    run, row = (np.repeat(each.ravel(), counts.ravel()) for each in np.indices(counts.shape))
    total = len(run)
    size = round(stranding.group_size)
    litres = rng.choice(len(LITRES_WEIGHT), total, p=LITRES_WEIGHT)
    knows = rng.random(total) < ground.knows[row]
    chance = np.cumsum(ground.first_working[row], axis=1)
    which = (rng.random(total)[:, None] >= chance).sum(axis=1)
    leads = which < chance.shape[1]  # else no water works
    arrival_h = ground.arrival_h[row, np.minimum(which, chance.shape[1] - 1)]
    safe_h = np.where(knows & leads, arrival_h, np.inf)
    caller = rng.random(total) < _curve(ground.walking, litres, row, safe_h)
    calls = (rng.random(total) < stranding.alarm_share) & caller
    wait = rng.exponential(size=(2, total))
    traffic = np.maximum(ground.traffic_per_h[row], 1e-12)
    return _Groups(
        run,
        row,
        rng.uniform(-WARM_UP_DAYS, days, total) * HOURS_PER_DAY,
        litres,
        rng.geometric(pod, total) - 1 if pod < 1 else np.zeros(total, dtype=np.int64),
        rng.binomial(size, ground.walks[row]),
        wait[0] / traffic,
        wait[1] / (traffic * stranding.walker_visibility),
        safe_h,
        np.where(calls, safe_h + stranding.alarm_delay_h, np.inf),
        rng.random((total, size)),
    )


def _alive_at(ground: Ground, drawn: _Groups, found_h: Array) -> Array:
    """Count those alive and found by nobody else when a patrol comes, shape (groups,)."""
    reached = np.isfinite(found_h) & (found_h < ground.staying.shape[2] - 1)
    alive = np.zeros(len(found_h))
    at = np.flatnonzero(reached)
    hours = found_h[at]
    litres, row = drawn.litres[at], drawn.row[at]
    waiting = (hours < drawn.traffic_h[at]) & (hours < drawn.help_h[at])
    walking = (hours < drawn.traffic_walk_h[at]) & (hours < drawn.safe_h[at])
    on_foot = np.arange(drawn.person.shape[1]) < drawn.walkers[at][:, None]
    staying_chance = np.where(waiting, _curve(ground.staying, litres, row, hours), 0.0)
    walking_chance = np.where(walking, _curve(ground.walking, litres, row, hours), 0.0)
    chance = np.where(on_foot, walking_chance[:, None], staying_chance[:, None])
    alive[at] = (drawn.person[at] < chance).sum(axis=1)
    return alive


def _curve(curves: Array, litres: Ints, row: Ints, hours: Array) -> Array:
    """Read survival of a class of water and a segment at hours between whole ones."""
    classes, segments, whole = curves.shape
    return read_curve(curves.reshape(classes * segments, whole), litres * segments + row, hours)
