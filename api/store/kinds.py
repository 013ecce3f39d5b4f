"""What the store keeps: a contract for the body of each kind of record, with who may see it at most.

Unknown fields are refused. There are no fields for names, telephone numbers or nationalities of people, and free text
is short; that nobody types one into it cannot be checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from api.store.body import Body, Code, Count, Document, Lat, Line, Lon, Sensitivity, Shape, Text, known_word, shape_of
from api.store.changes import canonical
from api.store.patrol_kinds import Edition, PatrolReport
from data.errors import BadInput
from sar.alert import Movement, Reporter, SourceGrade, VehicleState

#: Bytes of one body as canonical JSON.
MOST_BYTES = 8_000_000
MOST_FAULTS = 20


class Incident(Body):
    """Something that happened, as in the incidents of the region."""

    sensitivity = Sensitivity.RESEARCHER
    note = "Public only delayed, on cells, counts of few suppressed; where people tell of it can point at informants."
    date: date
    date_precision: Literal["day", "month", "year"] = "day"
    corridor: str | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    place: Text = ""
    lon: Lon
    lat: Lat
    precision_km: float = Field(gt=0, le=1000)
    dead: Count | None = None
    missing: Count | None = None
    survivors: Count | None = None
    cause: str = "unknown"
    source_grade: SourceGrade = SourceGrade.C
    source: Text
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=400)] | None = None

    @field_validator("corridor", "cause")
    @classmethod
    def _known(cls, value: str | None, info: Any) -> str | None:
        return known_word(info.field_name, value)

    def happened_at(self) -> datetime:
        return datetime.combine(self.date, time(0), UTC)


class Alert(Body):
    """A call for help as it came in."""

    note = "Never public: people in danger, and who told of them."
    told_at: datetime
    where: Text
    lon: Lon | None = None
    lat: Lat | None = None
    last_contact: datetime | None = None
    adults: Count = 0
    children: Count = 0
    pregnant: Count = 0
    litres: float | None = Field(default=None, ge=0, le=1e6)
    hours_stranded: float | None = Field(default=None, ge=0, le=240)
    vehicle: VehicleState = VehicleState.UNKNOWN
    movement: Movement = Movement.UNKNOWN
    reported_by: Reporter = Reporter.UNKNOWN
    grade: SourceGrade = SourceGrade.C
    message: Annotated[str, Field(max_length=4000)] = ""
    case_id: Code | None = None

    def happened_at(self) -> datetime:
        return self.told_at


class Case(Body):
    """A search, in brief; what happened in it are its case events."""

    note = "Never public while open; afterwards only counts."
    opened_at: datetime
    status: Literal["open", "suspended", "closed"] = "open"
    where: Text = ""
    lon: Lon | None = None
    lat: Lat | None = None
    reason: Text = ""

    def happened_at(self) -> datetime:
        return self.opened_at


class CaseEventBody(Body):
    """One event of a case; each is a record of its own, so that two desks never contend for one.

    `at` is when it was told, `written_at` when it was written, `n` its number then, `by` the role that told it.
    """

    note = "Never public: positions of people and of those who look for them."
    case_id: Code
    n: int = Field(ge=1, le=99_999)
    at: datetime
    written_at: datetime
    by: Code
    event: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
    lon: Lon | None = None
    lat: Lat | None = None
    data: Document

    def happened_at(self) -> datetime:
        return self.at


class Plan(Body):
    """A patrol plan, as its file holds it."""

    note = "Never public: who watches a patrol's plan can wait for it or avoid it."
    on: date
    days: int = Field(default=1, ge=1, le=14)
    status: Literal["draft", "ordered", "driven", "dropped"] = "draft"
    document: Document

    def happened_at(self) -> datetime:
        return datetime.combine(self.on, time(0), UTC)


class WaterReport(Body):
    """What somebody found at a water point."""

    note = "Never public: the state of a single well, by which people may be waited for."
    water_id: Code
    seen_at: datetime
    state: Literal["gives", "little", "dry", "brackish", "fouled", "guarded", "not found"]
    lon: Lon | None = None
    lat: Lat | None = None
    depth_m: float | None = Field(default=None, ge=0, le=500)
    litres_per_h: float | None = Field(default=None, ge=0, le=1e6)
    grade: SourceGrade = SourceGrade.B
    remark: Text = ""

    def happened_at(self) -> datetime:
        return self.seen_at


class Closure(Body):
    """Segments, or an area, closed for a time."""

    note = "Never public: it tells where nobody watches."
    begins: datetime
    ends: datetime | None = None
    segments: tuple[Code, ...] = Field(default=(), max_length=2000)
    area: Line | None = Field(default=None, min_length=3, max_length=10_000)
    reason: Literal["mine", "conflict", "flood", "sand", "military", "other"]
    remark: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> Closure:
        if not self.segments and self.area is None:
            raise ValueError("name the segments or draw the area that is closed")
        if self.ends is not None and self.ends <= self.begins:
            raise ValueError("it ends before it begins")
        return self

    def happened_at(self) -> datetime:
        return self.begins

    def shape(self) -> Shape | None:
        if self.area is None:
            return None
        ring = [*self.area, self.area[0]] if self.area[0] != self.area[-1] else list(self.area)
        return shape_of("POLYGON(({}))", ring)


class PatrolTrack(Body):
    """Where a vehicle has driven."""

    note = "Never public: patrols repeat themselves."
    asset_id: Code
    plan_id: Code | None = None
    lonlat: Line = Field(min_length=2, max_length=100_000)
    times: tuple[datetime, ...]

    @model_validator(mode="after")
    def _rising(self) -> PatrolTrack:
        if len(self.times) != len(self.lonlat):
            raise ValueError(f"{len(self.times)} times for {len(self.lonlat)} positions")
        if any(each.tzinfo is None for each in self.times):
            raise ValueError("times need a time zone; write them with Z or an offset")
        if any(later < earlier for earlier, later in zip(self.times, self.times[1:], strict=False)):
            raise ValueError("times along a track must not fall")
        return self

    def happened_at(self) -> datetime:
        return self.times[0]

    def shape(self) -> Shape:
        return shape_of("LINESTRING({})", list(self.lonlat))


KINDS: Mapping[str, type[Body]] = {
    "incident": Incident,
    "alert": Alert,
    "case": Case,
    "case_event": CaseEventBody,
    "plan": Plan,
    "water_report": WaterReport,
    "closure": Closure,
    "patrol_track": PatrolTrack,
    "patrol_report": PatrolReport,
    "edition": Edition,
}

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
_AUTHOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}")


def read_body(kind: str, body: Any) -> Body:
    """Check a body against the contract of its kind; BadInput with one line for each fault."""
    contract = contract_of(kind)
    try:
        return contract.model_validate(body)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, (kind, *each['loc'])))}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors()
        ]
        raise BadInput(faults[:MOST_FAULTS]) from None
    except RecursionError:
        raise BadInput(f"{kind}: the body is nested too deeply") from None


def written(kind: str, body: Body) -> str:
    """Return a body as canonical JSON, what is not known left out."""
    values = body.model_dump(mode="json")
    text = canonical({name: value for name, value in values.items() if value is not None})
    if len(text) > MOST_BYTES:
        raise BadInput(f"{kind}: the body has {len(text)} bytes, at most {MOST_BYTES} are taken")
    return text


def contract_of(kind: str) -> type[Body]:
    """Return the contract of a kind; BadInput if there is none."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadInput(f"{str(kind)[:40]!r} is no kind of record; they are {', '.join(KINDS)}")
    return KINDS[kind]


def require_id(text: str, what: str = "id") -> str:
    """Return an id that is one: letters, digits and ``_.:-``, at most 80."""
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise BadInput(f"{what}: {str(text)[:40]!r} is none; letters, digits and _.:- up to 80")
    return text


def require_author(text: str) -> str:
    """Return an author that is one: a role or key id of at most 40 letters, digits and ``_.:-``."""
    if not isinstance(text, str) or not _AUTHOR.fullmatch(text):
        raise BadInput(f"author: {str(text)[:40]!r} is no role or key id; letters, digits and _.:- up to 40")
    return text
