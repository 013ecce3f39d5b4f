"""The benchmark of probability maps scores files of cases and refuses others by the row."""

import json
import sys

import numpy as np
import pytest

from benchmarks import mapscore

HEADER = "case_id,category,ipp_lat,ipp_lon,find_lat,find_lon,hours\n"
GOOD = (
    'a,Hiker,19.0,12.0,19.01,12.02,12\nb,"Child (4-6)",19,12,19,12,\nc,,19,12,19.03,12.03,5\nd,hunter,19,12,19.4,12,\n'
)


def run(tmp_path, capsys, monkeypatch, content, *options):
    path = tmp_path / "cases.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setattr(sys, "argv", ["x", str(path), *options])
    code = 0
    try:
        mapscore.main()
    except SystemExit as stop:
        code = stop.code
    return code, *capsys.readouterr()


def test_a_file_is_scored(tmp_path, capsys, monkeypatch):
    code, out, err = run(tmp_path, capsys, monkeypatch, HEADER + GOOD, "--json")
    result = json.loads(out)
    rows = result["cases"]
    assert code == 0 and not err and [row["case_id"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[1]["r"]["ours"] == 1 - 1 / 5001**2 and rows[1]["r"]["uniform"] == 0
    assert rows[3]["outside_box"] and set(rows[3]["r"].values()) == {-1} and result["outside_box"] == 1
    assert rows[2]["read_as"] == "default/other" and rows[0]["distance_km"] == pytest.approx(2.378, abs=0.01)
    for name in ("ours", "rings"):
        each = result["inside_box"][name]
        assert each["mean"] == pytest.approx(np.mean([row["r"][name] for row in rows[:3]]))
        assert each["low"] <= each["mean"] <= each["high"]
    less = result["all"]["ours"]["mean"] - result["all"]["rings"]["mean"]
    assert result["all"]["ours_less_rings"]["mean"] == pytest.approx(less)


def test_a_table_for_people_and_the_same_again(tmp_path, capsys, monkeypatch):
    first = run(tmp_path, capsys, monkeypatch, "﻿" + HEADER.upper() + GOOD.replace("\n", "\r\n"))
    assert first[0] == 0 and "outside the box" in first[1] and "ours less rings" in first[1]
    assert run(tmp_path, capsys, monkeypatch, HEADER + GOOD)[1] == first[1]


def test_further_columns_in_any_order(tmp_path, capsys, monkeypatch):
    content = "hours,note,find_lon,find_lat,ipp_lon,ipp_lat,category,case_id\n,x,12.02,19.01,12,19,Hiker,a\n\n"
    code, out, _ = run(tmp_path, capsys, monkeypatch, content, "--json")
    assert code == 0 and json.loads(out)["cases"][0]["distance_km"] == pytest.approx(2.378, abs=0.01)


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        ("a,Hiker,91,12,19,12,", ["'ipp_lat' must be from -90 to 90, got 91"]),
        ("a,Hiker,x,12,,181,-1", ["'ipp_lat' is no number", "'find_lat' is empty", "'find_lon' must", "'hours' must"]),
        ("a,Hiker,nan,12,inf,12,1_0", ["'ipp_lat' is no number", "'find_lat' is no number", "'hours' is no number"]),
        ("a,Hiker,19;5,12,19,12,", ["'ipp_lat' is no number: '19;5'"]),
        (",Hiker,19,12,19,12,", ["'case_id' is empty"]),
        ("a,Hiker,19,12,19", ["has 5 cells, the first row 7"]),
        ("a,Hiker,19,12,19,12,,x", ["has 8 cells, the first row 7"]),
        ("z,Hiker,19,12,19,12,", ["'case_id' 'z' is already in row 2"]),
    ],
)
def test_each_fault_has_its_line(tmp_path, capsys, monkeypatch, row, faults):
    code, out, err = run(tmp_path, capsys, monkeypatch, f"{HEADER}z,Hiker,19,12,19,12,\n{row}\n")
    lines = err.splitlines()
    assert code == 2 and not out and len(lines) == len(faults)
    assert all("row 3: " in line and fault in line for fault, line in zip(faults, lines, strict=True))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        (HEADER, "holds no case"),
        (HEADER.replace(",hours", "") + "a,Hiker,19,12,19,12\n", "column 'hours' is missing"),
        (HEADER.replace("hours", "hours,hours") + GOOD, "column 'hours' is there twice"),
        (HEADER.encode() + b"a,Hik\xe9r,19,12,19,12,\n", "row 2: is not UTF-8"),
        ((HEADER + GOOD).encode("utf-16"), "row 1: is not UTF-8"),
        (HEADER + 'a,"Hiker,19,12,19,12,\n', "is no CSV"),
        (HEADER + "a,Hi\0ker,19,12,19,12,\n" + "b,Hiker,19,12,19,x,\n", "row 3: 'find_lon'"),
    ],
)
def test_what_is_no_file_of_cases(tmp_path, capsys, monkeypatch, content, words):
    code, _, err = run(tmp_path, capsys, monkeypatch, content)
    assert code == 2 and words in err and len(err.splitlines()) == 1


def test_a_file_that_is_not_there(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["x", str(tmp_path / "none.csv")])
    with pytest.raises(SystemExit) as stop:
        mapscore.main()
    assert stop.value.code == 2 and "cannot be read" in capsys.readouterr().err
