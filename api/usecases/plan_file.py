"""Reading `plan.json` back: what a plan drives and when, checked against the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from api.context import RegionContext
from api.usecases.inputs import FIRST_DAY, LAST_DAY
from api.usecases.wishes import Wishes
from data.errors import BadInput
from sar.fleet import past_rest
from sar.request import MOST_DAYS

#: Faults told of one file.
MOST_FAULTS = 20


class _Segment(BaseModel):
    segment_id: str
    forward: bool
    km: float = Field(ge=0, le=1e5)
    hours: float = Field(ge=0, le=1000)
    fuel_l: float = Field(ge=0, le=1e6)
    expected_people_reached: float = Field(ge=0)


class _Leg(BaseModel):
    to: str
    segments: list[_Segment] = Field(min_length=1)


class _Vehicle(BaseModel):
    vehicle_id: str
    fuel_l: float = Field(ge=0, le=1e6)


class _Convoy(BaseModel):
    convoy_id: str
    base: str
    day: int = Field(ge=1, le=MOST_DAYS)
    from_place: str
    to_place: str
    vehicles: list[_Vehicle] = Field(min_length=1)
    start: AwareDatetime
    end: AwareDatetime
    rest: tuple[AwareDatetime, AwareDatetime] | None = None
    km: float
    hours: float
    fuel_used_l: float
    expected_people_reached: float
    legs: list[_Leg]


class _Request(BaseModel):
    bases: list[str]
    closed: list[str]
    required: list[str]
    allow_single: bool
    explore: float
    vary: float
    home_each_night: bool
    ends: list[str]
    rest: str
    zones: list[str]
    skills: list[str]
    room: list[str]
    agreed: list[str]


class _Plan(BaseModel):
    """What every reader of a plan needs of its file."""

    plan_id: str
    data_version: str
    on: date = Field(alias="date", ge=FIRST_DAY, le=LAST_DAY)
    days: int = Field(ge=1, le=MOST_DAYS)
    hours: float
    seed: int
    expected_people_reached: float
    at_least_share_of_best: float
    request: _Request
    convoys: list[_Convoy] = Field(min_length=1)


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
    begins_at: str
    ends_at: str
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
    return plan_of(context, document, path.name)


def plan_of(context: RegionContext, document: Any, name: str) -> PlanFile:
    """Read a plan out of its document; `name` begins every fault.

    Raises
    ------
    BadInput
        As `read_plan`.
    """
    if not isinstance(document, dict) or document.get("kind") != "patrol-plan":
        raise BadInput(f"{name}: is no plan; give the plan.json that guelta plan wrote")
    try:
        checked = _Plan.model_validate(document)
    except ValidationError as error:
        faults = error.errors()[:MOST_FAULTS]
        raise BadInput(f"{name}: {_place(each['loc'])}: {each['msg']}" for each in faults) from None
    late = [convoy.day for convoy in checked.convoys if convoy.day > checked.days]
    if late:
        raise BadInput(f"{name}: a convoy drives on day {late[0]} of {checked.days}")
    plan = _plan(checked, document)
    known = set(context.network.segments.index)
    lost = dict.fromkeys(
        step.segment_id for convoy in plan.convoys for step in convoy.steps if step.segment_id not in known
    )
    if lost:
        raise BadInput(f"{name}: segment '{segment[:80]}' is not known" for segment in lost)
    return plan


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(each) for each in location)


def _plan(checked: _Plan, document: dict[str, Any]) -> PlanFile:
    asked = checked.request
    wishes = Wishes(
        bases=tuple(asked.bases),
        hours=checked.hours,
        days=checked.days,
        seed=checked.seed,
        closed=tuple(asked.closed),
        required=tuple(asked.required),
        allow_single=asked.allow_single,
        explore=asked.explore,
        vary=asked.vary,
        home_each_night=asked.home_each_night,
        ends=tuple(asked.ends),
        rest=asked.rest,
        zones=tuple(asked.zones),
        skills=tuple(asked.skills),
        room=tuple(asked.room),
        agreed=tuple(asked.agreed),
    )
    convoys = tuple(_convoy(convoy) for convoy in checked.convoys)
    people = checked.expected_people_reached
    return PlanFile(checked.plan_id, checked.on, checked.days, wishes, people, convoys, checked.data_version, document)


def _convoy(convoy: _Convoy) -> PlannedConvoy:
    moment, steps = convoy.start, []
    for leg in convoy.legs:
        for segment in leg.segments:
            at = past_rest(moment, convoy.rest)
            people = segment.expected_people_reached
            steps.append(PlannedStep(segment.segment_id, segment.forward, at, segment.hours, segment.fuel_l, people))
            moment += timedelta(hours=segment.hours)
    return PlannedConvoy(
        convoy.convoy_id,
        convoy.day - 1,
        convoy.base,
        convoy.from_place,
        convoy.to_place,
        convoy.start,
        convoy.end,
        convoy.vehicles[0].fuel_l,
        tuple(steps),
    )
