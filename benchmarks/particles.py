"""People moved hour by hour: ours on all at once, and the same model written for one person at a time.

`python -m benchmarks.particles [--people 20000] [--hours 72] [--few 200] [--runs 5] [--json]`. The alternatives are
named for what they are: `loop`, plain Python, a person after the other; `agents`, an object for each person stepped
hour by hour as agent-based frameworks do, with numpy for its draws. Both move `--few` people through the same desert
by the same rules (nights, heat, goals, water, body clock) and their time is scaled up to `--people`; their share alive
and mean distance made good stand beside ours, so that nobody is faster by doing something else.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from risk.group import Group
from risk.heat import HourlyLoss
from risk.survival import BodyParameters, WalkParameters
from risk.terrain import Ground
from sar.scenarios import Scenario
from sar.scene import People, Scene, WanderParameters
from sar.walkers import simulate
from sar.whereabouts import Tracks, Whereabouts

KM_DEG = 111.2
LON, LAT = 12.0, 19.0
LITRES = 10.0
WEIGHTS = {Scenario.STAYED: 0.4, Scenario.TO_WATER: 0.6}
BODY, WALK, WANDER = BodyParameters(), WalkParameters(), WanderParameters()


@dataclass(frozen=True)
class Outcome:
    """Share alive at the end, and mean distance made good by walkers, km."""

    alive: float
    away_km: float


def desert(hours: int) -> Scene:
    """A level desert with 40 wells around, from 18 h local time on."""
    hour = np.arange(24 * 6)
    night = ((hour % 24 < 6) | (hour % 24 >= 18))[None, :]
    loss = HourlyLoss(
        np.where(night, 0.1, 0.25), np.where(night, 0.1, 0.5), np.where(night, 0.4, 0.9), np.asarray(night)
    )
    rng = np.random.default_rng(1)
    water = np.column_stack([LON + rng.uniform(-1, 1, 40), LAT + rng.uniform(-1, 1, 40), np.full(40, 0.6)])
    at = np.arange(100) * 2.0 + 1
    tracks = Tracks(
        LON - 1 + at / 105, np.full(100, LAT), np.zeros(100, dtype=np.int64), np.full(100, 2.0),
        np.full(100, "a", dtype=object), at,
    )  # fmt: skip
    return Scene(
        datetime(2026, 6, 15, 18, tzinfo=UTC), 18, hours, np.array([LON]), np.array([LAT]), loss,
        np.where(night, 27.0, 38.0), Ground(), tracks, water, np.zeros((0, 3)), np.zeros(hours, dtype=bool),
    )  # fmt: skip


def ours(scene: Scene, count: int, seed: int) -> Outcome:
    """Everybody at once."""
    where = Whereabouts(np.array([LON]), np.array([LAT]), np.ones(1), np.array([-1]), np.array([-1]), 0.0)
    people = People(Group(10, litres=10 * LITRES))
    found = simulate(where, WEIGHTS, people, scene, np.random.default_rng(seed), count)
    walkers = ~found.waits
    east = (found.lon[-1] - LON) * math.cos(math.radians(LAT))
    away = np.hypot(east, found.lat[-1] - LAT) * KM_DEG
    return Outcome(float(found.alive(scene.hours - 1e-9).mean()), float(away[walkers].mean()))


class Person:
    """One person with its own step, as agents have it; `normal` and `uniform` draw one number each."""

    def __init__(self, scene: Scene, normal: Callable[[], float], uniform: Callable[[], float]) -> None:
        self.scene, self.normal, self.uniform = scene, normal, uniform
        self.waits = uniform() < WEIGHTS[Scenario.STAYED]
        self.lon, self.lat, self.lost = LON, LAT, 0.0
        reserve = BODY.lethal_deficit_kg
        spread = BODY.threshold_spread * reserve / (reserve + LITRES)
        self.bears = (reserve + LITRES) * math.exp(spread * normal())
        self.loss = math.exp(BODY.loss_spread * normal())
        self.kph = WALK.speed_kph * math.exp(WANDER.speed_log_spread * normal())
        self.by_day = uniform() < WANDER.day_walkers
        self.leaves = -WANDER.leave_mean_h * math.log(1 - uniform())
        self.dead = self.safe = False
        wells = [(self.away_km(lon, lat), lon, lat, p) for lon, lat, p in scene.water.tolist()]
        self.goals = sorted(wells)[:4]
        self.tried: tuple[float, float] | None = None

    def away_km(self, lon: float, lat: float) -> float:
        east = (lon - self.lon) * math.cos(math.radians(self.lat))
        return math.hypot(east, lat - self.lat) * KM_DEG

    def step(self, hour: int) -> None:
        clock = (self.scene.start_hour + hour) % 24
        night, air = bool(self.scene.loss.night[0, clock]), float(self.scene.air_degc[0, clock])
        part = 0.0
        if not (self.waits or self.dead or self.safe) and (night or (self.by_day and air < WANDER.day_limit_degc)):
            part = WALK.share_of_hours * min(max(hour + 1 - self.leaves, 0.0), 1.0)
        if part and self.goals:
            _, lon, lat, _ = self.goals[0]
            away = self.away_km(lon, lat)
            tired = 1 - 0.5 * min(self.lost / self.bears, 1.0)
            hot = max(1 - WANDER.heat_per_degc * max(air - 25, 0.0), 0.5)
            km = min(self.kph * part * tired * hot, away)
            east = (lon - self.lon) * math.cos(math.radians(self.lat))
            bearing = math.atan2(east, lat - self.lat) + math.radians(WANDER.wander_deg) * self.normal()
            self.lat += km * math.cos(bearing) / KM_DEG
            self.lon += km * math.sin(bearing) / (KM_DEG * math.cos(math.radians(self.lat)))
        open_share = 0.3 if self.waits else WALK.open_rest_share
        table = self.scene.loss
        rest = open_share * float(table.rest_sun[0, clock]) + (1 - open_share) * float(table.rest_shade[0, clock])
        hourly = BODY.response * (part * float(table.walk[0, clock]) + (1 - part) * rest) + BODY.urine_kg_per_h
        self.lost += hourly * self.loss
        if not self.safe and self.lost >= self.bears:
            self.dead = True
        if not (self.waits or self.dead or self.safe) and self.leaves <= hour + 1:
            self.arrive()

    def arrive(self) -> None:
        for lon, lat, gives in self.scene.water.tolist():
            if self.away_km(lon, lat) <= WANDER.arrive_km and self.tried != (lon, lat):
                if self.uniform() < gives:
                    self.safe = True
                    return
                self.tried = (lon, lat)
                if self.goals and self.goals[0][1:3] == (lon, lat):
                    self.goals.pop(0)
                    if not self.goals:
                        self.leaves = math.inf


def outcome_of(people: list[Person]) -> Outcome:
    walkers = [each for each in people if not each.waits]
    away = statistics.mean(each.away_km(LON, LAT) for each in walkers)
    return Outcome(sum(not each.dead for each in people) / len(people), away)


def loop(scene: Scene, count: int, seed: int) -> Outcome:
    """A person after the other, plain Python."""
    drawn = random.Random(seed)
    people = [Person(scene, lambda: drawn.gauss(0, 1), drawn.random) for _ in range(count)]
    for each in people:
        for hour in range(scene.hours):
            each.step(hour)
    return outcome_of(people)


def agents(scene: Scene, count: int, seed: int) -> Outcome:
    """Hour by hour over objects in random order, as agent-based frameworks step them."""
    rng = np.random.default_rng(seed)
    people = [Person(scene, lambda: float(rng.standard_normal()), lambda: float(rng.random())) for _ in range(count)]
    for hour in range(scene.hours):
        for row in rng.permutation(count).tolist():
            people[row].step(hour)
    return outcome_of(people)


def measured(
    run: Callable[[Scene, int, int], Outcome], scene: Scene, count: int, runs: int
) -> tuple[list[float], Outcome]:
    """Return the seconds of each run, and the mean outcome."""
    run(scene, min(count, 50), 0)
    seconds, outcomes = [], []
    for seed in range(runs):
        begun = time.perf_counter()
        outcomes.append(run(scene, count, seed))
        seconds.append(time.perf_counter() - begun)
    alive, away = (statistics.mean(getattr(each, name) for each in outcomes) for name in ("alive", "away_km"))
    return seconds, Outcome(alive, away)


def main() -> None:
    """Run all three, one after the other, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--few", type=int, default=200, help="people of the alternatives, scaled up")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if min(arguments.people, arguments.hours, arguments.few, arguments.runs) < 1:
        parser.error("all numbers must be at least 1")
    scene = desert(arguments.hours)
    rows: list[dict[str, float | str]] = []
    for name, run, count in (
        ("guelta", ours, arguments.people), ("loop", loop, arguments.few), ("agents", agents, arguments.few),
    ):  # fmt: skip
        seconds, outcome = measured(run, scene, count, arguments.runs)
        scaled = statistics.median(seconds) * arguments.people / count
        rows.append(
            {
                "name": name,
                "people_run": count,
                "median_s": statistics.median(seconds),
                "fastest_s": min(seconds),
                "slowest_s": max(seconds),
                "scaled_s": scaled,
                "ratio": scaled / float(rows[0]["scaled_s"]) if rows else 1.0,
                "alive": outcome.alive,
                "away_km": outcome.away_km,
            }
        )
    document = {"people": arguments.people, "hours": arguments.hours, "runs": arguments.runs, "rows": rows}
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    print(f"{arguments.people} people x {arguments.hours} h, median of {arguments.runs} runs")
    for row in rows:
        print(
            f"{row['name']:8} {row['scaled_s']:8.2f} s  x{row['ratio']:<6.1f} alive {row['alive']:.3f}  "
            f"made good {row['away_km']:.1f} km"
        )


if __name__ == "__main__":
    main()
