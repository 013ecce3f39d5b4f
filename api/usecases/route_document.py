"""The answer to a question about a way, as JSON and in the words of the command line."""

from __future__ import annotations

from typing import Any

import numpy as np

from api.usecases.json_values import finite
from api.usecases.over_ground import JoinedEnd
from api.usecases.route import FoundRoute, RouteAnswer
from api.usecases.traveller import Traveller
from data.units import M_PER_KM
from routes.geodesy import bearing_deg
from routes.paths import OPEN_GROUND, Route
from routes.positions import Position
from routes.profile import CorridorProfile


def route_document(answer: RouteAnswer, data_version: str) -> dict[str, Any]:
    """Return the answer as a JSON-ready document: lengths km, risk in expected deaths per day.

    Risk is that of the network: of open ground none is assessed, so none is counted, and where all is open it is null.

    With "pareto" each way says what it costs and gains `against_quickest`; the first is the quickest.
    """
    best, *others = [_route(found, answer.who) for found in answer.routes]
    if answer.by == "pareto":
        for way in (best, *others):
            way["against_quickest"] = _against(way, best)
    return {
        "data_version": data_version,
        "by": answer.by,
        "date": answer.on.isoformat(),
        "vehicle": answer.who.name,
        "from": _position(answer.start, answer.joins[0], leaves=False),
        "to": _position(answer.end, answer.joins[1], leaves=True),
        **best,
        "alternatives": others,
    }


def _position(where: Position, joined: JoinedEnd, *, leaves: bool) -> dict[str, Any]:
    """Return an end; the bearing is true, of the straight line to the join, or from it where the network is left."""
    way = joined.way
    ends = None if way is None else [(float(lon), float(lat)) for lon, lat in way.lonlat[[0, -1]]]
    return {
        "lon": where.lon,
        "lat": where.lat,
        "place_id": where.place_id,
        "read_as": where.read_as,
        "joins": joined.described,
        "join": None if ends is None else list(ends[0 if leaves else 1]),
        "approach_km": 0.0 if way is None else way.length_m / M_PER_KM,
        "approach_hours": 0.0 if way is None else way.hours,
        "bearing_deg": None if ends is None or ends[0] == ends[1] else bearing_deg(ends[0], ends[1]),
    }


def _against(way: dict[str, Any], quickest: dict[str, Any]) -> dict[str, float | None]:
    """Return minutes more and the change of exposure in per cent; None where the quickest has no risk."""
    less = 100 * (way["risk"] / quickest["risk"] - 1) if quickest["risk"] else None
    return {"minutes": 60 * (way["hours"] - quickest["hours"]), "exposure_pct": less}


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


def _route(found: FoundRoute, who: Traveller) -> dict[str, Any]:
    route, profile = found.route, found.profile
    return {
        "km": route.length_km,
        "hours": who.hours(route),
        "risk": finite(route.risk_per_day) if any(leg.leg_id for leg in route.legs) else None,
        "open_ground_km": sum(leg.length_m for leg in route.legs if leg.mode == OPEN_GROUND) / M_PER_KM,
        "legs": [
            {
                "leg_id": leg.leg_id,
                "from": leg.start,
                "to": leg.end,
                "mode": leg.mode,
                "corridor": leg.corridor,
                "km": leg.length_m / M_PER_KM,
                "hours": who.leg_hours(leg),
                "risk": finite(leg.risk_per_day) if leg.leg_id else None,
            }
            for leg in route.legs
        ],
        **found.endurance,
        "confidence": found.confidence,
        "closed_areas": found.closed,
        "dry_gaps": [
            {"km_from": start, "km_to": end, "km": end - start} for start, end in _dry_on_land(route, profile)[:5]
        ],
        "geometry": {"type": "LineString", "coordinates": np.round(route.lonlat, 6).tolist()},
    }
