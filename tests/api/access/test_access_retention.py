"""What closed cases keep, and what is screened before it is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.access.audit import MemoryAudit
from api.access.retention import ERASED, retain, retention_key
from api.case_log import CaseLog, Event
from api.cli.main import exit_code
from api.context import RegionContext
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
KEY = b"k" * 32
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
def log(tmp_path: Path) -> CaseLog:
    """A closed case as an older version may have kept it: nothing was screened."""
    log = CaseLog(tmp_path / "cases")
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
            log.append(case_id, event)
        else:
            case_id = log.create(TOLD.date(), event)
    return log


def words(log: CaseLog) -> str:
    return "".join(path.read_text() for path in log.folder.glob("*.jsonl"))


def test_nothing_before_thirty_days_and_nothing_of_open_cases(log: CaseLog) -> None:
    before = words(log)
    assert retain(log.folder, CLOSED + timedelta(days=30, seconds=-1), KEY, place_of) == ([], [])
    reopen = Decision(what="reopen", reason="new message")
    for by in ("coordinator", "duty-officer"):
        log.append("C-20260301-01", Event(CLOSED + timedelta(days=40), "decision", by, written(reopen)))
    assert retain(log.folder, CLOSED + timedelta(days=400), KEY, place_of) == ([], [])
    assert words(log).startswith(before)


def test_contact_notes_go_after_thirty_days(log: CaseLog) -> None:
    before = log.read("C-20260301-01")
    done, faults = retain(log.folder, CLOSED + timedelta(days=30), KEY, place_of)
    assert [each.what for each in done] == ["notes"] and faults == []
    record = log.read("C-20260301-01")
    assert record.remarks == () and record.numbers == (*before.numbers, before.last + 1)
    text = words(log)
    assert "96 12 34 56" not in text and "brother" not in text and "9612" not in text
    assert record.events[0].data["message"] == record.events[4].data["text"] == ERASED
    assert record.events[0].data["where"] == "90 km west of Dirkou"
    assert retain(log.folder, CLOSED + timedelta(days=31), KEY, place_of) == ([], [])


def test_positions_become_cells_after_ninety_days(log: CaseLog, tmp_path: Path) -> None:
    old = (log.folder / "C-20260301-01.jsonl").read_bytes()
    audit = MemoryAudit()
    done, faults = retain(log.folder, CLOSED + timedelta(days=90), KEY, place_of, audit)
    assert [each.what for each in done] == ["notes", "positions"] and faults == []
    text = words(log)
    for exact in ("19.05", "12.10", "19.07", "12.01", "19.012", "Seguedine", "Dirkou", "km 40"):
        assert exact not in text
    record = log.read("C-20260301-01")
    assert record.remarks == () and record.events[0].data["where"] == "19.25, 12.25"
    assert record.events[0].data["adults"] == 27 and len(record.events[2].data["lonlat"]) == 2
    assert [each.kind for each in record.events[-2:]] == ["retained", "retained"]
    import hmac

    assert record.events[-2].data["before"] == hmac.digest(KEY, old, "sha256").hex()
    assert len(list(audit.lines())) == 2 and "19." not in "".join(audit.lines())
    assert retain(log.folder, CLOSED + timedelta(days=500), KEY, place_of) == ([], [])
    assert [path.name for path in log.folder.iterdir()] == ["C-20260301-01.jsonl"]


def test_a_case_that_cannot_be_done_does_not_stop_the_others(log: CaseLog) -> None:
    (log.folder / "C-20260228-01.jsonl").write_text("damaged\n")
    done, faults = retain(log.folder, CLOSED + timedelta(days=90), KEY, place_of)
    assert len(done) == 2 and any("C-20260228-01" in fault for fault in faults)


def test_the_command_and_the_case_afterwards(
    log: CaseLog, tmp_path: Path, capsys: pytest.CaptureFixture[str], context: RegionContext
) -> None:
    folders = ["--cases", str(log.folder), "--access", str(tmp_path / "access")]
    assert exit_code(["retain", "--now", "2026-09-01T00:00Z", "--json", *folders]) == 0
    assert len(json.loads(capsys.readouterr().out)["thinned"]) == 2
    assert len(retention_key(tmp_path / "access")) == 64
    desk = CaseDesk(context, log.folder)
    assert desk.told("C-20260301-01")[0] == "closed"
    state = desk.state("C-20260301-01")
    assert state.status == "closed" and state.alert.people == 27


def test_no_door_writes_that_a_case_was_thinned_out(log: CaseLog, context: RegionContext) -> None:
    event = read_event({"kind": "retained", "what": "notes", "before": "0" * 64})
    assert isinstance(event, Retained)
    with pytest.raises(BadInput, match="guelta retain"):
        CaseDesk(context, log.folder).add("C-20260301-01", event, "coordinator")


def test_words_are_screened_before_they_are_kept(context: RegionContext, tmp_path: Path) -> None:
    desk = CaseDesk(context, tmp_path / "cases")
    case_id = desk.open(
        Opened(where="19.05, 12.10", told_at=TOLD, adults=3, message=f"{MESSAGE} at 19.05, 12.10"), "coordinator"
    )
    desk.add(case_id, Note(text="a.b@example.org saw them at 19.05, 12.10"), "coordinator", TOLD)
    desk.add(case_id, Decision(what="close", reason="found, says ٩٦ ١٢ ٣٤ ٥٦"), "coordinator", TOLD)
    text = words(CaseLog(tmp_path / "cases"))
    for secret in ("96 12", "example.org", "٩٦"):
        assert secret not in text
    record = desk.log.read(case_id)
    assert record.events[0].data["where"] == "19.05, 12.10"
    assert record.events[0].data["message"] == "27 people 90 km west of Dirkou, call [phone] at 19.05, 12.10"
    assert record.events[1].data["text"] == "[mail] saw them at [position]"
    from api.usecases.case_desk import _taken_out
    from api.usecases.case_replay import Logged

    logged = [Logged(n, e.at, e.by, read_event({"kind": e.kind, **e.data})) for n, e in enumerate(record.events, 1)]
    assert _taken_out(logged)[1] == "event 2: a mail and a position was taken out of its words"
