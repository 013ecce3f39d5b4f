"""Numbers and words of ways and outlines that lives hang on, each against a sum done by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from pyproj import Geod
from tests_access import local_client
from tests_days import JUNE

from api.cli.main import exit_code
from api.context import RegionContext
from api.usecases.one_position import one_position
from api.usecases.reach import ReachAsked, find_reach
from api.usecases.route import find_route
from api.usecases.route_document import route_document
from data.errors import BadInput, NoAnswer
from data.units import REGION_BBOX

GEOD = Geod(ellps="WGS84")
EVENING = "2026-06-15T18:00Z"
DAY = JUNE.isoformat()


def way(context: RegionContext, start: str, end: str, **asked: object) -> dict:
    return route_document(find_route(context, start, end, "time", JUNE, **asked), "v")


def test_words_that_tell_one_point_are_positions(context: RegionContext) -> None:
    dirkou = context.network.places.loc["dirkou"]
    west = one_position(context, "90 km west of Dirkou")
    azimuth, _, away_m = GEOD.inv(dirkou["lon"], dirkou["lat"], west.lon, west.lat)
    assert azimuth % 360 == pytest.approx(270) and away_m == pytest.approx(90_000)
    assert "90 km west (270°) of Dirkou" in west.read_as and f"{west.lat:.5f}" in west.read_as
    assert one_position(context, "90 km à l'ouest de Dirkou").lon == west.lon
    assert "± 5 km" in one_position(context, "Dirkou ± 5 km").read_as
    assert one_position(context, "دركو").place_id == "dirkou"
    assert one_position(context, "well of Achegour").place_id is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("between Dirkou and Bilma", "no single position"),
        ("2 days from Agadez towards Libya", "no single position"),
        ("99999 km west of Dirkou", "too far"),
        ("900 km west of Nouakchott", "outside the region"),
        ("30 km north of Nowhere", "not known"),
        ("nan,nan", "not known"),
        ("", "not known"),
    ],
)
def test_words_that_tell_no_point_are_refused(context: RegionContext, said: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        one_position(context, said)


def test_from_a_position_to_itself_there_is_no_way(context: RegionContext, capsys) -> None:
    for start, end in (("18.5,10", "18.5,10"), ("dirkou", "dirkou"), ("dirkou", "19.005,12.895")):
        with pytest.raises(NoAnswer, match="same place"):
            find_route(context, start, end, "time", JUNE)
    assert exit_code(("route", "18.5,10", "18.5,10", "--date", DAY)) == 3
    assert "same place" in capsys.readouterr().err


def test_hours_are_kilometres_over_the_speed_of_whoever_goes(context: RegionContext) -> None:
    kph = {
        "pickup_4x4": {"paved": 70.0, "track": 35.0, "desert": 25.0},
        "truck_6x6": {"paved": 60.0, "track": 30.0, "desert": 22.0},
        "foot": {"paved": 3.2, "track": 3.2, "desert": 3.2},
    }
    for name, speeds in kph.items():
        found = way(context, "agadez", "dirkou", vehicle=name)
        for leg in found["legs"]:
            assert leg["hours"] == pytest.approx(leg["km"] / speeds[leg["mode"]])
        assert found["hours"] == pytest.approx(sum(leg["hours"] for leg in found["legs"]))


def test_walkers_end_where_the_body_model_says_they_do(context: RegionContext) -> None:
    found = way(context, "agadez", "dirkou", vehicle="foot", litres_each=2.0)
    assert found["runs_out"]["km"] == pytest.approx(found["walking_reach_km"])
    assert found["point_of_no_return"]["km"] == pytest.approx(found["walking_reach_km"] / 2)
    assert found["runs_out"]["hours"] == pytest.approx(found["walking_reach_km"] / 3.2)


def test_walkers_compare_open_ground_with_their_own_pace_on_the_road(context: RegionContext) -> None:
    # the road is quicker for a car only: on foot the straight line is shorter
    found = way(context, "dirkou", "18.99,12.9", vehicle="foot")
    straight_km = GEOD.inv(12.895, 19.005, 12.9, 18.99)[2] / 1000
    assert found["km"] < 1.1 * straight_km


def test_boats_cross_the_sea_between_two_positions_on_it(context: RegionContext, capsys) -> None:
    found = way(context, "34.5,14.0", "35.5,13.0")
    straight_km = GEOD.inv(14.0, 34.5, 13.0, 35.5)[2] / 1000
    assert [leg["mode"] for leg in found["legs"]] == ["sea"]
    assert straight_km - 0.01 <= found["km"] < 1.03 * straight_km
    assert found["hours"] == pytest.approx(found["km"] / 12.0)
    assert found["open_ground_km"] == 0 and found["fuel_l"] == 0
    assert not any("driven" in reason for reason in found["confidence"]["why"])
    assert exit_code(("route", "34.5,14.0", "35.5,13.0", "--date", DAY)) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "km at sea from latitude 34.5" in told and "open ground" not in told


def test_the_bearing_is_told_with_its_ends_in_the_order_of_travel(context: RegionContext, capsys) -> None:
    away = "18.5,10.0"
    assert exit_code(("route", "dirkou", away, "--date", DAY, "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    join = document["to"]["join"]
    assert document["to"]["bearing_deg"] == pytest.approx(GEOD.inv(*join, 10.0, 18.5)[0] % 360)
    assert exit_code(("route", "dirkou", away, "--date", DAY)) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"from {document['to']['joins']} to latitude 18.50000" in told
    assert f"true bearing {document['to']['bearing_deg']:.0f}°" in told


def test_an_hour_of_driving_is_as_wide_however_many_hours_are_asked_for(context: RegionContext) -> None:
    lon, lat = context.network.places.loc["agadez", ["lon", "lat"]]
    areas, points = [], context.network_points
    for hours in (1, 12):
        answer = find_reach(context, ReachAsked("agadez", EVENING, hours, 1))
        outline = answer.rings[0].polygon
        corners = shapely.get_coordinates(outline)
        count = len(corners)
        away_km = GEOD.inv(np.full(count, lon), np.full(count, lat), *corners.T)[2].max() / 1000
        assert away_km <= 70 + 1.5 * answer.cell_km
        areas.append(sum(abs(GEOD.geometry_area_perimeter(each)[0]) for each in outline.geoms))
        # the road itself is in the outline as far as an hour leads
        leg = context.network.legs.index.get_loc("agadez--ingall")
        ends = context.network.legs.loc["agadez--ingall", ["from_id", "to_id"]].tolist()
        assert ends[0] == "agadez"
        on = (points.leg == leg) & (points.at_m <= 69_000)
        assert shapely.covers(outline, shapely.points(points.lonlat[on])).all()
    assert areas[1] == pytest.approx(areas[0], rel=0.35)


def test_no_outline_is_drawn_where_it_would_be_wrong(context: RegionContext) -> None:
    for at, told in (("lampedusa", "island"), ("13.8,13.75", "Lake Chad"), ("13.1,14.5", "Lake Chad")):
        with pytest.raises(NoAnswer, match=told):
            find_reach(context, ReachAsked(at, EVENING, 3, 3))
    with pytest.raises(NoAnswer, match="Kouri Bougoudi.*ask for fewer hours"):
        find_reach(context, ReachAsked("22.4,15.0", EVENING, 72, 24))
    assert find_reach(context, ReachAsked("22.4,15.0", EVENING, 3, 3)).rings[0].polygon.area > 0


def test_water_is_not_reached_sooner_than_the_straight_line_allows(context: RegionContext) -> None:
    for vehicle, kph in (("pickup_4x4", 70.0), ("foot", 3.2)):
        answer = find_reach(context, ReachAsked("19.05,11.75", EVENING, 24, 24, vehicle))
        assert answer.water
        for point in answer.water:
            away_m = GEOD.inv(11.75, 19.05, point["lon"], point["lat"])[2]
            assert point["by_hour"] >= away_m / 1000 / kph


def test_http_takes_the_same_words_and_refuses_the_same(context: RegionContext) -> None:
    client = local_client(context)
    asked = {"from": "90 km west of Dirkou", "to": "dirkou", "date": DAY}
    assert "270°" in client.get("/routes", params=asked).json()["from"]["read_as"]
    reach = {"at": "90 km west of Dirkou", "start": EVENING, "hours": 2}
    assert "270°" in client.get("/reach", params=reach).json()["at"]["read_as"]
    assert client.get("/routes", params={**asked, "from": "dirkou"}).status_code == 409
    for worse in ({"litres": "nan"}, {"litres": "1e9"}, {"vehicle": "camel"}, {"from": "between Dirkou and Bilma"}):
        assert client.get("/routes", params={**asked, **worse}).status_code == 422
    for worse in ({"hours": 10**30}, {"every": 0}, {"hours": -1}, {"start": "9999-12-31T23:00Z"}, {"litres": "inf"}):
        assert client.get("/reach", params={**reach, **worse}).status_code == 422


def test_positions_on_the_edge_of_the_region_are_answered(context: RegionContext) -> None:
    _, bottom, right, top = REGION_BBOX
    for lat, lon in ((bottom, 25.0), (top, 10.0)):
        found = way(context, f"{lat},{lon}", "agadez")
        assert found["km"] >= GEOD.inv(lon, lat, 7.991, 16.973)[2] / 1000 - 0.1
    for lat, lon in ((bottom, 25.0), (20.0, right)):
        outline = find_reach(context, ReachAsked(f"{lat},{lon}", EVENING, 3, 3)).rings[0].polygon
        assert outline.area > 0 and outline.distance(shapely.Point(lon, lat)) < 1e-6
    for lat, lon in ((top, right), (bottom, right)):
        with pytest.raises(NoAnswer):
            way(context, f"{lat},{lon}", "agadez")


def test_who_rests_is_where_they_are(context: RegionContext) -> None:
    answer = find_reach(context, ReachAsked("18.5,10", "2026-06-15T08:00Z", 3, 1, "foot"))
    assert answer.limit["walked_h"] == 0
    for ring in answer.rings:
        assert ring.polygon.covers(shapely.Point(10.0, 18.5))
