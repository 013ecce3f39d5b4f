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
from api.usecases.patrol import plan_request
from api.usecases.plan_file import PlanFile, PlannedConvoy
from api.usecases.under_way import SLACK, Driving, Report, away_m, driving_of, standing
from api.usecases.visits import hours_since, visits_of
from api.usecases.wishes import read_request
from data.errors import BadInput, NoAnswer
from data.units import M_PER_KM, S_PER_H
from maps.exporters.json_plan import document as plan_document
from maps.plan_view import PlanView, view_plan
from routes.positions import Position
from sar.benefit import VisitParameters
from sar.fleet import Convoy
from sar.patrol import Watch
from sar.plan import DrivenPiece
from sar.request import PatrolRequest, Step, UnderWay
from sar.roads import segment_between

Array = NDArray[np.float64]


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
            name: standing(context, request, driven[name], reports.get(name), now)
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


def _nearest_segment(context: RegionContext, alert: Position) -> tuple[str, float]:
    land = context.network.segments[context.network.segments["mode"] != "sea"]
    distances_m = away_m(land, alert)
    nearest = int(np.argmin(distances_m))
    return str(land.index[nearest]), float(distances_m[nearest]) / M_PER_KM


def _candidates(context: RegionContext, request: PatrolRequest, segment: str) -> tuple[Candidate, ...]:
    """Price the drive of each convoy to the alert and home, soonest first."""
    row = int(context.network.segments.index.get_indexer([segment])[0])
    found = []
    for convoy in request.convoys:
        driving = driving_of(context, request, convoy, request.under_way[convoy.convoy_id].node)
        if driving is None or row not in driving.roads.rows:
            continue
        candidate = _candidate(context, request, convoy, driving, row)
        if candidate is not None:
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: each.arrives))


def _candidate(
    context: RegionContext, request: PatrolRequest, convoy: Convoy, driving: Driving, row: int
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
