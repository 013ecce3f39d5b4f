"""What the service asks of jobs in the store, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests_store import NOW, ticking

from api.store.errors import Full, Missing


def test_a_job_given_back_has_not_been_tried(new_store):
    jobs = new_store(clock=ticking()).jobs
    jobs.enqueue("plan", {}, "desk", job_id="j-1")
    for _ in range(7):
        claimed = jobs.claim("worker")
        assert claimed.attempt == 1 and jobs.give_back(claimed) and not jobs.give_back(claimed)
    assert (jobs.get("j-1").state, jobs.get("j-1").attempt, jobs.get("j-1").worker) == ("queued", 0, None)
    first = jobs.claim("one")
    jobs.give_back(first)
    second = jobs.claim("two")
    assert not jobs.progress(first, 0.5) and not jobs.finish(first, {}) and jobs.finish(second, {"by": "two"})


def test_one_author_may_have_so_many_jobs(new_store):
    jobs = new_store(clock=ticking()).jobs
    for n in range(3):
        jobs.enqueue("plan", {"n": n}, "desk", job_id=f"j-{n}", most_open=3)
    with pytest.raises(Full, match="3 jobs of yours"):
        jobs.enqueue("plan", {"n": 3}, "desk", job_id="j-3", most_open=3)
    assert jobs.enqueue("plan", {"n": 0}, "desk", job_id="j-0", most_open=3).job_id == "j-0"
    jobs.enqueue("plan", {}, "other", job_id="j-4", most_open=3)
    jobs.cancel("j-1")
    assert jobs.enqueue("plan", {"n": 3}, "desk", job_id="j-3", most_open=3).state == "queued"


def test_jobs_are_found_by_author_kind_state_and_time(new_store):
    jobs = new_store(clock=ticking(60)).jobs
    for n, (kind, author) in enumerate([("plan", "a"), ("plan", "b"), ("raster", "a")]):
        jobs.enqueue(kind, {"large": "x" * 100}, author, job_id=f"j-{n}")
    jobs.cancel("j-2")

    def ids(**asked):
        return [each.job_id for each in jobs.heads(**asked)]

    assert ids() == ["j-2", "j-1", "j-0"] and ids(author="a") == ["j-2", "j-0"]
    assert ids(kinds=["plan"]) == ["j-1", "j-0"] and ids(kinds=[]) == []
    assert ids(states=["queued"]) == ["j-1", "j-0"] and ids(author="a", states=["cancelled"]) == ["j-2"]
    created = jobs.head("j-1").created_at
    assert ids(since=created) == ["j-2", "j-1"] and ids(until=created) == ["j-1", "j-0"]
    assert jobs.heads()[0].params == {} and jobs.head("j-1").params == {} and jobs.get("j-1").params != {}
    assert jobs.is_waiting() and jobs.is_waiting(["plan"]) and not jobs.is_waiting(["raster"])
    with pytest.raises(Missing):
        jobs.head("j-9")


def test_what_is_dismissed_or_old_is_gone(new_store):
    clock = ticking(60)
    jobs = new_store(clock=clock).jobs
    for n in range(3):
        jobs.enqueue("plan", {}, "desk", job_id=f"j-{n}")
    done = jobs.claim("worker")
    jobs.finish(done, {"plan": 1})
    ended = jobs.get("j-0").finished_at
    gone = jobs.dismiss("j-0")
    assert (gone.state, gone.result, gone.finished_at) == ("cancelled", None, ended) and jobs.dismiss("j-0") == gone
    running = jobs.claim("worker")
    assert jobs.dismiss("j-1").state == "cancelled" and not jobs.progress(running, 0.5)
    failed = jobs.claim("worker")
    assert jobs.fail(failed, "no way", {"status": 409, "faults": ["no way"]})
    assert jobs.get("j-2").result == {"status": 409, "faults": ["no way"]}
    jobs.enqueue("plan", {}, "desk", job_id="j-3")
    assert jobs.forget(NOW) == 0
    assert jobs.forget(jobs.get("j-2").finished_at) == 2
    assert [each.job_id for each in jobs.heads()] == ["j-3", "j-2"]
    assert jobs.forget(clock() + timedelta(days=1)) == 1 and [each.job_id for each in jobs.heads()] == ["j-3"]
    with pytest.raises(Missing):
        jobs.dismiss("j-0")
