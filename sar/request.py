"""What is asked of the patrols of one or more days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from data.errors import BadInput
from sar.fleet import Convoy

#: A segment as driven: its row in the table of segments, and whether from its start to its end.
Step = tuple[int, bool]
MOST_DAYS = 14


@dataclass(frozen=True)
class UnderWay:
    """A convoy that has left: where it is, when, and what it has left.

    Attributes
    ----------
    node : str
        Node of the network it stands at, or comes to first.
    at : datetime
        Aware UTC.
    hours_left : float
        Of its shift.
    usable_l : float
        In each vehicle, without the reserve.
    """

    node: str
    at: datetime
    hours_left: float
    usable_l: float


@dataclass(frozen=True)
class PlaceOfSafety:
    """A place marked safe.

    Attributes
    ----------
    place_id, country : str
    room : int
        People it can take.
    services : frozenset of str
    agreed_by : str
        Who agreed that people are brought there across a border; "" where nobody did.
    """

    place_id: str
    country: str
    room: int
    services: frozenset[str]
    agreed_by: str = ""


@dataclass(frozen=True)
class PatrolRequest:
    """What is asked of the patrols.

    Attributes
    ----------
    on : date
        First day.
    hours : float
        Length of the shift, above zero, at most 24.
    convoys : tuple of Convoy
    days : int
        From 1 to 14.
    closed : mapping of str to date or None
        Segment ids that may not be driven, to the day from which they are open again.
    required : frozenset of str
        Segment ids that have to be visited.
    blocked : mapping of str to str
        Segment ids in areas closed by mines or fighting, to the area's name; never driven.
    zones : mapping of str to str
        Segment ids that only convoys with a skill or permit may drive, to that skill.
    group_size : float
        People of a stranded group, for the water and the seats.
    reserve_share : float
        Of the fuel carried, kept back.
    explore : float
        Share of the aim given to segments whose risk is uncertain, in [0, 1).
    seed : int
    vary : float
        Share of the aim given up so that a watcher cannot foresee the plan, in [0, 0.5].
    nights, refuel : frozenset of str
        Places where a convoy may pass the night, and where it can fill up; bases always can.
    ends : mapping of str to str
        Place where a convoy, or all convoys of a base, end their last day, where that is not the base.
    rest : (time, time) or None
        Local times between which nobody drives for the heat.
    under_way : mapping of str to UnderWay
        Convoys that have already left.
    places_of_safety : tuple of PlaceOfSafety
        Where people found may be brought.
    locked : mapping of (str, int) to tuple of Step
        Convoy and day (from 0) to what it drives whatever else is planned.
    suggested : mapping of (str, int) to tuple of Step
        A plan known already, to begin from where it holds.
    """

    on: date
    hours: float
    convoys: tuple[Convoy, ...]
    days: int = 1
    closed: Mapping[str, date | None] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    blocked: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    group_size: float = 25.0
    reserve_share: float = 0.2
    explore: float = 0.15
    seed: int = 0
    vary: float = 0.0
    nights: frozenset[str] = frozenset()
    refuel: frozenset[str] = frozenset()
    ends: Mapping[str, str] = field(default_factory=dict)
    rest: tuple[time, time] | None = None
    under_way: Mapping[str, UnderWay] = field(default_factory=dict)
    places_of_safety: tuple[PlaceOfSafety, ...] = ()
    locked: Mapping[tuple[str, int], tuple[Step, ...]] = field(default_factory=dict)
    suggested: Mapping[tuple[str, int], tuple[Step, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.hours <= 24:  # NaN fails this too
            faults.append(f"hours must be above 0 and at most 24, got {self.hours:g}")
        if not 1 <= self.days <= MOST_DAYS:
            faults.append(f"a plan covers 1 to {MOST_DAYS} days, got {self.days}")
        if not self.convoys:
            faults.append("no base is given: name at least one, as agadez:2")
        if not 0 <= self.reserve_share < 1:
            faults.append(f"the fuel reserve must be from 0 to below 1, got {self.reserve_share:g}")
        if not 0 <= self.explore < 1:
            faults.append(f"the share for exploration must be from 0 to below 1, got {self.explore:g}")
        if not 0 <= self.vary <= 0.5:
            faults.append(f"the share given up for variation must be from 0 to 0.5, got {self.vary:g}")
        if self.rest and not self.rest[0] < self.rest[1]:
            faults.append(f"the rest from the heat must end after it begins, got {self.rest[0]} to {self.rest[1]}")
        both = {segment for segment in self.required if self.closed.get(segment, self.on) is None}
        faults += [f"segment '{segment}' is both closed and required" for segment in sorted(both)]
        faults += [
            f"segment '{segment}' is open again on {until}, before the plan begins: leave it out"
            for segment, until in sorted(self.closed.items())
            if until is not None and until <= self.on
        ]
        faults += [
            f"segment '{segment}' is required but lies in a closed area: {self.blocked[segment]}"
            for segment in sorted(self.required & set(self.blocked))
        ]
        if faults:
            raise BadInput(faults)

    def end_of(self, convoy: Convoy) -> str:
        """Return the place where a convoy ends its last day."""
        return self.ends.get(convoy.convoy_id, self.ends.get(convoy.base.place_id, convoy.base.place_id))

    def shut(self, convoy: Convoy, day: int) -> frozenset[str]:
        """Return the segments a convoy may not drive on a day of the plan."""
        on = self.on + timedelta(days=day)
        closed = {segment for segment, until in self.closed.items() if until is None or on < until}
        barred = {segment for segment, skill in self.zones.items() if skill not in convoy.skills}
        return frozenset(closed | barred | set(self.blocked))
