"""Case files that were cut, changed or could not be written: what is there is read, and told, and goes on."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests_cases import DAY, event, file_of, open_case

from api import case_log
from api.case_log import CaseLog
from data.errors import BadInput, NoAnswer


@pytest.fixture
def log(tmp_path):
    return CaseLog(tmp_path / "cases")


@pytest.fixture
def case_of_three(log):
    return open_case(log)


def test_a_line_cut_at_any_byte_loses_nothing_before_it(log, case_of_three):
    path = file_of(log, case_of_three)
    whole, before = path.read_bytes(), log.read(case_of_three).events
    start = whole[:-1].rindex(b"\n") + 1
    for cut in range(start, len(whole) + 1):
        path.write_bytes(whole[:cut])
        # A line that lacks only its newline is whole.
        kept = 3 if cut >= len(whole) - 1 else 2
        record = log.read(case_of_three)
        assert record.events == before[:kept], cut
        assert bool(record.remarks) == (start < cut < len(whole) - 1), cut
        assert log.append(case_of_three, event("note", cut=cut), expected=kept) == kept + 1
        again = log.read(case_of_three)
        assert again.events == (*before[:kept], event("note", cut=cut))
        assert again.numbers == tuple(range(1, kept + 2))
        assert again.remarks == record.remarks, cut
        assert path.read_bytes().startswith(whole[:cut])


def test_a_first_line_cut_short_leaves_a_case_that_takes_events(log):
    case_id = log.create(DAY, event())
    path = file_of(log, case_id)
    for content, said in ((b"", "the file is empty"), (path.read_bytes()[:40], "line 1: its writer was stopped")):
        path.write_bytes(content)
        with pytest.raises(BadInput, match=said):
            log.read(case_id)
        assert log.append(case_id, event("note"), expected=0) == 1
        assert log.read(case_id).events == (event("note"),)


def test_every_changed_byte_is_noticed(log, case_of_three):
    path = file_of(log, case_of_three)
    whole, before = path.read_bytes(), log.read(case_of_three).events
    rng = random.Random(5)
    for at in range(len(whole) - 1):
        changed = bytearray(whole)
        changed[at] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        record = log.read(case_of_three)
        assert record.remarks, at
        row = whole[:at].count(b"\n")
        untouched = [each for i, each in enumerate(before) if i != row and (whole[at] != 10 or i != row + 1)]
        assert [each for each in record.events if each in untouched] == untouched, at
    path.write_bytes(whole)
    assert log.read(case_of_three).remarks == ()


def test_a_changed_line_is_read_with_a_remark_and_so_is_what_follows(log, case_of_three):
    path = file_of(log, case_of_three)
    path.write_bytes(path.read_bytes().replace(b"Agadez,", b"Arlit, "))
    record = log.read(case_of_three)
    assert [each.kind for each in record.events] == ["alert", "position", "car-sent"]
    assert record.remarks == ("line 2: event 2 was changed after it was written",)
    assert log.append(case_of_three, event(), expected=3) == 4


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ((0, 2), "line 2: event 2 is missing before it"),
        ((2,), "line 1: events 1 to 2 are missing before it"),
        ((0, 1, 1, 2), "line 3: event 2 stands twice; read once"),
        ((0, 2, 1), "line 3: a second event 2"),
    ],
)
def test_lost_and_repeated_lines_are_noticed(log, case_of_three, order, said):
    path = file_of(log, case_of_three)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[i] for i in order))
    record = log.read(case_of_three)
    assert said in record.remarks
    assert len(record.events) == len(set(order))
    assert log.append(case_of_three, event()) == 4


def test_lines_of_another_case_are_noticed(log, case_of_three):
    other = log.create(DAY, event("alert", lat=20.0))
    log.append(other, event("position", text="other"))
    mine, theirs = file_of(log, case_of_three).read_bytes(), file_of(log, other).read_bytes()
    lines = mine.splitlines(keepends=True)
    lines[1] = theirs.splitlines(keepends=True)[1]
    file_of(log, case_of_three).write_bytes(b"".join(lines))
    assert "line 2: the event before it was changed" in log.read(case_of_three).remarks
    file_of(log, case_of_three).write_bytes(theirs)
    assert log.read(case_of_three).remarks == ("line 1: it was written for another case",)


def test_a_damaged_last_line_keeps_its_number(log, case_of_three):
    path = file_of(log, case_of_three)
    path.write_bytes(path.read_bytes().replace(b'"kind":"car-sent"', b'"kind":"car-sent '))
    record = log.read(case_of_three)
    assert (len(record.events), record.last) == (2, 3)
    assert record.remarks == ("line 3: is damaged and cannot be read; it held event 3",)
    assert log.append(case_of_three, event(), expected=3) == 4
    assert log.read(case_of_three).numbers == (1, 2, 4)


@pytest.mark.parametrize("content", [b"\0" * 300, b"\xff\xfe\n{}\n[]\n", b"[" * 100_000, b'{"n":1}\n', b"\n\n"])
def test_rubbish_is_told_line_by_line_and_still_takes_events(log, case_of_three, content):
    path = file_of(log, case_of_three)
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        log.read(case_of_three)
    assert all(fault.startswith(f"{case_of_three}: ") for fault in caught.value.faults)
    assert len(caught.value.faults) == max(1, len([line for line in content.split(b"\n") if line]))
    log.append(case_of_three, event("note"))
    assert log.read(case_of_three).events == (event("note"),)


def test_a_full_disk_leaves_one_clear_error_and_a_file_that_goes_on(log, case_of_three):
    path = file_of(log, case_of_three)
    size = path.stat().st_size
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, old[1]))
    try:
        with pytest.raises(NoAnswer, match="not recorded, it cannot be written \\(File too large\\)"):
            log.append(case_of_three, event(text="x" * 500))
        with pytest.raises(NoAnswer, match="no case was opened, it cannot be written \\(File too large\\)"):
            log.create(DAY, event(text="x" * 5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert path.stat().st_size == size + 100
    assert log.ids() == [case_of_three] and len(list(log.folder.iterdir())) == 1
    assert len(log.read(case_of_three).remarks) == 1
    assert log.append(case_of_three, event(), expected=3) == 4
    assert len(log.read(case_of_three).events) == 4


def test_a_write_in_pieces_is_finished_and_a_missing_newline_is_put_later(log, case_of_three, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: real(handle, content[:7]))
    assert log.append(case_of_three, event("note")) == 4

    def all_but_the_newline(handle, content):
        if content == b"\n":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, content.removesuffix(b"\n"))

    monkeypatch.setattr(os, "write", all_but_the_newline)
    assert log.append(case_of_three, event("note"), expected=4) == 5
    monkeypatch.undo()
    assert log.read(case_of_three).last == 5
    assert log.append(case_of_three, event("note"), expected=5) == 6
    assert log.read(case_of_three).remarks == ()


def test_a_disk_that_does_not_confirm_is_told(log, case_of_three, monkeypatch):
    def fails(handle):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(NoAnswer, match="the event is written, but the disk has not confirmed it"):
        log.append(case_of_three, event())
    with pytest.raises(NoAnswer, match="no case was opened"):
        log.create(DAY, event())
    monkeypatch.undo()
    assert log.read(case_of_three).last == 4


def test_a_locked_file_is_read_and_not_waited_for_without_end(log, case_of_three, monkeypatch):
    monkeypatch.setattr(case_log, "WRITER_WAITS_S", 0.05)
    monkeypatch.setattr(case_log, "READER_WAITS_S", 0.05)
    with file_of(log, case_of_three).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b'{"n":4,"at":"2026')
        other.flush()
        with pytest.raises(NoAnswer, match="could not be locked"):
            log.append(case_of_three, event())
        assert log.read(case_of_three).last == 3
    assert log.append(case_of_three, event()) == 4


def test_a_reader_waits_for_a_line_that_is_being_written(log, case_of_three):
    path = file_of(log, case_of_three)
    before = path.read_bytes()
    log.append(case_of_three, event("note"))
    line = path.read_bytes()[len(before) :]
    path.write_bytes(before)
    with path.open("ab", buffering=0) as other, ThreadPoolExecutor(1) as pool:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(line[:50])
        reading = pool.submit(log.read, case_of_three)
        time.sleep(0.1)
        assert not reading.done()
        other.write(line[50:])
        fcntl.flock(other, fcntl.LOCK_UN)
        record = reading.result(timeout=5)
    assert record.last == 4 and record.remarks == ()
