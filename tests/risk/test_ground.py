"""Terrain from an elevation file, sand, remoteness, and areas that are closed."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from tests_days import JUNE

from api.cli.main import exit_code
from data.elevation import read_elevation
from data.errors import BadInput
from risk.assess import assess
from risk.blocks import blocked_segments, blocks_on
from risk.layer import layers
from risk.response import arrival_h
from risk.terrain import elevation_m, in_sand, ruggedness_m, slope_deg, walk_slowness

CELL = 0.01


def write_dem(path, heights, left=8.0, top=18.0, crs="EPSG:4326", cell=CELL):
    options = {"driver": "GTiff", "height": heights.shape[0], "width": heights.shape[1], "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", crs=crs, transform=from_origin(left, top, cell, cell), **options) as file:
        file.write(heights.astype(np.float32), 1)
    return path


def plane(rows=100, columns=100, east=0.1, north=0.0):
    """Heights that rise by `east` and `north` metres a metre, at 17.5 degrees north."""
    metre = CELL * 111_200
    y, x = np.mgrid[0:rows, 0:columns]
    return 500 + east * x * metre * np.cos(np.radians(17.5)) + north * (rows - 1 - y) * metre


def test_a_plane_has_its_slope_everywhere(context, tmp_path):
    ground = replace(context.ground, elevation=read_elevation(write_dem(tmp_path / "dem.tif", plane(east=0.04))))
    lon, lat = np.full(5, 8.5), np.linspace(17.3, 17.7, 5)
    assert np.tan(np.radians(slope_deg(ground, lon, lat))) == pytest.approx(0.04, rel=0.01)
    steeper = replace(ground, elevation=read_elevation(write_dem(tmp_path / "n.tif", plane(east=0.0, north=0.04))))
    assert np.tan(np.radians(slope_deg(steeper, lon, lat))) == pytest.approx(0.04, rel=0.01)
    step = 0.04 * CELL * 111_200 * np.cos(np.radians(17.5))
    assert ruggedness_m(ground, lon, lat) == pytest.approx(np.sqrt(6) * step, rel=0.01)
    assert elevation_m(ground, np.array([8.505]), np.array([17.495])) == pytest.approx(500 + 50 * step, rel=1e-3)
    assert np.isnan(slope_deg(ground, np.array([20.0]), np.array([17.5]))).all()


def test_uphill_takes_longer_and_sand_too(context, tmp_path):
    dem = read_elevation(write_dem(tmp_path / "dem.tif", plane(east=0.04), left=-3.0, top=18.0))
    ground = replace(context.ground, elevation=dem, sand=None)
    up = walk_slowness(
        ground, np.array([-2.9]), np.array([17.5]), np.array([[-2.1]]), np.array([[17.5]]), np.array([[84_900.0]])
    )
    down = walk_slowness(
        ground, np.array([-2.1]), np.array([17.5]), np.array([[-2.9]]), np.array([[17.5]]), np.array([[84_900.0]])
    )
    assert up[0, 0] == pytest.approx(1.150, rel=0.01) and down[0, 0] == pytest.approx(0.869, rel=0.01)
    tenere = np.array([12.5]), np.array([18.5])
    assert (
        in_sand(context.ground, *tenere).all() and not in_sand(context.ground, np.array([8.0]), np.array([16.97])).any()
    )
    across = walk_slowness(context.ground, *tenere, np.array([[12.7]]), np.array([[18.5]]), np.array([[21_000.0]]))
    assert across[0, 0] == pytest.approx(1.449, abs=0.01)


def test_heights_cool_the_air(context, tmp_path):
    high = read_elevation(write_dem(tmp_path / "dem.tif", np.full((50, 50), 1800.0), left=8.4, top=18.2))
    lon, lat, traffic = np.array([8.65]), np.array([17.95]), np.array([0.01])
    low = assess(lon, lat, traffic, context.conditions(JUNE))
    raised = assess(lon, lat, traffic, context.with_files(elevation=high).conditions(JUNE))
    assert raised.weather.air_degc.max() < low.weather.air_degc.max() - 4
    assert raised.fate.death[0] < low.fate.death[0]


@pytest.mark.parametrize("fault", ["text", "bare", "far", "void", "feet"])
def test_elevation_files_that_are_no_use_get_one_line(tmp_path, fault):
    path = tmp_path / "dem.tif"
    if fault == "text":
        path.write_text("no raster")
    elif fault in ("void", "feet"):
        write_dem(path, np.full((10, 10), -32768.0 if fault == "void" else 21_000.0))
    else:
        write_dem(
            path, plane(10, 10), left=150.0 if fault == "far" else 8.0, crs=None if fault == "bare" else "EPSG:4326"
        )
    with pytest.raises(BadInput) as error:
        read_elevation(path)
    assert len(error.value.faults) == 1 and "dem.tif" in error.value.faults[0]


def test_a_metric_elevation_file_is_warped(tmp_path):
    path = tmp_path / "utm.tif"
    options = {"driver": "GTiff", "height": 80, "width": 80, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path, "w", crs="EPSG:32632", transform=from_origin(400_000, 1_900_000, 1000, 1000), **options
    ) as file:
        file.write(np.full((80, 80), 750, dtype=np.float32), 1)
    grid = read_elevation(path)
    assert grid.crs == "EPSG:4326" and np.nanmax(grid.values) == 750 == np.nanmin(grid.values)


def test_the_nearest_base_is_far_in_the_tenere_and_near_in_town(context):
    places = context.pack.places
    lon, lat = (np.append(places.at["agadez", axis], at) for axis, at in (("lon", 11.0), ("lat", 20.5)))
    hours = arrival_h(lon, lat, context.responders)
    assert hours[0] < 0.5 and hours[1] > 8
    table = context.risk(JUNE).table
    land = (context.network.segments["mode"] != "sea").to_numpy()
    assert np.isfinite(table["arrival_h"][land]).all() and table["arrival_h"][~land].isna().all()


# closed areas ---------------------------------------------------------------------------------------------------------
def test_closed_areas_hold_on_their_days_and_leave_paved_roads_open(context):
    areas, segments = context.pack.blocked_areas, context.network.segments
    closed = blocked_segments(segments, blocks_on(areas, JUNE))
    assert (closed != "").any() and not (closed[segments["mode"] == "sea"] != "").any()
    off_road = set(areas.query("applies_to == 'off_road'")["area_id"])
    assert not closed[segments["mode"] == "paved"].isin(off_road).any()
    past = areas.assign(valid_to="2020-01-01")
    assert not (blocked_segments(segments, blocks_on(past, JUNE)) != "").any()


def ring(row):
    corners = ((-0.01, -0.01), (0.01, -0.01), (0.01, 0.01), (-0.01, 0.01), (-0.01, -0.01))
    return ";".join(f"{row.lon + x:.4f} {row.lat + y:.4f}" for x, y in corners)


def test_nobody_is_sent_into_a_closed_area(context):
    """Two areas, around the worst segment driven and the worst of all: the plan goes without and says why."""
    from tests_plans import plan_day

    def driven(view):
        return {piece.segment_id for convoy in view.plan.convoys for piece in convoy.pieces}

    table = context.risk(JUNE).table
    before = driven(plan_day(context, JUNE, ["agadez:2"], 8, seed=1))
    closed = max(before, key=lambda segment: table.at[segment, "risk_per_km_day"])
    worst = "ingall--assamaka:029"
    one = context.pack.blocked_areas.iloc[[0]].assign(applies_to="all", valid_from="", valid_to="")
    areas = [
        one.assign(
            area_id=f"own_{segment}", name=f"around {segment}", lonlat=ring(context.network.segments.loc[segment])
        )
        for segment in (closed, worst)
    ]
    fenced = replace(context, pack=replace(context.pack, blocked_areas=pd.concat(areas)), _risk={})
    view = plan_day(fenced, JUNE, ["agadez:2"], 8, seed=1)
    assert closed not in driven(view) and driven(view)
    why = {left.segment_id: left.why for left in view.plan.left_out}
    assert why[worst].code == "blocked" and why[worst].values["name"] == f"around {worst}"
    with pytest.raises(BadInput, match=f"around {closed}"):
        plan_day(fenced, JUNE, ["agadez:2"], 8, seed=1, required=[closed])


def test_a_closed_area_never_enters_a_weight(context):
    from risk.overlay import CRITERIA

    blocks = {layer.column for layer in layers().values() if layer.kind == "block"}
    assert blocks == {"blocked"} and not blocks & {column for column, _ in CRITERIA.values()}


def test_the_command_takes_heights(context, tmp_path, capsys):
    path = write_dem(tmp_path / "dem.tif", plane(300, 300, east=0.015), left=7.0, top=19.0)
    assert (
        exit_code(["risk", "--date", "2026-06-15", "--leg", "agadez--tabelot", "--elevation", str(path), "--json"]) == 0
    )
    segments = json.loads(capsys.readouterr().out)["segments"]
    assert all(each["slope_deg"] > 0.7 and each["walk_h"] > 0 for each in segments)
    assert exit_code(["risk", "--date", "2026-06-15", "--leg", "agadez--tabelot", "--json"]) == 0
    assert all(each["slope_deg"] is None for each in json.loads(capsys.readouterr().out)["segments"])
