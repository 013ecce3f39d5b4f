"""A way from one position to another, with its profile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from api.context import RegionContext
from api.usecases.inputs import Faults
from api.usecases.json_values import finite
from data.errors import NoAnswer
from data.units import M_PER_KM
from risk.water import COUNTED_ON
from routes.attach import Attachment
from routes.day_ways import DayWays
from routes.paths import Criterion, Route, closed_spans, risk_along
from routes.positions import Position, read_position
from routes.profile import CorridorProfile


@dataclass(frozen=True)
class FoundRoute:
    """One route with its profile and the closed areas on its way (name, kind, km)."""

    route: Route
    profile: CorridorProfile
    closed: list[dict[str, Any]]


@dataclass(frozen=True)
class RouteAnswer:
    """Routes between two positions, best first.

    Attributes
    ----------
    start, end : Position
    approach_start, approach_end : Attachment
        Open ground between the positions and the network.
    by : str
    on : date
    routes : tuple of FoundRoute
    """

    start: Position
    end: Position
    approach_start: Attachment
    approach_end: Attachment
    by: Criterion
    on: date
    routes: tuple[FoundRoute, ...]


def find_route(
    context: RegionContext,
    start: str,
    end: str,
    by: Criterion,
    on: date,
    alternatives: int = 1,
    *,
    through_blocked: bool = False,
) -> RouteAnswer:
    """Find routes between two positions as users write them.

    Parameters
    ----------
    alternatives : int
        How many distinct ways at most.
    through_blocked : bool
        Whether to go through areas closed by mines or fighting, as those who are driven there do.

    Raises
    ------
    BadInput
        For positions that are not understood, all at once.
    NoAnswer
        If nothing joins them, or nothing outside the closed areas.
    """
    faults = Faults()
    first = faults.read(lambda: read_position(start, context.network.places))
    last = faults.read(lambda: read_position(end, context.network.places))
    faults.settle()
    assert first is not None and last is not None
    ways = day_ways(context, on)
    ends, ways = ways.joined(context.network, first, last)
    try:
        found = ways.ways(by, through_blocked=through_blocked).distinct(ends[0].node, ends[1].node, alternatives)
    except NoAnswer as error:
        if through_blocked:
            raise
        # raises where there is none at all
        through = ways.ways(by, through_blocked=True).best(ends[0].node, ends[1].node)
        areas = ", ".join(area["name"] for area in closed_areas(context, through, on))
        raise NoAnswer(
            f"{error.reason} outside areas closed by mines or fighting ({areas}); ask for ways through them to see one"
        ) from None
    routes = tuple(
        FoundRoute(
            route,
            ways.profile(route),
            closed_areas(context, route, on) if ways.is_closed_somewhere(route) else [],
        )
        for route in found
    )
    return RouteAnswer(first, last, ends[0], ends[1], by, on, routes)


def day_ways(context: RegionContext, on: date) -> DayWays:
    """Return the ways of a day, made once for the days last asked about."""
    return context.of_day("ways", on, lambda: _ways(context, on))


def _ways(context: RegionContext, on: date) -> DayWays:
    segments = context.network.segments
    return DayWays(
        context.network.graph,
        risk_along(segments, context.risk(on).table["risk_per_km_day"]),
        closed_spans(segments[context.blocked(on) != ""]),
        context.conditions(on).supply.positions(COUNTED_ON),
    )


def closed_areas(context: RegionContext, route: Route, on: date) -> list[dict[str, Any]]:
    """Return the areas closed by mines or fighting that a route goes through, with the km in each."""
    blocked = context.blocked(on)
    segments = context.network.segments[blocked != ""]
    inside = segments[segments["leg_id"].isin({leg.leg_id for leg in route.legs})]
    km = (inside["km_to"] - inside["km_from"]).groupby(blocked[inside.index]).sum()
    areas = context.pack.blocked_areas.set_index("area_id")
    return [
        {"name": str(areas.at[area, "name"]), "kind": str(areas.at[area, "kind"]), "km": float(value)}
        for area, value in km.items()
    ]


def route_document(answer: RouteAnswer, data_version: str) -> dict[str, Any]:
    """Return the answer as a JSON-ready document: lengths km, risk in expected deaths per day along the way."""

    def position(where: Position, joined: Attachment) -> dict[str, Any]:
        return {
            "lon": where.lon,
            "lat": where.lat,
            "place_id": where.place_id,
            "read_as": where.read_as,
            "joins": joined.described,
            "approach_km": joined.approach_m / M_PER_KM,
        }

    best, *others = [_route(found) for found in answer.routes]
    return {
        "data_version": data_version,
        "by": answer.by,
        "date": answer.on.isoformat(),
        "from": position(answer.start, answer.approach_start),
        "to": position(answer.end, answer.approach_end),
        **best,
        "alternatives": others,
    }


def _dry_on_land(route: Route, profile: CorridorProfile) -> list[tuple[float, float]]:
    """Return the dry gaps without what is at sea, longest first; km from the start."""
    ends = np.cumsum([0.0, *(leg.length_m / M_PER_KM for leg in route.legs)]).tolist()
    land: list[list[float]] = []
    for leg, start, end in zip(route.legs, ends[:-1], ends[1:], strict=True):
        if leg.mode == "sea":
            continue
        if land and start == land[-1][1]:
            land[-1][1] = end
        else:
            land.append([start, end])
    gaps = [
        (max(gap.km_from, start), min(gap.km_to, end))
        for gap in profile.dry_gaps
        for start, end in land
        if min(gap.km_to, end) > max(gap.km_from, start)
    ]
    return sorted(gaps, key=lambda gap: gap[0] - gap[1])


def _route(found: FoundRoute) -> dict[str, Any]:
    route, profile = found.route, found.profile
    return {
        "km": route.length_km,
        "hours": route.hours,
        "risk": finite(route.risk_per_day),
        "legs": [
            {
                "leg_id": leg.leg_id,
                "from": leg.start,
                "to": leg.end,
                "mode": leg.mode,
                "corridor": leg.corridor,
                "km": leg.length_m / M_PER_KM,
                "hours": leg.travel_time_s / 3600,
                "risk": finite(leg.risk_per_day),
            }
            for leg in route.legs
        ],
        "closed_areas": found.closed,
        "dry_gaps": [
            {"km_from": start, "km_to": end, "km": end - start} for start, end in _dry_on_land(route, profile)[:5]
        ],
        "geometry": {"type": "LineString", "coordinates": np.round(route.lonlat, 6).tolist()},
    }
