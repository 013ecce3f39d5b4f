"""Who travels: speeds on and off the network, fuel or water carried, and how far they last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from api.context import RegionContext
from data.errors import BadInput
from data.units import M_PER_KM, S_PER_H
from risk.group import Group
from risk.lifeclock import Situation, run_clock
from risk.survival import Behaviour, BodyParameters, WalkParameters
from risk.walking import slowness
from routes.driving import OFF_TRACK_SHARE, drive_slowness
from routes.geodesy import points_along
from routes.open_ground import Slowness
from routes.paths import OPEN_GROUND, Route, RouteLeg
from routes.segments import SPEED_KPH
from sar.fleet import SURFACE, VehicleType

ON_FOOT = "foot"
DEFAULT_VEHICLE = "pickup_4x4"
#: Share of the fuel that stays in the tank, as patrol plans keep it.
RESERVE_SHARE = 0.2
#: Carried by a walker where nothing is said, litres.
WALKER_LITRES = 5.0
#: Walks are planned from this hour of local solar time: the sun is down.
_EVENING_H = 18


@dataclass(frozen=True)
class Traveller:
    """A vehicle of the fleet, or people on foot (`vehicle` None) with litres of water for each."""

    vehicle: VehicleType | None
    litres_each: float = WALKER_LITRES

    @property
    def name(self) -> str:
        """Type of the vehicle, or "foot"."""
        return ON_FOOT if self.vehicle is None else self.vehicle.vehicle_type

    @property
    def off_network_kph(self) -> float:
        """Speed over level firm ground where no way leads."""
        if self.vehicle is None:
            return WalkParameters().speed_kph
        return OFF_TRACK_SHARE * self.vehicle.speed_kph["desert"]

    def network_kph(self, mode: str) -> float:
        """Speed on ways of a mode on land: the network's, or the vehicle's own where that is less; walkers walk."""
        if self.vehicle is None:
            # as on open ground, so that the endurance of the body model and the hours told are of the same walk
            return self.off_network_kph
        return min(SPEED_KPH[mode], self.vehicle.speed_kph[SURFACE[mode]])

    @property
    def ground_slowness(self) -> Slowness:
        """How slopes and sand slow them."""
        return slowness if self.vehicle is None else drive_slowness

    def leg_hours(self, leg: RouteLeg) -> float:
        """Return the hours on a leg at the speed of `network_kph`; at sea and off the network those of the leg."""
        if leg.mode in ("sea", OPEN_GROUND):
            return leg.travel_time_s / S_PER_H
        return leg.length_m / M_PER_KM / self.network_kph(leg.mode)

    def hours(self, route: Route) -> float:
        """Return the hours on a whole way."""
        return sum(self.leg_hours(leg) for leg in route.legs)

    def leg_litres(self, leg: RouteLeg) -> float:
        """Return the fuel a leg takes; none at sea and on foot. Over open ground it grows as the time does."""
        if self.vehicle is None or leg.mode == "sea":
            return 0.0
        if leg.mode == OPEN_GROUND:
            level_km = leg.travel_time_s / S_PER_H * self.off_network_kph
            return self.vehicle.l_per_km["desert"] * level_km
        return self.vehicle.l_per_km[SURFACE[leg.mode]] * leg.length_m / M_PER_KM


def traveller_of(context: RegionContext, name: str, litres_each: float = WALKER_LITRES) -> Traveller:
    """Read a type of vehicle of the region, or "foot".

    Raises
    ------
    BadInput
        If there is no such vehicle, or the water is not from 0 to 50 litres.
    """
    if not 0 <= litres_each <= 50:
        raise BadInput(f"litres must be from 0 to 50 for each walker, got {litres_each:g}")
    if name == ON_FOOT:
        return Traveller(None, litres_each)
    vehicles = context.pack.vehicles
    if name not in vehicles.index:
        raise BadInput(f"vehicle '{name}' is not known; give one of {', '.join([*vehicles.index, ON_FOOT])}")
    return Traveller(VehicleType.from_row(vehicles.loc[name]), litres_each)


def endurance(context: RegionContext, who: Traveller, route: Route, on: date) -> dict[str, Any]:
    """Say what a way takes of fuel (or, on foot, of endurance), and where turning back is last possible.

    Nothing is taken up on the way. The point of no return is where half of what is carried (less a reserve of fuel) is
    used up; where the way is shorter there is none.
    """
    if who.vehicle is None:
        return _on_foot(context, who, route, on)
    used = [who.leg_litres(leg) for leg in route.legs]
    usable = float(who.vehicle.usable_fuel_l(RESERVE_SHARE))
    return {
        "fuel_l": float(sum(used)),
        "fuel_usable_l": usable,
        "fuel_reserve_share": RESERVE_SHARE,
        "point_of_no_return": _where(who, route, used, usable / 2),
        "runs_out": _where(who, route, used, usable),
    }


def _on_foot(context: RegionContext, who: Traveller, route: Route, on: date) -> dict[str, Any]:
    lon, lat = route.lonlat[0].tolist()
    hours = context.weather.hours(np.array([lon]), np.array([lat]), on, 1)
    group = Group(1, litres=who.litres_each)
    situation = Situation(group, hours, _EVENING_H, Behaviour.WALK_NIGHT)
    clock = run_clock(situation, context.loss_table, BodyParameters(), WalkParameters())
    # the reach is told in kilometres of level firm ground
    used = [who.leg_hours(leg) * who.off_network_kph if leg.mode != "sea" else 0.0 for leg in route.legs]
    return {
        "water_l_each": who.litres_each,
        "walking_reach_km": clock.reach_km,
        "point_of_no_return": _where(who, route, used, clock.reach_km / 2),
        "runs_out": _where(who, route, used, clock.reach_km),
    }


def _where(who: Traveller, route: Route, used: Sequence[float], most: float) -> dict[str, float] | None:
    """Return the point of a way by which so much is used up, or None where all of it takes less."""
    if sum(used) <= most:
        return None
    before_m, before_h = 0.0, 0.0
    for leg, here in zip(route.legs, used, strict=True):
        if here > most:
            part = most / here
            lon, lat = points_along(leg.lonlat, np.array([part * leg.length_m]))[0].tolist()
            part = float(part)
            km = (before_m + part * leg.length_m) / M_PER_KM
            return {"km": km, "hours": before_h + part * who.leg_hours(leg), "lon": lon, "lat": lat}
        most -= here
        before_m += leg.length_m
        before_h += who.leg_hours(leg)
    return None
