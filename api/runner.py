"""A runner: takes jobs from the store one after the other, until it is told to stop.

Of runners that die nothing is lost: the next one that takes the same place, or any other once nothing was heard for
half a minute, queues their jobs again.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson

from api.job_files import ENVIRONMENT as RESULTS
from api.job_files import JobFiles, folder_beside
from api.job_work import Told, Work, warm_up
from api.store.engine import ENVIRONMENT as STORE
from api.store.engine import read_url
from api.store.errors import StoreFault
from api.store.jobs import Job
from api.store.store import Store, open_store
from data.errors import BadInput

_LOG = logging.getLogger("guelta.jobs")
LIMIT, KEPT, PARENT = "GUELTA_JOB_S", "GUELTA_JOB_DAYS", "GUELTA_PARENT"
DEFAULT_LIMIT_S, DEFAULT_DAYS = 3600, 30
#: A job of which nothing was heard for so long has lost its runner.
SILENT = timedelta(seconds=30)
#: Seconds between signs of life, looks at the pipe, looks for work, looks for silent jobs, and sweeps.
_BEAT_S, _LOOK_S, _IDLE_S, _REQUEUE_S, _SWEEP_S = 1.0, 0.2, 0.3, 10.0, 3600.0
#: Seconds a store that cannot be reached is waited for.
_PATIENCE_S = 60.0
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Orders:
    """How a runner works.

    Attributes
    ----------
    store : str
        URL of the store.
    results : Path
        Folder of files made.
    limit_s : float
        Seconds a job may take.
    days : int
        Days that what has ended is kept.
    kinds : tuple of str
        Processes whose jobs it takes.
    """

    store: str
    results: Path
    kinds: tuple[str, ...]
    limit_s: float = DEFAULT_LIMIT_S
    days: int = DEFAULT_DAYS

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Orders:
        """Read the orders that `guelta serve` gives its runners; BadInput with every fault."""
        url = environment[STORE]
        given = environment.get(RESULTS)
        return cls(
            url,
            Path(given) if given else folder_beside(read_url(url)),
            names(),
            whole_number(environment, LIMIT, DEFAULT_LIMIT_S),
            whole_number(environment, KEPT, DEFAULT_DAYS),
        )


def whole_number(environment: Mapping[str, str], name: str, default: int) -> int:
    """Read a number from 1 to a million; BadInput for anything else."""
    text = environment.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
        raise BadInput(f"{name}: a whole number from 1 to 1000000")
    return int(text)


def names() -> tuple[str, ...]:
    """Return the names of all processes without loading them: each is in a file of its name."""
    folder = Path(__file__).parent / "processes"
    return tuple(sorted(path.stem for path in folder.glob("[a-z]*.py")))


class Runner:
    """Takes jobs and has them done.

    Parameters
    ----------
    store : Store
    orders : Orders
    is_over : callable
        Asked several times a second whether to stop.
    """

    def __init__(self, store: Store, orders: Orders, is_over: Callable[[], bool]) -> None:
        self._jobs, self._clock, self._orders, self._is_over = store.jobs, store.clock, orders, is_over
        self._files = JobFiles(orders.results)
        self._due: dict[str, float] = {}
        self._is_warm = False

    def run(self, *, once: bool = False) -> int:
        """Work until told to stop, or with `once` until nothing waits; return the number of jobs taken."""
        taken = 0
        with self._files.place() as worker:
            self._again(self._steady(lambda: self._jobs.requeue(worker=worker)))
            while not self._is_over():
                self._look_after()
                job = self._steady(lambda: self._next(worker))
                if job is not None:
                    taken += 1
                    self._do(job)
                elif once:
                    break
                else:
                    time.sleep(_IDLE_S)
        return taken

    def _next(self, worker: str) -> Job | None:
        if not self._jobs.is_waiting(self._orders.kinds):
            return None
        # before a job is claimed: meanwhile nothing is heard of its runner
        if not self._is_warm:
            warm_up()
            self._is_warm = True
        return self._jobs.claim(worker, self._orders.kinds)

    def _look_after(self) -> None:
        if self._is_due("requeue", _REQUEUE_S):
            self._again(self._steady(lambda: self._jobs.requeue(SILENT)))
        if self._is_due("sweep", _SWEEP_S):
            before = self._clock() - timedelta(days=self._orders.days)
            gone = self._steady(lambda: self._jobs.forget(before))
            kept = self._steady(lambda: self._jobs.heads(states=("queued", "running", "done")))
            swept = self._files.sweep({job.job_id for job in kept})
            _log(jobs_forgotten=gone, folders_removed=swept)

    def _is_due(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every_s
        return True

    def _do(self, job: Job) -> None:
        _log(job=job.job_id, kind=job.kind, attempt=job.attempt, event="begun")
        work = Work(
            job.kind, job.params.get("inputs", {}), self._orders.store, self._files.make(job.job_id, job.attempt)
        )
        ended = "ended"
        try:
            ended = self._follow(job, work)
        finally:
            code = work.end()
        if ended == "died":
            _log(job=job.job_id, kind=job.kind, event="its process died", code=code)
            self._again(self._steady(lambda: self._jobs.requeue(worker=job.worker)))
        if ended != "done":
            self._files.remove(job.job_id)
        if ended == "stopped":
            self._steady(lambda: self._jobs.give_back(job))
        _log(job=job.job_id, kind=job.kind, event=ended)

    def _follow(self, job: Job, work: Work) -> str:
        """Follow work to its end; return what became of it."""
        told, begun = Told(), time.monotonic()
        beat = begun + _BEAT_S
        while True:
            try:
                told = work.told(_LOOK_S) or told
            except EOFError:
                return "died"
            if told.result is not None or told.faults is not None:
                return self._ended(job, told)
            if self._is_over():
                return "stopped"
            if time.monotonic() - begun > self._orders.limit_s:
                said = f"it took longer than {self._orders.limit_s:.0f} s and was stopped: ask for less"
                return self._ended(job, Told(faults={"status": 504, "title": "too long", "faults": [said]}))
            if time.monotonic() >= beat:
                beat = time.monotonic() + _BEAT_S
                share = told.share
                if not self._steady(lambda share=share: self._jobs.progress(job, share)):  # type: ignore[misc]
                    return "cancelled"

    def _ended(self, job: Job, told: Told) -> str:
        if told.result is not None:
            result = told.result
            return "done" if self._steady(lambda: self._jobs.finish(job, result)) else "cancelled"
        faults = told.faults or {}
        if where := faults.pop("where", None):
            _log(job=job.job_id, kind=job.kind, fault=faults["faults"][0], where=where)
        said = "; ".join(faults["faults"])
        return "failed" if self._steady(lambda: self._jobs.fail(job, said, faults)) else "cancelled"

    def _again(self, jobs: tuple[Job, ...]) -> None:
        for each in jobs:
            _log(job=each.job_id, kind=each.kind, event="queued again")

    def _steady(self, asking: Callable[[], Answer]) -> Answer:
        """Ask the store, and wait a while for one that cannot be reached."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return asking()
            except StoreFault:
                if time.monotonic() > until:
                    raise
                time.sleep(1.0)


def _log(**fields: Any) -> None:
    _LOG.info(orjson.dumps(fields).decode())


def run_until_told(orders: Orders, *, once: bool = False, parent: int | None = None) -> int:
    """Run jobs until SIGTERM or SIGINT, or until the parent process has gone; return the number of jobs taken."""
    told: list[int] = []
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: told.append(number))

    def is_over() -> bool:
        return bool(told) or (parent is not None and os.getppid() != parent)

    store = open_store(orders.store)
    try:
        return Runner(store, orders, is_over).run(once=once)
    finally:
        store.close()


def main() -> None:
    """Run jobs as `guelta serve` ordered by the environment."""
    from api.access.setup import log_as_json

    log_as_json()
    try:
        run_until_told(Orders.of(os.environ), parent=whole_number(os.environ, PARENT, os.getppid()))
    except (BadInput, StoreFault) as error:
        _LOG.error("%s", error)
        sys.exit(2)


if __name__ == "__main__":
    main()
