"""Case files: what is written is read back, and what is no case stays out."""

from __future__ import annotations

import os
import stat
import tempfile
from datetime import UTC, date, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests_cases import AT, DAY, event, file_of, open_case

from api.case_lines import DEEPEST, MOST_BYTES
from api.case_log import CaseLog, Event
from data.errors import BadInput, NoAnswer


@pytest.fixture
def log(tmp_path):
    return CaseLog(tmp_path / "cases")


@pytest.fixture
def case_of_three(log):
    return open_case(log)


def test_cases_are_numbered_by_the_day_and_kept_for_their_owner(log):
    old = os.umask(0)
    try:
        ids = [log.create(DAY, event(i=i)) for i in range(3)] + [log.create(date(2026, 6, 14), event())]
    finally:
        os.umask(old)
    assert ids == ["C-20260615-01", "C-20260615-02", "C-20260615-03", "C-20260614-01"]
    assert log.ids() == sorted(ids)
    assert stat.S_IMODE(log.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in log.folder.iterdir()} == {0o600}
    assert sorted(each.name for each in log.folder.iterdir()) == [f"{case}.jsonl" for case in sorted(ids)]
    assert log.read(ids[1]).events == (event(i=1),)


def test_the_hundredth_case_of_a_day_sorts_last(log):
    log.create(DAY, event())
    file_of(log, "C-20260615-01").rename(file_of(log, "C-20260615-99"))
    assert log.create(DAY, event()) == "C-20260615-100"
    assert log.ids() == ["C-20260615-99", "C-20260615-100"]
    file_of(log, "C-20260615-99").rename(file_of(log, "C-20260615-999"))
    with pytest.raises(NoAnswer, match="999 cases already"):
        log.create(DAY, event())


def test_a_folder_open_to_others_is_closed_or_refused(tmp_path):
    tmp_path.chmod(0o755)
    CaseLog(tmp_path).create(DAY, event())
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    (tmp_path / "holiday.txt").write_text("x")
    tmp_path.chmod(0o755)
    with pytest.raises(BadInput, match="a folder of its own"):
        CaseLog(tmp_path).create(DAY, event())
    with pytest.raises(BadInput, match="cannot be"):
        CaseLog(tmp_path / "holiday.txt").create(DAY, event())
    with pytest.raises(BadInput, match="cannot be made"):
        CaseLog(tmp_path / "holiday.txt" / "cases").create(DAY, event())


def test_a_file_that_was_opened_to_others_is_closed_by_the_next_event(log, case_of_three):
    file_of(log, case_of_three).chmod(0o644)
    log.append(case_of_three, event())
    assert stat.S_IMODE(file_of(log, case_of_three).stat().st_mode) == 0o600


def test_events_are_read_as_they_were_written(log, case_of_three):
    record = log.read(case_of_three)
    assert [each.kind for each in record.events] == ["alert", "position", "car-sent"]
    assert record.events[1].data == {"text": "à 2 jours d'Agadez, عرق"}
    assert (record.numbers, record.last, record.remarks) == ((1, 2, 3), 3, ())
    assert record.events[0].at == AT and record.events[0].at.tzinfo is UTC
    assert "عرق".encode() in file_of(log, case_of_three).read_bytes()


def test_expected_tells_what_came_in_between(log, case_of_three):
    assert log.append(case_of_three, event(), expected=3) == 4
    with pytest.raises(NoAnswer, match="1 added since you have read it \\(4 position by coordinator at 09:30Z\\)"):
        log.append(case_of_three, event(), expected=3)
    with pytest.raises(NoAnswer, match="you have seen 7 events and the file holds 4"):
        log.append(case_of_three, event(), expected=7)
    assert log.append(case_of_three, event()) == 5
    assert log.read(case_of_three).last == 5


@pytest.mark.parametrize(
    "case_id",
    [
        "../C-20260615-01",
        "/etc/passwd",
        "C-20260615-01/../C-20260615-02",
        "C-20260615-01\n",
        "C-20260615-1",
        "C-20260615-00",
        "C-20260615-1000",
        "C-٢٠٢٦٠٦١٥-01",
        "C-20260615-01\0",
        "",
        "." * 5000,
        None,
    ],
)
def test_ids_from_outside_never_reach_the_disk(log, case_of_three, case_id, monkeypatch):
    monkeypatch.setattr(os, "open", lambda *_, **__: pytest.fail("the disk was touched"))
    for ask in (log.read, lambda each: log.append(each, event())):
        with pytest.raises(BadInput, match="is no case id") as caught:
            ask(case_id)
        assert "\n" not in str(caught.value)


