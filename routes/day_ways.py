"""The graph of a day, made once: edges with their risk, and the best ones by each criterion, closed ones in or out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from routes.attach import Attachment, attach
from routes.network import Network
from routes.paths import Along, Criterion, PreparedWays, Route, close_spans, put_risk, simple_graph
from routes.positions import Position
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
    """

    network_graph: nx.MultiDiGraph
    risk: Along
    closed: Along
    counted_water: NDArray[np.float64]

    @cached_property
    def _whole(self) -> nx.MultiDiGraph:
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
            graph = self._whole
            if not through_blocked:
                graph = graph.copy()
                close_spans(graph, self.closed)
            self._simple[key] = simple_graph(graph, by)
        return self._simple[key]

    def profile(self, route: Route) -> CorridorProfile:
        """Return the water on a route and the gaps between; those asked for last are kept."""
        key = (route.nodes, tuple(leg.leg_id for leg in route.legs))
        found = self._profiles.get(key)
        if found is None:
            found = corridor_profile(route.lonlat, self.counted_water)
            while len(self._profiles) >= _PROFILES_KEPT:
                self._profiles.pop(next(iter(self._profiles)), None)
            self._profiles[key] = found
        return found

    @cached_property
    def _profiles(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], CorridorProfile]:
        return {}

    def is_closed_somewhere(self, route: Route) -> bool:
        """Return whether any leg of a route has closed ground on it."""
        return any(leg.leg_id in self.closed for leg in route.legs)

    def joined(self, network: Network, start: Position, end: Position) -> tuple[list[Attachment], DayWays]:
        """Join two positions to the network; positions that are no places are joined to a copy of these ways."""
        asked = ((start, "start"), (end, "end"))
        if start.place_id is not None and end.place_id is not None:
            return [attach(self._whole, network, position, name) for position, name in asked], self
        graph = self._whole.copy()
        ends = [attach(graph, network, position, name) for position, name in asked]
        return ends, DayWays(graph, self.risk, self.closed, self.counted_water)
