"""Several processes at one store, some of them killed: nothing that was acknowledged is lost or written over."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests_cluster import Cluster, programs
from tests_store import water

from api.store.check import check
from api.store.store import open_store

ROOT = Path(__file__).parents[2]

#: Writes records with ids of its own, from what the store does not hold yet, and tells each one it was answered.
WRITER = """
import sys
from api.store.store import open_store
store = open_store(sys.argv[1])
body = {"water_id": "achegour", "seen_at": "2026-06-15T08:00:00Z", "state": "gives", "lon": 11.5, "lat": 19.0}
for n in range(int(sys.argv[2]), 1000):
    put = store.put("water_report", f"w-{n:04d}", body | {"remark": str(n)}, "patrol-1")
    sys.stdout.write(f"{n} {put.etag}\\n")
    sys.stdout.flush()
"""


def _write_until(url: str, begin: int, kill_after: int | None) -> dict[int, str]:
    """Let a process write from `begin`; kill it once it has been answered so often. Return what it was answered."""
    answered: dict[int, str] = {}
    command = [sys.executable, "-c", WRITER, url, str(begin)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as writer:
        for line in writer.stdout:
            if not line.endswith("\n"):
                break
            n, etag = line.split()
            answered[int(n)] = etag
            if kill_after is not None and len(answered) == kill_after:
                writer.send_signal(signal.SIGKILL)
    assert writer.returncode == (0 if kill_after is None else -signal.SIGKILL)
    return answered


def test_a_writer_killed_in_the_middle_of_1000_writes_loses_none_it_was_answered(new_url):
    url, rng = new_url(), random.Random()
    answered: dict[int, str] = {}
    for kill_after in (rng.randint(150, 300), rng.randint(150, 300), None):
        # From the last answer on again: what was written but not answered is sent twice.
        answered |= _write_until(url, max(answered, default=0), kill_after)
        store = open_store(url)
        held = {int(each.body["remark"]): each.etag for each in store.list("water_report", limit=2000)}
        assert answered.items() <= held.items()
        assert len(held) <= len(answered) + 1
        store.close()
    store = open_store(url)
    told = check(store)
    assert (told["records"], told["changes"], told["faults"]) == ({"water_report": 1000}, 1000, [])
    store.close()


@pytest.fixture
def own_cluster(cluster):
    """A cluster to be killed: with few databases it comes back soon, and no other test waits for it."""
    with Cluster(programs()) as running:
        yield running


def test_a_server_killed_in_the_middle_of_writes_loses_none_it_has_answered(own_cluster):
    cluster = own_cluster
    url = cluster.new_database()
    answered: dict[int, str] = {}
    command = [sys.executable, "-c", WRITER, url, "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        for line in writer.stdout:
            n, etag = line.split()
            answered[int(n)] = etag
            if len(answered) == 200:
                cluster.kill()
        told = writer.stderr.read()
    assert "StoreFault" in told and writer.returncode == 1
    cluster.start()
    store = open_store(url)
    held = {int(each.body["remark"]): each.etag for each in store.list("water_report", limit=2000)}
    assert len(answered) >= 200 and answered.items() <= held.items() and len(held) <= len(answered) + 1
    assert check(store)["faults"] == []
    store.close()


COUNTER = """
import sys
from api.store.errors import Stale
from api.store.store import open_store
store = open_store(sys.argv[1])
done = refused = 0
while done < 25:
    seen = store.get("water_report", "counter")
    body = dict(seen.body) | {"remark": str(int(seen.body["remark"]) + 1)}
    try:
        store.put("water_report", "counter", body, sys.argv[2], if_version=seen.etag)
        done += 1
    except Stale:
        refused += 1
    store.audit_append(sys.argv[2], "count", "counter")
print(done, refused)
"""


def test_two_processes_that_write_one_record_lose_no_write(new_store, new_url):
    url = new_url()
    store = new_store(url)
    store.put("water_report", "counter", water("0"), "desk")
    pipe = subprocess.PIPE
    both = [
        subprocess.Popen([sys.executable, "-c", COUNTER, url, who], cwd=ROOT, stdout=pipe, text=True)
        for who in ("desk-a", "desk-b")
    ]
    told = [each.communicate()[0].split() for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert store.get("water_report", "counter").body["remark"] == "50"
    history = store.history("water_report", "counter")
    assert [each.version for each in history] == list(range(1, 52))
    assert [each.seq for each in history] == list(range(1, 52))
    assert {each.author for each in history} == {"desk", "desk-a", "desk-b"}
    assert len(store.audit.read()) == 50 + sum(int(refused) for _, refused in told)
    assert store.audit.verify() == ()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_fails_within_a_write_leaves_nothing(store, monkeypatch, moment):
    from api.store import writer as module

    real = module.refold

    def broken(connection, names):
        if moment == "after":
            real(connection, names)
        raise RuntimeError("the power is gone")

    first = store.put("water_report", "w", water("a"), "desk")
    monkeypatch.setattr(module, "refold", broken)
    with pytest.raises(RuntimeError):
        store.put("water_report", "w", water("b"), "desk", if_version=first.etag, idempotency_key="k")
    monkeypatch.undo()
    assert store.get("water_report", "w") == first
    assert store.put("water_report", "w", water("c"), "desk", if_version=first.etag, idempotency_key="k").version == 2
    assert [each.seq for each in store.history("water_report", "w")] == [1, 2]
    assert check(store)["faults"] == check(store)["remarks"] == []
