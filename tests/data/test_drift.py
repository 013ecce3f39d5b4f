"""Drift scenarios as OpenDrift reads them, and its results in the layouts of its versions."""

import json
import subprocess
import sys

import netCDF4
import numpy as np
import pytest
import rasterio

from api.cli.main import exit_code
from data.drift_result import read_drift
from data.errors import BadInput
from risk.drift_map import area_km2, probability_map

START = 1748757600  # 2025-06-01T06:00Z


def write_result(path, lon, lat, fill):
    """A result as OpenDrift 1.10 (9.97e36, undeclared), 1.11 and 1.14 (NaN) write it."""
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("trajectory", lon.shape[0])
        file.createDimension("time", lon.shape[1])
        time = file.createVariable("time", "f8", ("time",), fill_value=False)
        time.units = "seconds since 1970-01-01 00:00:00"
        time[:] = START + 3600 * np.arange(lon.shape[1])
        for name, values in (("lon", lon), ("lat", lat)):
            variable = file.createVariable(name, "f4", ("trajectory", "time"), fill_value=False)
            variable[:] = np.where(np.isfinite(values), values, fill)
    return path


def drifting():
    """Three particles: one drifts east, one strands after two hours, one is released after one hour."""
    lon = np.array([[12.0, 12.1, 12.2, 12.3], [12.0, 12.05, np.nan, np.nan], [np.nan, 12.0, 12.1, 12.2]])
    return lon, np.where(np.isfinite(lon), 34.0, np.nan)


@pytest.mark.parametrize("fill", [9.96921e36, np.nan])
def test_stranded_particles_stay_and_late_ones_come(tmp_path, fill):
    result = read_drift(write_result(tmp_path / "drift.nc", *drifting(), fill))
    for hour, where, moving in (
        (0, [12.0, 12.0], [True, True]),
        (1, [12.1, 12.05, 12.0], [True, True, True]),
        (3, [12.3, 12.05, 12.2], [True, False, True]),
    ):
        lonlat, known = result.at(START + 3600 * hour)
        assert lonlat[:, 0] == pytest.approx(where) and known.tolist() == moving


def test_a_map_holds_all_particles_and_its_areas_grow():
    rng = np.random.default_rng(3)
    lonlat = rng.normal([12.0, 34.0], 0.1, (20_000, 2))
    grid = probability_map(lonlat, 0.01)
    assert np.nansum(grid.values) == pytest.approx(1.0, abs=1e-5)
    assert np.isnan(grid.values).any()
    half, most = area_km2(grid, 0.5), area_km2(grid, 0.9)
    # a circular normal holds a share p within a disc of area -2 pi s^2 ln(1 - p)
    side = 0.1 * 111.2
    assert half == pytest.approx(2 * np.pi * side**2 * np.cos(np.radians(34)) * np.log(2), rel=0.1)
    assert most == pytest.approx(2 * np.pi * side**2 * np.cos(np.radians(34)) * np.log(10), rel=0.1)
    one = probability_map(np.array([[12.0, 34.0]]), 0.01)
    assert np.nansum(one.values) == 1 and area_km2(one, 0.9) == pytest.approx((0.01 * 111.2) ** 2 * 0.829, rel=0.01)


def test_areas_are_the_drift_s_and_not_the_cell_s():
    lonlat = np.random.default_rng(3).normal([12.0, 34.0], 0.1, (1000, 2))
    truth = 2 * np.pi * (0.1 * 111.2) ** 2 * np.cos(np.radians(34)) * np.log(10)
    for cell in (0.005, 0.01, 0.03):
        assert area_km2(probability_map(lonlat, cell), 0.9) == pytest.approx(truth, rel=0.15)
    with pytest.raises(BadInput, match="too fine"):
        probability_map(lonlat, 1e-5)


def test_the_commands_write_and_read(tmp_path, capsys):
    arguments = ["34.0,12.0", "--start", "2025-06-01T06:00Z", "--release-hours", "2", "--object", "person"]
    assert exit_code(["drift", "write", *arguments, "--out", str(tmp_path), "--json"]) == 0
    scenario = json.loads((tmp_path / "scenario.json").read_text())
    assert scenario["seed"]["time"] == ["2025-06-01T06:00:00Z", "2025-06-01T08:00:00Z"]
    assert scenario["seed"]["object_type"] == 1 and scenario["seed"]["radius_m"] == 5000 and not scenario["constant"]
    capsys.readouterr()
    still = subprocess.run([sys.executable, tmp_path / "run_drift.py", tmp_path / "scenario.json"], capture_output=True)
    assert still.returncode == 1 and b"--forcing" in still.stderr  # never a drift in still water
    path = write_result(tmp_path / "drift.nc", *drifting(), np.nan)
    found = ["drift", "read", str(path), "--at", "2025-06-01T09:00Z", "--out", str(tmp_path / "map.tif"), "--json"]
    assert exit_code(found) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["particles"] == 3 and document["still_drifting"] == pytest.approx(2 / 3)
    with rasterio.open(tmp_path / "map.tif") as file:
        assert np.nansum(file.read(1)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "arguments, faults",
    [
        (["write", "nowhere", "--start", "today"], 2),
        (["write", "34.0,12.0", "--start", "2025-06-01T06:00Z", "--object", "submarine", "--hours", "0"], 2),
        (["write", "34.0,12.0", "--start", "2025-06-01T06:00Z", "--wind", "5", "0"], 1),
        (["write", "19.0,12.0", "--start", "2025-06-01T06:00Z"], 1),  # the desert
    ],
)
def test_bad_scenarios_get_a_line_a_fault(capsys, arguments, faults):
    assert exit_code(["drift", *arguments]) == 2
    assert len(capsys.readouterr().err.splitlines()) == faults


def test_other_files_are_refused(tmp_path):
    text = tmp_path / "text.nc"
    text.write_text("no")
    other = tmp_path / "other.nc"
    with netCDF4.Dataset(other, "w") as file:
        file.createDimension("time", 2)
        file.createVariable("time", "f8", ("time",))
    for path in (text, other):
        with pytest.raises(BadInput, match=path.name):
            read_drift(path)
    path = write_result(tmp_path / "drift.nc", *drifting(), np.nan)
    assert exit_code(["drift", "read", str(path), "--at", "2025-06-03T09:00Z"]) == 2
