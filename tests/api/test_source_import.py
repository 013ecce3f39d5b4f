"""Imports are whole or not at all, are told, become part of the region, and are undone; packs carry it elsewhere."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import tests_sources as made
from shapely import LineString
from tests_sources import run, snapshot

from api.prepared_region import open_prepared
from api.region_choice import chosen_region
from data.data_folder import ALONE, data_root, read_state
from data.region_folder import SHIPPED
from routes.attach import attach
from routes.positions import Position, read_position

LINES = {"gives": "roads", "columns": {}, "set": {"mode": "track", "last_seen": "2026-01-02", "precision_km": 0.1}}


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from made.own_data(tmp_path, monkeypatch)


def test_wells_become_part_of_the_region_and_are_undone(capsys, tmp_path, root, pack):
    known = pack.water_points.iloc[0]
    rows = [
        (known["lat"] + 0.0005, known["lon"], "Yes", "2026-05-01", "near"),
        (21.5, 11.5, "Yes", "2026-04-01", "new"),
        (21.5002, 11.5, "No", "2020-04-01", "twin"),
    ]
    code, out, _ = run(capsys, "data", "import", made.write_wpdx(tmp_path / "wpdx.csv", rows))
    assert code == 0 and "1 lie within 100 m" in out and "1 are known wells" in out and "1 new points" in out
    region = open_prepared()
    wells = region.pack.water_points.set_index("water_id")
    assert len(wells) == len(pack.water_points) + 1 and region.version != pack.version
    told = wells.loc[known["water_id"]]
    assert told["verified_on"] == "2026-05-01" and told["reliability"] == "perennial" and told["name"] == known["name"]
    assert wells.loc["imp1_new", "country"] == "NE" and "CC BY 4.0" in wells.loc["imp1_new", "source"]
    assert run(capsys, "data", "import", tmp_path / "wpdx.csv")[0] == 3  # twice is told
    code, out, _ = run(capsys, "data", "undo")
    assert code == 0 and chosen_region() == SHIPPED and open_prepared().version == pack.version
    assert run(capsys, "data", "undo")[0] == 3
    assert not list((root / "imports").iterdir()) and len(list((root / "regions").iterdir())) <= 1


def test_a_file_with_faults_changes_nothing(capsys, tmp_path, root):
    rows = [(19.0, 12.9, "Yes", "2026-05-01", "a"), (0, 0, "Yes", "2026-05-01", "b"), ("", 3, "No", "2026-05-01", "c")]
    path = made.write_wpdx(tmp_path / "wpdx.csv", rows)
    code, _, err = run(capsys, "data", "import", path)
    lines = err.strip().splitlines()
    assert (
        code == 2 and len(lines) == 3 and "line 4 has no position" in lines[0] and "nothing was imported" in lines[-1]
    )
    assert chosen_region() == SHIPPED and not (root / "data.json").exists()
    code, out, _ = run(capsys, "data", "import", path, "--leave-out")
    assert code == 0 and "left out: water line 4 has no position" in out
    assert read_state(root).imports[0].counts == {"water": 1}


@pytest.mark.parametrize("step", ["build_region", "write_one"])
def test_an_import_broken_off_at_any_step_leaves_what_was(capsys, tmp_path, root, monkeypatch, step):
    first = made.write_wpdx(tmp_path / "a_wpdx.csv", [(21.5, 11.5, "Yes", "2026-04-01", "a")])
    assert run(capsys, "data", "import", first)[0] == 0
    before = snapshot(root)

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    second = made.write_wpdx(tmp_path / "b_wpdx.csv", [(22.5, 11.5, "Yes", "2026-04-01", "b")])
    with monkeypatch.context() as patch:
        patch.setattr(f"api.usecases.source_import.{step}", broken)
        assert run(capsys, "data", "import", second)[0] == 130
    after = snapshot(root)
    assert {name: after[name] for name in before} == before
    assert len(open_prepared().pack.water_points.query("water_id.str.startswith('imp')")) == 1


def test_places_keep_their_names(capsys, tmp_path, pack):
    code, out, _ = run(capsys, "data", "import", made.write_geonames(tmp_path))
    assert code == 0 and "1 are known" in out and "1 new, 1 of them told apart" in out
    places = open_prepared().pack.places
    assert places.at["imp1_3", "name"] == "Agadez (13.200, 5.000)" and len(places) == len(pack.places) + 1
    assert read_position("Agadez", places).place_id == "agadez"
    alone, network = read_position("imp1_3", places), open_prepared().network
    assert attach(network.graph.copy(), network, alone, "end").approach_m > 1000  # no leg leads there: open ground


def roads(path: Path, *lines: list[tuple[float, float]]) -> Path:
    gpd.GeoDataFrame({"n": range(len(lines))}, geometry=[LineString(line) for line in lines], crs=4326).to_file(path)
    return path


def imported_roads(capsys, tmp_path, *lines):
    (tmp_path / "map.json").write_text(json.dumps(LINES))
    path = roads(tmp_path / "roads.gpkg", *lines)
    return run(capsys, "data", "import", path, "--mapping", tmp_path / "map.json")


def test_roads_confirm_legs_and_add_branches(capsys, tmp_path, context):
    leg = context.network.legs.loc["agadez--tabelot"]
    along = [(lon + 0.005, lat) for lon, lat in leg.geometry.segmentize(0.05).coords]
    middle = along[len(along) // 3]
    branch = [middle, (middle[0] + 0.1, middle[1] + 0.3), (middle[0] + 0.2, middle[1] + 0.9)]
    far = [(2.0, 26.0), (2.3, 26.4)]
    code, out, _ = imported_roads(capsys, tmp_path, along, branch, far)
    assert code == 0 and "2 places reached" in out and "1 legs confirmed" in out
    found = open_prepared().network
    told = found.legs.loc["agadez--tabelot"]
    assert told["confidence"] == pytest.approx(0.6) and told["last_seen"] == "2026-01-02"
    assert told.geometry.equals(leg.geometry) and set(context.network.legs.index) <= set(found.legs.index)
    new = found.legs[found.legs.index.str.contains("imp1")]
    # the branch hangs on the nearer end of the leg, by the part of the road that leads there
    assert {*new["from_id"], *new["to_id"]} >= {"agadez"} and not new["to_id"].eq("tabelot").any()
    whole = new["length"].sum()
    assert whole == pytest.approx(LineString(branch).length * 109_000 + leg["length"] / 3, rel=0.08)
    end = Position(*branch[-1], None, "")
    assert attach(found.graph.copy(), found, end, "end").approach_m < 1000


def test_roads_that_hang_together_with_nothing_are_left_out(capsys, tmp_path, context):
    code, out, _ = imported_roads(capsys, tmp_path, [(21.0, 23.0), (21.4, 23.0)])
    assert code == 0 and "41 km in 1 pieces hang together with nothing known" in out
    assert set(open_prepared().network.legs.index) == set(context.network.legs.index)


def test_heights_are_used_once_imported(capsys, tmp_path):
    ramp = np.tile(np.linspace(300, 900, 50, dtype=np.float32), (50, 1))
    made.write_raster(tmp_path / "a_dem.tif", ramp, 12.0, 19.0, 0.02)
    made.write_raster(tmp_path / "b_dem.tif", ramp + 100, 13.0, 19.0, 0.02)
    for name in ("a_dem.tif", "b_dem.tif"):
        before = open_prepared()
        assert run(capsys, "data", "import", tmp_path / name)[0] == 0
        assert open_prepared() is not before  # what was prepared of the region before does not count
    heights = open_prepared().elevation
    assert heights is not None and heights.values.shape[1] == pytest.approx(100, abs=1)
    assert np.nanmax(heights.values) == pytest.approx(1000) and open_prepared().ground.elevation is heights


def test_incidents_known_already_are_not_doubled(capsys, tmp_path, pack):
    known = pack.incidents[pack.incidents["date_precision"] == "day"].iloc[0]
    columns = "incident_id,date,date_precision,lat,lon,place,country,dead,cause,source,source_grade,precision_km,url"
    dead = "" if pd.isna(known["dead"]) else int(known["dead"])
    same = f"x,{known['date']},day,{known['lat']},{known['lon']},p,,{dead},unknown,own,B,20,https://x.org/x"
    other = "y,2025-05-01,day,20.5,12.9,p,,4,thirst_lost,own,B,20,https://x.org/y"
    path = tmp_path / "own.incidents.csv"
    path.write_text("\n".join([columns, same, other]))
    code, out, _ = run(capsys, "data", "import", path)
    assert code == 0 and "incidents: 1 new, 1 known already" in out
    row = open_prepared().pack.incidents.set_index("incident_id").loc["imp1-y"]
    assert (row["dead"], row["cause"], row["corridor"]) == (4, "thirst_lost", "niger-libya")


# proposals ------------------------------------------------------------------------------------------------------------
def track(tmp_path, name="t.gpx", day="2026-06-15", shift=0.0):
    points = [(12.89 + 0.02 * at, 19.0 + 0.012 * at + shift) for at in range(60)]
    return made.write_gpx(tmp_path / name, points, day)


def test_tracks_propose_edges_that_a_person_accepts(capsys, tmp_path, root, context):
    assert run(capsys, "data", "import", track(tmp_path))[0] == 3
    code, out, _ = run(capsys, "data", "propose", tmp_path / "t.gpx", "--json")
    (one,) = json.loads(out)
    assert code == 0 and one["passes"] == 1 and 120 < one["km"] < 150 and one["state"] == "open"
    assert set(open_prepared().network.legs.index) == set(context.network.legs.index)
    assert json.loads(run(capsys, "data", "propose", tmp_path / "t.gpx", "--json")[1])[0]["passes"] == 1
    again = track(tmp_path, "u.gpx", "2026-06-20", 0.002)
    assert json.loads(run(capsys, "data", "propose", again, "--json")[1])[0]["passes"] == 2
    undecided = (root / "proposals.json").read_bytes()
    code, out, _ = run(capsys, "data", "accept", "p1", "--json")
    assert code == 0 and json.loads(out)["state"] == "accepted"
    new = open_prepared().network.legs.query("leg_id.str.contains('imp1')")
    assert len(new) == 2 and new["confidence"].eq(0.7).all() and new["last_seen"].eq("2026-06-20").all()
    assert "dirkou" in {*new["from_id"], *new["to_id"]} and run(capsys, "data", "accept", "p1")[0] == 3
    (root / "proposals.json").write_bytes(undecided)  # as if killed between the import and the decision
    assert run(capsys, "data", "accept", "p1")[0] == 0 and len(read_state(root).imports) == 1
    assert run(capsys, "data", "undo")[0] == 0
    assert json.loads(run(capsys, "data", "proposals", "--json")[1])[0]["state"] == "open"
    code, _, _ = run(capsys, "data", "refuse", "p1", "--reason", "a dune field")
    assert code == 0 and json.loads(run(capsys, "data", "propose", again, "--json")[1]) == []
    assert run(capsys, "data", "accept", "p9")[0] == 2


def test_a_track_along_a_leg_proposes_nothing(capsys, tmp_path, context):
    line = context.network.legs.loc["agadez--tabelot"].geometry.segmentize(0.02)
    path = made.write_gpx(tmp_path / "t.gpx", [(lon + 0.02, lat) for lon, lat in line.coords])
    code, out, _ = run(capsys, "data", "propose", path)
    assert code == 0 and "nothing is proposed" in out


# packs ----------------------------------------------------------------------------------------------------------------
def test_a_pack_runs_alone(capsys, tmp_path, root, monkeypatch):
    assert (
        run(capsys, "data", "import", made.write_wpdx(tmp_path / "wpdx.csv", [(21.5, 11.5, "Yes", "2026-04-01", "a")]))[
            0
        ]
        == 0
    )
    ramp = np.full((20, 20), 700, np.float32)
    assert run(capsys, "data", "import", made.write_raster(tmp_path / "a_dem.tif", ramp, 8.0, 19.0, 0.05))[0] == 0
    code, out, _ = run(capsys, "data", "pack", tmp_path / "g.pack", "--sign", "--json")
    manifest = json.loads(out)
    assert code == 0 and manifest["signer"] and {"graph.graphml", "region/elevation.tif"} <= set(manifest["files"])
    assert any("Water Point Data Exchange" in line for line in manifest["attribution"])
    shutil.rmtree(root)
    (root).write_text("a file where the folder for data was: reading it would fail")
    own = manifest["signer"][:8]
    code, out, err = run(capsys, "--pack", tmp_path / "g.pack", "--signed-by", own, "data", "check", "--json")
    assert code == 0 and json.loads(out)["data_version"] == manifest["data_version"] and "alone" in err
    assert open_prepared().elevation is not None and "imp1_a" in set(open_prepared().pack.water_points["water_id"])
    monkeypatch.delenv(ALONE)
    code, _, err = run(capsys, "--pack", tmp_path / "g.pack", "--signed-by", "0" * 8, "data", "check")
    assert code == 2 and "is signed by store" in err
    assert run(capsys, "data", "pack", tmp_path / "g.pack")[0] == 2  # never written over


def rewritten(path: Path, target: Path, change) -> Path:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for entry in source.infolist():
            content = change(entry.filename, source.read(entry))
            if content is not None:
                out.writestr(entry.filename, content)
    return target


@pytest.mark.parametrize(
    "what, change, why",
    [
        (
            "table",
            lambda n, c: c.replace(b"Agadez", b"Agadir", 1) if n == "region/places.csv" else c,
            "its hash differs",
        ),
        ("manifest", lambda n, c: c.replace(b'"places"', b'"Places"') if n == "pack.json" else c, "signature is wrong"),
        ("lost", lambda n, c: None if n == "region/legs.csv" else c, "is missing from it"),
        ("none", lambda n, c: None if n == "pack.json" else c, "is no pack"),
        (
            "escape",
            lambda n, c: c.replace(b"region/legs.csv", b"region/../l.csv") if n == "pack.json" else c,
            "names files that no pack has",
        ),
    ],
)
def test_a_pack_that_was_changed_is_refused(capsys, tmp_path, what, change, why):
    if not (good := tmp_path.parent / "good.pack").exists():
        assert run(capsys, "data", "pack", good, "--sign")[0] == 0
    bad = rewritten(good, tmp_path / "bad.pack", change)
    code, _, err = run(capsys, "--pack", bad, "data", "check")
    assert code == 2 and why in err and "Traceback" not in err and len(err.strip().splitlines()) == 1
    (tmp_path / "text.pack").write_text("no zip")
    assert "is no pack" in run(capsys, "--pack", tmp_path / "text.pack", "data", "check")[2]


def test_damaged_state_is_told_in_a_line(capsys, root):
    root.mkdir()
    (root / "data.json").write_text("{")
    code, _, err = run(capsys, "route", "agadez", "arlit")
    assert code == 2 and "is damaged" in err and data_root() == root
