"""Imported climate rasters take the place of the stations' normals."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import tests_sources as made
from tests_sources import run, snapshot

from api.prepared_region import open_prepared


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from made.own_data(tmp_path, monkeypatch)


def test_climate_takes_the_place_of_the_stations_once_imported(capsys, tmp_path):
    def asked(*more):
        said = ["--start", "2026-07-16T09:00Z", "--people", "4", "--behaviour", "stay"]
        code, out, _ = run(capsys, "survive", "24.0,10.0", *said, *more, "--json")
        assert code == 0
        return json.loads(out)["weather"]

    before = asked()
    assert run(capsys, "data", "import", made.write_months(tmp_path / "wc2.1_10m_tmax.tif", 28, 44))[0] == 0
    hot = asked()
    assert hot["tmax_degc"] == pytest.approx(44, abs=0.3) and hot["source"]["air"] == "WorldClim 2.1 monthly normals"
    span = before["tmax_degc"] - before["tmin_degc"]  # the night moves with the day where only that is known
    assert hot["tmax_degc"] - hot["tmin_degc"] == pytest.approx(span, abs=0.5)
    assert hot["source"]["humidity"] == "climate normals" and hot["vapour_kpa"] == pytest.approx(before["vapour_kpa"])
    rest = [made.write_months(tmp_path / "wc2.1_10m_tmin.tif", 5, 30)]
    for name, value in (("vapr", 1.0), ("srad", 12_000.0)):
        values = np.full((12, 60, 60), value, np.float32)
        rest.append(made.write_raster(tmp_path / f"wc2.1_10m_{name}.tif", values, 5.0, 30.0, 0.2))
    with zipfile.ZipFile(tmp_path / "wc2.1_rest.zip", "w") as archive:
        for path in rest:
            archive.write(path, path.name)
    assert run(capsys, "data", "import", tmp_path / "wc2.1_rest.zip")[0] == 0
    told = asked()
    assert told["tmin_degc"] == pytest.approx(30, abs=0.5) and told["vapour_kpa"] == pytest.approx(1.0)
    assert set(told["source"].values()) == {"WorldClim 2.1 monthly normals"}
    radiant = [max(each["radiant_sun_degc"] for each in one["hours"]) for one in (hot, told)]
    assert radiant[1] < radiant[0] - 5  # less sun than a clear sky's
    assert asked("--tmax", 40)["source"] | {"tmin": "", "humidity": ""} == {
        "tmax": "given", "tmin": "", "humidity": "", "radiation": "WorldClim 2.1 monthly normals",
    }  # fmt: skip
    context = open_prepared()
    far = context.weather.hours(np.array([10.0, 35.0]), np.array([24.0, 15.0]), date(2026, 7, 16))
    assert far.from_raster["air"].tolist() == [True, False]  # off the rasters the stations stand
    assert context.with_files(elevation=context.elevation).climate is context.climate
    assert run(capsys, "data", "pack", tmp_path / "c.pack")[0] == 0
    for _ in range(2):
        assert run(capsys, "data", "undo")[0] == 0
    assert asked() == before
    code, out, _ = run(capsys, "--pack", tmp_path / "c.pack", "survive", "24.0,10.0", "--start", "2026-07-16T09:00Z",
                       "--people", "4", "--behaviour", "stay", "--json")  # fmt: skip
    assert code == 0 and json.loads(out)["weather"] == told


def test_months_are_put_together_and_mixed_up_files_refused(capsys, tmp_path, root):
    for month, degc in ((6, 40), (7, 46)):
        values = np.full((60, 60), degc, np.float32)
        values[:, :5] = np.nan
        path = made.write_raster(tmp_path / f"CHIRTSmax.2016.{month:02d}.tif", values, 9.0, 25.0, 0.05)
        code, out, _ = run(capsys, "data", "import", path)
        assert code == 0 and "used between the middles" in out
    at = np.array([10.0, 9.1]), np.array([24.0, 24.0])
    air = [open_prepared().weather.usual.on(*at, date(2026, *day)) for day in ((7, 1), (8, 15))]
    assert air[0].tmax_degc[0] == pytest.approx(43, abs=0.2)
    assert [each.from_raster["air"].tolist() for each in air] == [[True, False], [False, False]]
    night = made.write_months(tmp_path / "wc2.1_10m_tmin.tif", 28, 39)
    assert run(capsys, "data", "import", night)[0] == 0
    before = snapshot(root)
    day = made.write_months(tmp_path / "wc2.1_10m_tmax.tif", 20, 30)
    code, _, err = run(capsys, "data", "import", day)
    assert code == 2 and "tmin is not below tmax" in err and "mixed up" in err
    assert {name: one for name, one in snapshot(root).items() if ".lock" not in name} == {
        name: one for name, one in before.items() if ".lock" not in name
    }
    wind = made.write_raster(tmp_path / "wc2.1_10m_wind.tif", np.full((12, 9, 9), 3, np.float32), 5.0, 30.0, 0.2)
    code, _, err = run(capsys, "data", "import", wind)
    assert code == 3 and "wind was checked but is not imported" in err
