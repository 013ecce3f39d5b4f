"""What a patrol reports on its return, and what is kept of a month when it is published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from api.store.body import Body, Code, Count, Document, Text, known_word

#: A patrol is back within so many days.
LONGEST_PATROL = timedelta(days=31)


class MetGroup(Body):
    """People a patrol met: how many, what they needed most, where they were handed over."""

    note = "Never public: it tells where people pass."
    at: datetime
    segment: Code | None = None
    adults: Count = 0
    children: Count = 0
    dead: Count = 0
    need: Literal["water", "medical", "breakdown", "none"] = "none"
    case_id: Code | None = None
    handed_to: Code | None = None

    @model_validator(mode="after")
    def _somebody(self) -> MetGroup:
        if not self.adults + self.children + self.dead:
            raise ValueError("nobody was met: give adults, children or dead")
        if self.handed_to is not None and not self.adults + self.children:
            raise ValueError("only the living are handed over")
        return self


class PatrolReport(Body):
    """What a patrol says on its return; groups with a `case_id` were looked for, the others met on the way."""

    note = "Never public: where patrols drive and meet people; the public learns sums of many."
    plan_id: Code | None = None
    asset_id: Annotated[Code, Field(max_length=60)]
    left_at: datetime
    back_at: datetime
    km: float | None = Field(default=None, ge=0, le=50_000)
    hours: float | None = Field(default=None, ge=0, le=744)
    corridor: str | None = None
    segments: tuple[Code, ...] = Field(default=(), max_length=2000)
    groups: tuple[MetGroup, ...] = Field(default=(), max_length=500)
    remark: Text = ""

    @field_validator("corridor")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return known_word("corridor", value)

    @model_validator(mode="after")
    def _whole(self) -> PatrolReport:
        if not timedelta(0) < self.back_at - self.left_at <= LONGEST_PATROL:
            raise ValueError(f"it is back after it left, within {LONGEST_PATROL.days} days")
        if self.hours is not None and self.hours > (self.back_at - self.left_at) / timedelta(hours=1) + 1e-9:
            raise ValueError("more hours than between leaving and coming back")
        if self.corridor is None and not self.segments:
            raise ValueError("name the corridor or the segments driven")
        if any(not self.left_at <= each.at <= self.back_at for each in self.groups):
            raise ValueError("a group was met before the patrol left or after it was back")
        return self

    def happened_at(self) -> datetime:
        return self.left_at


class Edition(Body):
    """What one month came to when it was first published; what comes in later changes nothing published."""

    note = "Never public as it is: it holds the counts before small ones are suppressed."
    month: Annotated[str, Field(pattern=r"^2\d{3}-(0[1-9]|1[0-2])$")]
    document: Document

    def happened_at(self) -> datetime:
        return datetime.fromisoformat(f"{self.month}-01T00:00:00+00:00")
