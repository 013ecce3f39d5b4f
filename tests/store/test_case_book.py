"""Cases in the store: numbers, two writers, killed writers, two stores that were apart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests_store import NOW, ticking

from api.case_book import CaseBook, number_of_day
from api.case_record import DEEPEST, MOST_BYTES, Event
from api.store.check import check
from api.store.errors import Missing
from api.store.sync import export_changes, import_changes, trust
from data.errors import BadInput, NoAnswer

ROOT = Path(__file__).parents[2]
DAY = date(2026, 6, 15)


def event(kind="note", by="coordinator", at=NOW, **data):
    return Event(at, kind, by, data)


def opened(**data):
    return event("opened", where="90 km west of Dirkou", **data)


def test_a_case_holds_what_was_told_in_order(store):
    book = CaseBook(store)
    case_id = book.create(DAY, opened())
    assert number_of_day(case_id) == "C-20260615-01" and case_id.endswith(store.node_id[:3])
    words = "à 2 jours d'Agadez, عرق"
    assert book.append(case_id, event(text=words), expected=1) == 2
    # told later, of earlier: it stands where it was written
    assert book.append(case_id, event("clue", at=NOW - timedelta(hours=3), lon=12.0, lat=19.0)) == 3
    record = book.read(case_id)
    assert [each.kind for each in record.events] == ["opened", "note", "clue"]
    assert record.events[1].data == {"text": words} and record.numbers == (1, 2, 3) and record.remarks == ()
    assert len(store.list("case_event", bbox=(11.9, 18.9, 12.1, 19.1))) == 1
    assert store.get("case", case_id).body["where"] == "90 km west of Dirkou"


def test_the_end_of_an_id_may_be_left_out(store):
    book = CaseBook(store)
    cases = [book.create(DAY, opened()) for _ in range(11)]
    assert [book.id_of(number_of_day(each)) for each in cases] == cases == book.ids()
    assert book.id_of(cases[0]) == cases[0]
    for wrong, kind in (("C-20260615-77", Missing), ("../x", BadInput), ("", BadInput), ("C-2026", BadInput)):
        with pytest.raises(kind):
            book.id_of(wrong)
    with pytest.raises(Missing, match="near it"):
        book.id_of("C-20260615-12")


def test_a_writer_who_has_not_seen_the_newest_writes_nothing(store):
    book = CaseBook(store)
    case_id = book.create(DAY, opened())
    book.append(case_id, event(by="desk-2", text="x"), expected=1)
    with pytest.raises(NoAnswer, match=r"1 added since you have read it \(2 note by desk-2"):
        book.append(case_id, event(text="y"), expected=1)
    with pytest.raises(NoAnswer, match="some are lost"):
        book.append(case_id, event(text="y"), expected=7)
    assert book.read(case_id).last == 2
    with pytest.raises(Missing):
        book.append("C-20260615-09-aaa", event(text="y"))
    assert len(store.list("case_event")) == 2


def test_the_status_stands_in_the_brief(store):
    book = CaseBook(store)
    case_id = book.create(DAY, opened())
    book.append(case_id, event("decision", what="close", reason="found"), status="closed")
    assert store.get("case", case_id).body["status"] == "closed"


@pytest.mark.parametrize(
    "data",
    [
        {"x": float("nan")},
        {"x": {1: 2}},
        {"x": (1, 2)},
        {"x": "\ud800"},
        {"x": "y" * MOST_BYTES},
        {"x": eval("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))},
    ],
)
def test_what_json_cannot_carry_is_refused(data):
    with pytest.raises(BadInput, match="data"):
        Event(NOW, "note", "coordinator", data)


def test_roles_and_times_are_checked_at_once():
    with pytest.raises(BadInput) as caught:
        Event(datetime(2026, 6, 15), "A kind", "Some Body", {})
    assert len(caught.value.faults) == 3


def test_many_writers_of_one_case(store):
    book = CaseBook(store)
    case_id = book.create(DAY, opened())
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda n: book.append(case_id, event(text=str(n))), range(24)))
    assert sorted(numbers) == list(range(2, 26))
    record = book.read(case_id)
    assert {each.data["text"] for each in record.events[1:]} == {str(n) for n in range(24)}
    assert check(store)["faults"] == []


WRITER = """
import sys
from datetime import UTC, datetime
from api.case_book import CaseBook
from api.case_record import Event
from api.store.store import open_store
book, n = CaseBook(open_store(sys.argv[1])), 0
while True:
    at = datetime(2026, 6, 15, 9, tzinfo=UTC)
    print(book.append(sys.argv[2], Event(at, "note", "desk", {"text": str(n)})), flush=True)
    n += 1
