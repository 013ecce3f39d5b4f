"""Ways of deciding in an exercise, by name."""

from __future__ import annotations

import numpy as np

from data.errors import BadInput
from sar.exercise_desk import Policy
from sar.exercise_engine import Engine
from sar.exercise_habits import AtRandom, ExpandingSquare, OutwardOnTracks, Rings, ToAndFro

#: The engine first, then the habits.
POLICIES = ("engine", "tracks", "square", "to-and-fro", "rings", "random")
#: Particles of the engine where time is no matter.
FINE = 2500


def policy_of(name: str, seed: int) -> Policy:
    """Return a way of deciding; only "random" uses the seed."""
    if name == "engine":
        return Engine()
    if name == "engine-fine":
        return Engine(FINE)
    if name == "random":
        return AtRandom(np.random.default_rng([seed, 2]))
    habits = {"tracks": OutwardOnTracks, "square": ExpandingSquare, "to-and-fro": ToAndFro, "rings": Rings}
    if name not in habits:
        raise BadInput(f"no way of deciding '{name}': there are {', '.join(POLICIES)}")
    return habits[name]()
