"""A patrol plan as it is handed over: what each convoy drives, carries and is expected to achieve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sar.fleet import Convoy, past_rest
from sar.handover import HandOver
from sar.note import Note
from sar.request import PatrolRequest


@dataclass(frozen=True)
class DrivenPiece:
    """One segment as driven, in order.

    Attributes
    ----------
    segment_id : str
    forward : bool
        True when driven from its start to its end.
    length_m, hours, fuel_l : float
        Litres for one vehicle.
    benefit : float
        People expected to be reached alive by this pass; zero when swept before.
    """

    segment_id: str
    forward: bool
    length_m: float
    hours: float
    fuel_l: float
    benefit: float


@dataclass(frozen=True)
class ConvoyPlan:
    """What one convoy does on one day.

    Attributes
    ----------
    day, days : int
        Day of the plan, from 0, and days of the plan.
    on : date
    begins_at, ends_at : str
        Nodes: the base, a place for the night, or where a convoy under way stands.
    start, end : datetime
        Aware UTC.
    rest : (datetime, datetime) or None
        Between which nobody drives for the heat.
    pieces : tuple of DrivenPiece
        In order; empty when the convoy has nothing worth driving.
    fuel_l, water_l : float
        On board when leaving, for each vehicle: fuel until the next place to fill up plus the reserve, water for crew
        and people found.
    hand_over : HandOver or None
        Where people found are taken; None where no place of safety may be proposed, or nobody drives.
    notes : tuple of Note
    """

    convoy: Convoy
    day: int
    days: int
    on: date
    begins_at: str
    ends_at: str
    start: datetime
    end: datetime
    rest: tuple[datetime, datetime] | None
    pieces: tuple[DrivenPiece, ...]
    fuel_l: float
    water_l: float
    hand_over: HandOver | None
    notes: tuple[Note, ...]

    def clock(self, driven_h: float) -> datetime:
        """Return when the convoy has driven so many hours, the rest counted; aware UTC."""
        return past_rest(self.start + timedelta(hours=driven_h), self.rest)

    @property
    def label(self) -> str:
        """Name of the convoy, and its day where the plan has several."""
        return self.convoy.convoy_id + (f"-d{self.day + 1}" if self.days > 1 else "")

    @property
    def order_ids(self) -> tuple[str, ...]:
        """Name of each vehicle's order: the vehicle, and its day where the plan has several."""
        suffix = f"-d{self.day + 1}" if self.days > 1 else ""
        return tuple(f"{vehicle}{suffix}" for vehicle in self.convoy.vehicle_ids)

    @property
    def km(self) -> float:
        """Distance driven, km of the network's line."""
        return sum(piece.length_m for piece in self.pieces) / 1000

    @property
    def hours(self) -> float:
        """Hours driven."""
        return sum(piece.hours for piece in self.pieces)

    @property
    def fuel_used_l(self) -> float:
        """Fuel of one vehicle for the route, litres."""
        return sum(piece.fuel_l for piece in self.pieces)

    @property
    def expected_people_reached(self) -> float:
        """People expected to be met alive."""
        return sum(piece.benefit for piece in self.pieces)


@dataclass(frozen=True)
class LeftOut:
    """A segment worth visiting that no convoy visits, and the constraint that kept it out.

    Attributes
    ----------
    segment_id : str
    benefit : float
        People a visit would reach.
    why : Note
        "closed", "closed_until", "blocked", "zone", "no_way", "out_of_shift", "out_of_fuel" or "displaces_more": what
        binds, with the smallest change that would let it in.
    """

    segment_id: str
    benefit: float
    why: Note


@dataclass(frozen=True)
class Plan:
    """Patrols of one or more days.

    Attributes
    ----------
    request : PatrolRequest
    convoys : tuple of ConvoyPlan
        Day by day, convoys in the request's order.
    left_out : tuple of LeftOut
        The worst segments of the operational area that are not visited, worst first.
    area_benefit : float
        People that visiting every segment of the operational area every day would reach.
    aim : float
        What the planner maximised: people, with the stated share for exploration.
    best_aim : float
        No plan under the same limits has a greater aim.
    """

    request: PatrolRequest
    convoys: tuple[ConvoyPlan, ...]
    left_out: tuple[LeftOut, ...]
    area_benefit: float
    aim: float
    best_aim: float

    @property
    def on(self) -> date:
        """First day."""
        return self.request.on

    @property
    def expected_people_reached(self) -> float:
        """People expected to be met alive."""
        return sum(convoy.expected_people_reached for convoy in self.convoys)

    @property
    def share_of_best(self) -> float:
        """The plan's aim is at least this share of the best possible, in [0, 1]."""
        return self.aim / self.best_aim if self.best_aim > 0 else 1.0
