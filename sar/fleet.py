"""Vehicles, convoys and the hours in which they may drive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from data.errors import BadInput
from sar.note import Note

#: Surface on which a mode of the network is driven.
SURFACE = {"paved": "paved", "track": "track", "foot": "track", "desert": "desert"}
DEFAULT_START = time(6, 0)
CONVOY_SIZE = 2


@dataclass(frozen=True)
class VehicleType:
    """What one vehicle can do.

    Attributes
    ----------
    names : dict
        By language: en, fr, ar.
    tank_l, cans_l : float
        Fuel carried, litres.
    l_per_km, speed_kph : dict
        By surface: paved, track, desert; per kilometre of the network's line.
    seats_rescued, crew : int
        People.
    water_l : float
        Water it can carry, litres.
    crew_hours : float
        Longest shift of one crew.
    """

    vehicle_type: str
    names: dict[str, str]
    tank_l: float
    cans_l: float
    l_per_km: dict[str, float]
    speed_kph: dict[str, float]
    seats_rescued: int
    crew: int
    water_l: float
    crew_hours: float

    @classmethod
    def from_row(cls, row: pd.Series) -> VehicleType:
        """Build from a row of the table `vehicles`."""
        surfaces = ("paved", "track", "desert")
        return cls(
            row["vehicle_type"],
            {"en": row["name"], "fr": row["name_fr"], "ar": row["name_ar"]},
            row["tank_l"],
            row["cans_l"],
            {surface: row[f"l_per_100km_{surface}"] / 100 for surface in surfaces},
            {surface: row[f"speed_{surface}_kph"] for surface in surfaces},
            int(row["seats_rescued"]),
            int(row["crew"]),
            row["water_l"],
            row["crew_hours"],
        )

    def usable_fuel_l(self, reserve_share: float) -> float:
        """Return the fuel that may be planned: tank and cans less the reserve."""
        return (self.tank_l + self.cans_l) * (1 - reserve_share)


@dataclass(frozen=True)
class Base:
    """Where convoys start and end: a place of the network, its clock and its curfew (local times)."""

    place_id: str
    country: str
    timezone: str
    curfew_start: time
    curfew_end: time


@dataclass(frozen=True)
class Convoy:
    """Vehicles of one type that drive together from one base; skills (or permits) open zones that ask for them."""

    convoy_id: str
    base: Base
    vehicle: VehicleType
    vehicles: int
    skills: frozenset[str] = frozenset()

    @property
    def seats_rescued(self) -> int:
        """People found that the convoy can carry."""
        return self.vehicles * self.vehicle.seats_rescued

    @property
    def vehicle_ids(self) -> tuple[str, ...]:
        """Name of each vehicle, as in the files handed out."""
        return tuple(f"{self.convoy_id}-v{number}" for number in range(1, self.vehicles + 1))


@dataclass(frozen=True)
class Shift:
    """The driving window of a day at a base, aware UTC, with a note where curfew or crew limits it.

    Attributes
    ----------
    start, end : datetime
    notes : tuple of Note
    rest : (datetime, datetime) or None
        Part of the window, inside it, in which the crew rests from the heat and nobody drives.
    """

    start: datetime
    end: datetime
    notes: tuple[Note, ...]
    rest: tuple[datetime, datetime] | None = None

    @property
    def hours(self) -> float:
        """Hours that may be driven."""
        resting = self.rest[1] - self.rest[0] if self.rest else timedelta()
        return (self.end - self.start - resting).total_seconds() / 3600

    def clock(self, driven_h: float) -> datetime:
        """Return when a convoy that leaves at the start has driven so many hours."""
        return past_rest(self.start + timedelta(hours=driven_h), self.rest)


def past_rest(moment: datetime, rest: tuple[datetime, datetime] | None) -> datetime:
    """Return the moment on the clock of a moment counted in driving alone: later by the rest once that has begun."""
    return moment if rest is None or moment <= rest[0] else moment + (rest[1] - rest[0])


def form_convoys(base: Base, vehicle: VehicleType, vehicles: int, *, allow_single: bool = False) -> list[Convoy]:
    """Split a base's vehicles into convoys of two; a third car joins the last convoy.

    Raises
    ------
    BadInput
        If there is no vehicle, or a single one where single cars are not allowed.
    """
    if vehicles < 1:
        raise BadInput(f"base {base.place_id} has no vehicle: give a number of 1 or more, as {base.place_id}:2")
    if vehicles == 1 and not allow_single:
        raise BadInput(
            f"base {base.place_id} has a single vehicle, which may not leave alone: give two, or allow single cars"
        )
    sizes = [CONVOY_SIZE] * (vehicles // CONVOY_SIZE) or [1]
    sizes[-1] += vehicles - sum(sizes)
    return [Convoy(f"{base.place_id}-{number}", base, vehicle, size) for number, size in enumerate(sizes, start=1)]


def shift_of(base: Base, on: date, hours: float, crew_hours: float, rest: tuple[time, time] | None = None) -> Shift:
    """Place a shift of `hours` outside the curfew of a base.

    It starts at 06:00 local time, earlier (down to the end of the curfew) when it would not end before the curfew
    otherwise, and is cut to what the curfew leaves. A rest from the heat (local times) lies inside the shift and is not
    driven.

    Raises
    ------
    BadInput
        If the curfew leaves no time at all.
    """
    zone = ZoneInfo(base.timezone)
    opens = datetime.combine(on, base.curfew_end, zone)
    closes = datetime.combine(on, base.curfew_start, zone)
    if closes <= opens:
        raise BadInput(f"the curfew at {base.place_id} leaves no hour of {on} to drive in")
    window = closes - opens
    wanted = timedelta(hours=hours)
    length = min(wanted, window)
    start = max(opens, min(datetime.combine(on, DEFAULT_START, zone), closes - length))
    notes = []
    length_h = length.total_seconds() / 3600
    if wanted > window:
        notes.append(Note("curfew", {"base": base.place_id, "left_h": length_h, "wanted_h": hours}))
    if length_h > crew_hours:
        notes.append(Note("crew_limit", {"base": base.place_id, "shift_h": length_h, "limit_h": crew_hours}))
    pause = _rest(on, zone, rest, start, start + length)
    if rest and pause is None:
        notes.append(Note("rest_outside", {"base": base.place_id}))
    utc = ZoneInfo("UTC")
    return Shift(start.astimezone(utc), (start + length).astimezone(utc), tuple(notes), pause)


def _rest(
    on: date, zone: ZoneInfo, rest: tuple[time, time] | None, start: datetime, end: datetime
) -> tuple[datetime, datetime] | None:
    """Return the part of a rest that lies inside a shift, aware UTC."""
    if rest is None:
        return None
    begins, ends = (max(start, min(end, datetime.combine(on, each, zone))) for each in rest)
    utc = ZoneInfo("UTC")
    return (begins.astimezone(utc), ends.astimezone(utc)) if begins < ends else None
