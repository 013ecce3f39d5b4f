import json

import pytest
import rasterio

from api.cli.main import COMMANDS, SUMMARIES, exit_code


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = exit_code(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_every_command_says_what_it_does(capsys):
    assert set(COMMANDS) == set(SUMMARIES)
    code, out, _ = run(capsys, "--help")
    assert code == 0 and all(name in out for name in COMMANDS)
    for name in COMMANDS:
        assert run(capsys, name, "--help")[0] == 0


def test_route_by_risk_is_never_riskier_than_by_distance(capsys):
    found = {}
    for by in ("risk", "distance", "time"):
        code, out, _ = run(capsys, "route", "agadez", "tripoli", "--by", by, "--date", "2026-06-15", "--json")
        assert code == 0
        found[by] = json.loads(out)
    assert found["risk"]["risk"] <= found["distance"]["risk"] and found["risk"]["risk"] <= found["time"]["risk"]
    assert found["distance"]["km"] <= found["risk"]["km"]
    for answer in found.values():
        assert sum(leg["km"] for leg in answer["legs"]) == pytest.approx(answer["km"])
        assert answer["dry_gaps"][0]["km"] >= answer["dry_gaps"][-1]["km"]


def test_route_lengths_agree_with_pyproj(capsys):
    from pyproj import Geod

    _, out, _ = run(capsys, "route", "agadez", "tripoli", "--by", "distance", "--date", "2026-06-15", "--json")
    answer = json.loads(out)
    lon, lat = zip(*answer["geometry"]["coordinates"], strict=True)
    assert Geod(ellps="WGS84").line_length(lon, lat) == pytest.approx(answer["km"] * 1000, abs=1.0)


def test_route_tables_read_positions_and_alternatives(capsys):
    code, out, _ = run(capsys, "route", "17.5,9.0", "دركو", "--alternatives", "2", "--date", "2026-06-15")
    assert code == 0 and "longest dry gap" in out and "open ground" in out


def test_risk_json(capsys):
    code, out, _ = run(capsys, "risk", "--date", "2026-06-15", "--top", "20", "--json")
    document = json.loads(out)
    assert code == 0 and len(document["segments"]) == 20 and document["data_version"]
    for segment in document["segments"]:
        assert sum(segment["shares"].values()) == pytest.approx(1, abs=1e-9)
        assert segment["interval"][0] <= segment["risk_per_km_day"] <= segment["interval"][1]


def test_risk_rasters(capsys, tmp_path):
    code, out, _ = run(
        capsys, "risk", "--date", "2026-06-15", "--top", "1", "--raster", str(tmp_path), "--res", "1", "--json"
    )
    assert code == 0
    for path in json.loads(out)["files"]:
        with rasterio.open(path) as raster:
            assert (
                raster.crs.to_epsg() == 4326
                and raster.tags()["date"] == "2026-06-15"
                and raster.nodata != raster.nodata
            )
            assert raster.tags()["unit"] == (raster.units[0] or "1")
            assert raster.bounds.left == -19 and raster.bounds.top == 40


def test_site_table_and_json(capsys):
    arguments = ("site", "--kind", "base", "--count", "2", "--country", "NE", "--country", "TD", "--date", "2026-06-15")
    code, out, _ = run(capsys, *arguments)
    assert code == 0 and "proven best" in out and "judgement" in out
    code, out, _ = run(capsys, *arguments, "--json")
    document = json.loads(out)
    assert code == 0 and len(document["sites"]) == 2 and document["countries"] == ["NE", "TD"]
    assert all(site["country"] in ("NE", "TD") for site in document["sites"])


def test_plan_writes_what_it_says(capsys, tmp_path):
    code, out, _ = run(
        capsys, "plan", "--date", "2026-06-15", "--base", "agadez:2", "--hours", "6", "--out", str(tmp_path), "--json"
    )
    document = json.loads(out)
    assert code == 0
    assert {path.split("/")[-1] for path in document["files"]} == {path.name for path in tmp_path.iterdir()}
    orders = {f"agadez-1-v{car}.{kind}" for car in (1, 2) for kind in ("gpx", "cot.xml", "fr.pdf", "en.pdf", "ar.pdf")}
    plans = {f"plan.{kind}" for kind in ("json", "geojson", "kml", "kmz", "gpkg", "csv")}
    assert orders | plans | {"map.html"} == {path.name for path in tmp_path.iterdir()}


def test_plan_table_and_map(capsys, tmp_path):
    code, out, _ = run(
        capsys, "plan", "--date", "2026-06-15", "--base", "agadez:2", "--hours", "18", "--out", str(tmp_path)
    )
    assert code == 0 and "agadez-1-v2" in out and "note, agadez-1: " in out and "map.html" in out
    code, out, _ = run(capsys, "map", "--date", "2026-06-15", "--out", str(tmp_path / "deep" / "risk.html"))
    assert code == 0 and (tmp_path / "deep" / "risk.html").stat().st_size > 100_000


@pytest.mark.parametrize(
    "arguments, faults",
    [
        (("route", "agadess", "tripolli", "--date", "2026-06-15"), 2),
        (("route", "12.895,19.005", "tripoli"), 1),
        (("risk", "--date", "2026-02-30"), 1),
        (("risk", "--date", "1066-10-14"), 1),
        (("risk", "--corridor", "nowhere", "--leg", "x--y"), 2),
        (("plan", "--date", "June", "--base", "agades:2", "--base", "dirkou:1", "--since-visit", "-3"), 4),
        (("plan", "--base", "agadez:2", "--hours", "0"), 1),
        (("plan", "--base", "agadez:2", "--hours", "0.1"), 1),
        (("plan",), 1),
        (("plan", "--base", "agadez:2", "--seed", "-1"), 1),
        (("risk", "--res", "nan", "--raster", "x"), 1),
        (("risk", "--date", "20260615"), 1),
        (("survive", "agades", "--start", "2026-06-15T09:00", "--litres", "-1"), 4),
        (("survive", "agadez", "--start", "2026-06-15T09:00Z", "--people", "3", "--tmin", "50", "--tmax", "40"), 2),
        (("hindcast", __file__, "--train-until", "2020-13-01", "--from", "x"), 2),
        (("hindcast", __file__, "--train-until", "2020-12-31"), 1),
        (("incident", "import", __file__), 1),
        (("fly",), 1),
        (("site", "--kind", "base", "--count", "0"), 1),
        (("site", "--kind", "well", "--count", "1000", "--country", "ZZ", "--date", "June"), 4),
        (("risk", "--top", "many"), 1),
    ],
)
def test_bad_input_is_one_line_a_fault_and_exit_2(capsys, arguments, faults):
    code, out, err = run(capsys, *arguments)
    lines = [line for line in err.splitlines() if line.strip()]
    assert code == 2 and len(lines) == faults, err
    assert all(line.startswith("guelta: ") for line in lines) and "Traceback" not in err and out == ""


def test_no_answer_is_exit_3_with_the_reason(capsys):
    code, _, err = run(capsys, "route", "gao", "kidal", "--date", "2026-06-15")
    assert code == 3 and "no path joins" in err and "Kidal" in err and "closed by mines or fighting" in err
    code, out, _ = run(capsys, "route", "gao", "kidal", "--date", "2026-06-15", "--through-blocked")
    assert code == 0 and "anefis" in out and "WARNING" in out and "conflict" in out
    code, _, err = run(capsys, "survive", "34.0,12.0", "--start", "2026-06-15T09:00Z", "--people", "50")
    assert code == 3 and "lies at sea" in err and "float" in err
    code, _, err = run(capsys, "plan", "--base", "agadez:2", "--hours", "6", "--require", "seguedine--madama:010")
    assert code == 3 and "seguedine--madama:010" in err


def test_faults_of_the_program_are_one_line_too(capsys, monkeypatch):
    import api.prepared_region

    def broken() -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(api.prepared_region, "open_prepared", broken)
    monkeypatch.delenv("GUELTA_DEBUG", raising=False)
    code, _, err = run(capsys, "risk")
    assert code == 1 and "boom" in err and "Traceback" not in err


def test_a_folder_that_cannot_be_written_is_said(capsys, tmp_path):
    (tmp_path / "file").write_text("x")
    code, _, err = run(capsys, "map", "--date", "2026-06-15", "--out", str(tmp_path / "file" / "map.html"))
    assert code == 2 and "cannot read or write" in err


def test_data_check(capsys, tmp_path):
    code, out, _ = run(capsys, "data", "check", "--json")
    assert code == 0 and json.loads(out)["rows"]["places"] >= 226
    code, _, err = run(capsys, "data", "check", str(tmp_path))
    assert code == 2 and "places.csv is missing" in err
    assert run(capsys, "data", "check")[0] == 0


@pytest.fixture(scope="module")
def small_plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    arguments = ["plan", "--date", "2026-06-15", "--base", "dirkou:2", "--hours", "7", "--out", str(folder)]
    assert exit_code(arguments) == 0
    return folder / "plan.json"


def test_a_plan_is_changed_compared_and_diverted(capsys, small_plan, tmp_path):
    code, out, _ = run(
        capsys, "edit", str(small_plan), "--drop", "dirkou--aney:000", "--out", str(tmp_path / "e"), "--json"
    )
    edited = json.loads(out)
    assert code == 0 and edited["request"]["closed"] == ["dirkou--aney:000"]
    assert edited["comparison"]["plans"][1]["plan_id"] == edited["plan_id"]
    code, out, _ = run(capsys, "compare", str(small_plan), str(tmp_path / "e" / "plan.json"))
    assert code == 0 and "Side by side" in out
    arguments = [
        "replan",
        str(small_plan),
        "--at",
        "2026-06-15T05:10Z",
        "--alert",
        "19.3,12.9",
        "--out",
        str(tmp_path / "r"),
    ]
    code, out, _ = run(capsys, *arguments)
    assert code == 0 and "dirkou-1 GOES" in out
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0 and json.loads(out)["goes"] == "dirkou-1"


def test_a_plan_is_put_to_the_test_and_debt_listed(capsys, small_plan):
    code, out, _ = run(capsys, "simulate", str(small_plan), "--days", "5", "--runs", "20")
    assert code == 0 and "always the same loop" in out and "the plan promises" in out
    code, out, _ = run(capsys, "debt", "--date", "2026-06-16", "--driven", str(small_plan), "--top", "3", "--json")
    segments = json.loads(out)["segments"]
    assert code == 0 and len(segments) == 3 and segments[0]["debt"] >= segments[1]["debt"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["debt", "--date", "2026-06-15", "--driven", "PLAN"],
        ["debt", "--country", "XX"],
        ["edit", "PLAN", "--lock", "gao-1"],
        ["replan", "PLAN", "--at", "2026-07-15T07:00Z", "--alert", "19.5,12.9"],
        ["compare", "PLAN", "nowhere.json"],
        ["plan", "--base", "agadez:2", "--zones", "nowhere.csv"],
        ["plan", "--base", "agadez:2", "--rest", "noon"],
        ["plan", "--base", "agadez:2", "--end", "agadez"],
        ["plan", "--base", "agadez:2", "--room", "agadez:many"],
    ],
)
def test_bad_input_of_plans_is_one_line_each(capsys, small_plan, arguments):
    code, out, err = run(capsys, *[str(small_plan) if each == "PLAN" else each for each in arguments])
    assert code == 2 and out == "" and "Traceback" not in err
    assert err.strip().startswith("guelta:")
