"""Shortest paths over legs by distance, time or risk, and distinct alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import NoAnswer
from data.units import M_PER_KM, S_PER_H
from routes.array_graph import ArrayGraph
from routes.cch import Hierarchy
from routes.geodesy import as_array, line_lengths_m
from routes.pareto import pareto_ways

Criterion = Literal["distance", "time", "risk"]
#: Leg to two arrays along it, m or deaths per day.
Along = dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]
WEIGHTS: dict[Criterion, str] = {"distance": "length", "time": "travel_time", "risk": "risk"}

#: Mode of the pieces of a route off the network.
OPEN_GROUND = "open"

#: Two alternatives count as different when at least this share of the longer one is not in the other.
DISTINCT_SHARE = 0.1
#: Yen's algorithm lists near-copies first; stop looking after this many.
MAX_CANDIDATES = 200


@dataclass(frozen=True)
class RouteLeg:
    """One leg as driven: `start` to `end`, with its length (m), time (s) and risk (deaths per day on it)."""

    leg_id: str
    start: str
    end: str
    mode: str
    corridor: str
    length_m: float
    travel_time_s: float
    risk_per_day: float
    lonlat: NDArray[np.float64]


def open_leg(start: str, end: str, lonlat: NDArray[np.float64], hours: float, mode: str = OPEN_GROUND) -> RouteLeg:
    """Return a way off the network as a leg without id; no risk is assessed there, so none is counted."""
    return RouteLeg("", start, end, mode, "", float(line_lengths_m(lonlat).sum()), hours * S_PER_H, 0.0, lonlat)


@dataclass(frozen=True)
class Route:
    """A path through the network."""

    legs: tuple[RouteLeg, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """Nodes in order of travel."""
        return (self.legs[0].start, *(leg.end for leg in self.legs))

    @property
    def length_km(self) -> float:
        """Geodesic length, km."""
        return sum(leg.length_m for leg in self.legs) / M_PER_KM

    @property
    def hours(self) -> float:
        """Travel time at the speeds of the modes."""
        return sum(leg.travel_time_s for leg in self.legs) / S_PER_H

    @property
    def risk_per_day(self) -> float:
        """Expected deaths per day along the route; NaN where a leg is not assessed."""
        return sum(leg.risk_per_day for leg in self.legs)

    @property
    def lonlat(self) -> NDArray[np.float64]:
        """Vertices in order of travel, shape (n, 2), degrees; shared ends appear once."""
        return as_array([self.legs[0].lonlat[0], *(point for leg in self.legs for point in leg.lonlat[1:])])


def set_risk(graph: nx.MultiDiGraph, segments: pd.DataFrame, risk_per_km_day: pd.Series) -> None:
    """Write on each edge the expected deaths per day along it.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        Changed in place: edge attribute `risk`. Edges of legs that are not assessed get none and are not used by risk.
    segments : DataFrame
        Indexed by segment_id, with leg_id, km_from, km_to in order along each leg.
    risk_per_km_day : Series
        Aligned with `segments`; not negative, NaN where not assessed.
    """
    put_risk(graph, risk_along(segments, risk_per_km_day))


def risk_along(segments: pd.DataFrame, risk_per_km_day: pd.Series) -> Along:
    """Return of each leg that is assessed distances from its start (m) and the risk up to them (deaths per day)."""
    on_segment = (risk_per_km_day * (segments["km_to"] - segments["km_from"])).loc[segments.index].to_numpy(float)
    km_to = segments["km_to"].to_numpy(float)
    return {
        leg_id: (np.append(0.0, km_to[rows]) * M_PER_KM, np.append(0.0, np.cumsum(on_segment[rows])))
        for leg_id, rows in _rows_of_legs(segments)
        if np.isfinite(on_segment[rows]).all()
    }


def put_risk(graph: nx.MultiDiGraph, along: Along) -> None:
    """Write on each edge that has none the risk of `risk_along`."""
    for _, _, values in graph.edges(data=True):
        if "risk" not in values and values["leg_id"] in along:
            at_m, total = along[values["leg_id"]]
            ends = np.interp([values["from_m"], values["from_m"] + values["length"]], at_m, total)
            values["risk"] = float(ends[1] - ends[0])


def closed_spans(segments: pd.DataFrame) -> Along:
    """Return of each leg where the given segments (leg_id, km_from, km_to) begin and end on it, m."""
    start_m, end_m = (segments[name].to_numpy(float) * M_PER_KM for name in ("km_from", "km_to"))
    return {leg_id: (start_m[rows], end_m[rows]) for leg_id, rows in _rows_of_legs(segments)}


def _rows_of_legs(segments: pd.DataFrame) -> list[tuple[str, NDArray[np.intp]]]:
    rows: dict[str, list[int]] = {}
    for row, leg_id in enumerate(segments["leg_id"].tolist()):
        rows.setdefault(leg_id, []).append(row)
    return [(leg_id, np.array(found)) for leg_id, found in rows.items()]


def close_segments(graph: nx.MultiDiGraph, segments: pd.DataFrame) -> None:
    """Take out of a graph, in place, every edge that runs over one of the given segments (leg_id, km_from, km_to)."""
    close_spans(graph, closed_spans(segments))


def close_spans(graph: nx.MultiDiGraph, spans: Along) -> None:
    """Take out of a graph, in place, every edge that runs over one of the spans of its leg."""
    closed = []
    for u, v, key, values in graph.edges(keys=True, data=True):
        start_m, end_m = spans.get(values["leg_id"], (np.zeros(0), np.zeros(0)))
        if ((start_m < values["from_m"] + values["length"]) & (end_m > values["from_m"])).any():
            closed.append((u, v, key))
    graph.remove_edges_from(closed)


def simple_graph(graph: nx.MultiDiGraph, by: Criterion) -> nx.DiGraph:
    """Return a graph with the best edge by one criterion between any two nodes; edges without a weight are left out."""
    weight = WEIGHTS[by]
    simple = nx.DiGraph()
    for u, v, values in graph.edges(data=True):
        if weight in values and (not simple.has_edge(u, v) or values[weight] < simple[u][v][weight]):
            simple.add_edge(u, v, **values)
    for node, values in simple.nodes(data=True):
        values.update(graph.nodes[node])
    return simple


class PreparedWays:
    """A graph of `simple_graph` ready for many questions; the graph is not to be changed afterwards."""

    def __init__(self, simple: nx.DiGraph, by: Criterion) -> None:
        self.simple, self.by = simple, by
        self._arrays = ArrayGraph.of(simple)
        weights = self._arrays.weights(simple, WEIGHTS[by])
        self._weighed = Hierarchy(self._arrays).weigh(weights) if len(simple) else None

    def best(self, start: str, end: str) -> Route:
        """Return the best route.

        Raises
        ------
        NoAnswer
            If no path joins the two, or start and end are the same.
        """
        _refuse_ends(self.simple, start, end, self.by)
        number = self._arrays.number
        way = self._weighed.way(number[start], number[end]) if self._weighed else None
        if way is None:
            raise NoAnswer(_why_none(start, end, self.by))
        return Route(tuple(_leg(self.simple, *self._arrays.edges[arc]) for arc in way.arcs))

    def distinct(self, start: str, end: str, count: int) -> list[Route]:
        """Return up to `count` routes in order of cost that differ from one another by `DISTINCT_SHARE` or more."""
        return [self.best(start, end)] if count == 1 else distinct_routes(self.simple, start, end, self.by, count)


def pareto_routes(graph: nx.MultiDiGraph, start: str, end: str, first: Criterion = "time") -> list[Route]:
    """Return every route for which no other is both quicker and less risky, the quickest first.

    Parameters
    ----------
    first : str
        What stands for quick: "time" at the speeds of the modes, or "distance".

    Raises
    ------
    NoAnswer
        If no path over legs whose risk is assessed joins the two, or start and end are the same.
    """
    _refuse_ends(graph, start, end, "risk")
    arrays = ArrayGraph.of(graph)
    costs = (arrays.weights(graph, WEIGHTS[first]), arrays.weights(graph, WEIGHTS["risk"]))
    ways = pareto_ways(arrays, *costs, arrays.number[start], arrays.number[end])
    if not ways:
        raise NoAnswer(_why_none(start, end, "risk"))
    return [Route(tuple(_leg(graph, *arrays.edges[arc]) for arc in way)) for way in ways]


def shortest_route(graph: nx.MultiDiGraph, start: str, end: str, by: Criterion = "distance") -> Route:
    """Return the best route by one criterion; raises NoAnswer as `PreparedWays.best` does."""
    return PreparedWays(simple_graph(graph, by), by).best(start, end)


def alternative_routes(graph: nx.MultiDiGraph, start: str, end: str, by: Criterion, count: int) -> list[Route]:
    """Return up to `count` routes in order of cost that differ from one another by `DISTINCT_SHARE` or more."""
    return distinct_routes(simple_graph(graph, by), start, end, by, count)


def distinct_routes(simple: nx.DiGraph, start: str, end: str, by: Criterion, count: int) -> list[Route]:
    """Do the work of `alternative_routes` on a graph of `simple_graph`, which is not changed."""
    kept: list[Route] = []
    for route in islice(_routes(simple, start, end, by), MAX_CANDIDATES):
        if all(_differs(route, other) for other in kept):
            kept.append(route)
        if len(kept) == count:
            break
    return kept


def _differs(route: Route, other: Route) -> bool:
    longer, shorter = sorted((route, other), key=lambda each: each.length_km, reverse=True)
    shared = {leg.leg_id for leg in shorter.legs}
    own_m = sum(leg.length_m for leg in longer.legs if leg.leg_id not in shared)
    return own_m >= DISTINCT_SHARE * longer.length_km * M_PER_KM


def _routes(simple: nx.DiGraph, start: str, end: str, by: Criterion) -> Iterator[Route]:
    """Yield loopless routes from best to worst (Yen 1971, as networkx implements it)."""
    _refuse_ends(simple, start, end, by)
    try:
        for nodes in nx.shortest_simple_paths(simple, start, end, weight=WEIGHTS[by]):
            yield Route(tuple(_leg(simple, u, v) for u, v in zip(nodes[:-1], nodes[1:], strict=True)))
    except nx.NetworkXNoPath:
        raise NoAnswer(_why_none(start, end, by)) from None


def _refuse_ends(simple: nx.DiGraph, start: str, end: str, by: Criterion) -> None:
    if start == end:
        raise NoAnswer(f"start and end are the same place ({start})")
    if start not in simple or end not in simple:
        raise NoAnswer(_why_none(start, end, by))


def _why_none(start: str, end: str, by: Criterion) -> str:
    return f"no path joins {start} and {end}" + (" over legs whose risk is assessed" if by == "risk" else "")


def _leg(graph: nx.DiGraph, start: str, end: str, *key: int) -> RouteLeg:
    values = graph.edges[start, end, *key]
    return RouteLeg(
        values["leg_id"],
        start,
        end,
        values["mode"],
        values["corridor"],
        values["length"],
        values["travel_time"],
        values.get("risk", float("nan")),
        as_array(list(values["geometry"].coords)),
    )
