"""A patrol plan as it is handed over: what each convoy drives, carries and is expected to achieve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sar.fleet import Convoy
from sar.note import Note


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
    """What one convoy does.

    Attributes
    ----------
    start, end : datetime
        Aware UTC; `end` is the return to base.
    pieces : tuple of DrivenPiece
        From base to base; empty when the convoy has nothing worth driving.
    fuel_l, water_l : float
        To carry, for each vehicle: fuel for the route plus the reserve, water for crew and people found.
    notes : tuple of Note
    """

    convoy: Convoy
    start: datetime
    end: datetime
    pieces: tuple[DrivenPiece, ...]
    fuel_l: float
    water_l: float
    notes: tuple[Note, ...]

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
        "closed", "blocked", "no_way", "out_of_shift", "out_of_fuel" or "displaces_more".
    """

    segment_id: str
    benefit: float
    why: Note


@dataclass(frozen=True)
class Plan:
    """Patrols of one day.

    Attributes
    ----------
    on : date
    hours : float
        Shift asked for.
    seed : int
    reserve_share : float
        Of the fuel carried, not planned with.
    convoys : tuple of ConvoyPlan
    left_out : tuple of LeftOut
        The worst segments of the operational area that are not visited, worst first.
    area_benefit : float
        People that visiting every segment of the operational area would reach.
    """

    on: date
    hours: float
    seed: int
    reserve_share: float
    convoys: tuple[ConvoyPlan, ...]
    left_out: tuple[LeftOut, ...]
    area_benefit: float

    @property
    def expected_people_reached(self) -> float:
        """People expected to be met alive."""
        return sum(convoy.expected_people_reached for convoy in self.convoys)
