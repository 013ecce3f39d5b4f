"""Convoys under way: where they are by the plan or by what they report, and how they drive from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.inputs import Faults
from api.usecases.plan_file import PlanFile, PlannedConvoy
from data.errors import BadInput, NoAnswer
from data.units import M_PER_KM, S_PER_H
from routes.geodesy import GEOD, distance_m
from routes.positions import Position, read_position
from sar.fleet import Convoy, shift_of
from sar.request import PatrolRequest, UnderWay
from sar.roads import Roads, Ways, own_roads, quickest_ways

Array = NDArray[np.float64]

#: So that rounding never keeps a convoy from driving home.
SLACK = 1e-6
#: Reports farther from the network are mistakes.
FARTHEST_KM = 50.0


@dataclass(frozen=True)
class Report:
    """Where a convoy says it is, and what it has left: hours of its shift, litres in each vehicle."""

    convoy_id: str
    position: Position
    hours_left: float | None
    fuel_left_l: float | None


def read_reports(context: RegionContext, plan: PlanFile, texts: Iterable[str]) -> dict[str, Report]:
    """Read positions written "agadez-1=17.9,8.2" or "agadez-1=17.9,8.2;6.5;90" (hours and litres left)."""
    faults = Faults()
    known = {convoy.convoy_id for convoy in plan.convoys}
    reports: dict[str, Report] = {}
    for text in texts:
        name, _, said = text.partition("=")
        if name in reports:
            faults.lines.append(f"convoy {name} is reported twice")
        where, *left = (part.strip() for part in said.split(";"))
        if name not in known:
            faults.lines.append(f"'{name[:40]}' is no convoy of this plan; there are {', '.join(sorted(known))}")
            continue
        position = faults.read(lambda where=where: read_position(where, context.pack.places))  # type: ignore[misc]
        try:
            numbers = [float(part) for part in left]
        except ValueError:
            faults.lines.append(f"'{text[:80]}': write hours and litres left as agadez-1=17.9,8.2;6.5;90")
            continue
        if len(numbers) > 2 or not all(np.isfinite(each) and each >= 0 for each in numbers):
            faults.lines.append(f"'{text[:80]}': hours and litres left are two numbers from 0 up")
        elif position is not None:
            hours, litres = [*numbers, None, None][:2]
            reports[name] = Report(name, position, hours, litres)
    faults.settle()
    return reports


@dataclass(frozen=True)
class Driving:
    """The network as one convoy drives it, with the quickest ways from where it is and from where it ends."""

    roads: Roads
    ways: Ways
    here: int
    home: int

    def home_h(self, node: int) -> float:
        """Return the hours from a node to where the convoy ends."""
        return float(self.ways.time_s[self.ways.row(self.home), node]) / S_PER_H

    def home_l(self, node: int) -> float:
        """Return the litres of one vehicle from a node to where the convoy ends."""
        return float(self.ways.fuel_l[self.ways.row(self.home), node])


def driving_of(context: RegionContext, request: PatrolRequest, convoy: Convoy, node: str) -> Driving | None:
    """Return how a convoy drives from a node; None where no road open to it meets there."""
    roads = own_roads(context.network.segments, convoy, request.shut(convoy, 0))
    if node not in roads.nodes:
        return None
    here, home = roads.nodes[node], roads.nodes[request.end_of(convoy)]
    return Driving(roads, quickest_ways(roads, np.array([here, home])), here, home)


@dataclass(frozen=True)
class Standing:
    """A convoy under way and what it truly has left, which may be less than it takes to end its day.

    Attributes
    ----------
    under_way : UnderWay
        With at least what the quickest way to its end takes: it has to get there whatever is left.
    hours_left, usable_l : float
        Of its shift, and litres of one vehicle without the reserve; negative where that is already broken.
    moved_km : float
        From what it reported to the node it is taken to be at.
    """

    under_way: UnderWay
    hours_left: float
    usable_l: float
    moved_km: float


def standing(
    context: RegionContext, request: PatrolRequest, planned: PlannedConvoy, report: Report | None, now: datetime
) -> Standing:
    """Say where a convoy is: at the end of the segment it drives by plan, or at the node nearest to its report."""
    convoy = next(each for each in request.convoys if each.convoy_id == planned.convoy_id)
    segments, vehicle = context.network.segments, convoy.vehicle
    fills = request.refuel | {convoy.base.place_id}
    node, ready, used_l = planned.begins_at, max(now, planned.start), 0.0
    for step in planned.steps:
        if step.at > now:
            break
        used_l += step.fuel_l
        ready = max(now, step.at + timedelta(hours=step.hours))
        node = str(segments.at[step.segment_id, "to_node" if step.forward else "from_node"])
    # who has not left a place with fuel can still fill up
    on_board_l = planned.fuel_l if used_l or node not in fills else vehicle.tank_l + vehicle.cans_l
    reserve_l = request.reserve_share * on_board_l
    usable_l, moved_km = on_board_l - reserve_l - used_l, 0.0
    if report is not None:
        node, moved_km = _nearest_node(context, request, convoy, report.position)
        ready = now
        usable_l = usable_l if report.fuel_left_l is None else report.fuel_left_l - reserve_l
    hours_left = _hours_left(request, convoy, planned, ready)
    if report is not None and report.hours_left is not None:
        hours_left = report.hours_left
    driving = driving_of(context, request, convoy, node)
    if driving is None:
        raise NoAnswer(f"convoy {convoy.convoy_id} stands at {node}, from where no open road leads on")
    home_h, home_l = driving.home_h(driving.here), driving.home_l(driving.here)
    lifted = UnderWay(node, ready, max(hours_left, home_h + SLACK), max(usable_l, home_l + SLACK))
    return Standing(lifted, hours_left, usable_l, moved_km)


def _hours_left(request: PatrolRequest, convoy: Convoy, planned: PlannedConvoy, ready: datetime) -> float:
    """Return the hours of driving from a moment to the end of the convoy's shift, negative after it."""
    shift = shift_of(convoy.base, request.on, request.hours, convoy.vehicle.crew_hours, request.rest)
    left = (shift.end - max(ready, planned.start)).total_seconds() / 3600
    if shift.rest and ready < shift.rest[1]:
        left -= (shift.rest[1] - max(ready, shift.rest[0])).total_seconds() / 3600
    return left


def _nearest_node(
    context: RegionContext, request: PatrolRequest, convoy: Convoy, position: Position
) -> tuple[str, float]:
    """Return the end of a segment open to a convoy that is nearest to a position, and how far it is, km."""
    segments, country = context.network.segments, convoy.base.country
    own = segments[
        (segments["country"] == country) & (segments["mode"] != "sea") & ~segments.index.isin(request.blocked)
    ]
    row = own.iloc[int(np.argmin(away_m(own, position)))]
    ends = [tuple(row.geometry.coords[place][:2]) for place in (0, -1)]
    first, last = (distance_m((position.lon, position.lat), end) / M_PER_KM for end in ends)
    if min(first, last) > FARTHEST_KM:
        raise BadInput(
            f"the position of convoy {convoy.convoy_id} is {min(first, last):.0f} km from any segment in {country}; "
            f"at most {FARTHEST_KM:.0f} km are taken for a convoy on its way"
        )
    return str(row["from_node"] if first <= last else row["to_node"]), min(first, last)


def away_m(segments: pd.DataFrame, position: Position) -> Array:
    """Return the geodesic distance from a position to the middle of each segment, m, shape (n,)."""
    count = len(segments)
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    return np.asarray(GEOD.inv(np.full(count, position.lon), np.full(count, position.lat), lon, lat)[2])
