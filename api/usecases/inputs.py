"""Reading what users write, gathering every fault before refusing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from data.errors import BadInput
from data.units import REGION_BBOX, parse_date, require_utc

if TYPE_CHECKING:
    from data.grid import RasterGrid
    from data.region_pack import RegionPack
    from data.weather_field import WeatherField
    from sar.fleet import Convoy

Value = TypeVar("Value")
Box = tuple[float, float, float, float]
DEFAULT_CURFEW = (time(20, 0), time(5, 0))
MOST_VEHICLES = 20
DEFAULT_VEHICLES, DEFAULT_TYPE = 2, "pickup_4x4"
#: The pack's climate normals and facts are not meant for other centuries.
FIRST_DAY, LAST_DAY = date(2013, 1, 1), date(2100, 12, 31)


class Faults:
    """Collects the faults of several readings, so that all are told at once."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def read(self, reading: Callable[[], Value]) -> Value | None:
        """Return the reading's value, or None with its faults noted."""
        try:
            return reading()
        except BadInput as error:
            self.lines += error.faults
            return None

    def settle(self) -> None:
        """Raise BadInput if anything was noted."""
        if self.lines:
            raise BadInput(dict.fromkeys(self.lines))


def day_of(text: str, *, field: str = "date") -> date:
    """Read a day within the years the project's facts hold for."""
    day = parse_date(text, field=field)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadInput(f"{field} {day} is outside {FIRST_DAY} to {LAST_DAY}")
    return day


def moment_of(text: str, *, field: str = "time") -> datetime:
    """Read an instant with its zone, as 2026-06-15T09:00Z, within the years the project's facts hold for."""
    try:
        moment = require_utc(datetime.fromisoformat(text))
    except ValueError:
        raise BadInput(f"{field} '{text}' is not an instant; write it as 2026-06-15T09:00Z") from None
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise BadInput(f"{field} {moment.date()} is outside {FIRST_DAY} to {LAST_DAY}")
    return moment


def box_of(text: str, within: Box = REGION_BBOX) -> Box:
    """Read a box (left, bottom, right, top, degrees) that lies within another."""
    try:
        left, bottom, right, top = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"bbox '{text[:80]}' is not left,bottom,right,top in degrees") from None
    west, south, east, north = within
    if not (west <= left < right <= east and south <= bottom < top <= north):
        edges = ",".join(f"{edge:g}" for edge in within)
        raise BadInput(f"bbox '{text[:80]}' is not left,bottom,right,top in degrees within {edges}")
    return left, bottom, right, top


def weather_of(path: Path | None) -> WeatherField | None:
    """Read the weather file named, if any is."""
    from data.weather_source import read_weather

    return None if path is None else read_weather(path)


def elevation_of(path: Path | None) -> RasterGrid | None:
    """Read the elevation file named, if any is."""
    from data.elevation import read_elevation

    return None if path is None else read_elevation(path)


def timezone_of(country: str) -> str:
    """Return the main IANA time zone of a country (first in the zone table shipped with tzdata)."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line.startswith(f"{country}\t"):
            return line.split("\t")[2]
    raise BadInput(f"no time zone is known for country {country}")


def convoys_of(pack: RegionPack, bases: Iterable[str], *, allow_single: bool = False) -> tuple[Convoy, ...]:
    """Read bases written "agadez:2" or "agadez:2:truck_6x6" and form their convoys.

    Raises
    ------
    BadInput
        With every fault: unknown places or vehicle types, numbers that are none, bases given twice, fleets that may
        not leave.
    """
    faults = Faults()
    convoys: list[Convoy] = []
    seen: set[str] = set()
    for text in bases:
        found = faults.read(partial(_base_convoys, pack, text, allow_single))
        if found and found[0].base.place_id in seen:
            faults.lines.append(f"base {found[0].base.place_id} is given twice; give its vehicles in one number")
        elif found:
            seen.add(found[0].base.place_id)
            convoys += found
    faults.settle()
    return tuple(convoys)


def _base_convoys(pack: RegionPack, text: str, allow_single: bool) -> list[Convoy]:
    from routes.positions import read_position
    from sar.fleet import Base, VehicleType, form_convoys

    name, _, rest = text.partition(":")
    count, _, kind = rest.partition(":")
    place_id = read_position(name, pack.places).place_id
    if place_id is None:
        raise BadInput(f"base '{name}' is a position; a base is a place of the network")
    known = pack.bases.loc[place_id] if place_id in pack.bases.index else None
    kind = kind or (known["vehicle_type"] if known is not None else DEFAULT_TYPE)
    if kind not in pack.vehicles.index:
        raise BadInput(f"vehicle type '{kind}' is not known; there are {', '.join(pack.vehicles.index)}")
    try:
        vehicles = int(count) if count else int(known["vehicles"]) if known is not None else DEFAULT_VEHICLES
    except ValueError:
        raise BadInput(f"base '{text}': '{count}' is not a number of vehicles; write {place_id}:2") from None
    if vehicles > MOST_VEHICLES:
        raise BadInput(f"base {place_id}: {vehicles} vehicles are more than the {MOST_VEHICLES} a base can plan with")
    country = str(pack.places.at[place_id, "country"])
    zone = known["timezone"] if known is not None else timezone_of(country)
    curfew = DEFAULT_CURFEW
    if known is not None:
        curfew = (time.fromisoformat(known["curfew_start"]), time.fromisoformat(known["curfew_end"]))
    vehicle = VehicleType.from_row(pack.vehicles.loc[kind])
    return form_convoys(Base(place_id, country, zone, *curfew), vehicle, vehicles, allow_single=allow_single)


def span_of(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Read the two ends of a span, either of which may be left out; BadInput with the faults of both."""
    faults = Faults()
    first = faults.read(lambda: moment_of(since, field="since")) if since else None
    last = faults.read(lambda: moment_of(until, field="until")) if until else None
    faults.settle()
    return first, last
