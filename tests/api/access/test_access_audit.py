"""The audit finds what was changed in it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.access.audit import Entry, FileAudit, MemoryAudit, read_head, safe_id, verify
from api.cli.main import exit_code
from data.errors import BadInput

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


def entry(what: str = "C-20260615-01") -> Entry:
    return Entry(NOW, "abcdefghij", "planner", "read", "case", what, "rescue from Agadez")


@pytest.fixture
def log(tmp_path: Path) -> FileAudit:
    log = FileAudit(tmp_path / "access" / "audit.jsonl")
    for number in range(1, 6):
        log.note(entry(f"C-20260615-0{number}"))
    return log


def test_a_sound_log(log: FileAudit) -> None:
    last, digest, faults = verify(log)
    assert (last, faults) == (5, ()) and log.head() == (5, digest)
    log.note(entry())
    assert verify(FileAudit(log.path), (5, digest))[2] == ()
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("change", ["word", "drop", "cut", "swap", "twice", "insert", "all"])
def test_every_change_is_found(log: FileAudit, change: str) -> None:
    lines = log.path.read_bytes().splitlines(keepends=True)
    changed = {
        "word": [lines[0], lines[1].replace(b"planner", b"admin  "), *lines[2:]],
        "drop": [*lines[:2], *lines[3:]],
        "cut": lines[:3],
        "swap": [lines[1], lines[0], *lines[2:]],
        "twice": [*lines, lines[4]],
        "insert": [*lines[:2], b"{}\n", *lines[2:]],
        "all": [],
    }[change]
    log.path.write_bytes(b"".join(changed))
    assert verify(log)[2]


def test_a_log_made_anew_is_found_with_a_head_noted_elsewhere(log: FileAudit) -> None:
    seen = log.head()
    log.path.unlink()
    log.path.with_suffix(".head").unlink()
    for _ in range(7):
        log.note(entry())
    assert verify(log)[2] == () and verify(log, seen)[2]


def test_an_unfinished_line_is_told_and_the_next_one_follows(log: FileAudit) -> None:
    with log.path.open("ab") as file:
        file.write(b'{"n":6,"at')
    log.note(entry())
    assert any("stopped" in fault for fault in verify(log)[2])


def test_many_writers(log: FileAudit) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: FileAudit(log.path).note(entry()), range(40)))
    assert verify(log)[0] == 45 and verify(log)[2] == ()


def test_the_command_tells(log: FileAudit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--access", str(log.path.parent)]
    assert exit_code(["audit", "verify", *folder]) == 0
    head = capsys.readouterr().out.split()[-1]
    log.path.write_bytes(log.path.read_bytes().replace(b"0615-03", b"0615-04", 1))
    assert exit_code(["audit", "verify", "--seen", head, *folder]) == 3
    assert "line 3" in capsys.readouterr().err
    assert exit_code(["audit", "verify", "--seen", "x", *folder]) == 2
    with pytest.raises(BadInput):
        read_head("1:2")


@pytest.mark.parametrize("what", ["19.05,12.10", "C-19.05-12", "-19", "1905121", "a b", "x" * 99])
def test_ids_of_another_form_are_not_kept(what: str) -> None:
    log = MemoryAudit()
    log.note(entry(what))
    (line,) = log.lines()
    assert safe_id(what) == "?" and what not in line


@settings(max_examples=50)
@given(st.integers(0, 4), st.integers(0, 300), st.integers(1, 255))
def test_any_changed_byte_is_found(row: int, column: int, flip: int) -> None:
    log = MemoryAudit()
    for _ in range(5):
        log.note(entry())
    line = log._lines[row]
    column %= len(line)
    log._lines[row] = line[:column] + chr(ord(line[column]) ^ flip) + line[column + 1 :]
    assert verify(log)[2]
