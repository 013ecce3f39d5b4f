"""The ways of a day give what networkx finds on a graph made for one question, and are not changed by being asked."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import cKDTree
from tests_days import JUNE

from api.context import RegionContext
from api.usecases.route import closed_areas, day_ways, find_route
from data.ellipsoid import earth_centred_m
from data.errors import NoAnswer
from routes.paths import WEIGHTS, Criterion, alternative_routes, close_segments, set_risk
from routes.profile import ON_ROUTE_M, corridor_profile

PAIRS = [
    ("agadez", "tripoli"),
    ("tripoli", "agadez"),
    ("gao", "tamanrasset"),
    ("khartoum", "kufra"),
    ("dirkou", "sabha"),
]
BY: list[Criterion] = ["distance", "time", "risk"]


@pytest.fixture(scope="module")
def graphs(context: RegionContext) -> dict[bool, nx.MultiDiGraph]:
    whole = context.network.graph.copy()
    set_risk(whole, context.network.segments, context.risk(JUNE).table["risk_per_km_day"])
    is_open = whole.copy()
    close_segments(is_open, context.network.segments[context.blocked(JUNE) != ""])
    return {True: whole, False: is_open}


@pytest.mark.parametrize("through", [True, False])
@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_a_way_is_the_shortest_there_is(
    context: RegionContext, graphs: dict[bool, nx.MultiDiGraph], start: str, end: str, by: Criterion, through: bool
) -> None:
    graph, weight = graphs[through], WEIGHTS[by]
    usable = nx.subgraph_view(graph, filter_edge=lambda u, v, key: weight in graph[u][v][key])
    try:
        least = nx.dijkstra_path_length(usable, start, end, weight=weight)
    except nx.NetworkXNoPath:
        with pytest.raises(NoAnswer):
            find_route(context, start, end, by, JUNE, through_blocked=through)
        return
    found = find_route(context, start, end, by, JUNE, 3, through_blocked=through)
    best = found.routes[0].route
    cost = {"distance": best.length_km * 1000, "time": best.hours * 3600, "risk": best.risk_per_day}[by]
    assert cost == pytest.approx(least, rel=1e-12)
    afresh = alternative_routes(graph, start, end, by, 3)
    assert [each.route.nodes for each in found.routes] == [each.nodes for each in afresh]
    assert [each.route.risk_per_day for each in found.routes] == [each.risk_per_day for each in afresh]
    for each in found.routes:
        assert each.closed == closed_areas(context, each.route, JUNE)


def test_positions_beside_the_network_leave_the_ways_as_they_were(context: RegionContext) -> None:
    ways = day_ways(context, JUNE)
    before = {by: dict(ways.graph(by, through_blocked=False).adjacency()).keys() for by in BY}
    edges = ways.graph("risk", through_blocked=False).number_of_edges()
    found = find_route(context, "19.0,8.5", "20.5,13.0", "risk", JUNE)
    assert {found.routes[0].route.nodes[0], found.routes[0].route.nodes[-1]} & {"start", "end"}
    assert np.isfinite(found.routes[0].route.risk_per_day)
    assert day_ways(context, JUNE) is ways
    assert before == {by: dict(ways.graph(by, through_blocked=False).adjacency()).keys() for by in BY}
    assert edges == ways.graph("risk", through_blocked=False).number_of_edges()


def test_no_water_near_a_way_is_left_out(context: RegionContext) -> None:
    ways = day_ways(context, JUNE)
    generator = np.random.default_rng(3)
    for start, end in PAIRS:
        lonlat = find_route(context, start, end, "time", JUNE, through_blocked=True).routes[0].route.lonlat
        beside = lonlat[generator.integers(0, len(lonlat), 400)] + generator.uniform(-0.08, 0.08, (400, 2))
        water = np.vstack([ways.counted_water, beside])
        near = set(corridor_profile(lonlat, water).water_rows.tolist())
        # every water against a finer track: what is well within reach of it has to be among them
        dense = np.vstack([np.linspace(a, b, 200) for a, b in zip(lonlat[:-1], lonlat[1:], strict=True)])
        off_m, _ = cKDTree(earth_centred_m(dense[:, 0], dense[:, 1])).query(earth_centred_m(*water.T))
        assert set(np.flatnonzero(off_m < ON_ROUTE_M - 1500).tolist()) <= near
        assert near <= set(np.flatnonzero(off_m < ON_ROUTE_M + 1500).tolist())
        assert near
