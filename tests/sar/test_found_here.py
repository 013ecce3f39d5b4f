"""People found say where those still looked for set out."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from sar.belief import Belief, found_here
from sar.particles import SCENARIOS, Particles
from sar.pinned import joined
from sar.scenarios import Scenario

HOURS = 24


def walkers(start_lon: float, east_kph: float, count: int = 400) -> Particles:
    """People who set out within 2 km of a place on the parallel of 19 N; half of them wait, half walk east."""
    rng = np.random.default_rng(int(start_lon * 100))
    lon = start_lon + rng.uniform(-0.02, 0.02, count)
    waits = np.arange(count) % 2 == 0
    hour = np.arange(HOURS + 1)[:, None]
    moved = np.where(waits, 0.0, east_kph / 105.0) * hour
    return Particles(
        datetime(2026, 6, 15, tzinfo=UTC),
        (lon + moved).astype(np.float32),
        np.full((HOURS + 1, count), 19.0, dtype=np.float32),
        np.full(count, SCENARIOS.index(Scenario.SPLIT)),
        waits,
        np.ones(count, dtype=bool),
        np.full(count, np.inf),
        np.full(count, np.inf),
        np.where(waits, 0.0, 0.7)[None, :].repeat(HOURS, axis=0).astype(np.float32),
    )


def test_ground_from_which_nobody_gets_there_loses() -> None:
    near, far = walkers(12.0, 2.0), walkers(14.0, 2.0)
    belief = Belief.begin(joined((near, far)), 0.05)
    # 30 km east of the first group's origin, reached on foot after 15 h; the second group is 180 km east
    told = belief.told(found_here(belief, 12.3, 19.0, 18.0), 0.05)
    first = told.weight[: len(near)].sum()
    assert first > 0.9 and told.weight[len(near) :].sum() < 0.06
    assert told.weight.sum() + told.outside == pytest.approx(1)


def test_who_would_be_there_now_is_among_those_found() -> None:
    belief = Belief.begin(walkers(12.0, 2.0), 0.05)
    lon, _ = belief.particles.at(15.0)
    told = belief.told(found_here(belief, 12.0 + 30 / 105, 19.0, 15.0), 0.05)
    there = np.abs(lon - (12.0 + 30 / 105)) * 105 < 2.5
    assert there.any() and told.weight[there].mean() < 0.2 * told.weight[~there].mean()


def test_found_where_nobody_could_come_says_nothing_of_the_start() -> None:
    belief = Belief.begin(joined((walkers(12.0, 2.0), walkers(14.0, 2.0))), 0.05)
    likelihood = found_here(belief, 20.0, 25.0, 18.0)
    assert np.all(likelihood == 1.0)
