"""The benchmark of plain team orienteering solves a small instance to its known best and reports true lengths."""

import json
import sys

import numpy as np
import pytest

from benchmarks import orienteering

#: Four points on a line either side of the start: with Tmax 8 one vehicle can take one side only.
LINE = "n 6\nm 1\ntmax 8\n0 0 0\n2 0 5\n4 0 5\n-1 0 3\n-3 0 4\n0 0 0\n"


def test_a_small_instance_is_solved(tmp_path, capsys, monkeypatch):
    path = tmp_path / "line.txt"
    path.write_text(LINE)
    best = tmp_path / "best.csv"
    best.write_text("instance,best_known\nline,10\n")
    monkeypatch.setattr(sys, "argv", ["x", str(path), "--seconds", "1", "--best", str(best), "--json"])
    orienteering.main()
    (record,) = json.loads(capsys.readouterr().out)
    assert record["score"] == 10 and record["gap"] == 0 and sorted(record["tours"][0]) == [1, 2]
    assert record["lengths"] == [8.0]


def test_start_and_end_may_differ(tmp_path):
    path = tmp_path / "through.txt"
    path.write_text("n 4\nm 1\ntmax 3\n0 0 0\n1 0 2\n1 1 9\n3 0 0\n")
    instance = orienteering.read_instance(path)
    tours = orienteering.solve_instance(instance, 0.5, 0)
    assert tours == [[1]]  # the better point lies off the way
    assert orienteering.tour_length(instance, tours[0]) == pytest.approx(3.0)
    assert orienteering.tour_length(instance, [2]) == pytest.approx(np.sqrt(2) + np.sqrt(5))