def test_an_unknown_case_names_those_near_it(log, case_of_three):
    with pytest.raises(BadInput, match="no such case; near it: C-20260615-01"):
        log.read("C-20260615-07")
    with pytest.raises(BadInput, match="no such case; none like it"):
        CaseLog(log.folder / "none").append("C-20260615-07", event())
    assert CaseLog(log.folder / "none").ids() == []


def test_what_is_no_case_file_is_ignored(log, case_of_three):
    outside = log.folder.parent / "outside.jsonl"
    outside.write_bytes(b"")
    file_of(log, "C-20260615-02").symlink_to(outside)
    file_of(log, "C-20260615-03").mkdir()
    os.mkfifo(file_of(log, "C-20260615-04"))
    (log.folder / "notes.jsonl").write_text("{}")
    (log.folder / "C-20260615-05.jsonl~").write_text("{}")
    assert log.ids() == [case_of_three]
    for number in (2, 3, 4):
        with pytest.raises(BadInput, match="no such case"):
            log.append(f"C-20260615-0{number}", event())
        with pytest.raises(BadInput, match="no such case"):
            log.read(f"C-20260615-0{number}")
    assert outside.read_bytes() == b""
    # The taken names are not case files, and still never overwritten.
    assert log.create(DAY, event()) == "C-20260615-05"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ((AT.replace(tzinfo=None), "note", "coordinator", {}), "at: is no time with its zone"),
        ((AT, "Note", "coordinator", {}), "kind: 'Note' is no short code"),
        ((AT, "note", "A. Person", {}), "by: 'A. Person' is no short code"),
        ((AT, "note", "x" * 25, {}), "by: "),
        ((AT, "note", "coordinator", {"x": float("nan")}), "data: cannot be kept as JSON"),
        ((AT, "note", "coordinator", {"x": (1, 2)}), "data: "),
        ((AT, "note", "coordinator", {1: 2}), "data: only objects|data: cannot"),
        ((AT, "note", "coordinator", {"x": {1}}), "data: "),
        ((AT, "note", "coordinator", {"x": "\ud800"}), "data: "),
        ((AT, "note", "coordinator", [1]), "data: "),
    ],
)
def test_events_that_could_not_be_read_back_are_refused(fields, said):
    with pytest.raises(BadInput, match=said) as caught:
        Event(*fields)
    assert len(caught.value.faults) == 1


def test_events_have_a_bound_and_belong_to_nobody_else(log):
    data = {"x": [1]}
    made = Event(AT.astimezone(timezone(timedelta(hours=1))), "note", "coordinator", data)
    data["x"].append(2)
    assert made == Event(AT, "note", "coordinator", {"x": [1]})
    deep: dict = {}
    for _ in range(DEEPEST):
        deep = {"x": deep}
    case_id = log.create(DAY, event(deep=deep["x"]))
    assert log.read(case_id).events[0].data == {"deep": deep["x"]}
    for _ in range(5000):
        deep = {"x": deep}
    with pytest.raises(BadInput, match="deeper"):
        event(deep=deep)
    with pytest.raises(BadInput, match="at most"):
        log.append(case_id, event(x="a" * MOST_BYTES))
    with pytest.raises(BadInput, match="at most"):
        log.create(DAY, event(x="a" * MOST_BYTES))
    assert log.read(case_id).last == 1


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(
    data=st.lists(st.dictionaries(st.text(), values, max_size=4), min_size=1, max_size=4),
    at=st.datetimes(timezones=st.just(UTC)),
)
def test_whatever_json_holds_comes_back(data, at):
    with tempfile.TemporaryDirectory() as folder:
        log = CaseLog(Path(folder))
        written = tuple(Event(at, "note", "coordinator", each) for each in data)
        case_id = log.create(DAY, written[0])
        for i, each in enumerate(written[1:], start=1):
            assert log.append(case_id, each, expected=i) == i + 1
        record = log.read(case_id)
        assert record.events == written and record.remarks == ()
        assert repr([each.data for each in record.events]) == repr(data)
