"""Ways over open ground: true lengths, never over closed ground, quickest by networkx on the same steps."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, box

from data.grid import GridFrame
from risk.walking import slowness
from routes.driving import STEEPEST_SLOPE, drive_slowness
from routes.open_ground import OpenGround, Terrain

GEOD = Geod(ellps="WGS84")
FRAME = GridFrame.over((7.0, 29.0, 7.4, 29.3), 0.01)


def terrain(closed=None, sand=None, height=None) -> Terrain:
    shape = (FRAME.rows, FRAME.columns)
    nothing = np.zeros(shape, dtype=bool)
    return Terrain(
        FRAME,
        nothing if closed is None else closed,
        nothing if sand is None else sand,
        np.full(shape, np.nan) if height is None else height,
    )


def test_on_level_ground_the_way_is_the_straight_line_within_three_hundredths():
    reached = OpenGround(terrain(), 20.0, drive_slowness).reached_from(7.05, 29.05)
    generator = np.random.default_rng(0)
    for lon, lat in np.column_stack([generator.uniform(7.1, 7.39, 40), generator.uniform(29.1, 29.29, 40)]):
        way = reached.way(lon, lat)
        straight_km = GEOD.inv(7.05, 29.05, lon, lat)[2] / 1000
        cell_km = 1.2
        assert straight_km <= way.length_m / 1000 + 1e-9 <= 1.028 * straight_km + 2 * cell_km
        assert way.hours == pytest.approx(way.length_m / 1000 / 20.0)
        assert way.lonlat[0].tolist() == [7.05, 29.05] and way.lonlat[-1].tolist() == [lon, lat]


def test_steps_have_their_length_on_the_ellipsoid():
    ground = OpenGround(terrain(), 20.0, drive_slowness)
    lon, lat = FRAME.centres()
    some = np.random.default_rng(1).integers(0, len(ground.length_m), 300)
    tail, head = ground.graph.tail[some], ground.graph.head[some]
    assert np.allclose(ground.length_m[some], GEOD.inv(lon[tail], lat[tail], lon[head], lat[head])[2], rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.5))
def test_closed_cells_are_never_crossed_and_what_is_found_is_the_least(seed, share):
    generator = np.random.default_rng(seed)
    shape = (FRAME.rows, FRAME.columns)
    closed = generator.random(shape) < share
    closed[5, 5] = False
    height = generator.normal(0, 60, shape).cumsum(axis=0)
    sand = generator.random(shape) < 0.4
    ground = OpenGround(terrain(closed, sand, height), 3.2, slowness)
    lon, lat = (axis.reshape(shape) for axis in FRAME.centres())
    reached = ground.reached_from(lon[5, 5], lat[5, 5])
    steps = nx.DiGraph()
    steps.add_node(5 * FRAME.columns + 5)
    steps.add_weighted_edges_from(zip(ground.graph.tail, ground.graph.head, ground.hours, strict=True))
    least = nx.single_source_dijkstra_path_length(steps, 5 * FRAME.columns + 5)
    expected = np.array([least.get(cell, np.inf) for cell in range(closed.size)])
    assert np.allclose(reached.hours, expected)
    half = FRAME.cell_deg / 2 * 0.999
    shut = [box(x - half, y - half, x + half, y + half) for x, y in zip(lon[closed], lat[closed], strict=True)]
    for cell in generator.choice(np.flatnonzero(np.isfinite(expected)), 5):
        way = reached.way(lon.flat[cell], lat.flat[cell])
        if len(np.unique(way.lonlat, axis=0)) > 1:
            line = LineString(way.lonlat)
            assert not any(line.intersects(area) for area in shut)
            assert way.hours == pytest.approx(expected[cell], rel=1e-3, abs=1e-9)


def test_backwards_is_the_way_to_the_position():
    height = np.linspace(0, 3000, FRAME.rows)[::-1, None] * np.ones(FRAME.columns)
    ground = OpenGround(terrain(height=height), 3.2, slowness)
    up = ground.reached_from(7.2, 29.02).way(7.2, 29.28)
    down = ground.reached_from(7.2, 29.02, backwards=True).way(7.2, 29.28)
    assert down.lonlat[0].tolist() == [7.2, 29.28] and down.lonlat[-1].tolist() == [7.2, 29.02]
    assert down.hours < up.hours


def test_sand_and_slopes_slow_vehicles_and_steep_ground_stops_them():
    slope = np.array([0.0, 0.2, -0.2, STEEPEST_SLOPE + 0.01])
    firm = drive_slowness(slope, np.zeros(4, dtype=bool))
    assert firm.tolist() == [1.0, 2.0, 2.0, np.inf]
    assert (drive_slowness(slope, np.ones(4, dtype=bool)) == 2 * firm).all()
    wall = np.zeros((FRAME.rows, FRAME.columns))
    wall[:, 20:] = 5000.0
    reached = OpenGround(terrain(height=wall), 20.0, drive_slowness).reached_from(7.05, 29.05)
    assert np.isinf(reached.hours_at(np.array([[7.39, 29.2], [9.0, 29.2]]))).all()
    with pytest.raises(ValueError, match="off the window"):
        OpenGround(terrain(), 20.0, drive_slowness).reached_from(0.0, 0.0)
