"""Search patterns as asked at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import gpxpy
import pytest

from api.cli.main import exit_code


def asked(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> dict[str, float]:
    assert exit_code(("case", "pattern", *arguments, "--asset", "car-1", "--out", str(folder), "--json")) == 0
    told: dict[str, float] = json.loads(capsys.readouterr().out)
    gpx = gpxpy.parse((folder / "car-1.gpx").read_text())
    assert gpx.tracks[0].length_2d() / 1000 == pytest.approx(told["length_km"], rel=0.01)
    return told


def test_spacing_comes_from_the_sweep_width(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    once = asked(capsys, tmp_path, "parallel sweep", "--at", "19.04,12.03", "--length", "12", "--width", "6")
    twice = asked(
        capsys, tmp_path, "parallel sweep", "--at", "19.04,12.03", "--length", "12", "--width", "6", "--coverage", "2"
    )
    assert once["spacing_m"] == pytest.approx(once["sweep_width_m"], rel=0.2)
    assert once["coverage"] == pytest.approx(1, rel=0.2) and twice["coverage"] == pytest.approx(2, rel=0.1)
    assert twice["search_km"] > 1.7 * once["search_km"] and twice["pod"] > once["pod"]
    measured = asked(capsys, tmp_path, "parallel sweep", "--at", "19.04,12.03", "--rd", "1000")
    assert measured["sweep_width_m"] == pytest.approx(1600)


def test_a_track_line_keeps_to_its_kilometres(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    way = ("--from", "Dirkou", "--towards", "Achegour", "--from-km", "60", "--to-km", "110", "--target", "vehicle")
    told = asked(capsys, tmp_path, "track line", *way)
    assert told["search_km"] == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize("kind", ["expanding square", "sector search", "creeping line"])
def test_other_patterns(kind: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    told = asked(capsys, tmp_path, kind, "--at", "90 km west of Dirkou", "--hours", "1")
    assert 0 < told["hours"] <= 1.001


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("track line", "--from", "Dirkou"), "towards which one"),
        (("expanding square",), "say where"),
        (("track line", "--from", "Dirkou", "--towards", "Achegour", "--from-km", "500"), "no way"),
        (("expanding square", "--at", "nowhere"), "nowhere"),
        (("parallel sweep", "--at", "19,12", "--visibility", "nan"), "not a number"),
    ],
)
def test_faults(arguments: tuple[str, ...], fault: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert exit_code(("case", "pattern", *arguments, "--out", str(tmp_path))) == 2
    assert fault in capsys.readouterr().err
