"""Several processes at one folder of cases, some of them killed: nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests_cases import DAY, event

from api.case_log import CaseLog

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path):
    return CaseLog(tmp_path / "cases")


#: Starts a writer for every line it is given, tells its pid, what it acknowledges, and that it has ended. Every second
#: writer has a disk that takes 10 bytes at a time: Linux ends a small write before it lets a process die.
NURSERY = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from api.case_log import CaseLog, Event

log, case_id, run, real = CaseLog(Path(sys.argv[1])), sys.argv[2], 0, os.write

def slow(handle, content):
    time.sleep(0.0002)
    return real(handle, content[:10])

while sys.stdin.readline():
    run += 1
    pid = os.fork()
    if pid == 0:
        step = 0
        os.write = slow if run % 2 else real
        while True:
            step += 1
            data = {"run": run, "step": step, "pad": "é" * (30_000 if step % 4 == 0 and not run % 2 else 100)}
            n = log.append(case_id, Event(datetime.now(UTC), "note", "coordinator", data))
            real(1, b"n %d %d %d\\n" % (n, run, step))
    os.write(1, b"pid %d\\n" % pid)
    os.waitpid(pid, 0)
    os.write(1, b"gone\\n")
"""


def test_a_writer_killed_at_any_moment_loses_nothing_it_acknowledged(log):
    case_id = log.create(DAY, event("alert"))
    acknowledged: dict[int, tuple[int, int]] = {}
    rng = random.Random()
    command = [sys.executable, "-c", NURSERY, str(log.folder), case_id]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, bufsize=1) as nursery:
        for run in range(1, 31):
            nursery.stdin.write("\n")
            pid, said = 0, ""
            while said != "gone\n":
                said = nursery.stdout.readline()
                word, *numbers = said.split()
                if word == "pid":
                    pid = int(numbers[0])
                elif word == "n":
                    n, *what = map(int, numbers)
                    acknowledged[n] = tuple(what)
                if pid and (run % 3 or word == "n"):  # every third writer has finished a line
                    time.sleep(rng.uniform(0, 0.03))
                    os.kill(pid, signal.SIGKILL)
                    pid = 0
            record = log.read(case_id)
            assert record.numbers == tuple(range(1, record.last + 1))
            held = {
                n: (each.data["run"], each.data["step"])
                for n, each in zip(record.numbers[1:], record.events[1:], strict=True)
                if "run" in each.data
            }
            assert acknowledged.items() <= held.items()
            assert all("stopped before the end" in each for each in record.remarks)
            assert log.append(case_id, event("note", after=run), expected=record.last) == record.last + 1
        nursery.stdin.close()
    assert nursery.returncode == 0
    assert len(acknowledged) >= 10
    assert log.read(case_id).remarks  # some were killed in the middle of a line
    assert sum("after" in each.data for each in log.read(case_id).events) == 30


def side_by_side(program, *arguments):
    command = [sys.executable, "-c", program, *arguments]
    pipe = subprocess.PIPE
    return [subprocess.Popen([*command, who], cwd=ROOT, stdout=pipe, text=True) for who in ("desk-a", "desk-b")]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from api.case_log import CaseLog, Event

log = CaseLog(Path(sys.argv[1]))
for i in range(200):
    print(log.append(sys.argv[2], Event(datetime.now(UTC), "note", sys.argv[3], {"i": i})))
"""


def test_two_writers_at_once_lose_nothing_and_readers_see_whole_lines(log):
    case_id = log.create(DAY, event("alert"))
    writers = side_by_side(WRITER, str(log.folder), case_id)
    seen = 1
    while any(each.poll() is None for each in writers):
        record = log.read(case_id)
        assert record.remarks == () and record.last >= seen
        seen = record.last
        time.sleep(0.01)
    numbers = [[int(line) for line in each.communicate()[0].split()] for each in writers]
    assert [each.returncode for each in writers] == [0, 0]
    assert sorted(numbers[0] + numbers[1]) == list(range(2, 402))
    record = log.read(case_id)
    assert record.numbers == tuple(range(1, 402)) and record.remarks == ()
    for who, own in zip(("desk-a", "desk-b"), numbers, strict=True):
        assert [(n, each.data["i"]) for n, each in enumerate(record.events, 1) if each.by == who] == [
            (n, i) for i, n in enumerate(own)
        ]


CREATOR = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from api.case_log import CaseLog, Event

log = CaseLog(Path(sys.argv[1]))
for i in range(40):
    print(log.create(date(2026, 6, 15), Event(datetime.now(UTC), "alert", sys.argv[2], {"i": i})))
"""


def test_two_processes_never_get_the_same_case(log):
    creators = side_by_side(CREATOR, str(log.folder))
    while any(each.poll() is None for each in creators):
        for case_id in log.ids():
            assert log.read(case_id).last == 1  # a case that is seen has its first event
    made = [each.communicate()[0].split() for each in creators]
    assert [each.returncode for each in creators] == [0, 0]
    assert sorted(made[0] + made[1]) == sorted(log.ids()) and len(set(made[0] + made[1])) == 80
    for who, own in zip(("desk-a", "desk-b"), made, strict=True):
        assert [log.read(case_id).events[0].data["i"] for case_id in own] == list(range(40))
        assert {log.read(case_id).events[0].by for case_id in own} == {who}
    assert len(list(log.folder.iterdir())) == 80
