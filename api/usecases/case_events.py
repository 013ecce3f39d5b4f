"""What can happen in a case, as its log keeps it and the doors send it.

Positions are resolved when an event is written and kept with the words they came from: a later version of the facts
does not move what was once understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from data.errors import BadInput
from data.units import require_utc
from sar.alert import Movement, Reporter, SourceGrade, VehicleState
from sar.sweep import Platform

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Text = Annotated[str, Field(max_length=400)]
AssetId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
Moment = datetime


def _in_utc(value: Any) -> Any:
    """Return times in UTC, also within a tuple; other values as they are."""
    if isinstance(value, tuple) and value and isinstance(value[0], datetime):
        return tuple(_in_utc(each) for each in value)
    try:
        return require_utc(value) if isinstance(value, datetime) else value
    except (BadInput, OverflowError) as error:  # one fault of several: a line of its own
        raise ValueError(str(error)) from None


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_enum_values=False)

    @field_validator("*", mode="after")
    @classmethod
    def _aware(cls, value: Any) -> Any:
        return _in_utc(value)


class Opened(_Event):
    """The alert that opened the case."""

    kind: Literal["opened"] = "opened"
    where: Text
    told_at: Moment
    last_contact: Moment | None = None
    adults: int = Field(default=0, ge=0, le=100_000)
    children: int = Field(default=0, ge=0, le=100_000)
    pregnant: int = Field(default=0, ge=0, le=100_000)
    litres: float | None = Field(default=None, ge=0, le=1e6)
    hours_stranded: float | None = Field(default=None, ge=0, le=240)
    vehicle: VehicleState = VehicleState.UNKNOWN
    movement: Movement = Movement.UNKNOWN
    walked_towards: Text = ""
    battery_pct: float | None = Field(default=None, ge=0, le=100)
    reported_by: Reporter = Reporter.UNKNOWN
    grade: SourceGrade = SourceGrade.C
    message: Annotated[str, Field(max_length=4000)] = ""


class Facts(_Event):
    """Something learnt of the group that changes the alert; only what is given changes."""

    kind: Literal["facts"] = "facts"
    where: Text | None = None
    adults: int | None = Field(default=None, ge=0, le=100_000)
    children: int | None = Field(default=None, ge=0, le=100_000)
    pregnant: int | None = Field(default=None, ge=0, le=100_000)
    litres: float | None = Field(default=None, ge=0, le=1e6)
    hours_stranded: float | None = Field(default=None, ge=0, le=240)
    vehicle: VehicleState | None = None
    movement: Movement | None = None
    walked_towards: Text | None = None
    grade: SourceGrade | None = None


class Weights(_Event):
    """Scenario weights set by the planner; the others fill up to 1."""

    kind: Literal["weights"] = "weights"
    weights: dict[str, float]


class Asset(_Event):
    """A searcher that the case can send."""

    asset_id: AssetId
    platform: Platform = Platform.GROUND_VEHICLE
    at: Text
    lon: Lon
    lat: Lat
    ready: Moment
    endurance_h: float = Field(default=24.0, gt=0, le=240)
    speed_kph: float | None = Field(default=None, gt=0, le=1000)
    height_m: float = Field(default=152.4, ge=10, le=3000)
    measured_rd_m: float | None = Field(default=None, gt=0, le=20_000)


class Assets(_Event):
    """Assets added, or put in place of those of the same name."""

    kind: Literal["assets"] = "assets"
    assets: tuple[Asset, ...] = Field(min_length=1, max_length=40)


class Released(_Event):
    """An asset that searches no more."""

    kind: Literal["released"] = "released"
    asset_id: AssetId


class Ordered(_Event):
    """A leg given to an asset."""

    kind: Literal["ordered"] = "ordered"
    asset_id: AssetId
    to: Text
    lonlat: tuple[tuple[Lon, Lat], ...] = Field(min_length=2, max_length=20_000)
    times: tuple[Moment, ...]
    searching: tuple[bool, ...]

    @field_validator("times")
    @classmethod
    def _rising(cls, times: tuple[datetime, ...]) -> tuple[datetime, ...]:
        return _not_falling(times)


class Driven(_Event):
    """A track that was searched and where nothing was found: a GPX file, or words such as "clear to km 140"."""

    kind: Literal["driven"] = "driven"
    asset_id: AssetId | None = None
    platform: Platform = Platform.GROUND_VEHICLE
    said: Text = ""
    lonlat: tuple[tuple[Lon, Lat], ...] = Field(min_length=2, max_length=100_000)
    times: tuple[Moment, ...]
    visibility_km: float | None = Field(default=None, ge=0, le=100)
    height_m: float = Field(default=152.4, ge=10, le=3000)
    measured_rd_m: float | None = Field(default=None, gt=0, le=20_000)

    @field_validator("times")
    @classmethod
    def _rising(cls, times: tuple[datetime, ...]) -> tuple[datetime, ...]:
        return _not_falling(times)


class Clue(_Event):
    """Something found or seen."""

    kind: Literal["clue"] = "clue"
    what: Literal["footprints", "vehicle", "empty vehicle", "body", "sighting"]
    where: Text
    lon: Lon
    lat: Lat
    seen_at: Moment
    radius_km: float = Field(default=1.0, gt=0, le=200)
    bearing_deg: float | None = Field(default=None, ge=0, lt=360)
    grade: SourceGrade = SourceGrade.B


class Storm(_Event):
    """Hours in which nobody searches or walks."""

    kind: Literal["storm"] = "storm"
    begins: Moment
    ends: Moment


class Sight(_Event):
    """Visibility from now on."""

    kind: Literal["sight"] = "sight"
    visibility_km: float = Field(ge=0, le=100)


class Found(_Event):
    """People found; those still looked for are fewer by so many."""

    kind: Literal["found"] = "found"
    alive: int = Field(default=0, ge=0, le=100_000)
    dead: int = Field(default=0, ge=0, le=100_000)
    where: Text
    lon: Lon
    lat: Lat
    found_at: Moment
    condition: Text = ""
    asset_id: AssetId | None = None


class Withdrawn(_Event):
    """An earlier event that was wrong; it stays in the log and counts no more."""

    kind: Literal["withdrawn"] = "withdrawn"
    event: int = Field(ge=2)
    reason: Text = ""


class Decision(_Event):
    """One person's voice for closing, suspending or reopening; it takes two different ones."""

    kind: Literal["decision"] = "decision"
    what: Literal["close", "suspend", "reopen"]
    reason: Annotated[str, Field(min_length=3, max_length=1000)]


