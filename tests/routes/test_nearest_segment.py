"""Nearest segments against brute force on the ellipsoid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routes.geodesy import GEOD, as_array, line_lengths_m, points_along
from routes.nearest_segment import SegmentIndex

STEP_M = 50.0


@pytest.fixture(scope="module")
def some(context):
    """Segments of the desert, and points every 50 m or less along each."""
    segments = context.network.segments
    segments = segments[segments["lon"].between(8, 14) & segments["lat"].between(17, 22)]
    tracks = []
    for line in segments.geometry:
        lonlat = as_array(list(line.coords))
        length_m = line_lengths_m(lonlat).sum()
        at_m = np.linspace(0, length_m, int(length_m / STEP_M) + 2)
        tracks.append(np.column_stack([points_along(lonlat, at_m), at_m]))
    rows = np.repeat(np.arange(len(tracks)), [len(track) for track in tracks])
    return segments, np.concatenate(tracks), rows


@settings(max_examples=25, deadline=None)
@given(st.floats(-10, 30), st.floats(0, 38))
def test_distance_and_place_are_those_of_brute_force(some, lon, lat):
    segments, track, rows = some
    found = index_of(segments).nearest(np.array([lon]), np.array([lat]))
    count = len(track)
    _, _, away_m = GEOD.inv(np.full(count, lon), np.full(count, lat), track[:, 0], track[:, 1])
    best = int(np.argmin(away_m))
    # points every 50 m are farther than the line by less than half of that, and much less from afar; far away the
    # chord and the geodesic may disagree by a metre on which is nearest
    assert found.distance_m[0] <= away_m[best] + 1.0
    assert away_m[best] - found.distance_m[0] <= np.hypot(away_m[best], STEP_M / 2) - away_m[best] + 1.0
    own = track[rows == found.row[0]]
    at = points_along(as_array(list(segments.geometry.iloc[found.row[0]].coords)), found.along_m)
    assert GEOD.inv(lon, lat, *at[0])[2] == pytest.approx(found.distance_m[0], abs=0.01)
    assert 0 <= found.along_m[0] <= own[-1, 2] + 1e-6


_KEPT = {}


def index_of(segments):
    if id(segments) not in _KEPT:
        _KEPT[id(segments)] = SegmentIndex(segments)
    return _KEPT[id(segments)]


def test_points_of_a_segment_are_on_it_and_reach_is_kept(some):
    segments, track, rows = some
    index = index_of(segments)
    found = index.nearest(track[:, 0], track[:, 1])
    assert found.distance_m.max() < 0.05
    inner = (track[:, 2] > 200) & (found.row == rows)
    assert inner.mean() > 0.7  # where legs run together another may win
    assert np.abs(found.along_m - track[:, 2])[inner].max() < 1.0
    far = np.array([30.0, 9.0]), np.array([0.0, 20.0])
    near = index.nearest(*far, within_m=100_000)
    assert near.row[0] == -1 and np.isnan(near.distance_m[0]) and np.isnan(near.along_m[0])
    assert near.row[1] == index.nearest(*far).row[1] >= 0
