"""The map and the areas hold all of the belief, and say where."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_worlds import KM, around, evenly, km_between, scene, still, two_tracks

from risk.group import Group
from sar.belief import Belief
from sar.poa import BLOCK_KM, STRIP_KM, poa_grid, search_areas, square_box
from sar.scenarios import Scenario
from sar.scene import People
from sar.walkers import simulate

IDS = np.array([f"a:{number}" for number in range(5)] + ["b:0"], dtype=object)


@pytest.fixture(scope="module")
def spread():
    weights = {Scenario.STAYED: 0.3, Scenario.TO_TOWN: 0.3, Scenario.ON: 0.2, Scenario.TO_WATER: 0.2}
    where = around(float(two_tracks().lon[40]), 20.0, 40, 4.0)
    found = simulate(where, weights, People(Group(9, litres=90)), scene(), np.random.default_rng(0), 4000)
    return evenly(found).told(np.random.default_rng(1).random(4000), 0.5)


@pytest.mark.parametrize("hour", [0.0, 7.5, 48.0, 500.0])
def test_raster_and_outside_sum_to_one(spread, hour):
    grid, outside = poa_grid(spread, hour)
    assert grid.values.min() >= 0 and spread.outside - 1e-6 <= outside <= spread.outside + 0.03
    assert grid.values.sum(dtype=float) + outside == pytest.approx(1, abs=1e-12)
    assert max(grid.values.shape) <= 242


def test_the_raster_lies_where_the_particles_are(spread):
    hour = 20.0
    grid, _ = poa_grid(spread, hour)
    lon, lat = spread.particles.at(hour)
    rows, columns = grid.values.shape
    edges = grid.top - np.arange(rows, -1, -1) * grid.cell_deg, grid.left + np.arange(columns + 1) * grid.cell_deg
    count, _, _ = np.histogram2d(lat, lon, bins=edges, weights=spread.weight)
    own = count[::-1]
    mass = grid.values.astype(float)
    for axis, step in ((0, -1.0), (1, 1.0)):
        middle = [(each.sum(axis=1 - axis) * np.arange(each.shape[axis])).sum() / each.sum() for each in (own, mass)]
        assert middle[0] == pytest.approx(middle[1], abs=0.3), step
    half = rows // 2, columns // 2
    for block in (np.s_[: half[0], : half[1]], np.s_[half[0] :, : half[1]], np.s_[: half[0], half[1] :]):
        assert mass[block].sum() == pytest.approx(own[block].sum(), abs=0.02)


def test_all_in_one_place_is_a_small_bright_map():
    grid, outside = poa_grid(evenly(still(np.full(50, 5.0), np.full(50, -2.0)), 0.2), 3.0)
    assert outside == pytest.approx(0.2, abs=1e-6)
    row, column = np.unravel_index(grid.values.argmax(), grid.values.shape)
    assert abs(grid.left + (column + 0.5) * grid.cell_deg - 5.0) <= grid.cell_deg
    assert abs(grid.top - (row + 0.5) * grid.cell_deg + 2.0) <= grid.cell_deg


@pytest.mark.parametrize("hour", [0.0, 15.0, 48.0])
def test_areas_hold_every_particle_once(spread, hour):
    areas = search_areas(spread, hour, two_tracks(), IDS)
    assert areas.poa.sum() + spread.outside == pytest.approx(1, abs=1e-12)
    assert len(set(areas.names)) == len(areas.names) == len(areas.poa) and (areas.area_km2 > 0).all()
    lon, lat = spread.particles.at(hour)
    for area, name in enumerate(areas.names):
        mine = areas.area == area
        assert areas.poa[area] == pytest.approx(spread.weight[mine].sum(), abs=1e-12)
        if areas.segment[area] >= 0:
            tracks = two_tracks()
            rows = tracks.segment == areas.segment[area]
            away = km_between(lon[mine][:, None], lat[mine][:, None], tracks.lon[rows], tracks.lat[rows]).min(axis=1)
            assert name == IDS[areas.segment[area]] and away.max() < np.hypot(STRIP_KM, 1.0) * 1.01
            assert areas.area_km2[area] == pytest.approx(2 * STRIP_KM * 40)
        else:
            left, bottom, right, top = square_box(name)
            assert ((lon[mine] >= left - 1e-9) & (lon[mine] <= right + 1e-9)).all()
            assert ((lat[mine] >= bottom - 1e-9) & (lat[mine] <= top + 1e-9)).all()
    assert ((areas.segment >= 0).any() and (areas.segment < 0).any()) or hour == 0.0


@given(st.lists(st.tuples(st.floats(-19, 52), st.floats(-4, 40)), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_squares_go_by_their_names(points):
    lon, lat = np.array(points).T
    belief = Belief.begin(still(lon, lat), 0.1)
    areas = search_areas(belief, 0.0, two_tracks(), IDS)
    lon, lat = belief.particles.at(0.0)
    for name, segment, area in zip(areas.names, areas.segment, range(len(areas.names)), strict=True):
        if segment >= 0:
            continue
        left, bottom, right, top = square_box(name)
        assert (top - bottom) / KM == pytest.approx(BLOCK_KM)
        assert km_between(left, (top + bottom) / 2, right, (top + bottom) / 2) == pytest.approx(BLOCK_KM, rel=1e-3)
        mine = areas.area == area
        assert (lon[mine] >= left - 1e-9).all() and (lon[mine] <= right + 1e-9).all()
        assert (lat[mine] >= bottom - 1e-9).all() and (lat[mine] <= top + 1e-9).all()
        assert left <= areas.lon[area] <= right and bottom <= areas.lat[area] <= top
