"""An exercise played by a person, a file of decisions or the engine, and its score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from api.context import RegionContext
from api.usecases.exercise_draw import Exercise
from api.usecases.exercise_play import policy_of
from api.usecases.locate import gazetteer
from data.errors import BadInput
from routes.described import read_described
from sar.exercise import Played, Stopped, Watcher, play, promised, straight_to
from sar.exercise_desk import Car, Decision, Desk, drive_of
from sar.exercise_engine import Engine
from sar.hidden_truth import News
from sar.leg_candidates import candidates
from sar.next_legs import thinned
from sar.search_leg import SearchLeg, ground_leg

#: Legs that a planner is shown.
SHOWN = 9
#: The habit that a score is held against.
HABIT = "tracks"
_LONGEST_WAIT_H = 48.0


@dataclass(frozen=True, eq=False)
class Ask:
    """What a planner is asked: what one car does next.

    Attributes
    ----------
    desk : Desk
    car : Car
    legs : tuple of SearchLeg
        By name, not by worth.
    advised : Decision
        The engine's own choice.
    """

    desk: Desk
    car: Car
    legs: tuple[SearchLeg, ...]
    advised: Decision


#: Returns one decision in words: a number, "engine", "wait 2", "go 18.5,12.3", "quit".
Asker = Callable[[Ask], str]


class Planner(Engine):
    """Somebody who is asked at every turn; the engine keeps the belief and its advice beside.

    Parameters
    ----------
    context : RegionContext
        Of the names that "go" understands.
    ask : callable
    patient : callable, optional
        Told a fault of a decision, which is then asked again; without it the fault is raised.
    """

    def __init__(self, context: RegionContext, ask: Asker, patient: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self.context, self.ask, self.patient = context, ask, patient
        self.decisions: list[str] = []

    def next_leg(self, desk: Desk, car: Car) -> Decision:
        """Ask until a decision is understood."""
        advised = super().next_leg(desk, car)
        asked = Ask(desk, car, self._shown(desk, car, advised), advised)
        while True:
            said = self.ask(asked).strip()
            try:
                decision = self.read(said, asked)
            except BadInput as error:
                if self.patient is None:
                    raise
                self.patient(error.faults[0])
                continue
            self.decisions.append(said)
            return decision

    def read(self, said: str, asked: Ask) -> Decision:
        """Understand a decision.

        Raises
        ------
        BadInput
            If it is none, or leads nowhere.
        Stopped
            For "quit".
        """
        word, _, rest = said.partition(" ")
        word = word.lower()
        if word in ("quit", "q"):
            raise Stopped
        if word in ("engine", "e"):
            return asked.advised
        if word.isdigit():
            if not 1 <= int(word) <= len(asked.legs) or rest:
                raise BadInput(f"there is no leg {said}: say 1 to {len(asked.legs)}")
            return asked.legs[int(word) - 1]
        if word in ("wait", "w"):
            return _hours(rest)
        if word in ("go", "g"):
            return self._go(rest, asked)
        raise BadInput(f"'{said}' is no decision: say a number, engine, wait HOURS, go PLACE or quit")

    def _go(self, where: str, asked: Ask) -> SearchLeg:
        place = read_described(where, gazetteer(self.context)).place
        drive = drive_of(asked.desk, asked.car)
        if not np.isfinite(drive.to_ground(place.lon, place.lat)[1]):
            raise BadInput(f"no way leads to {place.read_as}")
        line, searching = np.array([[place.lon, place.lat]]), np.ones(1, dtype=bool)
        leg = ground_leg(
            asked.car.searcher, asked.desk.theatre.skies, drive, line, place.read_as, searching, asked.desk.hot,
            asked.desk.now_h,
        )  # fmt: skip
        if not leg.ends_h > asked.desk.now_h:
            raise BadInput(f"the car is there already: {place.read_as}")
        return leg

    def _shown(self, desk: Desk, car: Car, advised: Decision) -> tuple[SearchLeg, ...]:
        """Return some legs, one to each end, in the order of their names: the best is for the planner to find."""
        searcher = replace(car.searcher, ready_h=desk.now_h, endurance_h=100.0)
        found = candidates(thinned(self.belief, self.particles), searcher, desk.theatre, desk.now_h)
        by_end: dict[tuple[str, str], SearchLeg] = {}
        # half of the room for ways along tracks, half for ground beside them
        for kind in ("along tracks", "area"):
            ends = [leg for leg, _ in found if leg.kind.value == kind]
            for leg in ends:
                if sum(key[0] == kind for key in by_end) < SHOWN // 2 + (kind == "along tracks"):
                    by_end.setdefault((kind, leg.to), leg)
        if isinstance(advised, SearchLeg):
            by_end[advised.kind.value, advised.to] = advised
        return tuple(sorted(by_end.values(), key=lambda leg: (leg.to, leg.ends_h)))


def _hours(text: str) -> float:
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        raise BadInput(f"wait how many hours? '{text}' is no number") from None
    if not 0 < hours <= _LONGEST_WAIT_H:
        raise BadInput(f"wait from 0 to {_LONGEST_WAIT_H:g} hours, not {hours:g}")
    return hours


@dataclass(frozen=True, eq=False)
class Finished:
    """An exercise that was played."""

    exercise: Exercise
    desk: Desk
    played: Played
    decisions: tuple[str, ...] = field(default=())


def play_exercise(
    context: RegionContext, exercise: Exercise, ask: Asker | None, patient: Callable[[str], None] | None = None,
    watch: Watcher = lambda what, desk, about: None,
) -> Finished:  # fmt: skip
    """Play an exercise; by the engine where nobody is asked."""
    planner = Engine() if ask is None else Planner(context, ask, patient)
    desk = exercise.desk.fresh()
    luck = np.random.default_rng([exercise.seed, 1])
    played = play(desk, planner, exercise.truth, exercise.outside, luck, watch, exercise.storm_h)
    return Finished(exercise, desk, played, tuple(planner.decisions) if isinstance(planner, Planner) else ())


def read_decisions(path: Path) -> list[str]:
    """Read decisions from a file: one a line, or the record of an exercise; BadInput where it is neither."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not UTF-8 text") from None
    if text.lstrip().startswith("{"):
        try:
            said = orjson.loads(text)["decisions"]
        except (orjson.JSONDecodeError, KeyError):
            raise BadInput(f"{path}: is no record of an exercise") from None
        if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
            raise BadInput(f"{path}: its decisions are no list of words")
        return said
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def score(finished: Finished, progress: Callable[[float], None] = lambda share: None) -> dict[str, Any]:
    """Judge an exercise: what came of it, and what the decisions were worth before anybody knew.

    The same truth and luck for the habit of going straight to the last known position tells what happened; the
    decisions' worth over all that the alert may mean, beside that of the engine and the habit searching as long
    without a find, leaves luck out.
    """
    exercise, played = finished.exercise, finished.played
    straight_h, straight_living = straight_to(exercise.truth, exercise.desk.fresh())
    luck = np.random.default_rng([exercise.seed, 1])
    habit = play(
        exercise.desk.fresh(), policy_of(HABIT, exercise.seed), exercise.truth, exercise.outside, luck,
        storm_h=exercise.storm_h,
    )  # fmt: skip
    progress(0.2)
    worth = {"decisions": _worth(finished.desk, played)}
    for number, name in enumerate(("engine", HABIT)):
        desk = exercise.desk.fresh()
        desk.until_h = desk.now_h + played.ended_h
        blind = play(
            desk, policy_of(name, exercise.seed), None, exercise.outside, np.random.default_rng(0),
            storm_h=exercise.storm_h,
        )  # fmt: skip
        worth["engine" if name == "engine" else "last_known_position"] = _worth(desk, blind)
        progress(0.6 + 0.4 * number)
    return {
        "hours_to_find": _finite(played.found_h),
        "people": played.people,
        "found_alive": played.alive,
        "found_dead": played.dead,
        "safe_by_themselves": played.safe,
        "ended_after_h": played.ended_h,
        "knowing_all": {"hours_to_find": _finite(straight_h), "alive": straight_living},
        "last_known_position": {"hours_to_find": _finite(habit.found_h), "found_alive": habit.alive},
        "worth_before_knowing": worth,
    }


