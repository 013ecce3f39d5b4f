"""Any two positions get a way: open ground, network, open ground; closed ground is never crossed."""

from __future__ import annotations

import json
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from tests_access import local_client
from tests_days import JUNE

from api.cli.main import exit_code
from api.cli.route import trade_off
from api.context import RegionContext
from api.usecases.route import find_route
from api.usecases.route_document import route_document
from data.errors import BadInput, NoAnswer
from maps.land import clearly_on_land, land_outline
from risk.blocks import blocks_on

GEOD = Geod(ellps="WGS84")
DAY = JUNE.isoformat()


def said(capsys, *arguments: str) -> tuple[int, str, str]:
    code = exit_code(("route", *arguments, "--date", DAY))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def closed_round(context: RegionContext, lon: float, lat: float, away_deg: float) -> RegionContext:
    """The same region with four closed bars around a position."""
    far = 2 * away_deg
    bars = {
        "west": (lon - far, lat - far, lon - away_deg, lat + far),
        "east": (lon + away_deg, lat - far, lon + far, lat + far),
        "south": (lon - far, lat - far, lon + far, lat - away_deg),
        "north": (lon - far, lat + away_deg, lon + far, lat + far),
    }
    rows = [
        {
            **context.pack.blocked_areas.iloc[0].to_dict(),
            "area_id": name,
            "name": f"bar {name}",
            "applies_to": "all",
            "valid_from": "2020-01-01",
            "valid_to": "",
            "lonlat": ";".join(f"{x} {y}" for x, y in shapely.box(*bar).exterior.coords),
        }
        for name, bar in bars.items()
    ]
    areas = pd.concat([context.pack.blocked_areas, pd.DataFrame(rows)], ignore_index=True)
    # risk is not what is asked, and takes long
    risk = {JUNE: context.risk(JUNE)}
    return RegionContext(replace(context.pack, blocked_areas=areas), context.network, _risk=risk)


@pytest.fixture(scope="module")
def anywhere(context: RegionContext) -> list[tuple[float, float]]:
    generator = np.random.default_rng(11)
    closed = shapely.union_all([block.polygon for block in blocks_on(context.pack.blocked_areas, JUNE)]).buffer(0.1)
    found: list[tuple[float, float]] = []
    while len(found) < 12:
        lon, lat = generator.uniform(-10, 35), generator.uniform(12, 32)
        if clearly_on_land(lon, lat) and not closed.contains(shapely.Point(lon, lat)):
            found.append((lon, lat))
    return found


def test_any_two_positions_on_land_get_an_unbroken_way_that_crosses_nothing_closed(
    context: RegionContext, anywhere: list[tuple[float, float]]
) -> None:
    closed = shapely.union_all([block.polygon for block in blocks_on(context.pack.blocked_areas, JUNE)])
    for (lon, lat), (to_lon, to_lat) in zip(anywhere[::2], anywhere[1::2], strict=True):
        answer = find_route(context, f"{lat:.6f},{lon:.6f}", f"{to_lat:.6f},{to_lon:.6f}", "time", JUNE)
        route = answer.routes[0].route
        assert route.lonlat[0] == pytest.approx([lon, lat], abs=1e-5)
        assert route.lonlat[-1] == pytest.approx([to_lon, to_lat], abs=1e-5)
        for leg, following in zip(route.legs, route.legs[1:], strict=False):
            gap_m = GEOD.inv(*leg.lonlat[-1], *following.lonlat[0])[2]
            assert gap_m < 1.5 and leg.end == following.start
        for leg in route.legs:
            if leg.mode == "open":
                line = shapely.LineString(leg.lonlat)
                assert not line.intersects(closed)
                assert land_outline().buffer(0.05).contains(line)
        document = route_document(answer, "v")
        assert sum(leg["km"] for leg in document["legs"]) == pytest.approx(document["km"])
        assert document["open_ground_km"] >= document["from"]["approach_km"] > 0
        assert document["confidence"]["class"] in ("low", "medium", "high")
        bearing = GEOD.inv(lon, lat, *document["from"]["join"])[0] % 360
        assert document["from"]["bearing_deg"] == pytest.approx(bearing, abs=0.1)


