"""Runners as processes of their own, on both databases: nothing is lost, nothing is done twice."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests_runner import Runner, at_work, ended, is_alive, until

RASTER = {"inputs": {"date": "2026-06-15", "resolution_deg": 0.06}, "outputs": {"risk": "reference"}, "response": "raw"}
FAULTY = {"inputs": {"incidents": "nothing", "train_until": "2020-12-31"}, "outputs": {}, "response": "raw"}


def ask(store, kind, params):
    return store.jobs.enqueue(kind, params, "desk", job_id=uuid.uuid4().hex).job_id


def test_two_runners_share_the_work_and_what_one_dies_over_is_done_again(store, tmp_path: Path) -> None:
    few = [ask(store, "hindcast", FAULTY) for _ in range(6)]
    runners = [Runner(store, tmp_path) for _ in range(2)]
    try:
        assert {ended(store, each) for each in few} == {"failed"}
        assert sorted(runners[0].begun() + runners[1].begun()) == sorted(few)
        assert {store.jobs.head(each).attempt for each in few} == {1}
        told = store.jobs.get(few[0])
        assert told.result["status"] == 400 and told.error == "; ".join(told.result["faults"])
        job = ask(store, "risk_raster", RASTER)
        at_work(store, job)
        dying = next(each for each in runners if job in each.begun())
        family = dying.family()
        assert len(family) >= 2
        dying.process.kill()
        dying.process.wait()
        until(lambda: not any(is_alive(pid) for pid in family), "the end of what worked for a dead runner")
        assert store.jobs.head(job).state == "running"
        runners.append(Runner(store, tmp_path))
        assert ended(store, job) == "done"
        found = store.jobs.get(job)
        assert found.attempt == 2 and found.result["files"]["risk"] == "risk.tif"
        folder = tmp_path / "results" / job
        assert [each.name for each in folder.iterdir()] == ["2"] and (folder / "2" / "risk.tif").stat().st_size > 1000
        assert all(each.stat().st_mode & 0o077 == 0 for each in folder.rglob("*"))
    finally:
        codes = [each.end() for each in runners]
    assert sorted(codes) == [-9, 0, 0]
