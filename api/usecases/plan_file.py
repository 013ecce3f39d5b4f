"""Reading `plan.json` back: what a plan drives and when, checked against the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from api.context import RegionContext
from api.usecases.wishes import Wishes
from data.errors import BadInput


@dataclass(frozen=True)
class PlannedStep:
    """One segment as planned: when it is entered (aware UTC), direction, hours, litres and people expected."""

    segment_id: str
    forward: bool
    at: datetime
    hours: float
    fuel_l: float
    people: float


@dataclass(frozen=True)
class PlannedConvoy:
    """One convoy's day as planned."""

    convoy_id: str
    day: int
    base: str
    vehicles: int
    start: datetime
    end: datetime
    fuel_l: float
    steps: tuple[PlannedStep, ...]


@dataclass(frozen=True)
class PlanFile:
    """A plan read back.

    Attributes
    ----------
    plan_id : str
    on : date
    days : int
    wishes : Wishes
        What was asked.
    people : float
        Expected to be reached.
    convoys : tuple of PlannedConvoy
        Day by day.
    data_version : str
    document : dict
        As read.
    """

    plan_id: str
    on: date
    days: int
    wishes: Wishes
    people: float
    convoys: tuple[PlannedConvoy, ...]
    data_version: str
    document: dict[str, Any]


def read_plan(context: RegionContext, path: Path) -> PlanFile:
    """Read a plan.

    Raises
    ------
    BadInput
        If the file cannot be read, is no plan, or drives segments this region does not have.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path.name}: cannot be read ({error.strerror})") from None
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{path.name}: is no JSON ({error})") from None
    if not isinstance(document, dict) or document.get("kind") != "patrol-plan":
        raise BadInput(f"{path.name}: is no plan; give the plan.json that guelta plan wrote")
    try:
        plan = _plan(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(f"{path.name}: the plan is damaged ({type(error).__name__}: {error})") from None
    known = set(context.network.segments.index)
    lost = dict.fromkeys(
        step.segment_id for convoy in plan.convoys for step in convoy.steps if step.segment_id not in known
    )
    if lost:
        raise BadInput(f"{path.name}: segment '{segment[:80]}' is not known" for segment in lost)
    return plan


def _plan(document: dict[str, Any]) -> PlanFile:
    asked = document["request"]
    wishes = Wishes(
        bases=tuple(asked["bases"]),
        hours=float(document["hours"]),
        days=int(document["days"]),
        seed=int(document["seed"]),
        closed=tuple(asked["closed"]),
        required=tuple(asked["required"]),
        allow_single=bool(asked["allow_single"]),
        explore=float(asked["explore"]),
        vary=float(asked["vary"]),
        home_each_night=bool(asked["home_each_night"]),
        ends=tuple(asked["ends"]),
        rest=str(asked["rest"]),
        skills=tuple(asked["skills"]),
        room=tuple(asked["room"]),
        agreed=tuple(asked["agreed"]),
    )
    return PlanFile(
        str(document["plan_id"]),
        date.fromisoformat(document["date"]),
        wishes.days,
        wishes,
        float(document["expected_people_reached"]),
        tuple(_convoy(convoy) for convoy in document["convoys"]),
        str(document["data_version"]),
        document,
    )


def _convoy(document: dict[str, Any]) -> PlannedConvoy:
    start, end = (datetime.fromisoformat(document[key]) for key in ("start", "end"))
    rest = document.get("rest")
    pause = tuple(datetime.fromisoformat(each) for each in rest) if rest else None
    moment, steps = start, []
    for leg in document["legs"]:
        for segment in leg["segments"]:
            hours = float(segment["hours"])
            steps.append(
                PlannedStep(
                    str(segment["segment_id"]),
                    bool(segment["forward"]),
                    _awake(moment, pause),
                    hours,
                    float(segment["fuel_l"]),
                    float(segment["expected_people_reached"]),
                )
            )
            moment += timedelta(hours=hours)
    vehicles = document["vehicles"]
    return PlannedConvoy(
        str(document["convoy_id"]),
        int(document["day"]) - 1,
        str(document["base"]),
        len(vehicles),
        start,
        end,
        float(vehicles[0]["fuel_l"]),
        tuple(steps),
    )


def _awake(moment: datetime, pause: tuple[datetime, ...] | None) -> datetime:
    """Move a moment of driving past the rest from the heat."""
    return moment if pause is None or moment <= pause[0] else moment + (pause[1] - pause[0])
