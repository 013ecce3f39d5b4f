"""Exports of a case: files for their owner alone, old ones replaced, and a record that says what happened."""

import csv
import io
import json
import math
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
from pyproj import Geod
from tests_case_views import FOUND, FOUND_AT, TOLD, WRITTEN, told_case

from api.private_files import write_private
from api.usecases.case_export import FORMATS, export_case, exported
from api.usecases.case_facts import case_facts
from data.errors import BadInput, NoAnswer
from maps.after_action import after_action, record_csv, record_json


@pytest.fixture(scope="module")
def record(context):
    case = told_case()
    return after_action(case.view, case_facts(context, case.state, case.view))


@pytest.fixture(scope="module")
def folder(context, tmp_path_factory):
    case, folder = told_case(), tmp_path_factory.mktemp("out") / "deep"
    shares = []
    paths = export_case(
        context, case.state, case.document, folder, languages=["en"], formats=FORMATS, advice=case.advice,
        progress=shares.append,
    )  # fmt: skip
    assert sorted(paths) == sorted(folder.iterdir()) and shares == sorted(shares) and shares[-1] == 1
    return folder


def test_files_are_for_their_owner_alone(folder):
    case_id = told_case().case_id
    names = {path.name for path in folder.iterdir()}
    assert {f"{case_id}.{kind}" for kind in ("en.pdf", "geojson", "record.json", "record.csv", "poa.tif")} <= names
    assert f"{case_id}.dirkou-1.gpx" in names
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
        assert exported(case_id).fullmatch(path.name)
        assert WRITTEN.encode() not in path.read_bytes()


def test_the_raster_is_the_map_of_the_view(folder):
    import rasterio

    view = told_case().view
    with rasterio.open(folder / f"{view.case_id}.poa.tif") as raster:
        assert raster.read(1).sum() + view.poa_outside == pytest.approx(1, abs=1e-5)
        assert raster.tags()["case_id"] == view.case_id


def test_old_exports_of_the_same_case_are_replaced(context, tmp_path):
    case = told_case()
    old = [f"{case.case_id}.{kind}" for kind in ("fr.pdf", "gone-1.gpx", "geojson", "poa.tif")]
    others = [f"{case.case_id}0.geojson", f"{case.case_id}.jsonl", "C-20250101-01.geojson", "notes.txt"]
    for name in (*old, *others):
        (tmp_path / name).write_text("before")
        (tmp_path / name).chmod(0o644)
    (paths) = export_case(context, case.state, case.document, tmp_path, formats=["geojson"], advice=case.advice)
    assert [path.name for path in paths] == [f"{case.case_id}.geojson"]
    assert {path.name for path in tmp_path.iterdir()} == {f"{case.case_id}.geojson", *others}
    assert all((tmp_path / name).read_text() == "before" for name in others)
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600


def test_what_is_not_known_is_told_at_once(context, tmp_path):
    case = told_case()
    with pytest.raises(BadInput) as told:
        export_case(context, case.state, case.document, tmp_path, languages=["de"], formats=["pdf", "shp"])
    assert len(told.value.faults) == 2 and not list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_the_old_files(tmp_path, monkeypatch):
    import re

    (tmp_path / "a.txt").write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NoAnswer, match="No space left"):
        write_private(tmp_path, {"a.txt": b"new"}, re.compile(r"[ab]\.txt"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"] and (tmp_path / "a.txt").read_text() == "old"


def test_the_record_says_what_happened(record):
    view = told_case().view
    last = view.last_positions[0]
    azimuth, _, away_m = Geod(ellps="WGS84").inv(last.lon, last.lat, *FOUND)
    assert record["distance_ipp_find_km"] == pytest.approx(away_m / 1000)
    assert record["bearing_ipp_find_deg"] == pytest.approx(azimuth % 360)
    assert (record["find_lon"], record["find_lat"]) == FOUND
    assert record["hours_stranded_to_alert"] == 24 and record["hours_alert_to_find"] == 6
    assert record["hours_stranded_to_find"] == 30
    assert record["group_size"] == 27 and (record["found_alive"], record["found_dead"], record["not_found"]) == (
        8,
        1,
        18,
    )
    assert record["outcome"] == "some found" and record["ipp_type"] == "position described"
    assert record["found_by_platform"] == "ground vehicle" and record["found_on_ordered_leg"] is True
    assert record["assets_ground_vehicle"] == 2 and record["assets_aircraft"] == 1 and record["searches"] == 1
    lonlat = view.searches[0].lonlat
    driven_km = Geod(ellps="WGS84").line_length(lonlat[:, 0], lonlat[:, 1]) / 1000
    assert record["search_km_ground_vehicle"] == pytest.approx(driven_km) and record["search_km_foot"] == 0
    assert record["search_h"] == pytest.approx(view.searches[0].hours)
    assert 35 < record["tmax_degc"] < 50 and record["tmin_degc"] < record["tmax_degc"]
    assert record["scenario_true"] is None and record["scenario_fits_best"] in record_scenarios()
    assert len(record["finds"]) == 1


def record_scenarios():
    from sar.scenarios import Scenario

    return {each.value for each in Scenario}


def test_the_record_says_what_was_believed(record):
    limits = [record[f"predicted_{name}_dead_h"] for name in ("tenth", "half")]
    assert 24 < limits[0] < limits[1]
    assert record["find_in_band"] == ("before a tenth" if limits[0] > 30 else "after a tenth")
    assert 0 < record["poa_before_any"] < 1 and 0 < record["poa_before_find"] < 1
    # footprints near the find make its place likelier
    assert record["poa_before_find"] > record["poa_before_any"]
    assert 0.5 < record["r_before_find"] <= 1


def test_the_record_as_json_and_as_a_table(record):
    assert json.loads(record_json(record))["case_id"] == told_case().case_id
    (row,) = csv.DictReader(io.StringIO(record_csv(record).decode()))
    assert set(row) == set(record) - {"finds"} and float(row["distance_ipp_find_km"]) == record["distance_ipp_find_km"]
    assert row["scenario_true"] == "" and "name" not in " ".join(row) and "phone" not in " ".join(row)


def test_a_case_without_a_find(context):
    case = told_case()
    events = tuple(each for each in case.state.events if each.event.kind != "found")
    state = replace(case.state, events=events, found_alive=0, found_dead=0)
    view = replace(case.view, finds=(), found_alive=0, found_dead=0, looked_for=27)
    record = after_action(view, case_facts(context, state, view))
    assert record["outcome"] == "not found yet" and record["find_lon"] is None and record["finds"] == []
    assert record["hours_total"] == pytest.approx((view.now - TOLD) / timedelta(hours=1))
    assert after_action(replace(view, status="closed"), case_facts(context, state, view))["outcome"] == "not found"
    assert math.isfinite(record["predicted_half_dead_h"]) and record["ended_at"] is None and FOUND_AT > TOLD
