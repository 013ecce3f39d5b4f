"""A call for help as it came in: what was said, by whom, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from data.errors import BadInput
from data.units import require_utc
from risk.group import Group

#: Nobody is looked for who was stranded longer ago than this, hours.
LONGEST_STRANDED_H = 240.0
#: People of whom nothing is known: the size of group an alert is taken for until somebody says.
USUAL_PEOPLE = 25


class VehicleState(StrEnum):
    """What is known of the vehicle."""

    BROKEN_DOWN = "broken down"
    STUCK = "stuck"
    NO_FUEL = "out of fuel"
    LOST = "lost"
    LEFT_BEHIND = "left behind"
    NONE = "no vehicle"
    UNKNOWN = "unknown"


class Movement(StrEnum):
    """What the people do."""

    WAITING = "waiting"
    WALKING = "walking"
    SPLIT = "split"
    UNKNOWN = "unknown"


class Reporter(StrEnum):
    """Who told it; never a name."""

    IN_GROUP = "in the group"
    SURVIVOR = "survivor"
    DRIVER = "driver"
    RELATIVE = "relative"
    ALARM_LINE = "alarm line"
    AUTHORITY = "authority"
    PASSER_BY = "passer-by"
    UNKNOWN = "unknown"


class SourceGrade(StrEnum):
    """How far the source is trusted, as for incidents."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True)
class Alert:
    """One call for help.

    Attributes
    ----------
    where : str
        The place in the words of the alert.
    told_at : datetime
        Aware; when the alert came in.
    last_contact : datetime or None
        Aware; when somebody last heard from the group, not after `told_at`.
    adults, children, pregnant : int
        Zero of all where nobody said.
    litres : float or None
        Water of the whole group at the last contact; None where nobody said.
    hours_stranded : float or None
        Before `told_at`, from 0 to `LONGEST_STRANDED_H`.
    vehicle : VehicleState
    movement : Movement
    walked_towards : str
        Words for where walkers went: a compass word, a place, "water"; "" where nobody said.
    battery_pct : float or None
        Of the group's phone, from 0 to 100.
    reported_by : Reporter
    grade : SourceGrade
    """

    where: str
    told_at: datetime
    last_contact: datetime | None = None
    adults: int = 0
    children: int = 0
    pregnant: int = 0
    litres: float | None = None
    hours_stranded: float | None = None
    vehicle: VehicleState = VehicleState.UNKNOWN
    movement: Movement = Movement.UNKNOWN
    walked_towards: str = ""
    battery_pct: float | None = None
    reported_by: Reporter = Reporter.UNKNOWN
    grade: SourceGrade = SourceGrade.C

    def __post_init__(self) -> None:
        faults = []
        if not self.where.strip():
            faults.append("an alert must say where: a place in words or coordinates")
        told_at = require_utc(self.told_at)
        if self.last_contact is not None and require_utc(self.last_contact) > told_at:
            faults.append("the last contact lies after the alert")
        if self.hours_stranded is not None and not 0 <= self.hours_stranded <= LONGEST_STRANDED_H:
            faults.append(f"hours stranded must be from 0 to {LONGEST_STRANDED_H:g}, got {self.hours_stranded:g}")
        if self.battery_pct is not None and not 0 <= self.battery_pct <= 100:
            faults.append(f"phone battery must be from 0 to 100 %, got {self.battery_pct:g}")
        if self.litres is not None and not 0 <= self.litres <= 1e6:
            faults.append(f"litres must be from 0 to 1000000, got {self.litres:g}")
        try:
            Group(self.adults or int(self.people == 0), self.children, self.pregnant)
        except BadInput as error:
            faults.extend(error.faults)
        if faults:
            raise BadInput(faults)

    @property
    def people(self) -> int:
        """How many were told of; zero where nobody said."""
        return self.adults + self.children + self.pregnant

    @property
    def group(self) -> Group:
        """The group with the water it is taken to have; `USUAL_PEOPLE` adults where nobody said how many."""
        adults = self.adults if self.people else USUAL_PEOPLE
        return Group(adults, self.children, self.pregnant, self.litres or 0.0)

    @property
    def stranded_at(self) -> datetime:
        """When the vehicle stopped, as far as told: by the hours stranded, else the last contact, else the alert."""
        if self.hours_stranded is not None:
            return self.told_at - timedelta(hours=self.hours_stranded)
        return self.last_contact or self.told_at