def test_a_position_in_a_closed_area_is_refused_with_its_name_unless_asked_through(capsys):
    code, _, err = said(capsys, "22.25,15.2", "agadez")
    assert code == 3 and "Kouri Bougoudi" in err and "shut in" in err
    code, out, _ = said(capsys, "22.25,15.2", "agadez", "--through-blocked", "--json")
    document = json.loads(out)
    assert code == 0 and document["from"]["approach_km"] > 0 and document["confidence"]["class"] == "low"
    through = {area["name"]: area["km"] for area in document["closed_areas"]}
    assert any("Kouri Bougoudi" in name and km > 0 for name, km in through.items())


def test_a_position_closed_in_all_around_is_told_by_what(context: RegionContext) -> None:
    shut = closed_round(context, 9.0, 20.5, 0.2)
    with pytest.raises(NoAnswer, match="shut in all around") as told:
        find_route(shut, "20.5,9.0", "agadez", "time", JUNE)
    assert all(f"bar {side}" in told.value.reason for side in ("west", "east", "south", "north"))
    assert find_route(shut, "20.5,9.0", "agadez", "time", JUNE, through_blocked=True).routes
    # two positions inside are still joined, over open ground alone
    inside = find_route(shut, "20.5,9.0", "20.6,9.1", "time", JUNE).routes[0].route
    assert [leg.mode for leg in inside.legs] == ["open"]


def test_positions_near_one_another_and_far_from_tracks_are_joined_directly(context: RegionContext) -> None:
    route = find_route(context, "22.0,26.0", "22.3,26.2", "time", JUNE).routes[0].route
    assert [leg.mode for leg in route.legs] == ["open"]
    straight_km = GEOD.inv(26.0, 22.0, 26.2, 22.3)[2] / 1000
    assert straight_km <= route.length_km <= 1.1 * straight_km


def test_two_positions_beside_one_leg_are_joined_along_it(context: RegionContext) -> None:
    leg = context.network.legs.loc["arbre_du_tenere--achegour"]
    one, two = (leg.geometry.interpolate(part, normalized=True) for part in (0.3, 0.6))
    texts = [f"{point.y + 0.02:.5f},{point.x:.5f}" for point in (one, two)]
    route = find_route(context, *texts, "time", JUNE).routes[0].route
    assert {leg.mode for leg in route.legs} == {"open", "desert"}
    assert route.length_km < 0.35 * leg["length"] / 1000 + 15


def test_no_strait_is_crossed_over_open_ground(context: RegionContext) -> None:
    # Tarifa and the hills above Ksar es-Seghir look at one another over 15 km of water
    route = find_route(context, "36.03,-5.61", "35.80,-5.50", "time", JUNE).routes[0].route
    strait = shapely.LineString([(-6.2, 35.9), (-5.75, 35.93), (-5.30, 36.0), (-4.0, 36.0)])
    for leg in route.legs:
        if leg.mode == "open":
            assert not shapely.LineString(leg.lonlat).crosses(strait)
    assert any(leg.mode == "sea" and leg.leg_id for leg in route.legs)


def test_at_sea_only_sea_legs_are_joined(context: RegionContext) -> None:
    answer = find_route(context, "34.0,12.0", "tripoli", "time", JUNE)
    route = answer.routes[0].route
    assert route.legs[0].leg_id == "" and route.legs[0].mode == "sea"
    assert context.network.legs.at[answer.joins[0].described.split(" of ")[1], "mode"] == "sea"


def test_fuel_and_the_point_of_no_return_follow_from_the_legs(context: RegionContext) -> None:
    document = route_document(find_route(context, "agadez", "dirkou", "time", JUNE, vehicle="truck_6x6"), "v")
    truck = context.pack.vehicles.loc["truck_6x6"]
    rate = {"paved": truck["l_per_100km_paved"], "track": truck["l_per_100km_track"]}
    rate |= {"desert": truck["l_per_100km_desert"], "foot": rate["track"]}
    by_leg = [rate[leg["mode"]] / 100 * leg["km"] for leg in document["legs"]]
    assert document["fuel_l"] == pytest.approx(sum(by_leg))
    usable = 0.8 * (truck["tank_l"] + truck["cans_l"])
    assert document["fuel_usable_l"] == pytest.approx(usable)
    # half of the fuel is used up to the point, or the way takes less
    at = document["point_of_no_return"]
    if sum(by_leg) <= usable / 2:
        assert at is None
        return
    used, km = 0.0, 0.0
    for litres, leg in zip(by_leg, document["legs"], strict=True):
        part = min(1.0, max(0.0, (at["km"] - km) / leg["km"]))
        used, km = used + part * litres, km + leg["km"]
    assert used == pytest.approx(usable / 2)


