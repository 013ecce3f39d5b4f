"""`guelta exercise`: by hand, from a file, by the engine; and the benchmark on a few runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli.exercise import command
from api.context import open_region
from api.usecases import exercise_draw
from benchmarks.exercise import main as benchmark
from benchmarks.exercise import one_run, summary
from data.errors import BadInput

SEED = "4"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    # short exercises with few particles: what is tested is the door
    monkeypatch.setattr(exercise_draw, "COUNT", 300)
    monkeypatch.setattr(exercise_draw, "END_H", 12.0)
    monkeypatch.setattr("sar.exercise_engine.PARTICLES", 150)
    open_region()


def exercise(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(command, ["--seed", SEED, "--lang", "en", *arguments], input=said)


def test_bad_decisions_are_asked_again_and_the_end_of_input_gives_the_score() -> None:
    result = exercise(said="99\nfly\nwait long\nwait -1\ngo Nowhereville\nengine\n")
    assert result.exit_code == 0, result.output
    for told in ("there is no leg 99", "'fly' is no decision", "'long' is no number", "not -1", "Nowhereville"):
        assert told in result.output
    assert "Score of exercise 4" in result.output and "truth:" in result.output
    assert result.output.index("truth:") > result.output.index("Score")


def test_a_record_replays_to_the_same_end(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        command, ["--seed", SEED, "--json"], input="engine\nwait 1\n1\ngo Al Kufra\nengine\nquit\n"
    )
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["kind"] == "exercise" and record["decisions"]
    path = tmp_path / "record.json"
    path.write_text(result.stdout)
    again = exercise("--decisions", str(path), "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["legs"] == record["legs"]
    assert json.loads(again.stdout)["score"] == record["score"]
    worth = record["score"]["worth_before_knowing"]
    assert set(worth) == {"decisions", "engine", "last_known_position"}
    assert all(0 <= each["pos"] < 1 for each in worth.values())


def test_files_of_decisions_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "decisions.txt"
    path.write_text("# a remark\n\nfly\n")
    assert isinstance(exercise("--decisions", str(path)).exception, BadInput)
    path.write_text('{"kind": "plan"}')
    assert isinstance(exercise("--decisions", str(path)).exception, BadInput)
    assert exercise("--auto", "--decisions", str(path)).exit_code == 2


def test_the_engine_plays_alone_and_speaks_french() -> None:
    result = CliRunner().invoke(command, ["--seed", SEED, "--lang", "fr", "--auto"])
    assert result.exit_code == 0, result.output
    assert "Alerte" in result.output and "vérité" in result.output and "part pour" in result.output


def test_a_benchmark_of_three_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [one_run((("engine", "tracks"), False), seed) for seed in (4, 9, 11)]
    found = summary(runs)
    assert found["runs"] == 3 and set(found["ways"]) == {"clairvoyant", "engine", "tracks"}
    against = found["engine_against"]["tracks"]
    assert against["ratio_interval"][0] <= against["ratio_of_medians"] <= against["ratio_interval"][1]
    assert sum(against["sooner_later_same"]) == 3
    assert benchmark(["--policies", "dowsing"]) == 2
    assert "dowsing" in capsys.readouterr().err
