from datetime import date

import numpy as np
import pytest
from pyproj import Geod

from data.ellipsoid import chord_to_geodesic_m, earth_centred_m
from data.grid import GridFrame
from risk.nearest_water import nearest_water_m
from risk.water import water_supply

GEOD = Geod(ellps="WGS84")


def test_chords_become_geodesics():
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-19, 52, 5000), rng.uniform(-4, 40, 5000)
    true_m = 10 ** rng.uniform(1, 6, 5000)
    lon_b, lat_b, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, 5000), true_m)
    chord = np.linalg.norm(earth_centred_m(lon, lat) - earth_centred_m(lon_b, lat_b), axis=1)
    assert np.abs(chord_to_geodesic_m(chord, lon, lat, lon_b, lat_b) - true_m).max() < 0.05


def test_a_thousand_random_cells_equal_brute_force_to_a_metre(pack):
    supply = water_supply(pack.water_points, pack.places, date(2026, 6, 15))
    frame = GridFrame.over((-19, -4, 52, 40), 0.1)
    shares: list[float] = []
    found = nearest_water_m(frame, supply, shares.append).ravel()
    lon, lat = frame.centres()
    assert shares[-1] == 1.0 and len(found) == frame.rows * frame.columns
    count = len(supply.lon)
    for cell in np.random.default_rng(2).integers(0, len(found), 1000):
        _, _, away = GEOD.inv(np.full(count, lon[cell]), np.full(count, lat[cell]), supply.lon, supply.lat)
        assert found[cell] == pytest.approx(np.min(away), abs=1.0)
