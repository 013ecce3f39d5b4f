"""Long work, as the store keeps it: none is lost when a worker or the machine dies, and none is done by two at once.

queued -> running -> done | failed, and cancelled from the first two. A job that was running when its worker died is
queued again; whoever still held it then is told so and writes nothing more.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from api.store.changes import canonical
from api.store.engine import Database
from api.store.errors import Missing, Taken
from api.store.kinds import require_author, require_id
from api.store.tables import job
from data.errors import BadInput

#: Starts of one job after which it counts as what kills its workers.
MOST_ATTEMPTS = 5


@dataclass(frozen=True)
class Job:
    """A piece of work.

    Attributes
    ----------
    job_id, kind : str
    state : str
        "queued", "running", "done", "failed" or "cancelled".
    params : dict
    progress : float
        Share done, 0 to 1.
    result : dict or None
    error : str or None
        Why it failed, in one line.
    author : str
        Role or key id that asked for it.
    worker : str or None
    attempt : int
        How often it was begun; names the claim of its worker.
    """

    job_id: str
    kind: str
    state: str
    params: dict[str, Any]
    progress: float
    result: dict[str, Any] | None
    error: str | None
    author: str
    worker: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    beat_at: datetime | None
    finished_at: datetime | None


class Jobs:
    """The jobs of a store."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def enqueue(self, kind: str, params: Mapping[str, Any], author: str, *, job_id: str | None = None) -> Job:
        """Ask for work; it is on the disk when this returns.

        With a `job_id` of its own, sending it again asks for nothing more; `Taken` if it is for other work.
        """
        name = str(uuid.uuid4()) if job_id is None else require_id(job_id, "job")
        said = canonical(dict(params))
        values = {"kind": kind, "params": said, "author": require_author(author)}
        with self._database.writing() as connection:
            _lock(connection, self._database.dialect)
            row = _row(connection, name)
            if row is None:
                start = {"state": "queued", "progress": 0.0, "attempt": 0, "created_at": self._clock()}
                connection.execute(insert(job).values(job_id=name, **start, **values))
            elif (row.kind, row.params, row.author) != (kind, said, author):
                raise Taken(f"job {name} was asked for with other work")
            return _required(connection, name)

    def get(self, job_id: str) -> Job:
        """Return a job; `Missing` if there is none."""
        with self._database.reading() as connection:
            return _required(connection, job_id)

    def list(self, state: str | None = None, limit: int = 100) -> tuple[Job, ...]:
        """Return jobs, newest first."""
        query = select(job).order_by(job.c.created_at.desc(), job.c.job_id).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(job.c.state == state) if state else query)
            return tuple(_job(row) for row in rows)

    def claim(self, worker: str, kinds: Sequence[str] | None = None) -> Job | None:
        """Take the job that has waited longest; None if none waits."""
        query = select(job.c.job_id).where(job.c.state == "queued").order_by(job.c.created_at, job.c.job_id).limit(1)
        if kinds is not None:
            query = query.where(job.c.kind.in_(kinds))
        with self._database.writing() as connection:
            name = connection.scalar(query.with_for_update(skip_locked=True))
            if name is None:
                return None
            now = self._clock()
            values = {"state": "running", "worker": worker, "started_at": now, "beat_at": now, "progress": 0.0}
            connection.execute(update(job).where(job.c.job_id == name).values(attempt=job.c.attempt + 1, **values))
            return _required(connection, name)

    def progress(self, claimed: Job, share: float) -> bool:
        """Note how far a job is; False if the worker is to stop: cancelled, or taken by another."""
        if not 0 <= share <= 1:
            raise BadInput(f"progress {share} is not from 0 to 1")
        return self._of(claimed, progress=share, beat_at=self._clock())

    def finish(self, claimed: Job, result: Mapping[str, Any]) -> bool:
        """Note the result; False, and nothing is written, if the job was cancelled or taken by another meanwhile."""
        values = {"state": "done", "progress": 1.0, "result": canonical(dict(result))}
        return self._of(claimed, finished_at=self._clock(), **values)

    def fail(self, claimed: Job, error: str) -> bool:
        """Note why a job failed; False as for `finish`."""
        return self._of(claimed, finished_at=self._clock(), state="failed", error=" ".join(error.split())[:2000])

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that waits or runs; one that has ended stays as it is. `Missing` if there is none."""
        open_ = job.c.state.in_(("queued", "running"))
        with self._database.writing() as connection:
            values = {"state": "cancelled", "finished_at": self._clock()}
            connection.execute(update(job).where(job.c.job_id == job_id, open_).values(**values))
            return _required(connection, job_id)

    def requeue(self, silent_for: timedelta = timedelta(0), worker: str | None = None) -> tuple[Job, ...]:
        """Queue again what was running and is not any more; to be called when workers start.

        Parameters
        ----------
        silent_for : timedelta
            Only jobs of which nothing was heard for so long; 0 for all, when no worker can be alive.
        worker : str, optional
            Only those of one worker.

        Returns
        -------
        tuple of Job
            Those queued again; one that was begun 5 times already has failed instead and is not among them.
        """
        query = select(job).where(job.c.state == "running", job.c.beat_at <= self._clock() - silent_for)
        if worker is not None:
            query = query.where(job.c.worker == worker)
        with self._database.writing() as connection:
            again = []
            for row in connection.execute(query.with_for_update()).all():
                spent = row.attempt >= MOST_ATTEMPTS
                why = {"state": "failed", "error": f"begun {row.attempt} times, its worker died each time"}
                values = {**why, "finished_at": self._clock()} if spent else {"state": "queued", "worker": None}
                connection.execute(update(job).where(job.c.job_id == row.job_id).values(**values))
                if not spent:
                    again.append(_required(connection, row.job_id))
            return tuple(again)

    def _of(self, claimed: Job, **values: Any) -> bool:
        """Write to a job while it is still this worker's."""
        held = (job.c.job_id == claimed.job_id) & (job.c.attempt == claimed.attempt) & (job.c.state == "running")
        with self._database.writing() as connection:
            return connection.execute(update(job).where(held).values(**values)).rowcount == 1


def _lock(connection: Connection, dialect: str) -> None:
    """Let one process at a time ask for work, so that the same id is not asked for twice."""
    if dialect == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(712003)")


def _row(connection: Connection, job_id: str) -> Row[Any] | None:
    return connection.execute(select(job).where(job.c.job_id == job_id)).one_or_none()


def _required(connection: Connection, job_id: str) -> Job:
    row = _row(connection, job_id)
    if row is None:
        raise Missing(f"there is no job {job_id[:80]}")
    return _job(row)


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    values["params"] = json.loads(values["params"])
    values["result"] = None if values["result"] is None else json.loads(values["result"])
    return Job(**values)
