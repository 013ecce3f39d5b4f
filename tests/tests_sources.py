"""Small files in the true formats of publishers, made where a test needs them."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from api.cli.main import exit_code
from data.data_folder import ALONE

GEONAMES = "\t".join(
    [
        *("{id}", "{name}", "{name}", "{other}", "{lat}", "{lon}", "{cls}", "{code}", "NE", "", "01", "", "", ""),
        *("{people}", "", "450", "Africa/Niamey", "2020-01-01\n"),
    ]
)


def write_pbf(path: Path, *, broken: bool = False) -> Path:
    """A track east of Dirkou, a paved road, a street, a ford, a lake and a border, as OpenStreetMap has them."""
    import osmium

    spots = {
        **{number: (12.90 + 0.05 * number, 19.0 + 0.02 * number) for number in range(1, 11)},
        **{20: (13.0, 18.5), 21: (13.1, 18.5), 22: (13.1, 18.6), 23: (13.0, 18.6)},
    }
    nodes = {30: (12.95, 19.02, {"man_made": "water_well", "name": "Puits", "check_date": "2025-03-01"})}
    nodes |= {31: (12.97, 19.03, {"natural": "spring", "intermittent": "yes"}), 32: (12.99, 19.04, {"ford": "yes"})}
    nodes |= {33: (13.2, 19.3, {"place": "village", "name": "Emi", "name:ar": "إمي"})}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, lonlat in spots.items():
            if not (broken and number == 2):
                writer.add_node(osmium.osm.mutable.Node(id=number, location=lonlat, version=1))
        for number, (lon, lat, tags) in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat), tags=tags, version=1))
        ways = (
            (100, list(range(1, 7)), {"highway": "track"}),
            (101, [6, 7, 8, 9, 10], {"highway": "primary", "surface": "asphalt", "name": "RN"}),
            (102, [1, 20], {"highway": "residential"}),
            (103, [20, 21, 22, 23, 20], {"natural": "water", "water": "lake"}),
            (104, [20, 23], {"boundary": "administrative", "admin_level": "2", "name": "Niger - Tchad"}),
            (105, [1, 2] if broken else [1, 20, 3], {"highway": "track", "surface": "sand", "abandoned": "yes"}),
        )
        for number, refs, tags in ways:
            stamp = "2024-06-01T00:00:00Z"
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=refs, tags=tags, version=1, timestamp=stamp))
    return path


def write_geonames(folder: Path, code: str = "NE") -> Path:
    rows = [
        dict(id=1, name="Puits Un", other="", lat=19.5, lon=13.5, cls="H", code="WLL", people=0),
        dict(id=2, name="Puits Mort", other="", lat=19.6, lon=13.5, cls="H", code="WLLQ", people=0),
        dict(id=3, name="Agadez", other="Agadès,أغاديز", lat=13.2, lon=5.0, cls="P", code="PPL", people=800),
        dict(id=4, name="Dirkou", other="ديركو", lat=19.003, lon=12.891, cls="P", code="PPL", people=9000),
        dict(id=5, name="Ruine", other="", lat=19.9, lon=13.0, cls="P", code="PPL", people=0),
        dict(id=6, name="Colline", other="", lat=19.9, lon=13.0, cls="T", code="HLL", people=0),
    ]
    path = folder / f"{code}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "GeoNames\n")
        archive.writestr(f"{code}.txt", "".join(GEONAMES.format(**row) for row in rows))
    return path


def write_wpdx(path: Path, rows: list[tuple[float | str, float | str, str, str, str]]) -> Path:
    """Rows of (lat, lon, status, report day, id)."""
    head = "wpdx_id,lat_deg,lon_deg,status_id,report_date,water_source_clean,clean_country_name\n"
    lines = [f"{name},{lat},{lon},{status},{day}T00:00:00.000,Borehole,Niger\n" for lat, lon, status, day, name in rows]
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


def write_raster(path: Path, values: np.ndarray, left: float, top: float, cell: float, **more: object) -> Path:
    """One band or several; `crs=None` leaves the projection out."""
    import rasterio
    from rasterio.transform import from_origin

    bands = values if values.ndim == 3 else values[None]
    profile = {"driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    profile |= {"dtype": bands.dtype, "crs": "EPSG:4326", "transform": from_origin(left, top, cell, cell)}
    with rasterio.open(path, "w", **(profile | more)) as target:
        target.write(bands)
    return path


def write_months(path: Path, january: float, july: float) -> Path:
    """Twelve bands of temperature over the Sahara, warmest or coldest in July."""
    middle, half = (january + july) / 2, (july - january) / 2
    values = np.stack([np.full((60, 60), middle - half * np.cos(2 * np.pi * month / 12)) for month in range(12)])
    return write_raster(path, values.astype(np.float32), 5.0, 30.0, 0.2)


def write_gpx(path: Path, points: list[tuple[float, float]], day: str = "2026-06-15") -> Path:
    """A track of (lon, lat), a point a minute."""
    marks = "".join(
        f'<trkpt lat="{lat:.5f}" lon="{lon:.5f}"><time>{day}T{8 + at // 60:02d}:{at % 60:02d}:00Z</time></trkpt>'
        for at, (lon, lat) in enumerate(points)
    )
    head = '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    path.write_text(f"{head}<trk><trkseg>{marks}</trkseg></trk></gpx>", encoding="utf-8")
    return path


def write_overpass(path: Path) -> Path:
    elements = [
        {"type": "node", "id": 1, "lat": 19.0, "lon": 13.0, "tags": {"man_made": "water_well", "disused": "yes"}},
        {
            "type": "way",
            "id": 2,
            "timestamp": "2025-01-02T03:04:05Z",
            "geometry": [{"lat": 19.0, "lon": 12.9}, {"lat": 19.1, "lon": 13.2}],
            "tags": {"highway": "track", "tracktype": "grade5"},
        },
        {"type": "way", "id": 3, "nodes": [7, 8], "tags": {"highway": "track"}},
    ]
    path.write_text(json.dumps({"osm3s": {"timestamp_osm_base": "2026-01-01T00:00:00Z"}, "elements": elements}))
    return path


def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for data of a test's own; what fixtures yield."""
    monkeypatch.setenv("GUELTA_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "data"
    os.environ.pop(ALONE, None)  # `--pack` says for the whole process what it starts from


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = exit_code([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
