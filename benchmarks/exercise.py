"""The search engine against simple habits on hidden strandings: how many hours sooner, how many more alive.

`python -m benchmarks.exercise [--runs 500] [--seed 1] [--workers 2 | --scheduler ADDRESS] [--json]` plays every way of
deciding on the same hidden strandings (seeds `seed`, `seed + 1`, ...) with the same cars, daylight and reports. It
prints, for each, the median hours from the alert until somebody of the group is found (96 for runs in which nobody is:
the share found is told beside), the restricted mean of the same, and the people alive in the end, found or safe by
themselves; then the engine against each habit: ratio of medians and paired differences with 95 % bootstrap intervals.
"clairvoyant" drives straight to where people are: no search can be sooner. `--told-wrong` draws what people do evenly
from all scenarios instead of by the engine's weights. Ctrl-C prints what is done so far.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.context import open_region
from api.spread import Engine, spread
from api.usecases.exercise_draw import draw_exercise
from api.usecases.exercise_play import POLICIES, policy_of
from data.errors import BadInput
from sar.exercise import END_H, play, straight_to
from sar.scenarios import Scenario

Array = NDArray[np.float64]

ENGINE, CLAIRVOYANT = "engine", "clairvoyant"
RESAMPLES = 4000
#: Lines of progress on standard error.
_EVERY = 10


def one_run(asked: tuple[Sequence[str], bool], seed: int) -> dict[str, Any]:
    """Play every way of deciding on one hidden stranding; asked are those ways, and whether weights are told wrong."""
    policies, wrong = asked
    mix = dict.fromkeys(Scenario, 1.0) if wrong else None
    exercise = draw_exercise(open_region(), seed, mix=mix)
    straight_h, straight_living = straight_to(exercise.truth, exercise.desk.fresh())
    ways: dict[str, Any] = {
        CLAIRVOYANT: {"found_h": min(straight_h, END_H), "found": straight_h < END_H, "living": straight_living}
    }
    for name in policies:
        begun = time.perf_counter()
        # the same luck for all, as far as they drive alike
        luck = np.random.default_rng([seed, 1])
        played = play(
            exercise.desk.fresh(), policy_of(name, seed), exercise.truth, exercise.outside, luck,
            storm_h=exercise.storm_h,
        )  # fmt: skip
        ways[name] = {
            "found_h": float(min(played.found_h, END_H)),
            "found": bool(np.isfinite(played.found_h)),
            "living": float(played.living),
            "found_alive": float(played.alive),
            "seconds": time.perf_counter() - begun,
        }
    return {
        "seed": seed,
        "people": exercise.truth.people,
        "scenario": exercise.truth.scenario.value,
        "where": exercise.alert.where,
        "ways": ways,
    }


def summary(runs: Sequence[dict[str, Any]], seed: int = 0) -> dict[str, Any]:
    """Return medians, means and the engine against each habit, with intervals."""
    names = list(runs[0]["ways"])
    hours, living, found = (
        {name: np.array([run["ways"][name][key] for run in runs], dtype=float) for name in names}
        for key in ("found_h", "living", "found")
    )
    picks = np.random.default_rng(seed).integers(0, len(runs), (RESAMPLES, len(runs)))
    ways = {
        name: {
            "median_h": float(np.median(hours[name])),
            "median_h_interval": _interval(np.median(hours[name][picks], axis=1)),
            "mean_h": float(hours[name].mean()),
            "found": float(found[name].mean()),
            "alive": float(living[name].mean()),
            "alive_interval": _interval(living[name][picks].mean(axis=1)),
        }
        for name in names
    }
    against = {}
    for name in names:
        if ENGINE not in names or name in (ENGINE, CLAIRVOYANT):
            continue
        ratio = np.median(hours[ENGINE][picks], axis=1) / np.median(hours[name][picks], axis=1)
        means = hours[ENGINE][picks].mean(axis=1) / hours[name][picks].mean(axis=1)
        sooner, more = hours[name] - hours[ENGINE], living[ENGINE] - living[name]
        against[name] = {
            "ratio_of_medians": ways[ENGINE]["median_h"] / ways[name]["median_h"],
            "ratio_interval": _interval(ratio),
            "ratio_of_means": ways[ENGINE]["mean_h"] / ways[name]["mean_h"],
            "ratio_of_means_interval": _interval(means),
            "hours_sooner": float(sooner.mean()),
            "hours_sooner_interval": _interval(sooner[picks].mean(axis=1)),
            "more_alive": float(more.mean()),
            "more_alive_interval": _interval(more[picks].mean(axis=1)),
            "sooner_later_same": [
                int((sooner > 0.5).sum()),
                int((sooner < -0.5).sum()),
                int((abs(sooner) <= 0.5).sum()),
            ],
        }
    return {"runs": len(runs), "people": float(np.mean([run["people"] for run in runs])), "ways": ways,
            "engine_against": against}  # fmt: skip


def _interval(values: Array) -> list[float]:
    return [float(each) for each in np.quantile(values, (0.025, 0.975))]


def play_all(seeds: Sequence[int], policies: Sequence[str], wrong: bool, engine: Engine) -> list[dict[str, Any]]:
    """Play all runs; what is done so far where stopped."""
    runs: list[dict[str, Any]] = []
    begun = time.perf_counter()
    try:
        with closing(spread(one_run, (tuple(policies), wrong), seeds, engine)) as done:
            for _, run in done:
                runs.append(run)
                if len(runs) % _EVERY == 0 or len(runs) == len(seeds):
                    took = time.perf_counter() - begun
                    print(f"{len(runs)} of {len(seeds)} runs, {took:.0f} s", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(f"stopped after {len(runs)} of {len(seeds)} runs", file=sys.stderr)
    return sorted(runs, key=lambda run: int(run["seed"]))


def show(found: dict[str, Any]) -> None:
    """Print a summary as tables."""
    print(f"{found['runs']} hidden strandings, {found['people']:.1f} people each; intervals hold 95 %")
    print(f"{'way':<12} {'median h':>20} {'mean h':>7} {'found':>6} {'alive':>20}")
    for name, way in found["ways"].items():
        low, high = way["median_h_interval"]
        least, most = way["alive_interval"]
        print(
            f"{name:<12} {way['median_h']:6.1f} ({low:.1f}-{high:.1f})".ljust(34)
            + f"{way['mean_h']:7.1f} {way['found']:6.0%} {way['alive']:8.2f} ({least:.2f}-{most:.2f})"
        )
    print(
        f"\n{'engine against':<14} {'ratio of medians':>22} {'hours sooner':>22} {'more alive':>22}  sooner/later/same"
    )
    for name, each in found["engine_against"].items():
        columns = [
            f"{each[key]:.2f} ({each[interval][0]:.2f} to {each[interval][1]:.2f})"
            for key, interval in (
                ("ratio_of_medians", "ratio_interval"),
                ("ratio_of_means", "ratio_of_means_interval"),
                ("hours_sooner", "hours_sooner_interval"),
                ("more_alive", "more_alive_interval"),
            )
        ]
        print(f"{name:<14} " + " ".join(f"{each:>22}" for each in columns) + f"  {each['sooner_later_same']}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes; 2 where there is no scheduler")
    parser.add_argument("--scheduler", default="", help="of a Dask cluster, as tcp://HOST:8786")
    parser.add_argument("--policies", default=",".join(POLICIES), help=f"of {', '.join(POLICIES)}, engine-fine")
    parser.add_argument("--told-wrong", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--each", action="store_true", help="with --json: every run too")
    given = parser.parse_args(arguments)
    policies = [name.strip() for name in given.policies.split(",") if name.strip()]
    faults = [f"no way of deciding '{name}'" for name in policies if name not in (*POLICIES, "engine-fine")]
    faults += ["--runs must be above 0"] if given.runs < 1 else []
    try:
        engine = Engine(given.workers or (0 if given.scheduler else 2), given.scheduler)
    except BadInput as error:
        faults += error.faults
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 2
    runs = play_all(range(given.seed, given.seed + given.runs), policies, given.told_wrong, engine)
    if not runs:
        return 130
    found = summary(runs)
    if given.json:
        print(json.dumps({**found, "each": runs} if given.each else found, indent=1))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
