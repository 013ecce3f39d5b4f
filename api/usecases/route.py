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
from routes.attach import Attachment, attach
from routes.paths import Criterion, Route, alternative_routes, close_segments, set_risk
from routes.positions import Position, read_position
from routes.profile import CorridorProfile, corridor_profile

#: Water less likely than this is not counted on when the dry gaps of a route are measured.
COUNTED_ON = 0.5


@dataclass(frozen=True)
class FoundRoute:
    """One route with its profile."""

    route: Route
    profile: CorridorProfile


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
    graph = context.network.graph.copy()
    ends = [attach(graph, context.network, position, name) for position, name in ((first, "start"), (last, "end"))]
    set_risk(graph, context.network.segments, context.risk(on).table["risk_per_km_day"])
    if not through_blocked:
        segments, blocked = context.network.segments, context.blocked(on)
        close_segments(graph, segments[blocked != ""])
    try:
        found = alternative_routes(graph, ends[0].node, ends[1].node, by, alternatives)
    except NoAnswer as error:
        hint = (
            "" if through_blocked else "; ways through areas closed by mines or fighting are shown only when asked for"
        )
        raise NoAnswer(f"{error.reason}{hint}") from None
    counted = context.conditions(on).supply.positions(COUNTED_ON)
    routes = tuple(FoundRoute(route, corridor_profile(route.lonlat, counted)) for route in found)
    return RouteAnswer(first, last, ends[0], ends[1], by, on, routes)


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
        "dry_gaps": [{"km_from": gap.km_from, "km_to": gap.km_to, "km": gap.length_km} for gap in profile.dry_gaps[:5]],
        "geometry": {"type": "LineString", "coordinates": np.round(route.lonlat, 6).tolist()},
    }
