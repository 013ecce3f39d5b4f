"""The benchmark of effort allocation solves files of the published format and refuses others by the line."""

import json
import sys

import pytest

from benchmarks import allocation

GOOD = {"id": "a", "p": [0.5, 0.5], "w": [[1, 0], [0, 2]], "T": [1, 2], "POS": 0.8070, "t": [[1, 0], [0, 2]]}


def run(tmp_path, capsys, monkeypatch, content, *options):
    path = tmp_path / "cases.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    monkeypatch.setattr(sys, "argv", ["x", str(path), *options])
    code = 0
    try:
        allocation.main()
    except SystemExit as stop:
        code = stop.code
    return code, *capsys.readouterr()


def test_a_file_is_solved(tmp_path, capsys, monkeypatch):
    bare = {key: GOOD[key] for key in ("id", "p", "w", "T")}
    code, out, _ = run(tmp_path, capsys, monkeypatch, {"cases": [GOOD, bare]}, "--json")
    first, second = json.loads(out)
    assert code == 0 and first["t_largest_difference"] < 1e-8 and abs(first["POS_difference"]) < 1e-4
    assert second["POS"] == first["POS"] and second["POS_published"] is None
    code, out, _ = run(tmp_path, capsys, monkeypatch, {"cases": [GOOD, bare]})
    assert code == 0 and out.count("POS") == 2 and "less published" in out


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"p": [0.5, -1]}, ["case 1: 'p' is no list of numbers that are finite and not negative"]),
        ({"w": [[1, 0]]}, ["case 1: 'w' is no list of 2 rows of 2 numbers that are finite and not negative"]),
        ({"w": [[1, 0], [0, "2"]], "t": [[1], [2]]}, ["'w'", "'t'"]),
        ({"T": []}, ["'T'"]),
        ({"T": [True, 1]}, ["'T'"]),
        ({"id": 3, "POS": "x"}, ["'id'", "'POS'"]),
    ],
)
def test_each_fault_has_its_line(tmp_path, capsys, monkeypatch, change, faults):
    code, out, err = run(tmp_path, capsys, monkeypatch, {"cases": [GOOD | change]})
    lines = err.splitlines()
    assert code == 2 and not out and len(lines) == len(faults)
    assert all(fault in line for fault, line in zip(faults, lines, strict=True))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "needs an object"),
        ({"cases": []}, "at least one"),
        ({"cases": [3]}, "is no object"),
        ({"cases": [{"id": "a", "p": [1], "T": [1]}]}, "'w' is missing"),
    ],
)
def test_what_is_no_file_of_cases(tmp_path, capsys, monkeypatch, content, words):
    code, _, err = run(tmp_path, capsys, monkeypatch, content)
    assert code == 2 and words in err and len(err.splitlines()) == 1


def test_a_file_that_is_not_there(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["x", str(tmp_path / "none.json")])
    with pytest.raises(SystemExit) as stop:
        allocation.main()
    assert stop.value.code == 2 and "cannot be read" in capsys.readouterr().err
