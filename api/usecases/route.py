"""A way from one position to another, with its profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from api.context import RegionContext
from api.usecases.confidence import confidence
from api.usecases.inputs import Faults
from api.usecases.one_position import one_position
from api.usecases.open_ground import blocks_around, blocks_crossed
from api.usecases.over_ground import Asked, JoinedEnd, over_ground
from api.usecases.traveller import DEFAULT_VEHICLE, WALKER_LITRES, Traveller, endurance, traveller_of
from data.errors import NoAnswer
from risk.water import COUNTED_ON
from routes.day_ways import DayWays
from routes.geodesy import distance_m
from routes.paths import OPEN_GROUND, Along, Criterion, Route, closed_spans, pareto_routes, risk_along
from routes.positions import Position
from routes.profile import CorridorProfile

#: Nearer to one another than this two positions are one.
SAME_M = 1.0
Wanted = Criterion | Literal["pareto"]


@dataclass(frozen=True)
class FoundRoute:
    """One route with its profile, the closed areas on its way (name, kind, km), and how far supplies and trust go."""

    route: Route
    profile: CorridorProfile
    closed: list[dict[str, Any]]
    endurance: dict[str, Any]
    confidence: dict[str, Any]


@dataclass(frozen=True)
class RouteAnswer:
    """Routes between two positions, best first.

    Attributes
    ----------
    start, end : Position
    joins : tuple of JoinedEnd
        How start and end meet the network.
    by : str
    on : date
    who : Traveller
    routes : tuple of FoundRoute
    """

    start: Position
    end: Position
    joins: tuple[JoinedEnd, JoinedEnd]
    by: Wanted
    on: date
    who: Traveller
    routes: tuple[FoundRoute, ...]


def find_route(
    context: RegionContext,
    start: str,
    end: str,
    by: Wanted,
    on: date,
    alternatives: int = 1,
    *,
    through_blocked: bool = False,
    vehicle: str = DEFAULT_VEHICLE,
    litres_each: float = WALKER_LITRES,
) -> RouteAnswer:
    """Find routes between two positions as users write them.

    Parameters
    ----------
    by : str
        One criterion, or "pareto": all ways for which no other is both quicker and less risky.
    alternatives : int
        How many distinct ways at most; not with "pareto".
    through_blocked : bool
        Whether to go through areas closed by mines or fighting, as those who are driven there do.
    vehicle : str
        Type of vehicle, or "foot": how open ground is crossed, and what the way takes.
    litres_each : float
        Water of a walker.

    Raises
    ------
    BadInput
        For positions or vehicles that are not understood, all at once.
    NoAnswer
        If neither the network nor open ground outside closed areas joins them.
    """
    faults = Faults()
    first = faults.read(lambda: one_position(context, start))
    last = faults.read(lambda: one_position(context, end))
    who = faults.read(lambda: traveller_of(context, vehicle, litres_each))
    faults.settle()
    assert first is not None and last is not None and who is not None
    if distance_m((first.lon, first.lat), (last.lon, last.lat)) < SAME_M:
        raise NoAnswer(f"start and end are the same place ({first.place_id or first.read_as})")
    asked = Asked(context, day_ways(context, on), first, last, who, on, through_blocked)

    def search(ways: DayWays, one: str, two: str) -> list[Route]:
        # walkers are as quick on any ground of the network, so the shortest way is theirs
        quick: Criterion = "distance" if who.vehicle is None else "time"
        if by == "pareto":
            return pareto_routes(ways.edges(through_blocked=through_blocked), one, two, quick)
        criterion = quick if by == "time" else by
        return ways.ways(criterion, through_blocked=through_blocked).distinct(one, two, alternatives)

    joins, found = _found(asked, search)
    return RouteAnswer(first, last, joins, by, on, who, tuple(_described(asked, route) for route in found))


def _described(asked: Asked, route: Route) -> FoundRoute:
    context, ways = asked.context, asked.ways
    closed = closed_areas(context, route, asked.on) if ways.is_closed_somewhere(route) else []
    off_network = [leg.lonlat for leg in route.legs if leg.mode == OPEN_GROUND]
    if asked.through_blocked and off_network:
        closed = closed + blocks_crossed(context, off_network, asked.on)
    return FoundRoute(
        route,
        ways.profile_of(route) if any(not leg.leg_id for leg in route.legs) else ways.profile(route),
        closed,
        endurance(context, asked.who, route, asked.on),
        confidence(context, route, sum(area["km"] for area in closed)),
    )


def _found(
    asked: Asked, search: Callable[[DayWays, str, str], list[Route]]
) -> tuple[tuple[JoinedEnd, JoinedEnd], list[Route]]:
    """Search the network between places, and over open ground where that gives nothing or an end is no place."""
    one, two = asked.start.place_id, asked.end.place_id
    try:
        if one is not None and two is not None:
            try:
                found = search(asked.ways, one, two)
                return (JoinedEnd(one, None, one), JoinedEnd(two, None, two)), found
            except NoAnswer as error:
                if one == two:
                    raise
                return _over_ground_after(error, asked, search)
        first, last, found = over_ground(asked, search)
        return (first, last), found
    except NoAnswer as error:
        through = _closed_on_the_way(asked)
        if not through and (asked.through_blocked or not _lies_in_closed(asked)):
            raise
        found_none = f"; outside areas closed by mines or fighting ({through}) there is none" if through else ""
        raise NoAnswer(f"{error.reason}{found_none}; ask for ways through closed areas to see one") from None


def _lies_in_closed(asked: Asked) -> bool:
    ends = (asked.start, asked.end)
    return any(blocks_around(asked.context, each.lon, each.lat, asked.on) for each in ends)


def _over_ground_after(
    error: NoAnswer, asked: Asked, search: Callable[[DayWays, str, str], list[Route]]
) -> tuple[tuple[JoinedEnd, JoinedEnd], list[Route]]:
    try:
        first, last, found = over_ground(asked, search)
    except NoAnswer as also:
        raise NoAnswer(f"{error.reason}; {also.reason}") from None
    return (first, last), found


def _closed_on_the_way(asked: Asked) -> str:
    """Return the closed areas on the quickest way between two places that goes through them; "" where there is none."""
    one, two = asked.start.place_id, asked.end.place_id
    if asked.through_blocked or one is None or two is None or one == two:
        return ""
    try:
        through = asked.ways.ways("time", through_blocked=True).best(one, two)
    except NoAnswer:
        return ""
    return ", ".join(area["name"] for area in closed_areas(asked.context, through, asked.on))


def day_ways(context: RegionContext, on: date) -> DayWays:
    """Return the ways of a day, made once for the days last asked about."""
    return context.of_day("ways", on, lambda: _ways(context, on))


def closed_of_day(context: RegionContext, on: date) -> Along:
    """Return where each leg is closed by mines or fighting on a day; see `routes.paths.closed_spans`."""
    segments = context.network.segments
    return closed_spans(segments[context.blocked(on) != ""])


def _ways(context: RegionContext, on: date) -> DayWays:
    segments = context.network.segments
    return DayWays(
        context.network.graph,
        risk_along(segments, context.risk(on).table["risk_per_km_day"]),
        closed_of_day(context, on),
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
