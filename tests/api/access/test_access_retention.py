"""What closed cases keep, and what is screened before it is kept."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.access.audit import MemoryAudit
from api.access.retention import ERASED, retain
from api.case_book import CaseBook
from api.case_record import Event
from api.cli.main import exit_code
from api.context import RegionContext
from api.store.backup import backup, restore
from api.store.changes import canonical
from api.store.check import check
from api.store.store import Store, open_store
from api.store.sync import export_changes, import_changes, trust
from api.usecases.case_desk import CaseDesk
from api.usecases.case_events import (
    CaseEvent,
    Clue,
    Decision,
    Driven,
    Facts,
    Note,
    Opened,
    Retained,
    read_event,
    written,
)
from data.errors import BadInput

TOLD = datetime(2026, 3, 1, 10, tzinfo=UTC)
CLOSED = TOLD + timedelta(days=2)
DRIVEN = Driven(
    said="clear to km 40",
    lonlat=tuple((12.01 + step / 5, 19.07) for step in range(5)),
    times=tuple(TOLD + timedelta(minutes=20 * step) for step in range(5)),
)
CLUE = Clue(what="footprints", where="19.0512 12.1034", lon=12.1034, lat=19.0512, seen_at=TOLD, bearing_deg=10)
MESSAGE = "27 people 90 km west of Dirkou, call +227 96 12 34 56"


def place_of(words: str) -> tuple[float, float]:
    if "Dirkou" in words:
        return 12.034, 19.012
    lat, lon = (float(part) for part in words.split(","))
    return lon, lat


@pytest.fixture
def book(tmp_path: Path) -> CaseBook:
    """A closed case as an older version may have kept it: nothing was screened."""
    book = CaseBook(open_store(f"sqlite:///{tmp_path}/guelta.db"))
    events: list[tuple[datetime, str, CaseEvent]] = [
        (TOLD, "coordinator", Opened(where="90 km west of Dirkou", told_at=TOLD, adults=27, message=MESSAGE)),
        (TOLD, "coordinator", Facts(where="19.0512, 12.1034", walked_towards="Seguedine")),
        (TOLD, "coordinator", DRIVEN),
        (TOLD, "coordinator", CLUE),
        (TOLD, "coordinator", Note(text="brother reachable at 96 12 34 56")),
        (CLOSED, "coordinator", Decision(what="close", reason="all found, told by 96123456")),
        (CLOSED, "duty-officer", Decision(what="close", reason="all found")),
    ]  # fmt: skip
    case_id = ""
    for at, by, each in events:
        event = Event(at, each.kind, by, written(each))
        if case_id:
            book.append(case_id, event)
        else:
            case_id = book.create(TOLD.date(), event)
    return book


def words(store: Store) -> str:
    """Everything that a store keeps of its cases, and the bytes of its files."""
    with store.database.reading() as connection:
        rows = [
            *connection.execute(text("SELECT body FROM change")),
            *connection.execute(text("SELECT body FROM record")),
        ]
    files = b"".join(path.read_bytes() for path in Path(str(store.engine.url.database)).parent.glob("guelta.db*"))
    return "".join(row[0] for row in rows) + files.decode("latin-1")


def the_case(book: CaseBook) -> str:
    (case_id,) = book.ids()
    return case_id


def test_nothing_before_thirty_days_and_nothing_of_open_cases(book: CaseBook) -> None:
    before = book.read(the_case(book))
    assert retain(book.store, CLOSED + timedelta(days=30, seconds=-1), place_of) == ([], [])
    reopen = Decision(what="reopen", reason="new message")
    for by in ("coordinator", "duty-officer"):
        book.append(the_case(book), Event(CLOSED + timedelta(days=40), "decision", by, written(reopen)))
    assert retain(book.store, CLOSED + timedelta(days=400), place_of) == ([], [])
    assert book.read(the_case(book)).events[: before.last] == before.events


def test_contact_notes_go_after_thirty_days(book: CaseBook) -> None:
    before = book.read(the_case(book))
    done, faults = retain(book.store, CLOSED + timedelta(days=30), place_of)
    assert [each.what for each in done] == ["notes"] and faults == []
    record = book.read(the_case(book))
    assert record.remarks == () and record.numbers == (*before.numbers, before.last + 1)
    kept = words(book.store)
    assert "96 12 34 56" not in kept and "brother" not in kept and "9612" not in kept
    assert record.events[0].data["message"] == record.events[4].data["text"] == ERASED
    assert record.events[0].data["where"] == "90 km west of Dirkou"
    assert [each.by for each in record.events[:-1]] == [each.by for each in before.events]
    assert retain(book.store, CLOSED + timedelta(days=31), place_of) == ([], [])


def test_a_reader_in_the_way_is_told_and_the_next_run_ends_it(
    book: CaseBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.engine.WAIT_S", 0.1)
    hasty = open_store(f"sqlite:///{tmp_path}/guelta.db")
    with book.store.database.reading() as connection:
        connection.execute(text("SELECT count(*) FROM record"))
        done, (fault,) = retain(hasty, CLOSED + timedelta(days=30), place_of)
    assert [each.what for each in done] == ["notes"] and fault.endswith("retain again")
    assert retain(hasty, CLOSED + timedelta(days=30), place_of) == ([], [])
    assert "96 12 34 56" not in words(hasty)


def test_positions_become_cells_after_ninety_days(book: CaseBook) -> None:
    audit = MemoryAudit()
    done, faults = retain(book.store, CLOSED + timedelta(days=90), place_of, audit)
    assert [each.what for each in done] == ["notes", "positions"] and faults == []
    kept = words(book.store)
    for exact in ("19.05", "12.10", "19.07", "12.01", "19.012", "Seguedine", "Dirkou", "km 40"):
        assert exact not in kept
    record = book.read(the_case(book))
    assert record.remarks == () and record.events[0].data["where"] == "19.25, 12.25"
    assert record.events[0].data["adults"] == 27 and len(record.events[2].data["lonlat"]) == 2
    assert [each.kind for each in record.events[-2:]] == ["retained", "retained"]
    assert [(each.did, each.purpose) for each in audit.entries] == [("retain", "notes"), ("retain", "positions")]
    assert retain(book.store, CLOSED + timedelta(days=500), place_of) == ([], [])
    assert check(book.store)["faults"] == []


def test_the_digest_of_before_can_be_proved_with_the_key_alone(book: CaseBook) -> None:
    case_id = the_case(book)
    rows = book.store.list("case_event")
    said = canonical([[each.record_id, each.body] for each in rows]).encode()
    retain(book.store, CLOSED + timedelta(days=30), place_of)
    told = book.read(case_id).events[-1].data["before"]
    assert told == hmac.digest(book.store.secret("retention"), said, "sha256").hex()
    assert told != hmac.digest(book.store.secret("other"), said, "sha256").hex()


def test_what_was_erased_stays_away(book: CaseBook, tmp_path: Path) -> None:
    """Neither a backup, nor the store that wrote it, nor another one that kept it brings it back."""
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    old, new = tmp_path / "old.sync", tmp_path / "new.sync"
    export_changes(book.store, old)
    trust(other, old)
    import_changes(other, old)
    retain(book.store, CLOSED + timedelta(days=90), place_of)
    import_changes(book.store, old)
    export_changes(book.store, new)
    assert "Seguedine" not in words(book.store) and "Seguedine" not in new.read_text(errors="replace")
    backup(book.store, tmp_path / "b")
    third = open_store(f"sqlite:///{tmp_path}/third.db")
    restore(third, tmp_path / "b")
    import_changes(third, old)
    assert CaseBook(third).read(the_case(book)) == book.read(the_case(book)) and check(third)["faults"] == []
    # the other store is told, and erases when it retains
    import_changes(other, new)
    with other.database.reading() as connection:
        assert any("Seguedine" in row[0] for row in connection.execute(text("SELECT body FROM change")))
    assert retain(other, CLOSED + timedelta(days=90), place_of) == ([], [])
    with other.database.reading() as connection:
        assert not any("Seguedine" in row[0] for row in connection.execute(text("SELECT body FROM change")))


def test_a_case_that_cannot_be_done_does_not_stop_the_others(book: CaseBook) -> None:
    nowhere = Opened(where="nowhere, anyhow", told_at=TOLD, adults=1)
    case_id = book.create(TOLD.date(), Event(TOLD, "opened", "coordinator", written(nowhere)))
    close = Decision(what="close", reason="nobody there")
    for by in ("coordinator", "duty-officer"):
        book.append(case_id, Event(CLOSED, "decision", by, written(close)))

    def places(words: str) -> tuple[float, float]:
        if "nowhere" in words:
            raise BadInput(f"{case_id}: no place")
        return place_of(words)

    done, faults = retain(book.store, CLOSED + timedelta(days=90), places)
    assert len(done) == 3 and any(case_id in fault for fault in faults)


def test_the_command_and_the_case_afterwards(
    book: CaseBook, capsys: pytest.CaptureFixture[str], context: RegionContext
) -> None:
    where = ["--store", str(book.store.engine.url)]
    assert exit_code(["retain", "--now", "2026-09-01T00:00Z", "--json", *where]) == 0
    assert len(json.loads(capsys.readouterr().out)["thinned"]) == 2
    desk = CaseDesk(context, book.store)
    assert desk.told("C-20260301-01")[0] == "closed"
    state = desk.state("C-20260301-01")
    assert state.status == "closed" and state.alert.people == 27
    assert [each.action for each in book.store.audit.read()] == ["retain", "retain"]


def test_no_door_writes_that_a_case_was_thinned_out(book: CaseBook, context: RegionContext) -> None:
    event = read_event({"kind": "retained", "what": "notes", "before": "0" * 64})
    assert isinstance(event, Retained)
    with pytest.raises(BadInput, match="guelta retain"):
        CaseDesk(context, book.store).add("C-20260301-01", event, "coordinator")


def test_words_are_screened_before_they_are_kept(context: RegionContext, tmp_path: Path) -> None:
    desk = CaseDesk(context, open_store(f"sqlite:///{tmp_path}/guelta.db"))
    case_id = desk.open(
        Opened(where="19.05, 12.10", told_at=TOLD, adults=3, message=f"{MESSAGE} at 19.05, 12.10"), "coordinator"
    )
    desk.add(case_id, Note(text="a.b@example.org saw them at 19.05, 12.10"), "coordinator", TOLD)
    desk.add(case_id, Decision(what="close", reason="found, says ٩٦ ١٢ ٣٤ ٥٦"), "coordinator", TOLD)
    kept = words(desk.store)
    for secret in ("96 12", "example.org", "٩٦"):
        assert secret not in kept
    record = desk.book.read(case_id)
    assert record.events[0].data["where"] == "19.05, 12.10"
    assert record.events[0].data["message"] == "27 people 90 km west of Dirkou, call [phone] at 19.05, 12.10"
    assert record.events[1].data["text"] == "[mail] saw them at [position]"
    from api.usecases.case_desk import _taken_out
    from api.usecases.case_replay import Logged

    logged = [Logged(n, e.at, e.by, read_event({"kind": e.kind, **e.data})) for n, e in enumerate(record.events, 1)]
    assert _taken_out(logged)[1] == "event 2: a mail and a position was taken out of its words"
