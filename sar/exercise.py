"""An exercise: search cars in a world whose truth the planner does not know, sent by one way of deciding or another.

All ways play by the same rules: the cars, speeds, daylight, rest and news are the same, and a way of deciding sees only
the `Desk`. Cars drive by day and calm weather, stop where they are at dusk, and are called to decide anew when a leg
ends or somebody finds something.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sar.belief import seen_here
from sar.exercise_desk import Car, Desk, Policy, drive_of
from sar.hidden_truth import News, Truth, seen_from
from sar.search_leg import SearchLeg, cut, ground_leg, together

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: A car drives home after so many hours out, and is ready again so many hours after it came. Judgement.
OUT_H, HOME_H = 48.0, 8.0
#: Hours spent with people found, and at a clue. Judgement.
WITH_PEOPLE_H, AT_CLUE_H = 1.0, 0.25
#: Exercises end so long after the alert.
END_H = 96.0
#: A car for which no leg was found asks again after so many hours.
_ASKS_AGAIN_H = 2.0


class Stopped(Exception):
    """The planner ends the exercise."""


@dataclass(frozen=True, eq=False)
class Played:
    """What came of an exercise.

    Attributes
    ----------
    found_h : float
        Hours from the alert until somebody of the group is found; infinity where nobody is.
    alive, dead : int
        People found.
    safe : int
        People not found who had reached water by themselves and live.
    people : int
    legs : tuple of SearchLeg
    news : tuple of News
    ended_h : float
        Hours from the alert.
    """

    found_h: float
    alive: int
    dead: int
    safe: int
    people: int
    legs: tuple[SearchLeg, ...]
    news: tuple[News, ...]
    ended_h: float

    @property
    def living(self) -> int:
        """People found alive or safe by themselves."""
        return self.alive + self.safe


Watcher = Callable[[str, Desk, object], None]


def play(
    desk: Desk, policy: Policy, truth: Truth | None, outside: Sequence[News], rng: Generator,
    watch: Watcher = lambda what, desk, about: None, storm_h: Sequence[float] = (),
) -> Played:  # fmt: skip
    """Play an exercise to its end: all found, or the hours over.

    Parameters
    ----------
    desk : Desk
        Used up; see `Desk.fresh`.
    policy : Policy
    truth : Truth or None
        None for a search that never finds anything.
    outside : sequence of News
        Reports that come in by themselves.
    rng : Generator
        Luck of detection.
    watch : callable
        Told "leg", "driven", "news" and "home" as they happen.
    storm_h : sequence of float
        Hours with a storm.
    """
    return _Game(desk, policy, truth, outside, rng, watch, storm_h).run()


class _Game:
    def __init__(
        self, desk: Desk, policy: Policy, truth: Truth | None, outside: Sequence[News], rng: Generator, watch: Watcher,
        storm_h: Sequence[float],
    ) -> None:  # fmt: skip
        self.desk, self.policy, self.truth, self.rng, self.watch = desk, policy, truth, rng, watch
        self.outside = sorted(outside, key=lambda each: each.hour)
        self.storm_h = storm_h
        self.begun_h = desk.now_h
        self.known: set[str] = set()
        self.finds: list[News] = []

    def run(self) -> Played:
        self.policy.begin(self.desk)
        with suppress(Stopped):
            self._run()
        return self.result()

    def _run(self) -> None:
        desk = self.desk
        while not self._over():
            self._send()
            hour, car = self._next()
            if hour >= desk.until_h:
                break
            desk.now_h = max(hour, desk.now_h)
            if car is None:
                self._hear(self.outside.pop(0))
            elif car.ahead and car.leg is not None and car.ahead[0].hour < car.leg.ends_h:
                self._see(car, car.ahead.pop(0))
            elif car.leg is not None:
                self._arrive(car)

    def _over(self) -> bool:
        if self.truth is None:
            return False
        return all(part in self.known for part in self.truth.parts if part != "empty vehicle")

    def _next(self) -> tuple[float, Car | None]:
        """Return when something happens next, and to which car; to none where it is news from outside."""
        times: list[tuple[float, Car | None]] = [
            (min([each.hour for each in car.ahead] + [car.leg.ends_h]) if car.leg else car.searcher.ready_h, car)
            for car in self.desk.cars
        ]
        if self.outside:
            times.append((self.outside[0].hour, None))
        return min(times, key=lambda each: each[0])

    def _send(self) -> None:
        """Give a leg to every car that is ready; in the dark and in storms nobody leaves."""
        desk = self.desk
        skies = desk.theatre.skies
        for car in sorted(desk.cars, key=lambda each: (each.searcher.ready_h, each.searcher.asset_id)):
            if car.leg is not None or car.searcher.ready_h > desk.now_h:
                continue
            light = skies.next_light(desk.now_h)
            if light > desk.now_h:
                self._hold(car, light)
                continue
            car.homing = desk.now_h - car.out_since_h >= OUT_H
            leg = self._home(car) if car.homing else self.policy.next_leg(desk, car)
            if not isinstance(leg, SearchLeg) or leg.ends_h <= desk.now_h:
                self._hold(car, desk.now_h + (leg if isinstance(leg, float) else _ASKS_AGAIN_H))
                continue
            car.leg = leg
            car.ahead = [] if self.truth is None else seen_from(self.truth, leg, self.rng, self.known, self.storm_h)
            self.watch("leg", desk, car)

    def _hold(self, car: Car, until_h: float) -> None:
        car.searcher = replace(car.searcher, ready_h=until_h)

    def _home(self, car: Car) -> SearchLeg:
        """Drive home by the quickest way, looking out for nobody."""
        theatre, searcher = self.desk.theatre, car.searcher
        line = np.array([[searcher.home_lon, searcher.home_lat]])
        cold = np.zeros(len(theatre.graph.lon), dtype=bool)
        drive = drive_of(self.desk, car)
        return ground_leg(searcher, theatre.skies, drive, line, "home", cold[:1], cold, self.desk.now_h)

    def _arrive(self, car: Car) -> None:
        self._stop(car, 0.0)
        if car.homing:
            self._hold(car, self.desk.now_h + HOME_H)
            car.out_since_h = self.desk.now_h + HOME_H
            car.homing = False
            self.watch("home", self.desk, car)

    def _see(self, car: Car, news: News) -> None:
        """Tell what a car saw; every car on a leg is called to decide anew."""
        if news.what in self.known:
            return
        if news.what != "footprints":
            self.known.add(news.what)
        self._stop(car, WITH_PEOPLE_H if news.found else AT_CLUE_H)
        self._hear(news)

    def _hear(self, news: News) -> None:
        if news.found:
            self.finds.append(news)
        self.desk.news.append(news)
        for car in self.desk.cars:
            if not car.homing:
                self._stop(car, 0.0)
        self.policy.told(self.desk, news)
        self.watch("news", self.desk, news)

    def _stop(self, car: Car, stays_h: float) -> None:
        """End a car's leg where it is now."""
        now_h, leg = self.desk.now_h, car.leg
        if leg is None:
            return
        driven = cut(leg, now_h)
        car.leg, car.ahead = None, []
        at = leg.swath if driven is None else driven.swath
        row = 0 if driven is None else -1
        car.searcher = replace(
            car.searcher, lon=float(at.lon[row]), lat=float(at.lat[row]), ready_h=max(now_h, leg.starts_h) + stays_h
        )
        if driven is not None:
            self.desk.driven.append(driven)
            self.policy.searched(self.desk, driven)
            self.watch("driven", self.desk, driven)

    def result(self) -> Played:
        desk, truth = self.desk, self.truth
        for car in desk.cars:
            driven = None if car.leg is None else cut(car.leg, desk.now_h)
            if driven is not None:
                desk.driven.append(driven)
        first = min((each.hour for each in self.finds), default=np.inf)
        safe = 0
        if truth is not None:
            clock = desk.until_h + truth.shift_h
            for part, name in enumerate(truth.parts):
                if name not in self.known and truth.safe_h[part] <= clock:
                    safe += truth.alive(part, desk.until_h)
        return Played(
            first - self.begun_h, sum(each.alive for each in self.finds), sum(each.dead for each in self.finds), safe,
            0 if truth is None else truth.people, tuple(desk.driven), tuple(desk.news), desk.now_h - self.begun_h,
        )  # fmt: skip


