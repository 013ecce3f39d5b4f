"""Patrols under way diverted to an alert: who goes, what the others take over, what is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.inputs import Faults
from api.usecases.patrol import plan_request
from api.usecases.plan_file import PlanFile, PlannedConvoy
from api.usecases.visits import hours_since, visits_of
from api.usecases.wishes import read_request
from data.errors import BadInput, NoAnswer
from data.units import M_PER_KM, S_PER_H
from maps.exporters.json_plan import document as plan_document
from maps.plan_view import PlanView, view_plan
from routes.geodesy import GEOD, distance_m
from routes.positions import Position, read_position
from sar.benefit import VisitParameters
from sar.fleet import Convoy
from sar.patrol import Watch
from sar.plan import DrivenPiece
from sar.request import PatrolRequest, Step, UnderWay
from sar.roads import Roads, Ways, drivable, quickest_ways, segment_between

Array = NDArray[np.float64]

#: So that rounding never keeps a convoy from driving home.
SLACK = 1e-6


@dataclass(frozen=True)
class Report:
    """Where a convoy says it is, and what it has left: hours of its shift, litres in each vehicle."""

    convoy_id: str
    position: Position
    hours_left: float | None
    fuel_left_l: float | None


@dataclass(frozen=True)
class Candidate:
    """What sending one convoy to the alert means.

    Attributes
    ----------
    convoy_id : str
    arrives : datetime
        At the segment of the alert, aware UTC.
    hours_there, hours_home, litres_there, litres_home : float
        Driving to the far end of that segment, and from there to where the convoy ends; litres of one vehicle.
    margin_h, margin_l : float
        Left of its hours and its fuel above the reserve when it is home; negative where it cannot be.
    way : tuple of DrivenPiece
        The way there, the alert's segment last.
    way_home : tuple of Step
    node : str
        Where it then stands.
    """

    convoy_id: str
    arrives: datetime
    hours_there: float
    litres_there: float
    hours_home: float
    litres_home: float
    margin_h: float
    margin_l: float
    way: tuple[DrivenPiece, ...]
    way_home: tuple[Step, ...]
    node: str

    @property
    def able(self) -> bool:
        """Whether it can go and be home within its shift and fuel."""
        return self.margin_h >= 0 and self.margin_l >= 0


@dataclass(frozen=True)
class Diversion:
    """An alert answered.

    Attributes
    ----------
    alert_segment : str
    off_track_km : float
        From the alert to that segment's middle.
    candidates : tuple of Candidate
        Soonest first.
    chosen : Candidate
    rest : PlanView
        What all convoys drive from then on.
    dropped, taken_over : tuple of str
        Segments of the old plan that nobody visits now, and those of the diverted convoy that others visit.
    """

    alert_segment: str
    off_track_km: float
    candidates: tuple[Candidate, ...]
    chosen: Candidate
    rest: PlanView
    dropped: tuple[str, ...]
    taken_over: tuple[str, ...]


def read_reports(context: RegionContext, plan: PlanFile, texts: Iterable[str]) -> dict[str, Report]:
    """Read positions written "agadez-1=17.9,8.2" or "agadez-1=17.9,8.2;6.5;90" (hours and litres left)."""
    faults = Faults()
    known = {convoy.convoy_id for convoy in plan.convoys}
    reports = {}
    for text in texts:
        name, _, said = text.partition("=")
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


def replan(
    context: RegionContext,
    plan: PlanFile,
    now: datetime,
    alert: Position,
    reports: dict[str, Report],
    watch: Watch | None = None,
) -> Diversion:
    """Divert the convoy that reaches an alert soonest and can be home, and plan the rest of the day anew.

    Parameters
    ----------
    context : RegionContext
    plan : PlanFile
    now : datetime
        Aware UTC, on a day of the plan.
    alert : Position
    reports : dict of str to Report
        Convoys that have reported; the others are taken to be where the plan has them.
    watch : Watch, optional

    Raises
    ------
    BadInput
        When the moment is on no day of the plan.
    NoAnswer
        When nobody can reach the alert at all.
    """
    day = (now.date() - plan.on).days
    today = [convoy for convoy in plan.convoys if convoy.day == day]
    if not today:
        raise BadInput(f"{now.date()} is no day of plan {plan.plan_id}: it runs {plan.days} days from {plan.on}")
    wishes = replace(plan.wishes, days=1, required=(), ends=(), vary=0.0)
    request = read_request(context, now.date(), wishes)
    driven = {convoy.convoy_id: convoy for convoy in today}
    request = replace(
        request,
        convoys=tuple(convoy for convoy in request.convoys if convoy.convoy_id in driven),
        under_way={
            name: _standing(context, request, driven[name], reports.get(name), now)
            for name in (convoy.convoy_id for convoy in request.convoys)
            if name in driven
        },
    )
    segment, off_km = _nearest_segment(context, alert)
    candidates = _candidates(context, request, segment)
    if not candidates:
        raise NoAnswer(f"no convoy of this plan can drive to {segment}, the segment nearest to the alert")
    chosen = next((each for each in candidates if each.able), candidates[0])
    view = plan_request(context, _gone(request, chosen), watch=watch, hours_since=_since_today(context, plan, now))
    view = _with_way(context, view, request.under_way[chosen.convoy_id], chosen)
    return Diversion(segment, off_km, candidates, chosen, view, *_changes(view, chosen, today, now))


@dataclass(frozen=True)
class _Driving:
    """The network as one convoy drives it, with the quickest ways from where it is and from where it ends."""

    roads: Roads
    ways: Ways
    here: int
    home: int

    def home_h(self, node: int) -> float:
        return float(self.ways.time_s[self.ways.row(self.home), node]) / S_PER_H

    def home_l(self, node: int) -> float:
        return float(self.ways.fuel_l[self.ways.row(self.home), node])


def _driving(context: RegionContext, request: PatrolRequest, convoy: Convoy, node: str) -> _Driving | None:
    table = context.network.segments
    allowed = (table["country"] == convoy.base.country).to_numpy() & ~table.index.isin(request.shut(convoy, 0))
    roads = drivable(table, convoy.vehicle, allowed)
    if node not in roads.nodes:
        return None
    here, home = roads.nodes[node], roads.nodes[convoy.base.place_id]
    return _Driving(roads, quickest_ways(roads, np.array([here, home])), here, home)


def _standing(
    context: RegionContext, request: PatrolRequest, planned: PlannedConvoy, report: Report | None, now: datetime
) -> UnderWay:
    """Say where a convoy is: at the end of the segment it drives by plan, or at the node nearest to its report.

    Whatever is left, it may always drive home by the quickest way.
    """
    convoy = next(each for each in request.convoys if each.convoy_id == planned.convoy_id)
    segments = context.network.segments
    node, ready, used_l = planned.base, max(now, planned.start), 0.0
    for step in planned.steps:
        if step.at > now:
            break
        used_l += step.fuel_l
        ready = max(now, step.at + timedelta(hours=step.hours))
        node = str(segments.at[step.segment_id, "to_node" if step.forward else "from_node"])
    hours_left = request.hours - max((ready - planned.start).total_seconds() / 3600, 0.0)
    reserve_l = request.reserve_share * planned.fuel_l
    usable_l = planned.fuel_l - reserve_l - used_l
    if report is not None:
        node, ready = _nearest_node(context, request, convoy.base.country, report.position), now
        hours_left = hours_left if report.hours_left is None else report.hours_left
        usable_l = usable_l if report.fuel_left_l is None else report.fuel_left_l - reserve_l
    driving = _driving(context, request, convoy, node)
    if driving is None:
        raise NoAnswer(f"convoy {convoy.convoy_id} stands at {node}, from where no open road leads on")
    home_h, home_l = driving.home_h(driving.here), driving.home_l(driving.here)
    return UnderWay(node, ready, max(hours_left, home_h + SLACK), max(usable_l, home_l + SLACK))


def _nearest_node(context: RegionContext, request: PatrolRequest, country: str, position: Position) -> str:
    segments = context.network.segments
    own = segments[
        (segments["country"] == country) & (segments["mode"] != "sea") & ~segments.index.isin(request.blocked)
    ]
    row = own.iloc[int(np.argmin(_away_m(own, position)))]
    ends = [tuple(row.geometry.coords[place][:2]) for place in (0, -1)]
    first, last = (distance_m((position.lon, position.lat), end) for end in ends)
    return str(row["from_node"] if first <= last else row["to_node"])


def _away_m(segments: pd.DataFrame, position: Position) -> Array:
    count = len(segments)
    lon, lat = segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)
    return np.asarray(GEOD.inv(np.full(count, position.lon), np.full(count, position.lat), lon, lat)[2])


def _nearest_segment(context: RegionContext, alert: Position) -> tuple[str, float]:
    land = context.network.segments[context.network.segments["mode"] != "sea"]
    away_m = _away_m(land, alert)
    nearest = int(np.argmin(away_m))
    return str(land.index[nearest]), float(away_m[nearest]) / M_PER_KM


def _candidates(context: RegionContext, request: PatrolRequest, segment: str) -> tuple[Candidate, ...]:
    """Price the drive of each convoy to the alert and home, soonest first."""
    row = int(context.network.segments.index.get_indexer([segment])[0])
    found = []
    for convoy in request.convoys:
        driving = _driving(context, request, convoy, request.under_way[convoy.convoy_id].node)
        if driving is None or row not in driving.roads.rows:
            continue
        candidate = _candidate(context, request, convoy, driving, row)
        if candidate is not None:
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: each.arrives))


def _candidate(
    context: RegionContext, request: PatrolRequest, convoy: Convoy, driving: _Driving, row: int
) -> Candidate | None:
    here, roads, ways = request.under_way[convoy.convoy_id], driving.roads, driving.ways
    arc = int(np.flatnonzero(roads.rows == row)[0])
    ends = (int(roads.start[arc]), int(roads.end[arc]))
    out = ways.row(driving.here)
    first, last = ends if ways.time_s[out, ends[0]] <= ways.time_s[out, ends[1]] else ends[::-1]
    if not np.isfinite(ways.time_s[out, first]):
        return None
    out_h = float(ways.time_s[out, first]) / S_PER_H
    there_h, there_l = out_h + float(roads.time_s[arc]) / S_PER_H, float(ways.fuel_l[out, first] + roads.fuel_l[arc])
    between = segment_between(roads)
    nodes = ways.nodes_between(driving.here, first)
    arcs = [between[pair] for pair in zip(nodes[:-1], nodes[1:], strict=True)]
    home_nodes = ways.nodes_between(driving.home, last)[::-1]
    home_arcs = [between[pair] for pair in zip(home_nodes[:-1], home_nodes[1:], strict=True)]
    table = context.network.segments
    way = [
        DrivenPiece(
            str(table.index[roads.rows[each]]),
            int(roads.start[each]) == begins,
            float(table["length"].iloc[roads.rows[each]]),
            float(roads.time_s[each]) / S_PER_H,
            float(roads.fuel_l[each]),
            0.0,
        )
        for each, begins in zip([*arcs, arc], nodes, strict=True)
    ]
    return Candidate(
        convoy_id=convoy.convoy_id,
        arrives=here.at + timedelta(hours=out_h),
        hours_there=there_h,
        litres_there=there_l,
        hours_home=driving.home_h(last),
        litres_home=driving.home_l(last),
        margin_h=here.hours_left - there_h - driving.home_h(last),
        margin_l=here.usable_l - there_l - driving.home_l(last),
        way=tuple(way),
        way_home=tuple(
            (int(roads.rows[each]), int(roads.start[each]) == begins)
            for each, begins in zip(home_arcs, home_nodes, strict=False)
        ),
        node=next(name for name, number in roads.nodes.items() if number == last),
    )


def _gone(request: PatrolRequest, chosen: Candidate) -> PatrolRequest:
    """Put the diverted convoy where it stands after the alert, bound for home: hours to spare are for the search."""
    here = request.under_way[chosen.convoy_id]
    after = UnderWay(
        chosen.node,
        here.at + timedelta(hours=chosen.hours_there),
        max(here.hours_left - chosen.hours_there, chosen.hours_home + SLACK),
        max(here.usable_l - chosen.litres_there, chosen.litres_home + SLACK),
    )
    return replace(
        request,
        under_way={**request.under_way, chosen.convoy_id: after},
        locked={(chosen.convoy_id, 0): chosen.way_home},
    )


def _with_way(context: RegionContext, view: PlanView, here: UnderWay, chosen: Candidate) -> PlanView:
    """Put the way to the alert before what the diverted convoy drives after it: one order for its crew."""
    convoys = tuple(
        replace(convoy, pieces=(*chosen.way, *convoy.pieces), start=here.at, begins_at=here.node)
        if convoy.convoy.convoy_id == chosen.convoy_id
        else convoy
        for convoy in view.plan.convoys
    )
    plan = replace(view.plan, convoys=convoys)
    return view_plan(plan, view.segments, view.places, context.water_points(plan.on), view.data_version)


def _since_today(context: RegionContext, plan: PlanFile, now: datetime) -> Array:
    """Return the hours since each segment was seen; those of today count as just seen."""
    seen = {name: moment for name, moment in visits_of(plan) if moment <= now}
    since = hours_since(context, seen, now.date(), VisitParameters().hours_since_visit)
    today = [name for name, moment in seen.items() if moment.date() == now.date()]
    since[context.network.segments.index.get_indexer(pd.Index(today))] = 0.0
    return since


def _changes(
    view: PlanView, chosen: Candidate, today: Iterable[PlannedConvoy], now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what nobody visits any more, and what others take over from the diverted convoy."""
    done = {step.segment_id for convoy in today for step in convoy.steps if step.at <= now}
    ahead = {
        convoy.convoy_id: [step.segment_id for step in convoy.steps if step.segment_id not in done] for convoy in today
    }
    driven = {convoy.convoy.convoy_id: {piece.segment_id for piece in convoy.pieces} for convoy in view.plan.convoys}
    visited = set().union(*driven.values())
    by_others = set().union(*(rows for name, rows in driven.items() if name != chosen.convoy_id))
    theirs = {segment for name, segments in ahead.items() if name != chosen.convoy_id for segment in segments}
    planned = dict.fromkeys(segment for segments in ahead.values() for segment in segments)
    own = dict.fromkeys(ahead[chosen.convoy_id])
    return (
        tuple(segment for segment in planned if segment not in visited),
        tuple(segment for segment in own if segment in by_others and segment not in theirs),
    )


def diversion_document(found: Diversion) -> dict[str, Any]:
    """Return a diversion as a JSON-ready document; times are UTC."""
    return {
        "kind": "diversion",
        "alert_segment": found.alert_segment,
        "alert_off_track_km": found.off_track_km,
        "goes": found.chosen.convoy_id,
        "candidates": [
            {
                "convoy_id": each.convoy_id,
                "arrives": each.arrives.isoformat(timespec="minutes").replace("+00:00", "Z"),
                "hours_there": each.hours_there,
                "hours_home": each.hours_home,
                "margin_h": each.margin_h,
                "margin_l": each.margin_l,
                "able": each.able,
                "segments": [piece.segment_id for piece in each.way],
            }
            for each in found.candidates
        ],
        "dropped": list(found.dropped),
        "taken_over": list(found.taken_over),
        "rest_of_day": plan_document(found.rest),
    }
