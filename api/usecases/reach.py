"""How far a vehicle or people on foot get, hour by hour, as polygons; limited by fuel, or by water and heat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from api.context import RegionContext
from api.usecases.inputs import Faults, moment_of
from api.usecases.json_values import finite
from api.usecases.one_position import one_position
from api.usecases.open_ground import Window, blocks_around, frame_around, lakes_around, why_shut_in, window
from api.usecases.route import closed_of_day
from api.usecases.traveller import DEFAULT_VEHICLE, RESERVE_SHARE, WALKER_LITRES, Traveller, traveller_of
from data.errors import NoAnswer
from data.units import HOURS_PER_DAY, KM_PER_DEG, M_PER_KM
from maps.land import clearly_at_sea
from risk.foot_reach import walking_hours
from risk.group import Group
from risk.lifeclock import EARLIER_H, LifeClock, Situation, run_clock
from risk.survival import Behaviour, BodyParameters, WalkParameters
from risk.water import COUNTED_ON
from risk.weather import solar_time
from routes.array_graph import Floats
from routes.geodesy import GEOD
from routes.isochrones import Isochrones, Pace, isochrones
from routes.open_ground import Mask
from routes.positions import Position
from routes.segments import SPEED_KPH
from sar.fleet import SURFACE

if TYPE_CHECKING:
    from shapely import MultiPolygon

LONGEST_H = 72
#: Polygons are rounded to this many decimals of a degree, 11 m; cells are hundreds of metres at least.
_DECIMALS = 4
Walk = Literal["walk-night", "walk-day"]


@dataclass(frozen=True)
class ReachAsked:
    """A question as a user puts it; every part is read by `find_reach`."""

    at: str
    start: str
    hours: int = 12
    every: int = 1
    vehicle: str = DEFAULT_VEHICLE
    litres_each: float = WALKER_LITRES
    behaviour: Walk = "walk-night"
    through_blocked: bool = False


@dataclass(frozen=True, eq=False)
class Ring:
    """Ground reached by an hour; `kind` "there", or "and_back" for what fuel allows to return from; share alive."""

    kind: str
    hour: int
    polygon: MultiPolygon
    alive: float | None


@dataclass(frozen=True, eq=False)
class ReachAnswer:
    """Rings from the first hour to the last, the water points in the last with the hours to them, height of a cell."""

    asked: ReachAsked
    position: Position
    who: Traveller
    rings: tuple[Ring, ...]
    water: list[dict[str, Any]]
    limit: dict[str, Any]
    cell_km: float


def find_reach(context: RegionContext, asked: ReachAsked) -> ReachAnswer:
    """Find what is reached from a position hour by hour.

    Raises
    ------
    BadInput
        For everything that is not understood, all at once.
    NoAnswer
        For a position at sea, or on ground that is closed, with what closes it.
    """
    faults = Faults()
    position = faults.read(lambda: one_position(context, asked.at))
    moment = faults.read(lambda: moment_of(asked.start, field="start"))
    who = faults.read(lambda: traveller_of(context, asked.vehicle, asked.litres_each))
    if not 1 <= asked.hours <= LONGEST_H:
        faults.lines.append(f"hours must be from 1 to {LONGEST_H}, got {asked.hours}")
    elif not 1 <= asked.every <= asked.hours:
        faults.lines.append(f"every must be from 1 to the hours asked for ({asked.hours}), got {asked.every}")
    faults.settle()
    assert position is not None and moment is not None and who is not None
    if clearly_at_sea(position.lon, position.lat):
        where = "at sea" if position.place_id is None else "on an island too small for the basemap"
        raise NoAnswer(f"{position.read_as} lies {where}; guelta drift follows a boat")
    closed_by = [] if asked.through_blocked else blocks_around(context, position.lon, position.lat, moment.date())
    if closed_by:
        raise NoAnswer(f"{position.read_as} lies in a closed area: {', '.join(closed_by)}")
    stranded, begin = solar_time(moment - timedelta(hours=EARLIER_H), position.lon)
    local_start = begin + EARLIER_H
    weather = context.weather.hours(np.array([position.lon]), np.array([position.lat]), stranded, 2)
    on = moment.date()
    if who.vehicle is None:
        situation = Situation(Group(1, litres=who.litres_each), weather, local_start, Behaviour(asked.behaviour))
        clock_args = context.loss_table, BodyParameters(), WalkParameters()
        moving_h, clock = walking_hours(situation, *clock_args, asked.hours)
        limit = _foot_limit(clock, moving_h, who)
    else:
        situation = Situation(Group(who.vehicle.crew), weather, local_start, Behaviour.STAY)
        clock = run_clock(situation, context.loss_table, BodyParameters(), WalkParameters())
        water_h = float(who.vehicle.water_l / (who.vehicle.crew * clock.litres_per_person_day) * HOURS_PER_DAY)
        moving_h = np.minimum(np.arange(asked.hours + 1.0), water_h)
        limit = {"fuel_usable_l": float(who.vehicle.usable_fuel_l(RESERVE_SHARE)), "crew_water_h": water_h}
    ground, found = _searched(context, position, who, on, float(moving_h[-1]), asked.through_blocked)
    _refuse_shut_in(context, ground, found, position, asked.hours)
    most = limit.get("fuel_usable_l", np.inf)
    rings = _rings(ground, found, asked, moving_h, most, clock if who.vehicle is None else None)
    water = _water_reached(context, found, most, on, moving_h)
    cell_km = ground.ground.terrain.frame.cell_deg * KM_PER_DEG
    return ReachAnswer(asked, position, who, rings, water, limit, cell_km)


def _refuse_shut_in(context: RegionContext, ground: Window, found: Isochrones, position: Position, hours: int) -> None:
    around = why_shut_in(ground, found.hours, position.lon, position.lat)
    if not np.isfinite(found.hours).any():
        by = ", ".join(around)
        raise NoAnswer(f"{position.read_as} is too near to closed ground ({by}) for {hours} h: ask for fewer hours")
    if around and lakes_around(context, position.lon, position.lat):
        raise NoAnswer(f"{position.read_as} is shut in all around by {', '.join(around)}")


def _foot_limit(clock: LifeClock, moving_h: Floats, who: Traveller) -> dict[str, Any]:
    return {
        "water_l_each": who.litres_each,
        "hours_p10": finite(clock.hours_p10),
        "hours_p50": finite(clock.hours_p50),
        "walked_h": float(moving_h[-1]),
    }


def _searched(
    context: RegionContext, position: Position, who: Traveller, on: Any, moving_h: float, through_blocked: bool
) -> tuple[Window, Isochrones]:
    """Lay a window as wide as anybody gets in so many hours, and search it once."""
    pace = _pace(who)
    fastest_kph = max([who.off_network_kph, *(kph for mode, kph in pace.kph.items() if mode != "sea")])
    farthest_km = fastest_kph * moving_h
    if who.vehicle is not None:
        farthest_km = min(
            farthest_km, float(who.vehicle.usable_fuel_l(RESERVE_SHARE)) / min(who.vehicle.l_per_km.values())
        )
    here = (position.lon, position.lat)
    frame = frame_around((*here, *here), max(5.0, farthest_km * 1.02))
    ground = window(context, frame, who, on, [here], through_blocked=through_blocked)
    points = context.network_points
    closed = {} if through_blocked else closed_of_day(context, on)
    usable = ~points.at_sea & ~points.shut(context.network, closed)
    return ground, isochrones(ground.ground, context.network, points, usable, pace, here)


def _pace(who: Traveller) -> Pace:
    modes = [mode for mode in SPEED_KPH if mode != "sea"]
    kph = {mode: who.network_kph(mode) for mode in modes}
    if who.vehicle is None:
        return Pace({**kph, "sea": 0.001}, dict.fromkeys(SPEED_KPH, 0.0), 0.0)
    per_km = {mode: who.vehicle.l_per_km[SURFACE[mode]] for mode in modes}
    return Pace(
        {**kph, "sea": SPEED_KPH["sea"]},
        {**per_km, "sea": 0.0},
        who.vehicle.l_per_km["desert"] * who.off_network_kph,
    )


def _rings(
    window_: Window, found: Isochrones, asked: ReachAsked, moving_h: Floats, most: float, clock: LifeClock | None
) -> tuple[Ring, ...]:
    rings = []
    hours = sorted({*range(asked.every, asked.hours + 1, asked.every), asked.hours})
    for hour in hours:
        reached = (found.hours <= moving_h[hour]) & (found.used <= most)
        alive = None if clock is None else float(np.interp(hour, np.arange(len(clock.curve)), clock.curve))
        rings.append(Ring("there", hour, _polygon(window_, reached), alive))
    if np.isfinite(most):
        back = (found.hours <= moving_h[-1] / 2) & (found.used <= most / 2)
        rings.append(Ring("and_back", asked.hours, _polygon(window_, back), None))
    return tuple(rings)


def _polygon(window_: Window, reached: Mask) -> MultiPolygon:
    """Return the outline of cells, degrees."""
    from rasterio import Affine
    from rasterio.features import shapes
    from shapely import MultiPolygon, Polygon

    frame = window_.ground.terrain.frame
    transform = Affine(frame.cell_deg, 0.0, frame.left, 0.0, -frame.cell_deg, frame.top)
    parts = [each["coordinates"] for each, _ in shapes(reached.astype(np.uint8), mask=reached, transform=transform)]
    return MultiPolygon([Polygon(rings[0], rings[1:]) for rings in parts])


def _water_reached(
    context: RegionContext, reach: Isochrones, most: float, on: Any, moving_h: Floats
) -> list[dict[str, Any]]:
    """Return the water points reached in time, soonest first, with the probability that each gives water."""
    water = context.water_points(on)
    at = reach.hours_to(water[["lon", "lat"]].to_numpy(float), most)
    reached = np.flatnonzero(at <= moving_h[-1])
    found = []
    for row in reached[np.argsort(at[reached], kind="stable")].tolist():
        point = water.iloc[row]
        clock_h = float(np.searchsorted(moving_h, at[row]))
        probability = float(point["probability"])
        found.append(
            {
                "name": str(point["name"]),
                "kind": str(point["kind"]),
                "lon": float(point["lon"]),
                "lat": float(point["lat"]),
                "by_hour": clock_h,
                "probability": probability,
                "is_counted_on": probability >= COUNTED_ON,
            }
        )
    return found


def reach_document(answer: ReachAnswer, data_version: str) -> dict[str, Any]:
    """Return the answer as a GeoJSON FeatureCollection (RFC 7946), with what limits it beside the features."""
    from shapely.geometry import mapping
    from shapely.geometry.polygon import orient

    features = []
    for ring in answer.rings:
        parts = [orient(part) for part in ring.polygon.geoms]
        coordinates = [
            [np.round(np.array(line), _DECIMALS).tolist() for line in mapping(part)["coordinates"]] for part in parts
        ]
        area = sum(abs(GEOD.geometry_area_perimeter(part)[0]) for part in parts) / M_PER_KM**2
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
                "properties": {"kind": ring.kind, "hour": ring.hour, "km2": area, "alive": ring.alive},
            }
        )
    return {
        "type": "FeatureCollection",
        "data_version": data_version,
        "at": {"lon": answer.position.lon, "lat": answer.position.lat, "read_as": answer.position.read_as},
        "start": answer.asked.start,
        "vehicle": answer.who.name,
        "behaviour": answer.asked.behaviour if answer.who.vehicle is None else None,
        "limit": answer.limit,
        "good_to_km": answer.cell_km,
        "water": answer.water,
        "features": features,
    }
