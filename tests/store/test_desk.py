"""The audit log, the keys and the jobs of a store."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from tests_store import NOW, ticking

from api.store.errors import Missing, Taken
from api.store.keys import Key
from data.errors import BadInput

ROOT = Path(__file__).parents[2]


def _execute(store, statement):
    with store.database.writing() as connection:
        connection.execute(text(statement))


def test_an_audit_log_that_was_tampered_with_is_found_out(new_store):
    store = new_store(clock=ticking())
    entries = [store.audit_append("desk", "read", f"case {n}", {"n": n}) for n in range(6)]
    assert store.audit.read() == tuple(entries) and store.audit.verify() == ()
    assert store.audit.read(after=4, limit=1) == (entries[4],)
    assert store.audit.verify((6, entries[5].digest)) == ()
    for column, value in (("author", "other"), ("action", "write"), ("subject", "x"), ("detail", "{}")):
        old = getattr(entries[2], column)
        _execute(store, f"UPDATE audit SET {column} = '{value}' WHERE n = 3")
        assert store.audit.verify() == ("audit entry 3 was changed",)
        _execute(store, f"UPDATE audit SET {column} = '{old.replace(':', chr(92) + ':')}' WHERE n = 3")
    assert store.audit.verify() == ()
    _execute(store, "DELETE FROM audit WHERE n = 4")
    assert store.audit.verify() == ("audit entries 4 to 4 are missing",)
    _execute(store, "DELETE FROM audit WHERE n >= 4")
    assert store.audit.verify() == ()
    assert store.audit.verify((6, entries[5].digest)) == ("audit entry 6 is not the one seen before",)
    for wrong in ({"action": ""}, {"author": "Some Body"}, {"subject": "x" * 201}, {"detail": {"x": "y" * 30_000}}):
        with pytest.raises(BadInput):
            store.audit_append(**({"author": "desk", "action": "read", "subject": "case"} | wrong))


def test_keys_are_found_by_prefix_and_revoked_for_good(store):
    kept = Key("abcd1234", "d" * 64, "planner", "cases plans", "rescue from Agadez", NOW, NOW + timedelta(days=1))
    store.keys.add(kept)
    assert store.keys.by_prefix("abcd1234") == kept and store.keys.by_prefix("none") is None
    with pytest.raises(Taken):
        store.keys.add(replace(kept, digest="e" * 64, role="admin"))
    assert store.keys.by_prefix("abcd1234").digest == "d" * 64
    store.keys.touch("abcd1234", NOW + timedelta(hours=1))
    assert store.keys.by_prefix("abcd1234").used_at == NOW + timedelta(hours=1)
    gone = store.keys.revoke("abcd1234", NOW + timedelta(hours=2))
    assert gone.revoked_at == NOW + timedelta(hours=2)
    assert store.keys.revoke("abcd1234", NOW + timedelta(hours=3)) == gone
    assert store.keys.all() == (gone,)
    with pytest.raises(Missing):
        store.keys.revoke("none", NOW)
    for wrong in ({"prefix": "x" * 17}, {"digest": "d" * 201}, {"purpose": "x" * 201}, {"role": "Some Body"}):
        with pytest.raises(BadInput):
            store.keys.add(replace(kept, **wrong))


def test_a_job_goes_its_way(new_store):
    jobs = new_store(clock=ticking()).jobs
    asked = jobs.enqueue("plan", {"days": 2}, "desk", job_id="j-1")
    assert (asked.state, asked.attempt, asked.progress) == ("queued", 0, 0.0)
    assert jobs.enqueue("plan", {"days": 2}, "desk", job_id="j-1") == asked
    with pytest.raises(Taken):
        jobs.enqueue("plan", {"days": 3}, "desk", job_id="j-1")
    jobs.enqueue("risk", {}, "desk", job_id="j-2")
    assert jobs.claim("worker", ["other"]) is None
    claimed = jobs.claim("worker")
    assert (claimed.job_id, claimed.state, claimed.worker, claimed.attempt) == ("j-1", "running", "worker", 1)
    assert jobs.progress(claimed, 0.5) and jobs.get("j-1").progress == 0.5
    with pytest.raises(BadInput):
        jobs.progress(claimed, float("nan"))
    assert jobs.finish(claimed, {"file": "x"}) and not jobs.finish(claimed, {"file": "y"})
    assert (jobs.get("j-1").state, jobs.get("j-1").result) == ("done", {"file": "x"})
    assert jobs.cancel("j-1").state == "done"
    second = jobs.claim("worker", ["risk"])
    assert jobs.fail(second, "it\nbroke") and jobs.get("j-2").error == "it broke"
    assert jobs.claim("worker") is None
    assert [each.job_id for each in jobs.list()] == ["j-2", "j-1"]
    assert [each.job_id for each in jobs.list("done")] == ["j-1"]
    with pytest.raises(Missing):
        jobs.cancel("none")


def test_a_cancelled_job_stops_its_worker(new_store):
    jobs = new_store(clock=ticking()).jobs
    jobs.enqueue("plan", {}, "desk", job_id="j-1")
    claimed = jobs.claim("worker")
    assert jobs.cancel("j-1").state == "cancelled"
    assert not jobs.progress(claimed, 0.9) and not jobs.finish(claimed, {}) and not jobs.fail(claimed, "x")
    assert jobs.get("j-1").state == "cancelled"
    jobs.enqueue("plan", {}, "desk", job_id="j-2")
    assert jobs.cancel("j-2").state == "cancelled" and jobs.claim("worker") is None


def test_a_job_whose_worker_died_is_queued_again_and_the_dead_do_not_write(new_store):
    jobs = new_store(clock=ticking()).jobs
    jobs.enqueue("plan", {}, "desk", job_id="j-1")
    dead = jobs.claim("worker-1")
    assert jobs.requeue(worker="worker-2") == () and jobs.requeue(timedelta(hours=1)) == ()
    (again,) = jobs.requeue()
    assert (again.state, again.job_id, again.attempt) == ("queued", "j-1", 1)
    alive = jobs.claim("worker-2")
    assert not jobs.finish(dead, {"by": "dead"}) and jobs.finish(alive, {"by": "alive"})
    assert jobs.get("j-1").result == {"by": "alive"} and jobs.requeue() == ()
    jobs.enqueue("plan", {}, "desk", job_id="j-2")
    for _ in range(5):
        assert jobs.claim("worker").job_id == "j-2"
        left = jobs.requeue()
    assert left == () and jobs.get("j-2").state == "failed" and "5 times" in jobs.get("j-2").error


CLAIMER = """
import sys
from api.store.store import open_store
jobs = open_store(sys.argv[1]).jobs
while job := jobs.claim(sys.argv[2]):
    assert jobs.finish(job, {})
    print(job.job_id)
"""


def test_two_workers_never_do_the_same_job(new_store, new_url):
    url, pipe = new_url(), subprocess.PIPE
    jobs = new_store(url).jobs
    asked = {jobs.enqueue("plan", {"n": n}, "desk").job_id for n in range(20)}
    workers = [
        subprocess.Popen([sys.executable, "-c", CLAIMER, url, name], cwd=ROOT, stdout=pipe, text=True) for name in "ab"
    ]
    done = [line for each in workers for line in each.communicate()[0].split()]
    assert [each.returncode for each in workers] == [0, 0]
    assert len(done) == 20 and set(done) == asked
    assert {each.attempt for each in jobs.list("done")} == {1}
