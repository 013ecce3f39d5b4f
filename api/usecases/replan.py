"""Patrols under way diverted to an alert: who goes, what the others take over, what is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.patrol import plan_request
from api.usecases.plan_file import PlanFile, PlannedConvoy
from api.usecases.under_way import SLACK, Driving, Report, Standing, away_m, driving_of, standing
from api.usecases.visits import hours_since, visits_of
from api.usecases.wishes import read_request
from data.errors import BadInput, NoAnswer
from data.units import M_PER_KM, S_PER_H
from maps.exporters.json_plan import document as plan_document
from maps.land import clearly_at_sea
from maps.plan_view import PlanView
from routes.positions import Position
from sar.benefit import VisitParameters
from sar.fleet import Convoy
from sar.patrol import Watch
from sar.request import PatrolRequest, Step
from sar.roads import segment_between, steps_along

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
    way, way_home : tuple of Step
        The way there, the alert's segment last, and from there to where the convoy ends.
    """

    convoy_id: str
    arrives: datetime
    hours_there: float
    litres_there: float
    hours_home: float
    litres_home: float
    margin_h: float
    margin_l: float
    way: tuple[Step, ...]
    way_home: tuple[Step, ...]

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
    stands : mapping of str to Standing
        Where each convoy was taken to be.
    """

    alert_segment: str
    off_track_km: float
    candidates: tuple[Candidate, ...]
    chosen: Candidate
    rest: PlanView
    dropped: tuple[str, ...]
    taken_over: tuple[str, ...]
    stands: Mapping[str, Standing]


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
    if clearly_at_sea(alert.lon, alert.lat):
        raise NoAnswer("the alert lies at sea, where no patrol drives: call the maritime rescue coordination centre")
    day = (now.date() - plan.on).days
    today = [convoy for convoy in plan.convoys if convoy.day == day]
    if not today:
        raise BadInput(f"{now.date()} is no day of plan {plan.plan_id}: it runs {plan.days} days from {plan.on}")
    wishes = replace(plan.wishes, days=1, required=(), ends=(), closed=_still_closed(plan, now), vary=0.0)
    request = read_request(context, now.date(), wishes)
    driven = {convoy.convoy_id: convoy for convoy in today}
    convoys = tuple(convoy for convoy in request.convoys if convoy.convoy_id in driven)
    # each goes on to where the plan has it tonight
    request = replace(request, convoys=convoys, ends={name: convoy.ends_at for name, convoy in driven.items()})
    stands = {name: standing(context, request, convoy, reports.get(name), now) for name, convoy in driven.items()}
    request = replace(request, under_way={name: each.under_way for name, each in stands.items()})
    segment, off_km = _nearest_segment(context, alert)
    candidates = _candidates(context, request, stands, segment)
    if not candidates:
        raise NoAnswer(
            f"no convoy of this plan can drive to {segment}, the segment nearest to the alert ({off_km:.0f} km away)"
        )
    chosen = next((each for each in candidates if each.able), candidates[0])
    view = plan_request(context, _gone(request, chosen), watch=watch, hours_since=_since_today(context, plan, now))
    dropped, taken_over = _changes(view, chosen, today, now)
    return Diversion(segment, off_km, candidates, chosen, view, dropped, taken_over, stands)


def _still_closed(plan: PlanFile, now: datetime) -> tuple[str, ...]:
    """Leave out closures that are over: they would be faults of a plan that begins today."""
    until = {item: item.partition("=")[2] for item in plan.wishes.closed}
    return tuple(item for item, day in until.items() if not day or day > now.date().isoformat())


def _nearest_segment(context: RegionContext, alert: Position) -> tuple[str, float]:
    land = context.network.segments[context.network.segments["mode"] != "sea"]
    distances_m = away_m(land, alert)
    nearest = int(np.argmin(distances_m))
    return str(land.index[nearest]), float(distances_m[nearest]) / M_PER_KM


def _candidates(
    context: RegionContext, request: PatrolRequest, stands: Mapping[str, Standing], segment: str
) -> tuple[Candidate, ...]:
    """Price the drive of each convoy to the alert and on to its end, soonest first."""
    row = int(context.network.segments.index.get_indexer([segment])[0])
    found = []
    for convoy in request.convoys:
        stand = stands[convoy.convoy_id]
        driving = driving_of(context, request, convoy, stand.under_way.node)
        if driving is None or row not in driving.roads.rows:
            continue
        candidate = _candidate(convoy, stand, driving, row)
        if candidate is not None:
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: each.arrives))


def _candidate(convoy: Convoy, stand: Standing, driving: Driving, row: int) -> Candidate | None:
    roads, ways, between = driving.roads, driving.ways, segment_between(driving.roads)
    arc = int(np.flatnonzero(roads.rows == row)[0])
    ends = (int(roads.start[arc]), int(roads.end[arc]))
    out = ways.row(driving.here)
    first, last = ends if ways.time_s[out, ends[0]] <= ways.time_s[out, ends[1]] else ends[::-1]
    if not np.isfinite(ways.time_s[out, first]) or not np.isfinite(driving.home_h(last)):
        return None
    out_h = float(ways.time_s[out, first]) / S_PER_H
    there_h, there_l = out_h + float(roads.time_s[arc]) / S_PER_H, float(ways.fuel_l[out, first] + roads.fuel_l[arc])
    there = steps_along(roads, between, ways.nodes_between(driving.here, first))
    return Candidate(
        convoy_id=convoy.convoy_id,
        arrives=stand.under_way.at + timedelta(hours=out_h),
        hours_there=there_h,
        litres_there=there_l,
        hours_home=driving.home_h(last),
        litres_home=driving.home_l(last),
        margin_h=stand.hours_left - there_h - driving.home_h(last),
        margin_l=stand.usable_l - there_l - driving.home_l(last),
        way=(
            *there,
            (row, int(roads.start[arc]) == first),
        ),
        way_home=tuple(steps_along(roads, between, ways.nodes_between(driving.home, last)[::-1])),
    )


def _gone(request: PatrolRequest, chosen: Candidate) -> PatrolRequest:
    """Send a convoy to the alert and on to its end by the quickest ways: hours to spare are for the search."""
    here = request.under_way[chosen.convoy_id]
    after = replace(
        here,
        hours_left=max(here.hours_left, chosen.hours_there + chosen.hours_home + SLACK),
        usable_l=max(here.usable_l, chosen.litres_there + chosen.litres_home + SLACK),
    )
    return replace(
        request,
        under_way={**request.under_way, chosen.convoy_id: after},
        locked={(chosen.convoy_id, 0): (*chosen.way, *chosen.way_home)},
    )


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
                "segments": [str(found.rest.segments.index[row]) for row, _ in each.way],
            }
            for each in found.candidates
        ],
        "dropped": list(found.dropped),
        "taken_over": list(found.taken_over),
        "rest_of_day": plan_document(found.rest),
    }
