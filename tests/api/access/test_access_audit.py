"""The audit of the service, as the store keeps it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from api.access.audit import Entry, MemoryAudit, read_head, safe_id
from api.access.stored import StoredAudit
from api.cli.main import exit_code
from api.store.store import Store, open_store
from data.errors import BadInput

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


def entry(what: str = "C-20260615-01") -> Entry:
    return Entry(NOW, "abcdefghij", "planner", "read", "case", what, "rescue from Agadez")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(f"sqlite:///{tmp_path}/guelta.db")
    for number in range(1, 6):
        StoredAudit(store).note(entry(f"C-20260615-0{number}-7f3"))
    return store


def test_entries_say_who_did_what_and_why(store: Store) -> None:
    kept = store.audit.read()
    assert [each.subject for each in kept][4] == "case C-20260615-05-7f3"
    assert kept[0].at == NOW and kept[0].author == "abcdefghij" and kept[0].action == "read"
    assert kept[0].detail == '{"audience":"planner","purpose":"rescue from Agadez"}'
    assert StoredAudit(store).head() == (5, kept[4].digest)
    assert StoredAudit(open_store(str(store.engine.url))).head() == (5, kept[4].digest)


def test_the_command_tells(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--store", str(store.engine.url)]
    assert exit_code(["audit", "verify", *where]) == 0
    head = capsys.readouterr().out.split()[-1]
    assert exit_code(["audit", "show", "--last", "2", *where]) == 0
    shown = capsys.readouterr().out
    assert "C-20260615-05" in shown and "C-20260615-03" not in shown
    with store.database.writing() as connection:
        connection.execute(text("UPDATE audit SET subject = 'case C-20260615-04' WHERE n = 3"))
    assert exit_code(["audit", "verify", "--seen", head, *where]) == 3
    assert "entry 3" in capsys.readouterr().err
    assert exit_code(["audit", "verify", "--seen", "x", *where]) == 2
    with pytest.raises(BadInput):
        read_head("1:2")


def test_entries_cut_off_at_the_end_are_found_with_a_head_noted_elsewhere(store: Store) -> None:
    seen = store.audit.head()
    with store.database.writing() as connection:
        connection.execute(text("DELETE FROM audit WHERE n > 3"))
    assert store.audit.verify() == () and store.audit.verify(seen)


@pytest.mark.parametrize("what", ["19.05,12.10", "C-19.05-12", "-19", "1905121", "a b", "x" * 99])
def test_ids_of_another_form_are_not_kept(what: str, store: Store) -> None:
    StoredAudit(store).note(entry(what))
    assert safe_id(what) == "?" and what not in repr(store.audit.read()[-1].subject)


def test_a_service_without_store_counts(store: Store) -> None:
    log = MemoryAudit()
    log.note(entry())
    assert log.head()[0] == 1 and log.entries == [entry()]