def _worth(desk: Desk, played: Played) -> dict[str, float]:
    pos, alive = promised(desk, played.legs)
    hours = sum(leg.ends_h - leg.starts_h for leg in played.legs)
    return {"pos": pos, "people_alive": alive, "car_hours": hours, "pos_per_car_hour": pos / hours if hours else 0.0}


def _finite(hours: float) -> float | None:
    return float(hours) if np.isfinite(hours) else None


def moment(exercise: Exercise, hour: float) -> datetime:
    """Return the time of an hour of the case's clock."""
    return exercise.alert.stranded_at + timedelta(hours=float(hour))


def record(finished: Finished, scored: dict[str, Any]) -> dict[str, Any]:
    """Return all of an exercise as a JSON-ready document; the truth is in it."""
    exercise, truth = finished.exercise, finished.exercise.truth
    alert = exercise.alert
    lon, lat = truth.at(0, -truth.shift_h)
    return {
        "kind": "exercise",
        "seed": exercise.seed,
        "alert": {
            "where": alert.where, "understood": exercise.understood, "told_at": alert.told_at.isoformat(),
            "people": alert.people or None, "litres": alert.litres, "hours_stranded": alert.hours_stranded,
            "vehicle": alert.vehicle.value, "movement": alert.movement.value, "walked_towards": alert.walked_towards,
            "reported_by": alert.reported_by.value, "grade": alert.grade.value,
        },
        "decisions": list(finished.decisions),
        "legs": [
            {"asset_id": leg.asset_id, "to": leg.to, "kind": leg.kind.value,
             "begins": moment(exercise, leg.starts_h).isoformat(), "ends": moment(exercise, leg.ends_h).isoformat(),
             "search_km": leg.search_km}
            for leg in finished.played.legs
        ],
        "news": [news_document(exercise, each) for each in finished.played.news],
        "truth": {
            "scenario": truth.scenario.value, "lon": lon, "lat": lat, "people": truth.people,
            "stranded_at": moment(exercise, -truth.shift_h).isoformat(),
        },
        "score": scored,
    }  # fmt: skip


def news_document(exercise: Exercise, news: News) -> dict[str, Any]:
    """Return a message as a JSON-ready document."""
    return {
        "what": news.what, "at": moment(exercise, news.hour).isoformat(), "lon": news.lon, "lat": news.lat,
        "radius_km": news.radius_km, "bearing_deg": news.bearing_deg, "asset_id": news.asset_id, "alive": news.alive,
        "dead": news.dead,
    }  # fmt: skip
