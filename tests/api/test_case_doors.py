"""A case from the first message to its end, through the command line and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gpxpy.gpx
import pytest
from fastapi.testclient import TestClient
from tests_access import local_client

from api.cli.main import exit_code
from api.context import RegionContext
from api.store.store import Store, open_store

MESSAGE = (
    "27 people, car broken down about 90 km west of Dirkou since yesterday morning, 40 litres left, "
    "some started walking north."
)
TOLD = "2026-06-15T10:00Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/guelta.db")


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Any:
    def runs(*arguments: str, code: int = 0) -> Any:
        assert exit_code(("case", *arguments, "--store", str(store.engine.url))) == code, capsys.readouterr().err
        told = capsys.readouterr()
        if code:
            assert "Traceback" not in told.err
            return told.err
        return json.loads(told.out) if "--json" in arguments else told.out

    return runs


@pytest.fixture
def client(context: RegionContext, store: Store) -> Iterator[TestClient]:
    with local_client(context, store) as opened:
        yield opened


def test_a_message_opens_a_case_with_a_plan(run: Any) -> None:
    document = run("open", MESSAGE, "--told", TOLD, "--json")
    assert document["case_id"].startswith("C-20260615-01-")
    assert document["alert"] | {"people": 27, "litres": 40.0, "movement": "split"} == document["alert"]
    assert document["understood"].startswith("90 km west")
    assert any("27" in line for line in document["read"])
    assert sum(each["before"] for each in document["scenarios"].values()) == pytest.approx(1)
    poa = document["poa"]
    assert poa["on_tracks"] + poa["open_ground"] + poa["outside"] == pytest.approx(1)
    best = document["next"][0]["best"]
    assert 0 < best["pos"] <= 1 - poa["outside"]
    assert document["hours_left"]["p10"] < document["hours_left"]["p50"]


def test_updates_in_words_change_what_is_believed(run: Any) -> None:
    run("open", MESSAGE, "--told", TOLD)
    before = run("show", "C-20260615-01", "--json")
    clear = run(
        "update", "C-20260615-01", "RAS jusqu'au km 80 de Dirkou vers Achegour", "--told", "2026-06-15T15:00Z", "--json"
    )
    assert clear["pos"] > 0.03 and clear["poa"]["outside"] > before["poa"]["outside"]
    empty = run("update", "C-20260615-01", "empty vehicle at 19.04N 12.03E", "--told", "2026-06-15T16:00Z", "--json")
    assert empty["scenarios"]["stayed"]["now"] < clear["scenarios"]["stayed"]["now"]
    log = run("log", "C-20260615-01", "--json")
    assert [each["kind"] for each in log["events"]] == ["opened", "driven", "clue"]
    run("update", "C-20260615-01", "--withdraw", "3", "--told", "2026-06-15T16:10Z")
    back = run("show", "C-20260615-01", "--now", "2026-06-15T16:10Z", "--json")
    same = run("show", "C-20260615-01", "--now", "2026-06-15T15:59Z", "--json")
    assert back["scenarios"] == same["scenarios"]


def test_a_track_file_counts_as_searched(run: Any, tmp_path: Path) -> None:
    run("open", MESSAGE, "--told", TOLD)
    begins = datetime(2026, 6, 15, 11, tzinfo=UTC)
    gpx = gpxpy.gpx.GPX()
    track = gpxpy.gpx.GPXTrackSegment(
        [
            gpxpy.gpx.GPXTrackPoint(19.04, 12.3 - 0.005 * step, time=begins + timedelta(minutes=1.5 * step))
            for step in range(90)
        ]
    )
    gpx.tracks.append(gpxpy.gpx.GPXTrack())
    gpx.tracks[0].segments.append(track)
    path = tmp_path / "driven.gpx"
    path.write_text(gpx.to_xml())
    document = run("update", "C-20260615-01", "--gpx", str(path), "--told", "2026-06-15T14:00Z", "--json")
    assert document["searches"][0]["pos"] > 0.05
    path.write_text("no gpx")
    assert "no GPX" in run("update", "C-20260615-01", "--gpx", str(path), code=2)


def test_an_ordered_leg_is_where_kilometres_count_from(run: Any) -> None:
    run("open", MESSAGE, "--told", TOLD)
    run("update", "C-20260615-01", "--add-asset", "car-1/dirkou", "--told", "2026-06-15T10:10Z")
    run("next", "C-20260615-01", "--order", "car-1", "--now", "2026-06-15T10:20Z")
    document = run(
        "update", "C-20260615-01", "clear to km 60", "--asset", "car-1", "--told", "2026-06-15T14:00Z", "--json"
    )
    assert document["told"][0].endswith("done at 15 Jun 15:00 UTC+1")
    assert document["next"][0]["asset_id"] == "car-1" and not document["assets_assumed"]


def test_it_takes_two_people_to_suspend(run: Any) -> None:
    run("open", MESSAGE, "--told", TOLD)
    decide = ("close", "C-20260615-01", "--what", "suspend", "--reason", "no hope left")
    assert "one voice" in run(*decide, "--by", "coordinator")
    assert "one voice" in run(*decide, "--by", "coordinator")
    assert "is suspended" in run(*decide, "--by", "duty-officer")
    assert run("list", "--json")["cases"][0]["status"] == "suspended"


def test_a_second_alert_of_the_same_event_is_proposed_never_merged(run: Any) -> None:
    run("open", MESSAGE, "--told", TOLD)
    document = run(
        "open", "25 personnes en panne à 80 km à l'ouest de Dirkou depuis hier", "--told", "2026-06-15T13:00Z", "--json"
    )
    assert [each["case_id"][:-4] for each in document["same_event"]] == ["C-20260615-01"]
    assert document["case_id"].startswith("C-20260615-02-")
    assert len(run("list", "--json")["cases"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("open", "help"), "no place"),
        (("show", "C-20260615-01"), "C-20260615-01"),
        (("show", "../../etc/passwd"), "case"),
        (("open", MESSAGE, "--told", "yesterday"), "instant"),
    ],
)
def test_faults_are_told_in_a_line(run: Any, arguments: tuple[str, ...], words: str) -> None:
    assert words in run(*arguments, code=2)


def test_an_update_that_is_not_understood_changes_nothing(run: Any) -> None:
    run("open", MESSAGE, "--told", TOLD)
    assert "is not understood" in run("update", "C-20260615-01", "blah", code=2)
    run("update", "C-20260615-01", "--weight", "stayed=2", code=2)
    run("update", "C-20260615-01", "--fact", "litres=-1", code=2)
    assert len(run("log", "C-20260615-01", "--json")["events"]) == 1


def test_cases_over_http(client: TestClient) -> None:
    answer = client.post("/cases", json={"message": MESSAGE, "told_at": TOLD})
    assert answer.status_code == 201
    case_id = answer.json()["case_id"]
    told = client.post(
        f"/cases/{case_id}/updates", json={"message": "sandstorm 14-18 h", "told_at": "2026-06-15T12:00Z"}
    )
    assert told.status_code == 201
    legs = [each["best"] for each in told.json()["next"] if each["best"]]
    # 18 h local time is 17 h UTC: nobody is on the way in the storm
    assert all(leg["done"] <= "2026-06-15T13:00" or leg["done"] >= "2026-06-15T17:00" for leg in legs)
    assert client.get(f"/cases/{case_id}").json()["now"] >= "2026-06-15T12:00"
    assert len(client.get(f"/cases/{case_id}/events").json()["events"]) == 2
    assert [each["case_id"] for each in client.get("/cases").json()["cases"]] == [case_id]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"message": "help"}, "no place"),
        ({"where": "Dirkou", "litres": -1}, "litres"),
        ({"where": "Dirkou", "vehicle": "submarine"}, "submarine"),
        ({"where": "Dirkou", "phone": "+227"}, "phone"),
    ],
)
def test_bad_alerts_over_http(client: TestClient, body: dict[str, Any], fault: str) -> None:
    answer = client.post("/cases", json=body)
    assert answer.status_code == 422 and fault in answer.json()["detail"]


def test_unknown_events_and_cases_over_http(client: TestClient) -> None:
    assert client.get("/cases/C-20260615-09").status_code == 404
    case_id = client.post("/cases", json={"message": MESSAGE, "told_at": TOLD}).json()["case_id"]
    bad = client.post(f"/cases/{case_id}/updates", json={"event": {"kind": "clue", "what": "footprints"}})
    assert bad.status_code == 422 and "lon" in bad.json()["detail"]
    assert client.post(f"/cases/{case_id}/updates", json={}).status_code == 422
