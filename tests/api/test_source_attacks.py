"""Files made to do harm, or by accident: one clear line for each fault, nothing lost, nothing half."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import tests_sources as made
from rasterio.transform import from_origin
from tests_sources import run, snapshot

from data.data_folder import read_state


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from made.own_data(tmp_path, monkeypatch)


def refused(capsys, *words) -> str:
    code, _, err = run(capsys, *words)
    lines = err.strip().splitlines()
    assert code == 2 and "internal" not in err and all(line.startswith("guelta: ") for line in lines), err
    return err


def sparse(path: Path, dtype: str = "float32") -> Path:
    """A million by a million cells in a few kilobytes."""
    profile = {"driver": "GTiff", "width": 10**6, "height": 10**6, "count": 1, "dtype": dtype, "crs": "EPSG:4326"}
    profile |= {"transform": from_origin(-10, 38, 6e-5, 6e-5), "BIGTIFF": "YES", "SPARSE_OK": True}
    with rasterio.open(path, "w", tiled=True, blockxsize=8192, blockysize=8192, compress="deflate", **profile):
        return path


def test_rasters_too_large_to_read_are_refused_at_once(capsys, tmp_path):
    for name in ("CHIRTSmax.2016.06.tif", "Copernicus_DSM_x_DEM.tif"):
        source = "chirts" if name.startswith("CH") else "elevation"
        assert "cells in the region are more" in refused(
            capsys, "data", "import", sparse(tmp_path / name), "--source", source
        )
    tile = sparse(tmp_path / "occurrence_0E_30Nv1_4_2021.tif", "uint8")
    assert "more than a tile has" in refused(capsys, "data", "import", tile)


def test_tables_that_are_none_are_refused_before_they_are_held(capsys, tmp_path):
    wide = tmp_path / "wide_wpdx.csv"
    wide.write_text(",".join(f"c{number}" for number in range(300_000)) + "\n1\n")
    assert "first line is longer" in refused(capsys, "data", "import", wide)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 20_000_000)
    assert "first line is longer" in refused(capsys, "data", "import", tmp_path / "bomb.zip", "--source", "wpdx")
    good = made.write_wpdx(tmp_path / "wpdx.csv", [(21.5, 11.5, "Yes", "2026-04-01", "a")])
    lines = good.read_text().splitlines()
    good.write_text("\n".join([lines[0], *(f"{line},more" for line in lines[1:])]))
    assert "more cells than the first line" in refused(capsys, "data", "import", good)


@pytest.mark.parametrize(
    "part, why",
    [
        ({"columns": {"lon": ["x"], "lat": "y"}}, "'lon' names a column"),
        ({"set": {"kind": {"a": 1}}}, "'kind' of set"),
        ({"values": {"kind": "x"}}, "'kind' of values"),
    ],
)
def test_mappings_of_wrong_kinds_are_told(capsys, tmp_path, part, why):
    (tmp_path / "m.json").write_text(json.dumps({"gives": "water", "columns": {"lon": "x", "lat": "y"}} | part))
    (tmp_path / "t.csv").write_text("x,y\n11,21\n")
    command = "data", "import", tmp_path / "t.csv", "--source", "mapped", "--mapping", tmp_path / "m.json"
    assert why in refused(capsys, *command)


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "good.pack"
    from api.usecases.source_pack import write_pack

    write_pack(path)
    return path


def with_file(good: Path, target: Path, name: str, content: bytes) -> Path:
    """The pack with one file more, as its manifest says."""
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in source.infolist():
            said = source.read(entry)
            if entry.filename == "pack.json":
                manifest = json.loads(said)
                digest = hashlib.sha256(content).hexdigest()
                manifest["files"][name] = {"sha256": digest, "bytes": len(content)}
                said = json.dumps(manifest).encode()
            out.writestr(entry.filename, said)
        out.writestr(name, content)
    return target


def test_packs_made_to_do_harm_are_refused(capsys, tmp_path, good):
    for name in ("region/../../x.csv", "/tmp/x", "region\\..\\x", "region/a/b", "region/.x", "region/é"):
        bad = with_file(good, tmp_path / "name.pack", name, b"x")
        assert "names files that no pack has" in refused(capsys, "--pack", bad, "data", "check")
    bomb = with_file(good, tmp_path / "bomb.pack", "region/z.csv", b"0" * 100_000_000)
    assert "unpacks to 10" in refused(capsys, "--pack", bomb, "data", "check")
    raw = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        at = archive.getinfo("region/legs.csv").header_offset
    raw[at + 60 : at + 300] = bytes(240)
    (tmp_path / "noise.pack").write_bytes(raw)
    assert "damaged" in refused(capsys, "--pack", tmp_path / "noise.pack", "data", "check")
    locked = good.read_bytes().replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    locked = locked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert locked != good.read_bytes()
    (tmp_path / "locked.pack").write_bytes(locked)
    assert "is no pack" in refused(capsys, "--pack", tmp_path / "locked.pack", "data", "check")


@pytest.mark.parametrize("text", ['{"form":"guelta data 1"}', '{"form":"guelta data 1","imports":[{"x":1}]}', "[]"])
def test_states_and_proposals_that_were_changed_by_hand_are_told(capsys, root, text):
    root.mkdir()
    (root / "data.json").write_text(text)
    refused(capsys, "data", "imports")
    (root / "data.json").unlink()
    (root / "proposals.json").write_text(text.replace("data 1", "proposals 1").replace("imports", "proposals"))
    refused(capsys, "data", "proposals")


def test_a_full_disk_changes_nothing(capsys, tmp_path, root):
    well = made.write_wpdx(tmp_path / "wpdx.csv", [(21.5, 11.5, "Yes", "2026-04-01", "a")])
    noise = np.random.default_rng(1).uniform(100, 2000, (300, 300)).astype(np.float32)
    heights = made.write_raster(tmp_path / "a_dem.tif", noise, 8.0, 22.0, 0.01)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    usual = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
        for path in (well, heights):
            assert "what was there before holds" in refused(capsys, "data", "import", path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, usual)
    assert set(snapshot(root)) == {".lock"}


def test_what_a_killed_import_left_is_removed_by_the_next(capsys, tmp_path, root):
    well = made.write_wpdx(tmp_path / "wpdx.csv", [(21.5, 11.5, "Yes", "2026-04-01", "a")])
    code = (
        "import os, signal, sys, api.usecases.source_import as s; from api.cli.main import exit_code\n"
        "s.write_one = lambda *a: os.kill(os.getpid(), signal.SIGKILL); exit_code(['data', 'import', sys.argv[1]])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(well)], env=os.environ | {"PYTHONPATH": PATH}, check=False)
    assert done.returncode == -signal.SIGKILL and list((root / "imports").iterdir()) and not read_state(root).imports
    mine = root / "imports" / "mine"
    mine.mkdir()
    months = made.write_months(tmp_path / "wc2.1_10m_tmax.tif", 20, 40)
    assert run(capsys, "data", "import", months)[0] == 0
    assert {path.name for path in (root / "imports").iterdir()} == {"mine", "0001-worldclim"}
    assert len(list((root / "regions").iterdir())) == 1


def test_an_import_stopped_after_it_counted_stands(capsys, tmp_path, root, monkeypatch):
    well = made.write_wpdx(tmp_path / "wpdx.csv", [(21.5, 11.5, "Yes", "2026-04-01", "a")])
    written = "api.usecases.source_import.write_one"
    from api.private_files import write_one

    def late(path: Path, content: bytes) -> None:
        write_one(path, content)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(written, late)
        assert run(capsys, "data", "import", well)[0] == 130
    assert read_state(root).imports and (root / "imports" / "0001-wpdx" / "water.parquet").is_file()
    for path in (root / "imports" / "0001-wpdx").iterdir():
        path.unlink()
    (root / "imports" / "0001-wpdx").rmdir()
    months = made.write_months(tmp_path / "wc2.1_10m_tmax.tif", 20, 40)
    assert "0001-wpdx is missing" in refused(capsys, "data", "import", months)
    assert run(capsys, "data", "undo", 1)[0] == 0


PATH = str(Path(__file__).parents[2])
