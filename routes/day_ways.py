"""The graph of a day, made once: edges with their risk, and the best ones by each criterion, closed ones in or out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from routes.array_graph import Ints
from routes.attach import add_stops
from routes.joins import Join, NetworkPoints
from routes.network import Network
from routes.paths import Along, Criterion, PreparedWays, Route, close_spans, put_risk, simple_graph
from routes.profile import CorridorProfile, corridor_profile

#: One takes some 10 kB.
_PROFILES_KEPT = 500


@dataclass(eq=False)
class DayWays:
    """Ways through the network on a day; shared by all who ask, so nothing of it is changed.

    Attributes
    ----------
    network_graph : networkx.MultiDiGraph
        Of `routes.network.Network`.
    risk : dict
        Of `routes.paths.risk_along`.
    closed : dict
        Of `routes.paths.closed_spans`.
    counted_water : array, shape (w, 2)
        Longitude and latitude of the water that is counted on.
    has_risk : bool
        Whether the graph has risk on its edges already, and is taken as it is.
    """

    network_graph: nx.MultiDiGraph
    risk: Along
    closed: Along
    counted_water: NDArray[np.float64]
    has_risk: bool = False

    @cached_property
    def _whole(self) -> nx.MultiDiGraph:
        if self.has_risk:
            return self.network_graph
        graph = self.network_graph.copy()
        put_risk(graph, self.risk)
        return graph

    @cached_property
    def _simple(self) -> dict[tuple[Criterion, bool], nx.DiGraph]:
        return {}

    def ways(self, by: Criterion, *, through_blocked: bool) -> PreparedWays:
        """Return the graph of `graph` ready for questions, prepared once."""
        key = (by, through_blocked)
        if key not in self._prepared:
            self._prepared[key] = PreparedWays(self.graph(by, through_blocked=through_blocked), by)
        return self._prepared[key]

    @cached_property
    def _prepared(self) -> dict[tuple[Criterion, bool], PreparedWays]:
        return {}

    def graph(self, by: Criterion, *, through_blocked: bool) -> nx.DiGraph:
        """Return the graph of `simple_graph` by a criterion; without what runs over closed ground unless asked for."""
        key = (by, through_blocked)
        if key not in self._simple:
            self._simple[key] = simple_graph(self.edges(through_blocked=through_blocked), by)
        return self._simple[key]

    def edges(self, *, through_blocked: bool) -> nx.MultiDiGraph:
        """Return all edges with their risk; without those over closed ground unless asked for."""
        return self._whole if through_blocked else self._open

    @cached_property
    def _open(self) -> nx.MultiDiGraph:
        graph = self._whole.copy()
        close_spans(graph, self.closed)
        return graph

    def profile(self, route: Route) -> CorridorProfile:
        """Return the water on a route and the gaps between; those asked for last are kept."""
        key = (route.nodes, tuple(leg.leg_id for leg in route.legs))
        found = self._profiles.get(key)
        if found is None:
            found = self.profile_of(route)
            while len(self._profiles) >= _PROFILES_KEPT:
                self._profiles.pop(next(iter(self._profiles)), None)
            self._profiles[key] = found
        return found

    def profile_of(self, route: Route) -> CorridorProfile:
        """Return the same of a route between positions, which is not kept."""
        return corridor_profile(route.lonlat, self.counted_water)

    @cached_property
    def _profiles(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], CorridorProfile]:
        return {}

    def is_closed_somewhere(self, route: Route) -> bool:
        """Return whether any leg of a route has closed ground on it."""
        return any(leg.leg_id in self.closed for leg in route.legs)

    def parts(self, network: Network, points: NetworkPoints, *, through_blocked: bool) -> Ints:
        """Return the part of the network that each of its points leads to; see `NetworkPoints.parts`."""
        if through_blocked not in self._parts:
            closed = {} if through_blocked else self.closed
            place_part = self.place_part(through_blocked=through_blocked)
            self._parts[through_blocked] = points.parts(network, place_part, closed)
        return self._parts[through_blocked]

    def place_part(self, *, through_blocked: bool) -> dict[str, int]:
        """Return the number of the part of the network that each place lies in; parts are joined by no way."""
        graph = self.edges(through_blocked=through_blocked)
        return {place: number for number, part in enumerate(nx.weakly_connected_components(graph)) for place in part}

    @cached_property
    def _parts(self) -> dict[bool, Ints]:
        return {}

    def joined(self, network: Network, joins: dict[str, Join]) -> tuple[dict[str, str], DayWays]:
        """Return the node of each join, by the name given to it, on a copy of these ways that has them as stops."""
        graph = self._whole.copy()
        nodes: dict[str, str] = {}
        for leg_id in dict.fromkeys(join.leg_id for join in joins.values()):
            stops = [(name, join.at_m) for name, join in joins.items() if join.leg_id == leg_id]
            found = add_stops(graph, network, leg_id, stops, snap_m=1.0)
            nodes |= dict(zip([name for name, _ in stops], found, strict=True))
        put_risk(graph, self.risk)
        return nodes, DayWays(graph, self.risk, self.closed, self.counted_water, has_risk=True)