"""


def test_a_killed_writer_loses_no_event_that_was_answered(store):
    book = CaseBook(store)
    case_id = book.create(DAY, opened())
    url = store.engine.url.render_as_string(hide_password=False)
    answered = 1
    for lines in (1, 7, 20):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, case_id], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout
        told = [int(writer.stdout.readline()) for _ in range(lines)]
        os.kill(writer.pid, signal.SIGKILL)
        told += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
        writer.wait()
        answered = told[-1]
        record = book.read(case_id)
        assert record.last >= answered and record.remarks == ()
    assert check(store)["faults"] == []


@pytest.fixture
def apart(new_store, tmp_path):
    """Two stores that trust each other, each with a case of the same day and one that both know."""
    first, second = new_store(clock=ticking()), new_store(clock=ticking(start=NOW + timedelta(minutes=30)))
    a, b = CaseBook(first), CaseBook(second)
    shared = a.create(DAY, opened())

    def exchange():
        for number, (one, other) in enumerate(((first, second), (second, first))):
            path = tmp_path / f"{number}.sync"
            path.unlink(missing_ok=True)
            export_changes(one, path)
            trust(other, path)
            import_changes(other, path)

    exchange()
    return a, b, shared, exchange


def test_two_stores_never_give_one_id(apart):
    a, b, _, exchange = apart
    own = [book.create(DAY, event("opened", where=where)) for book, where in ((a, "Dirkou"), (b, "Bilma"))]
    exchange()
    assert a.ids() == b.ids() and len(set(a.ids())) == 3
    assert [a.read(each).events[0].data["where"] for each in own] == ["Dirkou", "Bilma"]
    with pytest.raises(BadInput, match="two stores") as caught:
        a.id_of("C-20260615-02")
    assert all(each in str(caught.value) for each in own)


def test_events_written_apart_are_all_there_in_the_order_of_writing(apart):
    a, b, shared, exchange = apart
    a.append(shared, event(text="a2"))
    a.append(shared, event(text="a3"))
    b.append(shared, event(text="b2"))
    b.append(shared, event("withdrawn", event=2, reason="wrong"))
    exchange()
    assert a.read(shared) == b.read(shared)
    record = a.read(shared)
    assert [each.data.get("text") for each in record.events] == [None, "a2", "a3", "b2", None]
    # what was event 2 of the one that withdrew it is event 4 now
    assert record.events[4].data == {"event": 4, "reason": "wrong"}
    assert any("two desks" in remark for remark in record.remarks)
    # who goes on writes after all that was seen
    b.append(shared, event("withdrawn", event=3, reason="also wrong"))
    exchange()
    assert a.read(shared).events[5].data == {"event": 3, "reason": "also wrong"} and a.read(shared) == b.read(shared)


def test_a_withdrawal_that_came_before_what_it_withdraws(apart, tmp_path):
    a, b, shared, exchange = apart
    b.append(shared, event(text="b2"))
    b.append(shared, event("withdrawn", event=2, reason="wrong"))
    exchange()
    rows = a.store.list("case_event")
    from sqlalchemy import text

    with a.store.database.writing() as connection:
        for row in rows:
            if row.body["data"].get("text") == "b2":
                named = {"name": row.record_id}
                connection.execute(text("DELETE FROM record WHERE record_id = :name"), named)
    record = a.read(shared)
    assert [each.kind for each in record.events] == ["opened"] and "has not come here yet" in record.remarks[0]
