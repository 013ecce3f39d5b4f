"""All benchmarks with one command: what is worse than recorded is told, and only that fails."""

import importlib.util
import json

import pytest

import benchmarks.__main__ as everything
from benchmarks.entries import ENTRIES, Entry, Figure


def test_a_ratio_fails_below_a_third_of_the_recorded_one():
    entry = Entry("heat", lambda found: [])
    times, rates = Figure("s", 2.0, "other", 20.0), Figure("a second", 30.0, "other", 10.0, more_is_better=True)
    assert (times.ratio, rates.ratio) == (10.0, 3.0)
    for known, is_worse in ((None, False), (29.0, False), (31.0, True)):
        recorded = {} if known is None else {"heat: s: other": known}
        (row,) = everything.rows_of(entry, [times], recorded)
        assert (row["recorded"], row["is_worse"]) == (known, is_worse)


def test_a_benchmark_is_run_told_recorded_and_compared(tmp_path, monkeypatch, capsys):
    recorded, told = tmp_path / "recorded.json", tmp_path / "out" / "told.json"
    monkeypatch.setattr(everything, "RECORDED", recorded)
    small = [entry for entry in ENTRIES if entry.name == "nearest_water"]
    monkeypatch.setattr(everything, "ENTRIES", [Entry(each.name, each.figures, ("--cell", "0.5")) for each in small])
    assert everything.main(["--short", "--json", str(told), "--record"]) == 0
    (row,) = [row for row in json.loads(told.read_text())["rows"] if row["alternative"] == "scipy-edt"]
    assert row["ours"] > 0 and row["ratio"] == row["theirs"] / row["ours"] and row["recorded"] is None
    assert "scipy-edt" in capsys.readouterr().out
    kept = json.loads(recorded.read_text())
    assert kept["short"][row["key"]] == pytest.approx(row["ratio"], rel=0.01)
    recorded.write_text(json.dumps({"short": {row["key"]: 1e6}}))
    assert everything.main(["--short", "--json", str(told)]) == 1
    assert "WORSE" in capsys.readouterr().out


def test_what_does_not_run_to_its_end_is_said(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(everything, "ENTRIES", [Entry("heat", lambda found: [], short=("--no-such-option",))])
    assert everything.main(["--short", "--json", str(tmp_path / "told.json")]) == 1
    assert "heat: did not run to its end" in capfd.readouterr().err
    assert everything.main(["--only", "dowsing", "--json", str(tmp_path / "told.json")]) == 2


def test_entries_are_modules_of_the_package():
    for entry in ENTRIES:
        assert importlib.util.find_spec(f"benchmarks.{entry.name}") or entry.name == "routing"
