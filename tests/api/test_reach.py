"""Reach as users ask for it: nested outlines, limits of fuel, water and heat, closed ground left out."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from tests_access import local_client
from tests_days import JUNE

from api.cli.main import exit_code
from api.context import RegionContext
from api.usecases.reach import ReachAsked, find_reach, reach_document
from data.errors import BadInput, NoAnswer
from risk.blocks import blocks_on
from risk.foot_reach import walking_hours
from risk.survival import BodyParameters, WalkParameters

EVENING = "2026-06-15T18:00Z"


def outlines(context: RegionContext, **asked: object) -> tuple[dict, list[shapely.Geometry]]:
    document = reach_document(find_reach(context, ReachAsked(**{"start": EVENING, **asked})), "v")
    return document, [shape(each["geometry"]) for each in document["features"]]


def test_outlines_of_a_car_are_nested_and_leave_out_closed_ground(context: RegionContext) -> None:
    document, rings = outlines(context, at="arlit", hours=6, every=2)
    assert [each["properties"]["hour"] for each in document["features"]] == [2, 4, 6, 6]
    assert document["features"][-1]["properties"]["kind"] == "and_back"
    for inner, outer in [(0, 1), (1, 2), (3, 2)]:
        assert rings[inner].is_valid and rings[inner].difference(rings[outer]).area < 1e-6
    assert rings[0].covers(shapely.Point(*(document["at"][axis] for axis in ("lon", "lat"))))
    _, rings = outlines(context, at="22.9,14.6", hours=5, every=5)
    closed = shapely.union_all([block.polygon for block in blocks_on(context.pack.blocked_areas, JUNE)])
    assert rings[0].buffer(0.5).intersects(closed)
    assert rings[0].intersection(closed).area < 1e-5
    _, through = outlines(context, at="22.9,14.6", hours=5, every=5, through_blocked=True)
    assert through[0].area > rings[0].area and through[0].intersects(closed)


def test_a_car_gets_no_farther_than_its_fuel(context: RegionContext) -> None:
    far = find_reach(context, ReachAsked("agadez", EVENING, hours=20, every=20))
    again = find_reach(context, ReachAsked("agadez", EVENING, hours=14, every=14))
    assert far.limit["fuel_usable_l"] == pytest.approx(200.0)
    assert far.rings[0].polygon.area >= again.rings[0].polygon.area
    # 200 l at 13 l for 100 km: 1,540 km on the best of roads, as the crow flies less
    box = far.rings[0].polygon.bounds
    assert box[2] - box[0] < 2 * 1540 / 105


def test_walkers_stop_once_a_tenth_are_dead_and_water_carries_them_farther(context: RegionContext) -> None:
    dry, rings = outlines(context, at="19.0,12.0", hours=72, every=12, vehicle="foot", litres_each=1.0)
    wet, wider = outlines(context, at="19.0,12.0", hours=72, every=12, vehicle="foot", litres_each=10.0)
    alive = [each["properties"]["alive"] for each in dry["features"]]
    assert alive == sorted(alive, reverse=True) and alive[-1] < 0.9
    assert dry["limit"]["hours_p10"] < 72
    assert wider[-1].area > rings[-1].area
    last = [each for each in dry["features"] if each["properties"]["hour"] >= dry["limit"]["hours_p10"]]
    assert len({each["properties"]["km2"] for each in last}) == 1
    by_day, _ = outlines(
        context, at="19.0,12.0", hours=72, every=72, vehicle="foot", behaviour="walk-day", litres_each=1.0
    )
    assert by_day["limit"]["hours_p10"] < dry["limit"]["hours_p10"]
    km2 = [each["properties"]["km2"] for each in wet["features"]]
    assert km2 == sorted(km2)


def test_hours_on_foot_are_those_of_the_nights(context: RegionContext) -> None:
    from risk.climate import HourlyWeather
    from risk.group import Group
    from risk.lifeclock import Situation
    from risk.survival import Behaviour

    weather: HourlyWeather = context.weather.hours(np.array([12.0]), np.array([19.0]), JUNE, 2)
    walk = WalkParameters()
    situation = Situation(Group(1, litres=50.0), weather, 12, Behaviour.WALK_NIGHT)
    walked, clock = walking_hours(situation, context.loss_table, BodyParameters(), walk, 24)
    night = weather.night[0][np.arange(12, 36)]
    assert np.allclose(np.diff(walked), night * walk.share_of_hours)
    assert clock.reach_km >= walked[-1] * walk.speed_kph
    with pytest.raises(ValueError, match="who walk"):
        staying = Situation(Group(1), weather, 12, Behaviour.STAY)
        walking_hours(staying, context.loss_table, BodyParameters(), walk, 24)


def test_faults_are_told_at_once_and_the_sea_and_closed_ground_have_no_reach(context: RegionContext) -> None:
    with pytest.raises(BadInput) as told:
        find_reach(context, ReachAsked("nowhere at all", "today", hours=100, vehicle="camel"))
    assert len(told.value.faults) == 4
    with pytest.raises(BadInput, match="every"):
        find_reach(context, ReachAsked("agadez", EVENING, hours=4, every=5))
    with pytest.raises(NoAnswer, match="at sea"):
        find_reach(context, ReachAsked("34.0,12.0", EVENING))
    with pytest.raises(NoAnswer, match="Kouri Bougoudi"):
        find_reach(context, ReachAsked("22.3,15.3", EVENING))


def test_command_line_file_and_http_say_the_same(context, capsys, tmp_path):
    asked = ("reach", "19.05,11.75", "--start", EVENING, "--hours", "6", "--every", "3", "--vehicle", "foot")
    file = tmp_path / "reach.geojson"
    assert exit_code((*asked, "--out", str(file))) == 0
    table = capsys.readouterr().out
    assert "alive" in table and "Achegour" in table and "a tenth are dead" in table
    assert exit_code((*asked, "--json")) == 0
    document = json.loads(capsys.readouterr().out)
    assert json.loads(file.read_bytes()) == document
    client = local_client(context)
    answer = client.get(f"/reach?at=19.05,11.75&start={EVENING}&hours=6&every=3&vehicle=foot")
    assert answer.headers["content-type"] == "application/geo+json" and answer.json() == document
    assert client.get(f"/reach?at=19.05,11.75&start={EVENING}&hours=600").status_code == 422
