import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from pyproj import Geod
from tests_days import JUNE

from data.errors import NoAnswer
from routes.attach import attach
from routes.network import graph_from_gdfs, graph_to_gdfs
from routes.paths import alternative_routes, set_risk, shortest_route
from routes.positions import Position
from routes.profile import corridor_profile
from routes.segments import MAX_SEGMENT_M, adjacency, cut_segments

GEOD = Geod(ellps="WGS84")


def test_segments_are_short_and_sum_to_their_leg(context):
    segments, legs = context.network.segments, context.network.legs
    assert segments["length"].max() <= MAX_SEGMENT_M + 1e-6
    total = segments.groupby("leg_id")["length"].sum()
    assert np.allclose(total, legs["length"].loc[total.index], atol=1e-6)


def test_segment_geometry_has_its_length_by_pyproj(context):
    sample = context.network.segments.iloc[::97]
    measured = [GEOD.geometry_length(line) for line in sample.geometry]
    assert np.allclose(measured, sample["length"], atol=0.5)


def test_segments_join_end_to_end(context):
    for _, rows in context.network.segments.groupby("leg_id"):
        assert (rows["to_node"].to_numpy()[:-1] == rows["from_node"].to_numpy()[1:]).all()
        ends = [line.coords[-1] for line in rows.geometry][:-1]
        assert ends == [line.coords[0] for line in rows.geometry][1:]


def test_a_segment_length_of_nothing_is_refused(context):
    with pytest.raises(ValueError, match="above zero"):
        cut_segments(context.network.legs, 0)


def test_adjacency_is_symmetric_in_meaning(context):
    pairs = adjacency(context.network.segments)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    ends = context.network.segments[["from_node", "to_node"]].to_numpy()
    for first, second in pairs[::500]:
        assert set(ends[first]) & set(ends[second])


def test_graph_survives_the_two_tables(context):
    graph = context.network.graph
    nodes, edges = graph_to_gdfs(graph)
    assert isinstance(edges, gpd.GeoDataFrame) and edges.index.names == ["u", "v", "key"]
    again = graph_from_gdfs(nodes, edges)
    assert set(again.nodes) == set(graph.nodes) and set(again.edges(keys=True)) == set(graph.edges(keys=True))
    some = ("agadez", "arlit", 0)
    assert again.edges[some]["length"] == graph.edges[some]["length"]
    assert again.edges[some]["geometry"].equals(graph.edges[some]["geometry"])


def test_osmnx_style_graphs_without_geometry_are_accepted():
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=7.0, y=17.0)
    graph.add_node(2, x=8.0, y=17.0)
    graph.add_edge(1, 2, length=106_000.0, osmid=[5, 6])
    _, edges = graph_to_gdfs(graph)
    assert list(edges.geometry.iloc[0].coords) == [(7.0, 17.0), (8.0, 17.0)]
    graph.add_node(3)
    with pytest.raises(ValueError, match="without x and y"):
        graph_to_gdfs(graph)
    with pytest.raises(ValueError, match="no 'crs'"):
        graph_to_gdfs(nx.MultiDiGraph())


def test_edges_to_nowhere_are_refused(context):
    nodes, edges = graph_to_gdfs(context.network.graph)
    with pytest.raises(ValueError, match="not in the table of nodes"):
        graph_from_gdfs(nodes.drop(index="agadez"), edges)


@pytest.mark.parametrize("by, weight", [("distance", "length"), ("time", "travel_time"), ("risk", "risk")])
def test_paths_cost_what_networkx_says(context, by, weight):
    graph = context.network.graph.copy()
    set_risk(graph, context.network.segments, context.risk(JUNE).table["risk_per_km_day"])
    for start, end in (("agadez", "tripoli"), ("khartoum", "benghazi"), ("gao", "algiers")):
        route = shortest_route(graph, start, end, by)
        usable = nx.MultiDiGraph((u, v, d) for u, v, d in graph.edges(data=True) if weight in d)
        cost = nx.shortest_path_length(usable, start, end, weight=weight)
        own = {"distance": route.length_km * 1000, "time": route.hours * 3600, "risk": route.risk_per_day}[by]
        assert own == pytest.approx(cost, rel=1e-9)
        assert route.nodes[0] == start and route.nodes[-1] == end


def test_alternatives_differ_and_get_no_shorter(context):
    routes = alternative_routes(context.network.graph, "agadez", "sabha", "distance", 3)
    lengths = [route.length_km for route in routes]
    assert len(routes) == 3 and lengths == sorted(lengths)
    assert len({route.nodes for route in routes}) == 3


def test_no_path_is_no_answer(context):
    graph = context.network.graph.copy()
    graph.add_node("atlantis", x=-20.0, y=30.0)
    with pytest.raises(NoAnswer, match="no path joins"):
        shortest_route(graph, "agadez", "atlantis")
    with pytest.raises(NoAnswer, match="same place"):
        shortest_route(graph, "agadez", "agadez")


def test_a_position_on_a_leg_splits_it(context):
    graph = context.network.graph.copy()
    leg = context.network.legs.loc["agadez--arlit"]
    middle = leg.geometry.interpolate(0.5, normalized=True)
    found = attach(graph, context.network, Position(middle.x, middle.y, None, ""), "here")
    assert found.node == "here" and found.approach_m < 500
    lengths = [graph.edges["agadez", "here", 0]["length"], graph.edges["here", "arlit", 0]["length"]]
    assert sum(lengths) == pytest.approx(leg["length"])
    measured = [
        GEOD.geometry_length(graph.edges[u, v, 0]["geometry"]) for u, v in (("agadez", "here"), ("here", "arlit"))
    ]
    assert measured == pytest.approx(lengths, abs=1)
    set_risk(graph, context.network.segments, context.risk(JUNE).table["risk_per_km_day"])
    whole = graph.edges["agadez", "arlit", 0]["risk"]
    assert sum(graph.edges[u, v, 0]["risk"] for u, v in (("agadez", "here"), ("here", "arlit"))) == pytest.approx(whole)


def test_a_place_attaches_to_itself_and_a_near_miss_to_the_end(context):
    graph = context.network.graph.copy()
    assert attach(graph, context.network, Position(7.991, 16.973, "agadez", ""), "here").approach_m == 0
    assert attach(graph, context.network, Position(7.9911, 16.9731, None, ""), "here").node == "agadez"


def test_profile_finds_the_longest_dry_gap():
    line = np.array([[0.0, 20.0], [3.0, 20.0]])  # 313.9 km on the parallel's geodesic
    water = np.array([[1.0, 20.01], [1.2, 20.0], [2.0, 20.5]])  # the last is 55 km off the line
    profile = corridor_profile(line, water)
    length = GEOD.geometry_length(__import__("shapely").LineString(line)) / 1000
    assert profile.length_km == pytest.approx(length)
    assert profile.water_rows.tolist() == [0, 1]
    assert profile.dry_gaps[0].km_from == pytest.approx(1.2 / 3 * length, abs=1)
    assert profile.dry_gaps[0].km_to == pytest.approx(length)
    assert sum(gap.length_km for gap in profile.dry_gaps) == pytest.approx(length)
