"""Rossmo's r is what its definition says, and the short way for circular maps gives what the whole map gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from routes.geodesy import GEOD
from sar.distance_rings import published, smooth
from sar.mapscore import PUBLISHED, Box, RadialMap, rossmo, score

SMALL = Box(half=40, cell_m=250.0)
maps = arrays.arrays(np.float32, arrays.array_shapes(min_dims=1, max_dims=3, max_side=6), elements=st.integers(0, 3))


def test_by_hand():
    poa = np.array([[0.4, 0.3], [0.2, 0.1]])
    # four cells, none the same: r' = (n + 1/2) / 4
    assert [score(poa, at) for at in ((0, 0), (0, 1), (1, 0), (1, 1))] == [0.75, 0.25, -0.25, -0.75]
    tied = np.array([3, 1, 1, 1, 0])
    assert [score(tied, (at,)) for at in range(5)] == pytest.approx([0.8, 0, 0, 0, -0.8])
    assert score(np.array([5.0, 5.0, 1.0, 0.0]), (1,)) == 0.5
    assert score(poa, None) == -1


def test_a_uniform_map_scores_nothing_and_one_cell_is_no_map():
    assert score(np.full((7, 9), 0.01), (3, 3)) == 0
    assert score(np.ones(1), (0,)) == 0


def test_the_best_and_the_worst_of_many():
    poa = np.arange(10_000.0).reshape(100, 100)
    assert score(poa, (99, 99)) == 1 - 1 / 10_000
    assert score(poa, (0, 0)) == -(1 - 1 / 10_000)


@given(maps, st.data())
def test_as_its_definition(poa, data):
    find = tuple(data.draw(st.integers(0, side - 1)) for side in poa.shape)
    cells = poa.ravel().tolist()
    there = poa[find]
    counted = (sum(p > there for p in cells) + sum(p == there for p in cells) / 2) / len(cells)
    assert score(poa, find) == pytest.approx((0.5 - counted) / 0.5, abs=1e-12)
    assert -1 < score(poa, find) < 1 or poa.size == 1
    assert score(3 * poa + 1, find) == score(poa, find) == pytest.approx(-score(-poa, find))


@given(maps)
def test_all_cells_together_score_nothing(poa):
    assert sum(score(poa, at) for at in np.ndindex(poa.shape)) == pytest.approx(0, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["hiker", "angler", "child 13-15", "?"]), st.integers(-45, 45), st.integers(-45, 45))
def test_circles_as_the_whole_map(category, east, north):
    find = SMALL.cell(east * SMALL.cell_m, north * SMALL.cell_m)
    for density in (published(category), smooth(category), smooth(category, 1.0)):
        one = RadialMap(density.per_km2, SMALL)
        steps = (np.arange(SMALL.side) - SMALL.half) * SMALL.cell_m / 1000
        whole = density.per_km2(np.sqrt(steps[:, None] ** 2 + steps**2))
        assert score(whole, find) == pytest.approx(one.score(find), abs=5e-4)  # roots may differ in the last digit
        # the cells as laid out are the same numbers, but for float32
        assert score(one.poa(), find) == pytest.approx(one.score(find), abs=1e-3)
        assert one.poa().sum(dtype=float) + one.outside == pytest.approx(1, abs=1e-5)
    assert (one.score(find) == -1) == (find is None)


def test_the_published_box():
    assert PUBLISHED.side == 5001
    nearest = RadialMap(lambda km: -km)
    assert nearest.score((2500, 2500)) == 1 - 1 / 5001**2
    # the four next to the middle share places 2 to 5
    assert nearest.score((2501, 2500)) == pytest.approx(1 - 2 * (1 + 4 / 2) / 5001**2, abs=1e-15)
    assert nearest.score((0, 0)) == pytest.approx(-(1 - 4 / 5001**2), abs=1e-15)
    assert RadialMap(lambda km: np.ones(len(km))).score((17, 4000)) == 0


@pytest.mark.parametrize(
    ("east", "north", "cell"),
    [
        (0, 0, (2500, 2500)),
        (2.4, -2.4, (2500, 2500)),
        (2.5, 2.5, (2500, 2501)),  # a border goes south and east
        (-2.5, -2.5, (2501, 2500)),
        (12502.4, -12502.4, (5000, 5000)),
        (-12502.5, 12502.5, (0, 0)),
        (12502.6, 0, None),
        (0, 12502.6, None),
    ],
)
def test_cells_of_the_box(east, north, cell):
    assert PUBLISHED.cell(east, north) == cell


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0, 360), st.floats(0, 17.0))
def test_a_find_keeps_its_distance_and_direction(lon, lat, bearing, km):
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, bearing, km * 1000)
    cell = PUBLISHED.cell_of((lon, lat), (to_lon, to_lat))
    east, north = km * 1000 * np.sin(np.radians(bearing)), km * 1000 * np.cos(np.radians(bearing))
    if max(abs(east), abs(north)) > 12_503:
        assert cell is None
    elif max(abs(east), abs(north)) < 12_502:
        assert cell == pytest.approx((2500 - north / 5, 2500 + east / 5), abs=0.51)


def test_over_the_date_line():
    assert PUBLISHED.cell_of((179.99, 0.0), (-179.99, 0.0)) == (2500, 2500 + round(2226.39 / 5))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: rossmo(-1, 1, 4), ValueError),
        (lambda: rossmo(0, 0, 4), ValueError),
        (lambda: rossmo(3, 2, 4), ValueError),
        (lambda: score(np.zeros(0), (0,)), ValueError),
        (lambda: score(np.array([1.0, np.nan]), (0,)), ValueError),
        (lambda: score(np.ones((2, 2)), (-1, 0)), IndexError),
        (lambda: score(np.ones((2, 2)), (1,)), IndexError),
        (lambda: RadialMap(lambda km: km[:3], SMALL), ValueError),
        (lambda: RadialMap(lambda km: km, SMALL).score((81, 0)), IndexError),
    ],
)
def test_what_cannot_be_is_refused(call, error):
    with pytest.raises(error):
        call()