class Linked(_Event):
    """Another alert that a person judged to be of the same event."""

    kind: Literal["linked"] = "linked"
    case_id: Text
    reason: Text = ""


class Note(_Event):
    """Words that change nothing."""

    kind: Literal["note"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class Retained(_Event):
    """A closed case was thinned out: what was kept of it no longer says where exactly, or who can be reached how."""

    kind: Literal["retained"] = "retained"
    what: Literal["notes", "positions"]
    #: HMAC-SHA-256 of the events before, under a key of the store: a plain digest could be tried on guesses.
    before: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


CaseEvent = Annotated[
    Opened | Facts | Weights | Assets | Released | Ordered | Driven | Clue | Storm | Sight | Found | Withdrawn
    | Decision | Linked | Note | Retained,
    Field(discriminator="kind"),
]  # fmt: skip
_READER: TypeAdapter[CaseEvent] = TypeAdapter(CaseEvent)


def _not_falling(times: tuple[datetime, ...]) -> tuple[datetime, ...]:
    if any(later < earlier for earlier, later in zip(times, times[1:], strict=False)):
        raise ValueError("times along a track must not fall")
    return times


def read_event(values: Any) -> CaseEvent:
    """Check what a door or a log gives; BadInput with one line for each fault."""
    try:
        event = _READER.validate_python(values)
    except ValidationError as error:
        raise BadInput(_lines(error.errors())) from None
    if isinstance(event, (Ordered, Driven)) and len(event.times) != len(event.lonlat):
        raise BadInput(f"{event.kind}: {len(event.times)} times for {len(event.lonlat)} positions")
    if isinstance(event, Ordered) and len(event.searching) != len(event.lonlat) - 1:
        raise BadInput(f"ordered: {len(event.searching)} pieces told of for {len(event.lonlat)} positions")
    if isinstance(event, Storm) and event.ends <= event.begins:
        raise BadInput("storm: it ends before it begins")
    return event


def written(event: CaseEvent) -> dict[str, Any]:
    """Return an event as the log keeps it."""
    return event.model_dump(mode="json", exclude_none=True, exclude={"kind"})


def _lines(faults: Sequence[Any]) -> list[str]:
    """Return one line for each fault; a list is not called too short for members that are faults themselves."""
    within = [fault["loc"] for fault in faults if fault["type"] != "too_short"]
    return [
        _line(fault)
        for fault in faults
        if fault["type"] != "too_short" or not any(loc[: len(fault["loc"])] == fault["loc"] for loc in within)
    ]


def _line(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0] if fault["loc"] else "event")
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