def test_walkers_are_told_how_far_their_strength_goes(context: RegionContext) -> None:
    answers = [
        route_document(
            find_route(context, "19.3,11.0", "dirkou", "time", JUNE, vehicle="foot", litres_each=litres), "v"
        )
        for litres in (2.0, 12.0)
    ]
    assert answers[0]["walking_reach_km"] < answers[1]["walking_reach_km"]
    assert answers[0]["runs_out"]["km"] < answers[1]["runs_out"]["km"]
    assert answers[0]["point_of_no_return"]["km"] < answers[0]["runs_out"]["km"]
    assert answers[0]["hours"] > answers[0]["km"] / 4.1
    with pytest.raises(BadInput) as told:
        find_route(context, "nowhere at all", "dirkou", "time", JUNE, vehicle="camel")
    assert len(told.value.faults) == 2 and "pickup_4x4" in told.value.faults[1]


def test_the_pareto_set_runs_from_the_quickest_to_the_safest_and_none_beats_another(context: RegionContext) -> None:
    found = find_route(context, "agadez", "tripoli", "pareto", JUNE)
    costs = [(each.route.hours, each.route.risk_per_day) for each in found.routes]
    assert len(costs) > 2
    assert all(one[0] < two[0] and one[1] > two[1] for one, two in zip(costs, costs[1:], strict=False))
    for by, number, which in (("time", 0, 0), ("risk", 1, -1)):
        best = find_route(context, "agadez", "tripoli", by, JUNE).routes[0].route
        assert (best.hours, best.risk_per_day)[number] == pytest.approx(costs[which][number])
    # every way of the set is the least by some mixture of both or beaten by mixtures only: none is missed by weights
    ways = find_route(context, "agadez", "tripoli", "time", JUNE)
    assert ways.routes[0].route.hours == pytest.approx(costs[0][0])
    graph = nx.DiGraph()
    from api.usecases.route import day_ways

    for u, v, values in day_ways(context, JUNE).edges(through_blocked=False).edges(data=True):
        for weight in np.geomspace(1e-9, 1e-3, 7):
            cost = values["risk"] + weight * values["travel_time"]
            name = f"w{weight:.0e}"
            old = graph.get_edge_data(u, v, {}).get(name, np.inf)
            graph.add_edge(u, v, **{name: min(old, cost)})
    for weight in np.geomspace(1e-9, 1e-3, 7):
        least = nx.dijkstra_path_length(graph, "agadez", "tripoli", weight=f"w{weight:.0e}")
        assert min(risk + weight * 3600 * hours for hours, risk in costs) == pytest.approx(least)


def test_trade_offs_are_told_in_words_and_alike_over_http(context, capsys):
    code, out, _ = said(capsys, "agadez", "tripoli", "--pareto")
    assert code == 0 and "the quickest" in out and "% exposure" in out and "point of no return" in out
    _, out, _ = said(capsys, "agadez", "tripoli", "--pareto", "--json")
    document = json.loads(out)
    assert document["by"] == "pareto" and document["against_quickest"]["minutes"] == 0
    assert all(way["against_quickest"]["exposure_pct"] < 0 for way in document["alternatives"])
    client = local_client(context)
    assert client.get(f"/routes?from=agadez&to=tripoli&by=pareto&date={DAY}").json() == document
    far = client.get(f"/routes?from=19.0,8.5&to=agadez&date={DAY}&vehicle=foot").json()
    assert far["vehicle"] == "foot" and far["from"]["approach_hours"] > 0
    assert client.get(f"/routes?from=22.25,15.2&to=agadez&date={DAY}").status_code == 409


@pytest.mark.parametrize(
    ("minutes", "exposure", "words"),
    [
        (38, -41.2, "+38 min, −41 % exposure"),
        (150, -98.4, "+2.5 h, −98 % exposure"),
        (12, -0.3, "+12 min, −0.3 % exposure"),
        (0, 0.0, "the quickest"),
        (20, None, "+20 min"),
    ],
)
def test_words_of_a_trade_off(minutes, exposure, words):
    assert trade_off({"against_quickest": {"minutes": minutes, "exposure_pct": exposure}}) == words
