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


def run(tmp_path, capsys, monkeypatch, text: str, known: str) -> dict:
    path, best = tmp_path / "odd.txt", tmp_path / "best.csv"
    path.write_text(text)
    best.write_text(f"instance,best_known\nodd,{known}\n")
    monkeypatch.setattr(sys, "argv", ["x", str(path), "--seconds", "0.5", "--best", str(best), "--json"])
    orienteering.main()
    (record,) = json.loads(capsys.readouterr().out)
    return record


def test_white_space_is_no_matter(tmp_path):
    plain, odd = tmp_path / "plain.txt", tmp_path / "odd.txt"
    plain.write_text(LINE)
    odd.write_text("\ufeff\n" + LINE.replace(" ", "\t ").replace("\n", "  \r\n\r\n") + "\n \n")
    one, other = orienteering.read_instance(plain), orienteering.read_instance(odd)
    assert (one.vehicles, one.limit) == (other.vehicles, other.limit) == (1, 8.0)
    assert (one.at == other.at).all() and (one.score == other.score).all()


@pytest.mark.parametrize("limit", ["0", "0.5"])
def test_nothing_in_reach_scores_nothing(limit, tmp_path, capsys, monkeypatch):
    record = run(tmp_path, capsys, monkeypatch, LINE.replace("tmax 8", f"tmax {limit}"), "0")
    assert record["score"] == 0 and record["gap"] == 0 and record["tours"] == [[]] and record["lengths"] == [0.0]


def test_no_time_is_enough_for_points_at_the_start(tmp_path, capsys, monkeypatch):
    text = "n 4\nm 2\ntmax 0\n0 0 0\n0 0 7\n1 0 9\n0 0 0\n"
    record = run(tmp_path, capsys, monkeypatch, text, "7")
    assert record["score"] == 7 and record["gap"] == 0 and max(record["lengths"]) == 0


def test_a_tour_may_have_the_length_of_the_limit():
    rng = np.random.default_rng(1)
    at = rng.uniform(0, 10, (30, 2))
    limit = float(np.linalg.norm(np.diff(at, axis=0), axis=1).sum())
    instance = orienteering.Instance("exact", at, np.ones(30), 1, limit)
    problem, _ = orienteering.state_problem(instance)
    order = np.concatenate([[0], np.arange(2, 30), [1]])
    assert problem.duration[0][order[:-1], order[1:]].sum() <= problem.vehicles[0].max_duration
    longer = orienteering.Instance("over", at, np.ones(30), 1, limit - 2e-6)
    problem, _ = orienteering.state_problem(longer)
    assert problem.duration[0][order[:-1], order[1:]].sum() > problem.vehicles[0].max_duration


def test_tours_that_break_a_rule_are_not_legal(tmp_path):
    path = tmp_path / "line.txt"
    path.write_text(LINE)
    instance = orienteering.read_instance(path)
    assert orienteering.is_legal(instance, [[1, 2]]) and orienteering.is_legal(instance, [[]])
    assert not orienteering.is_legal(instance, [[1, 2, 3]])
    assert not orienteering.is_legal(instance, [[1], [1]])
