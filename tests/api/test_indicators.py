"""Indicators of a small store against numbers worked out by hand; of both databases in `tests/store`."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from lxml import etree
from tests_access import local_client, new_store
from tests_indicators import (
    MONTHS,
    TRACK_KM,
    case_events,
    closing,
    fill,
    found,
    group,
    report,
    rows_of_a_small_store,
    values,
)  # fmt: skip

from api.cli.main import cli
from api.context import RegionContext
from api.store.errors import Stale, Taken
from api.usecases.indicator_facts import gather
from api.usecases.indicators import ALL, indicators, months_of
from api.usecases.patrol_reports import keep_report, read_report
from data.errors import BadInput
from maps.indicator_chart import indicators_chart


@pytest.fixture(scope="module")
def small(context: RegionContext):
    return gather(context, fill(new_store(), rows_of_a_small_store()))


def test_months_and_quartiles_by_hand(small) -> None:
    march, april = (
        {(row.indicator, row.of): row for row in indicators(small, MONTHS, "month") if row.begins == begins}
        for begins in ("2026-03-01", "2026-04-01")
    )
    # the patrol left in March and met people in April
    assert march["people_reached_patrol", ""].value == 12 and april["people_reached_patrol", ""].value == 5
    assert march["patrol_km", ""].value == pytest.approx(700 + TRACK_KM)
    ordered = march["response_ordered_h", ""]
    assert (ordered.low, ordered.value, ordered.high, ordered.records) == (2.75, 3.5, 4.25, 2)
    assert april["response_found_h", ""].value is None and april["response_found_h", ""].records == 0
    assert april["cases_found_share", ""].value is None


def test_sums_over_corridors_and_months_are_the_totals(small) -> None:
    summed = ("people", "groups", "alerts", "cases", "km", "hours")
    whole = {(r.indicator, r.of): r.value for r in indicators(small, MONTHS) if r.unit in summed}
    for by in ("month", "corridor", "month-corridor"):
        sums: dict[tuple[str, str], float] = defaultdict(float)
        for row in indicators(small, MONTHS, by):  # type: ignore[arg-type]
            if row.unit in summed and not row.indicator.startswith("response"):
                sums[row.indicator, row.of] += row.value or 0
                assert (row.corridor == ALL) == (by == "month")
        assert sums == pytest.approx({key: value for key, value in whole.items() if not key[0].startswith("response")})


def test_the_order_of_writing_changes_nothing(context: RegionContext, small) -> None:
    rows = rows_of_a_small_store()
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        other = gather(context, fill(new_store(), rows))
        for by in ("whole", "month-corridor"):
            assert indicators(other, MONTHS, by) == indicators(small, MONTHS, by)  # type: ignore[arg-type]


def test_segments_share_kilometres_out_among_their_corridors(context: RegionContext) -> None:
    segments = context.network.segments
    one, two = (segments.index[segments["corridor"] == name][0] for name in ("niger-libya", "niger-algeria"))
    body = report(km=100, segments=[one, two, two], corridor=None)
    store = new_store()
    keep_report(store, None, read_report(context, {k: v for k, v in body.items() if v is not None})[0], "patrol")
    rows = indicators(gather(context, store), MONTHS, "corridor")
    km = {row.corridor: row.value for row in rows if row.indicator == "patrol_km"}
    lengths = segments["length"]
    share = lengths[one] / (lengths[one] + 2 * lengths[two])
    assert km == pytest.approx({"niger-libya": 100 * share, "niger-algeria": 100 * (1 - share)})


def test_withdrawn_finds_and_reopened_cases_do_not_count(context: RegionContext) -> None:
    told = "2026-03-10T06:00Z"
    again = {"what": "reopen", "reason": "more people"}
    events = [
        found(told, 10, alive=9), found(told, 12, alive=4), (13, "withdrawn", {"event": 2, "reason": "twice"}, "desk"),
        *closing(20), (30, "decision", again, "desk"), (31, "decision", again, "chief"),
    ]  # fmt: skip
    store = fill(new_store(), [("case_event", *each) for each in case_events("C-9", told, *events)])
    rows = values(indicators(gather(context, store), MONTHS))
    assert rows[("people_reached_alert", "")] == (4, 1) and rows[("response_found_h", "")] == (12.0, 1)
    assert rows[("cases_closed", "")] == (0, 0) and rows[("cases_found_share", "")] == (None, 0)


def test_a_patrol_is_told_once(context: RegionContext) -> None:
    store = new_store()
    read = read_report(context, report(km=400, remark="call +227 90 12 34 56"))
    assert read[1] == ("phone",) and "90 12" not in read[0].remark
    first = keep_report(store, None, read[0], "patrol")
    assert keep_report(store, None, read[0], "patrol") == first
    with pytest.raises(Taken):
        keep_report(store, None, read_report(context, report(km=401))[0], "patrol")
    with pytest.raises(BadInput, match="was out in these hours"):
        keep_report(store, None, read_report(context, report(left="2026-03-02T09:00Z", km=1))[0], "patrol")
    changed = read_report(context, report(km=401))[0]
    assert keep_report(store, None, changed, "patrol", if_version=first.etag).version == 2
    with pytest.raises(Stale):
        keep_report(store, None, read[0], "patrol", if_version=first.etag)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"back_at": "2026-03-02T04:00Z"}, "back after it left"),
        ({"corridor": "nowhere"}, "must be one of"),
        ({"corridor": None}, "name the corridor or the segments"),
        ({"km": float("inf")}, "finite|less than"),
        ({"hours": 13}, "more hours than"),
        ({"driver_name": "x"}, "Extra inputs"),
        ({"segments": ["no--where:001"]}, "segment 'no--where:001' is not known"),
        ({"groups": [group("2026-03-02T18:00Z", adults=1)]}, "before the patrol left or after"),
        ({"groups": [group("2026-03-02T09:00Z")]}, "nobody was met"),
        ({"groups": [group("2026-03-02T09:00Z", dead=1, handed_to="agadez")]}, "only the living"),
        ({"groups": [group("2026-03-02T09:00Z", adults=1, handed_to="atlantis")]}, "no such place"),
        ({"groups": [group("2026-03-02T09:00Z", adults=1, nationality="x")]}, "Extra inputs"),
    ],
)
def test_reports_that_cannot_be(context: RegionContext, fields, fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        read_report(context, report() | fields)


def test_periods_that_are_none() -> None:
    with pytest.raises(BadInput, match=r"(?s)from '2026-13' is no month.*to 'x' is no month"):
        months_of("2026-13", "x")
    with pytest.raises(BadInput, match="lies before"):
        months_of("2026-05", "2026-04")
    assert [str(each) for each in months_of("2025-12", "2026-02")] == ["2025-12", "2026-01", "2026-02"]


def run(*arguments: str):
    return CliRunner().invoke(cli, list(arguments), catch_exceptions=True)


def test_words_and_tables_from_the_command_line(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    said = "car-1 2026-06-15 05:30-17:40 412 km niger-libya; 09:10 14 adults 3 children water to Agadez; 12:30 2 dead"
    assert run("report", "add", said, "--store", url).exit_code == 0
    dit = "car-2 2026-06-15 20:00-04:00 300 km niger-algeria; "
    dit += "01:10 4 adultes en panne cas C-20260615-01 à arlit; 22h05 1 mort"
    assert run("report", "add", dit, "--store", url, "--zone", "Africa/Niamey").exit_code == 0
    rows = {each["report_id"]: each for each in _json(run("report", "list", "--store", url, "--json"))["reports"]}
    assert set(rows) == {"car-1.20260615T053000Z", "car-2.20260615T190000Z"}
    first, night = rows["car-1.20260615T053000Z"], rows["car-2.20260615T190000Z"]
    assert {name: value for name, value in first["groups"][0].items() if value is not None} == {
        "at": "2026-06-15T09:10:00Z", "adults": 14, "children": 3, "dead": 0, "need": "water", "handed_to": "agadez"
    }  # fmt: skip
    assert [each["at"] for each in night["groups"]] == ["2026-06-16T00:10:00Z", "2026-06-15T21:05:00Z"]
    assert night["groups"][0]["case_id"] == "C-20260615-01" and night["groups"][0]["need"] == "breakdown"
    wrong = run("report", "add", "car-3 2026-06-16 05:30-17:40 horn; 09:10 5 Nigerians", "--store", url)
    assert isinstance(wrong.exception, BadInput) and "not understood" in str(wrong.exception)
    out = run("indicators", "--from", "2026-06", "--to", "2026-06", "--store", url, "--lang", "fr")
    assert out.exit_code == 0 and "Personnes confiées à un lieu sûr : Arlit" in out.output


def _json(result):
    return json.loads(result.stdout)


TABLE = """asset_id;left_at;back_at;km;corridor;at;adults;dead;handed_to
#asset;#date;;;;;;;
car-1;2026-06-15T05:30Z;2026-06-15T17:40Z;412;niger-libya;2026-06-15T09:10Z;14;;agadez
car-1;2026-06-15T05:30Z;;;;2026-06-15T12:10Z;;2;
car-2;2026-06-15T05:30Z;2026-06-15T17:40Z;100;niger-libya;;;;
"""


def test_a_table_is_imported_whole_or_not_at_all(tmp_path) -> None:
    url, file = f"sqlite:///{tmp_path}/s.db", tmp_path / "patrols.csv"
    file.write_text(TABLE)
    assert run("report", "import", str(file), "--store", url).exit_code == 0
    assert run("report", "import", str(file), "--store", url).exit_code == 0  # again: nothing new
    rows = _json(run("report", "list", "--store", url, "--json"))["reports"]
    assert [len(each["groups"]) for each in rows] == [2, 0]
    file.write_text(
        TABLE.replace("2026-06", "2026-07").replace(";14;", ";x;").replace("agadez", "atlantis")
        + "car-2;2026-07-15T06:30Z;2026-07-15T07:40Z;7;niger-libya;;;;\n"
        + "car-3;2026-07-15T06:30Z;2026-07-15T05:40Z;;horn;;;;\n"
    )
    faults = run("report", "import", str(file), "--store", url).exception.faults
    assert [fault.partition(":")[0] for fault in faults] == ["line 3", "line 3", "line 6", "line 7"]
    assert "adults 'x' is no number" in faults[0]
    assert len(_json(run("report", "list", "--store", url, "--json"))["reports"]) == 2


def test_reports_over_http_keep_versions_apart(context: RegionContext) -> None:
    client = local_client(context, store=new_store())
    body = report(km=400, groups=[group("2026-03-02T09:00Z", adults=3)])
    made = client.post("/patrol-reports", json=body, headers={"Idempotency-Key": "k-1"})
    assert made.status_code == 201 and made.headers["ETag"] == f'"{made.json()["etag"]}"'
    assert client.post("/patrol-reports", json=body, headers={"Idempotency-Key": "k-1"}).json() == made.json()
    assert client.post("/patrol-reports", json={**body, "km": 1}).status_code == 409
    path = made.headers["Location"]
    tag = made.headers["ETag"]
    assert client.get(path).json()["km"] == 400 and client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.put(path, json={**body, "km": 410}).status_code == 409
    changed = client.put(path, json={**body, "km": 410}, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["version"] == 2
    assert client.put(path, json={**body, "km": 420}, headers={"If-Match": tag}).status_code == 412
    weak = {"If-Match": f"W/{changed.headers['ETag']}"}
    assert client.put(path, json={**body, "km": 420}, headers=weak).status_code == 412
    assert client.put(path, json=body, headers={"If-Match": "*"}).status_code == 422
    assert client.post("/patrol-reports", json=[1]).status_code == 422
    listed = client.get("/patrol-reports?since=2026-03-01T00:00Z&until=2026-04-01T00:00Z").json()["reports"]
    assert [each["km"] for each in listed] == [410]


def test_csv_is_read_back_as_it_was(context: RegionContext) -> None:
    client = local_client(context, store=fill(new_store(), rows_of_a_small_store()))
    query = "from=2026-03&to=2026-04&by=month-corridor"
    document = client.get(f"/indicators?{query}").json()
    text = client.get(f"/indicators.csv?{query}&lang=ar").content.decode("utf-8-sig")
    heads, tags, *rows = csv.reader(io.StringIO(text))
    assert all(tag.startswith("#") for tag in tags) and len(heads) == len(tags)
    for row, told in zip(rows, document["indicators"], strict=True):
        cells = dict(zip(tags, row, strict=True))
        assert cells["#indicator+code"] == told["indicator"] and cells["#loc+corridor"] == told["corridor"]
        number = cells["#indicator+value+num"]
        assert (float(number) if number else None) == told["value"]
        assert int(cells["#meta+records+num"]) == told["records"]
    assert any("دركو" in row[5] for row in rows)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_page_and_chart(context: RegionContext, lang: str) -> None:
    client = local_client(context, store=fill(new_store(), rows_of_a_small_store()))
    page = client.get(f"/indicators.html?from=2026-03&to=2026-04&by=month&lang={lang}")
    assert page.status_code == 200 and "<script" not in page.text and '<img src="http' in page.text
    assert (f'lang="{lang}" dir="rtl"' in page.text) == (lang == "ar")
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    chart = client.get(f"/indicators.svg?from=2026-03&to=2026-04&by=month&lang={lang}")
    assert etree.fromstring(chart.content).tag.endswith("svg")
    assert client.get("/indicators?from=2026-13&to=2026-04").status_code == 422


def test_the_chart_of_nothing_says_so(context: RegionContext) -> None:
    empty = {"audience": "planner", "indicators": []}
    places = context.pack.places
    shown = indicators_chart({**empty}, places, "fr", "png")
    assert shown.startswith(b"\x89PNG") and len(shown) > 2_000


def test_reports_long_past_their_patrol_are_found(context: RegionContext) -> None:
    """A patrol of many days belongs to the month it left in, its groups to those they were met in."""
    store = new_store()
    left = datetime.fromisoformat("2026-02-20T05:00Z")
    met = [group((left + timedelta(days=days)).isoformat(), adults=2) for days in (1, 20)]
    keep_report(
        store, None, read_report(context, report(left="2026-02-20T05:00Z", out_h=24 * 25, km=9, groups=met))[0], "p"
    )
    rows = values(indicators(gather(context, store), MONTHS))
    assert rows[("people_reached_patrol", "")] == (2, 1) and rows[("patrol_km", "")] == (0, 0)