def straight_to(truth: Truth, desk: Desk) -> tuple[float, float]:
    """Return when somebody who knows where people are would be with the first of them, and how many live to see it.

    No search can be sooner: each part of the group is met by the car that can be there first.

    Returns
    -------
    tuple of float
        Hours from the alert, and people met alive or safe by themselves.
    """
    skies, met, living = desk.theatre.skies, [], 0
    drives = [(max(desk.now_h, car.searcher.ready_h), drive_of(desk, car)) for car in desk.cars]
    for part, name in enumerate(truth.parts):
        if name == "empty vehicle":
            continue
        hours = []
        for start_h, drive in drives:
            at_h = start_h
            for _ in range(4):  # people move while the car comes
                way_h = drive.to_ground(*truth.at(part, at_h))[1]
                at_h = float(skies.through(start_h, np.array([way_h]))[0]) if np.isfinite(way_h) else np.inf
                if not np.isfinite(at_h):
                    break
            hours.append(at_h)
        met.append(min(hours))
        if met[-1] <= desk.until_h:
            living += truth.alive(part, met[-1])
        elif truth.safe_h[part] <= desk.until_h + truth.shift_h:
            living += truth.alive(part, desk.until_h)
    return min(met) - desk.now_h, float(living)


def promised(desk: Desk, legs: Sequence[SearchLeg]) -> tuple[float, float]:
    """Return what legs were worth before anybody knew: over all that the alert, and reports since, may mean.

    Returns
    -------
    tuple of float
        Chance that a person of the group is seen, and people seen alive.
    """
    belief = desk.belief
    for news in desk.news:
        if news.what == "sighting":
            fits = seen_here(belief, news.lon, news.lat, news.hour, news.radius_km, news.genuine)
            belief = belief.told(fits, 1 - news.genuine)
    found = together(belief, legs)
    return float(belief.weight @ found.pod), float(belief.weight @ found.alive) * desk.count
