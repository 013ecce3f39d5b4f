"""The hindcast on made-up incidents with a known answer, and on the real file where it is."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, eye_array

from api.cli.main import exit_code
from risk.hindcast import SHARES, kernel_density, near_segments, ranked_share, score_model, uniform_capture


def test_ranked_share_by_hand():
    assert ranked_share(np.array([1.0, 3.0, 2.0]), np.array([10.0, 20.0, 70.0])).tolist() == [1.0, 0.2, 0.9]


def test_a_perfect_ranking_captures_all_and_a_reversed_one_nothing(context):
    segments = pd.DataFrame(
        context.network.segments[context.network.segments["mode"] != "sea"].drop(columns="geometry")
    )
    chosen = segments.iloc[:40]
    near = near_segments(chosen, segments)
    length = segments["length"].to_numpy(float)
    score = np.zeros(len(segments))
    score[:40] = 1.0
    rng = np.random.default_rng(0)
    alone = csr_array(eye_array(len(score)))
    perfect, worst = (score_model(each, near, length, alone, rng) for each in (score, 1 - score))
    assert perfect.capture[0] == 1.0 and perfect.log_score > worst.log_score
    assert worst.capture[0] < 0.7
    chance = uniform_capture(near, length, rng, 20)
    assert (np.diff(chance.capture) > 0).all() and chance.capture[-1] < 1


def test_kernel_density_is_the_gaussian_sum():
    at = np.array([[0.0, 0, 0], [50_000.0, 0, 0]])
    found = kernel_density(at, at[:1], np.array([2.0]), 50_000.0)
    assert found == pytest.approx([2.0, 2 * np.exp(-0.5)])


def test_the_command_on_a_made_up_file(context, tmp_path, capsys):
    rng = np.random.default_rng(4)
    hot = context.network.segments.loc["agadez--arbre_du_tenere:010"]
    rows = [
        {
            "incident_id": f"t{number}",
            "date": f"{2015 + number // 12}-{number % 12 + 1:02d}-10",
            "date_precision": "day",
            "lon": hot["lon"] + rng.normal(0, 0.05),
            "lat": hot["lat"] + rng.normal(0, 0.05),
            "place": "desert track",
            "country": "",
            "dead": 2,
            "missing": 0,
            "survivors": 1,
            "cause": "thirst_breakdown",
            "source": "test",
            "source_grade": "A",
            "precision_km": 5,
            "url": "",
        }
        for number in range(96)
    ]
    path = tmp_path / "made.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    assert exit_code(["hindcast", str(path), "--train-until", "2020-12-31", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    models = found["subsets"]["all"]["models"]
    assert found["subsets"]["all"]["incidents"] == 24 and found["shares_of_network_km"] == list(SHARES)
    assert models["model"]["capture"][2] == 1.0 > models["uniform"]["capture"][2]
    assert models["model"]["log_score"] > models["near-towns"]["log_score"]
    assert exit_code(["hindcast", str(path), "--train-until", "2020-12-31"]) == 0
    assert exit_code(["hindcast", str(path), "--train-until", "2022-12-31"]) == 3
    assert exit_code(["hindcast", str(path), "--train-until", "2021-12-31", "--from", "2020-01-01"]) == 2


def test_on_the_real_file_the_model_beats_chance_and_its_own_rate(shared, capsys):
    path = shared / "data" / "missing_migrants_routes_to_europe_2014_2023.csv"
    for until in ("2020-12-31", "2021-12-31"):
        assert exit_code(["hindcast", str(path), "--train-until", until, "--json"]) == 0
        models = json.loads(capsys.readouterr().out)["subsets"]["all"]["models"]
        for share in (2, 3):
            assert models["model"]["capture"][share] > models["uniform"]["capture"][share]
            assert models["model"]["capture"][share] >= models["incident-only"]["capture"][share]


def test_survive_and_import_print_for_people(context, tmp_path, capsys):
    start = ["--start", "2026-06-15T09:00Z", "--people", "20", "--children", "5", "--litres", "40"]
    assert exit_code(["survive", "19.0,12.0", *start, "--tmax", "48.9", "--tmin", "31", "--humidity", "12"]) == 0
    assert "half are dead after" in capsys.readouterr().out
    assert exit_code(["survive", "19.0,12.0", *start, "--behaviour", "stay", "--hours-stranded", "6", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hours_p10"] < found["hours_p50"] < found["hours_p90"]
    swings = [driver["swing_h"] for driver in found["drivers"]]
    assert swings == sorted(swings, reverse=True) and found["curve"][0]["alive"] == pytest.approx(1.0, abs=0.02)
    path = tmp_path / "own.csv"
    context.pack.incidents.to_csv(path, index=False)
    assert exit_code(["incident", "import", str(path), "--out", str(tmp_path / "out")]) == 0
    assert "rows" in capsys.readouterr().out
    kept = pd.read_csv(tmp_path / "out" / "own.incidents.csv")
    rest = pd.read_csv(tmp_path / "out" / "own.rest.csv")
    assert len(kept) + len(rest) == len(context.pack.incidents)


def test_children_and_thirst_shorten_the_clock(context):
    from datetime import UTC, datetime

    from api.usecases.survive import survive
    from risk.group import Group
    from risk.survival import Behaviour
    from routes.positions import read_position

    at = read_position("achegour", context.pack.places)
    start = datetime(2026, 6, 15, 9, tzinfo=UTC)

    def half(group: Group, hours: int = 0) -> float:
        return survive(context, at, start, group, Behaviour.STAY, hours_stranded=hours).clock.hours_p50

    adults = half(Group(20, litres=40))
    assert half(Group(0, children=20, litres=40)) != adults
    assert half(Group(20, litres=0)) < adults < half(Group(20, litres=200))
    assert half(Group(20, litres=40), 12) < adults
