from datetime import date

import numpy as np
import pytest
from pyproj import Geod
from shapely import Point

from data.ellipsoid import chord_to_geodesic_m, earth_centred_m
from data.grid import GridFrame
from risk.nearest_water import nearest_water_m
from risk.outlines import outline, outlines
from risk.water import WaterSupply, water_distance, water_supply

GEOD = Geod(ellps="WGS84")


def test_chords_become_geodesics():
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-19, 52, 5000), rng.uniform(-4, 40, 5000)
    true_m = 10 ** rng.uniform(1, 6, 5000)
    lon_b, lat_b, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, 5000), true_m)
    chord = np.linalg.norm(earth_centred_m(lon, lat) - earth_centred_m(lon_b, lat_b), axis=1)
    assert np.abs(chord_to_geodesic_m(chord, lon, lat, lon_b, lat_b) - true_m).max() < 0.05


def test_a_thousand_random_cells_equal_brute_force_to_a_metre(pack):
    shapes = outlines(pack.water_shapes)
    supply = water_supply(pack.water_points, pack.places, date(2026, 6, 15), shapes)
    frame = GridFrame.over((-19, -4, 52, 40), 0.1)
    shares: list[float] = []
    found = nearest_water_m(frame, supply, shares.append).ravel()
    lon, lat = frame.centres()
    assert shares[-1] == 1.0 and len(found) == frame.rows * frame.columns
    water = supply.positions()
    rings = [shape.polygon for shape in shapes if shape.polygon is not None]
    east, north = np.radians(water[:, 0]), np.radians(water[:, 1])
    for cell in np.random.default_rng(2).integers(0, len(found), 1000):
        x, y = np.radians(lon[cell]), np.radians(lat[cell])
        half = np.sin((north - y) / 2) ** 2 + np.cos(north) * np.cos(y) * np.sin((east - x) / 2) ** 2
        # a sphere is wrong by less than a hundredth: what is nearest on the ellipsoid is among these
        near = np.sqrt(half) <= 1.02 * np.sqrt(half.min()) + 1e-6
        at = np.full(near.sum(), lon[cell]), np.full(near.sum(), lat[cell])
        _, _, away = GEOD.inv(*at, water[near, 0], water[near, 1])
        swims = any(ring.contains(Point(lon[cell], lat[cell])) for ring in rings)
        assert found[cell] == pytest.approx(0.0 if swims else np.min(away), abs=1.0)


def test_rivers_and_lakes_are_water_and_salt_lakes_are_not(pack):
    shapes = outlines(pack.water_shapes)
    supply = water_supply(pack.water_points.iloc[:0], pack.places.iloc[:0], date(2026, 6, 15), shapes)
    assert {shape.kind for shape in shapes} == {"river", "lake"}
    # Gao on the Niger, Lake Nasser, the middle of the Chott el Djerid
    found = water_distance(np.array([-0.05, 32.86, 8.4]), np.array([16.27, 23.55, 33.7]), supply)
    assert found.nearest_m[0] < 15_000 and found.nearest_m[1] == 0.0 and found.nearest_m[2] > 100_000
    assert found.expected_m[1] < found.expected_m[0] < found.expected_m[2]


def test_a_line_is_as_near_as_its_nearest_point_and_one_chance_only():
    river = outline(np.array([[1.0, 19.0], [1.0, 21.0]]), "river", "perennial", closed=False)
    supply = WaterSupply(np.array([2.0]), np.array([20.5]), np.array([0.6]), (river,), np.array([0.97]))
    found = water_distance(np.array([1.1]), np.array([20.0]), supply)
    _, _, middle = GEOD.inv(1.1, 20.0, 1.0, 20.0)
    assert found.distance_m.shape == (1, 2)  # the river counts once, however many points stand for it
    assert found.nearest_m[0] == pytest.approx(middle, abs=60)
    assert found.none_works[0] == pytest.approx(0.4 * 0.03)


def test_nearest_of_many_lines_equals_a_search_without_pruning(pack):
    shapes = outlines(pack.water_shapes)
    supply = water_supply(pack.water_points, pack.places, date(2026, 6, 15), shapes)
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(-17, 40, 300), rng.uniform(5, 33, 300)
    found = water_distance(lon, lat, supply)
    at = earth_centred_m(lon, lat)
    each = [np.where(shape.holds(np.column_stack([lon, lat])), 0, shape.tree.query(at)[0]) for shape in shapes]
    points = np.linalg.norm(at[:, None] - earth_centred_m(supply.lon, supply.lat)[None], axis=2)
    everything = np.sort(np.column_stack([*each, points]), axis=1)[:, :6]
    assert found.distance_m == pytest.approx(everything, rel=2e-3, abs=0.01)
