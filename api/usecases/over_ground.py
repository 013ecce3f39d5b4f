"""From any position to the network and back: the join soonest reached over open ground, in a part both ends reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from api.context import RegionContext
from api.usecases.open_ground import Window, blocks_around, frame_around, why_shut_in, window, windows
from api.usecases.traveller import Traveller
from data.errors import NoAnswer
from data.units import M_PER_KM
from maps.land import clearly_at_sea
from routes.day_ways import DayWays
from routes.geodesy import distance_m
from routes.joins import Join, nearest_joins
from routes.open_ground import GroundWay, Reached
from routes.paths import OPEN_GROUND, Route, open_leg
from routes.positions import Position
from routes.segments import SPEED_KPH

#: Farther apart than this nobody is led from one position to another over open ground alone.
DIRECT_KM = 600.0
#: Open ground alone is taken where it is quicker and no longer than this, or than that to and from the network.
SHORT_KM = 10.0
#: Longer first windows than the straight distance to the network: ways round sand and closed ground.
_WIDER, _AND_KM = 1.3, 10.0


@dataclass(frozen=True)
class Asked:
    """A question about a way between two positions on a day."""

    context: RegionContext
    ways: DayWays
    start: Position
    end: Position
    who: Traveller
    on: date
    through_blocked: bool


@dataclass(frozen=True)
class JoinedEnd:
    """How one end meets the network: its node there, the way over open ground (None for a place on it), in words."""

    node: str
    way: GroundWay | None
    described: str


@dataclass
class _Side:
    """One end: the parts of the network it reaches so far, found in windows that grow."""

    asked: Asked
    position: Position
    name: str
    backwards: bool
    found: dict[int, tuple[Join, Reached] | None] = field(default_factory=dict)
    shut_in: list[str] = field(default_factory=list)
    is_done: bool = False
    is_closed: bool = False

    def __post_init__(self) -> None:
        place, ways = self.position.place_id, self.asked.ways
        through = self.asked.through_blocked
        if place is not None and ways.edges(through_blocked=through).degree(place) > 0:
            self.found[ways.place_part(through_blocked=through)[place]] = None
        self._windows = self._widening()

    def widen(self) -> bool:
        """Look in the next window; False where there is none."""
        self.is_done = not next(self._windows, False)
        return not self.is_done

    def _widening(self) -> Iterator[bool]:
        asked, where = self.asked, self.position
        self.shut_in = [] if asked.through_blocked else blocks_around(asked.context, where.lon, where.lat, asked.on)
        self.is_closed = bool(self.shut_in)
        if self.is_closed:
            return
        points = asked.context.network_points
        parts = asked.ways.parts(asked.context.network, points, through_blocked=asked.through_blocked)
        afloat = clearly_at_sea(where.lon, where.lat)
        # a boat joins sea legs anywhere; from the land they are joined at their ports
        usable = (points.at_sea if afloat else ~points.at_sea | points.at_end) & (parts >= 0)
        nearest_km = float(points.away_m(where.lon, where.lat)[usable].min(initial=np.inf)) / M_PER_KM
        for frame in windows(where.lon, where.lat, _WIDER * nearest_km + _AND_KM):
            ground = _window(asked, frame, [(where.lon, where.lat)])
            reached = ground.ground.reached_from(where.lon, where.lat, backwards=self.backwards)
            for part, join in nearest_joins(asked.context.network, points, parts, usable, reached).items():
                self.found.setdefault(part, (join, reached))
            self.shut_in = why_shut_in(ground, reached.hours, where.lon, where.lat)
            yield True
            if self.shut_in:
                return

    def hours(self, part: int) -> float:
        """Return the hours over open ground to a part that was found."""
        known = self.found[part]
        return 0.0 if known is None else known[0].hours


def _window(asked: Asked, frame: object, ends: list[tuple[float, float]]) -> Window:
    return window(
        asked.context,
        frame,  # type: ignore[arg-type]
        asked.who,
        asked.on,
        ends,
        through_blocked=asked.through_blocked,
    )


def over_ground(
    asked: Asked, search: Callable[[DayWays, str, str], list[Route]]
) -> tuple[JoinedEnd, JoinedEnd, list[Route]]:
    """Return routes from position to position: open ground, the network, open ground, or open ground alone.

    Parameters
    ----------
    search : callable
        From ways and two nodes of them to routes, the best first.

    Raises
    ------
    NoAnswer
        Where ground that is closed lies all around, with what closes it.
    """
    sides = (_Side(asked, asked.start, "start", False), _Side(asked, asked.end, "end", True))
    part = _common_part(sides)
    if part is None:
        # where an end itself is closed there is nothing to look for between the two
        direct = None if any(side.is_closed for side in sides) else _direct(asked, np.inf)
        if direct is None:
            raise NoAnswer(_why_not(sides))
        return direct
    joins: dict[str, Join] = {}
    names: dict[str, str] = {}
    for side in sides:
        if (known := side.found[part]) is not None:
            names[side.name] = _stop_name(known[0], joins)
            joins[names[side.name]] = known[0]
    stops, ways = asked.ways.joined(asked.context.network, joins)
    nodes = {side: stops[name] for side, name in names.items()}
    first, last = (_joined_end(side, part, nodes) for side in sides)
    inner = [Route(())] if first.node == last.node else search(ways, first.node, last.node)
    routes = [_with_open_ground(asked, first, last, route) for route in inner]
    routes = [route for route in routes if route.legs]
    if not routes:
        raise NoAnswer(f"start and end are the same place ({first.node})")
    direct = _direct(asked, asked.who.hours(routes[0]))
    # ground nobody knows is no short cut for a way that is known
    approaches_km = sum(end.way.length_m for end in (first, last) if end.way is not None) / M_PER_KM
    afloat = clearly_at_sea(asked.start.lon, asked.start.lat)
    if direct is not None and (afloat or direct[2][0].length_km <= max(SHORT_KM, approaches_km)):
        return direct
    return first, last, routes


def _common_part(sides: tuple[_Side, _Side]) -> int | None:
    """Return the part of the network both ends reach soonest, looking farther and farther."""
    while not (common := sides[0].found.keys() & sides[1].found.keys()):
        wanting = [side for side in sides if not side.found] or list(sides)
        if any(side.is_done and not side.found for side in sides):
            return None
        grew = [side.widen() for side in wanting]
        if not any(grew):
            return None
    return min(common, key=lambda part: sides[0].hours(part) + sides[1].hours(part))


def _why_not(sides: tuple[_Side, _Side]) -> str:
    shut = [(side, side.shut_in) for side in sides if side.shut_in]
    if not shut:
        return "no open ground leads to a part of the network that both ends reach"
    return "; ".join(f"{side.position.read_as} is shut in all around by {', '.join(names)}" for side, names in shut)


def _joined_end(side: _Side, part: int, nodes: dict[str, str]) -> JoinedEnd:
    known = side.found[part]
    if known is None:
        assert side.position.place_id is not None
        return JoinedEnd(side.position.place_id, None, side.position.place_id)
    join, reached = known
    node = nodes[side.name]
    return JoinedEnd(node, reached.way(*join.lonlat), node)


def _stop_name(join: Join, taken: dict[str, Join]) -> str:
    """Name a stop by the leg and how far along it is, as finely as tells it from the other."""
    km = join.at_m / M_PER_KM
    name = f"km {km:.0f} of {join.leg_id}"
    return name if name not in taken else f"km {km:.3f} of {join.leg_id}"


def _with_open_ground(asked: Asked, first: JoinedEnd, last: JoinedEnd, route: Route) -> Route:
    legs = list(route.legs)
    if first.way is not None and first.way.length_m > 0:
        legs.insert(0, open_leg("start", first.node, first.way.lonlat, first.way.hours, _mode(asked.start)))
    if last.way is not None and last.way.length_m > 0:
        legs.append(open_leg(last.node, "end", last.way.lonlat, last.way.hours, _mode(asked.end)))
    return Route(tuple(legs))


def _mode(position: Position) -> str:
    return "sea" if clearly_at_sea(position.lon, position.lat) else OPEN_GROUND


def _direct(asked: Asked, below_h: float) -> tuple[JoinedEnd, JoinedEnd, list[Route]] | None:
    """Return the way over open ground (or, between two positions at sea, the sea) alone where it is quicker."""
    start, end = ((each.lon, each.lat) for each in (asked.start, asked.end))
    straight_km = distance_m(start, end) / M_PER_KM
    afloat = clearly_at_sea(*start)
    kph = SPEED_KPH["sea"] if afloat else asked.who.off_network_kph
    if not 0 < straight_km <= DIRECT_KM or straight_km / kph >= below_h or afloat != clearly_at_sea(*end):
        return None
    box = (min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1]))
    ground = _window(asked, frame_around(box, max(5.0, 0.4 * straight_km)), [start, end])
    reached = ground.ground.reached_from(*start)
    if not np.isfinite(reached.hours_at(np.array([end]))[0]):
        return None
    way = reached.way(*end)
    if way.hours >= below_h:
        return None
    words = "the open sea" if afloat else "open ground"
    joined = (JoinedEnd("start", way, words), JoinedEnd("end", None, words))
    return *joined, [Route((open_leg("start", "end", way.lonlat, way.hours, _mode(asked.start)),))]
