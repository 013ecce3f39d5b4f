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

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, update

from api.store.changes import canonical
from api.store.engine import Database
from api.store.errors import Full, Missing, Taken
from api.store.kinds import require_author, require_id
from api.store.tables import Moment, job
from data.errors import BadInput

#: Starts of one job after which it counts as what kills its workers.
MOST_ATTEMPTS = 5
_OPEN = ("queued", "running")
#: All but what may be large.
_HEAD = [each for each in job.c if each.name not in ("params", "result")]


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
        Of one that has failed, what the faults are.
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

    def enqueue(
        self,
        kind: str,
        params: Mapping[str, Any],
        author: str,
        *,
        job_id: str | None = None,
        most_open: int | None = None,
    ) -> Job:
        """Ask for work; it is on the disk when this returns.

        With a `job_id` of its own, sending it again asks for nothing more; `Taken` if it is for other work. `Full` if
        the author has `most_open` jobs waiting or running already.
        """
        name = str(uuid.uuid4()) if job_id is None else require_id(job_id, "job")
        said = canonical(dict(params))
        values = {"kind": kind, "params": said, "author": require_author(author)}
        with self._database.writing() as connection:
            _lock(connection, self._database.dialect)
            row = _row(connection, name)
            if row is None:
                _require_room(connection, author, most_open)
                start = {"state": "queued", "progress": 0.0, "attempt": 0, "created_at": self._clock()}
                connection.execute(insert(job).values(job_id=name, **start, **values))
            elif (row.kind, row.params, row.author) != (kind, said, author):
                raise Taken(f"job {name} was asked for with other work")
            return _required(connection, name)

    def get(self, job_id: str) -> Job:
        """Return a job; `Missing` if there is none."""
        with self._database.reading() as connection:
            return _required(connection, job_id)

    def head(self, job_id: str) -> Job:
        """Return a job without its params and result, which may be large; `Missing` if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_HEAD).where(job.c.job_id == job_id)).one_or_none()
        if row is None:
            raise Missing(f"there is no job {job_id[:80]}")
        return _job(row)

    def list(self, state: str | None = None, limit: int = 100) -> tuple[Job, ...]:
        """Return jobs, newest first."""
        query = select(job).order_by(job.c.created_at.desc(), job.c.job_id).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(job.c.state == state) if state else query)
            return tuple(_job(row) for row in rows)

    def heads(
        self,
        author: str | None = None,
        kinds: Sequence[str] | None = None,
        states: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Job, ...]:
        """Return jobs without their params and results, newest first.

        Parameters
        ----------
        author : str, optional
            Only those of one author.
        kinds, states : sequence of str, optional
        since, until : datetime, optional
            Asked for in this time, both ends included.
        """
        query = select(*_HEAD).order_by(job.c.created_at.desc(), job.c.job_id)
        for column, allowed in ((job.c.kind, kinds), (job.c.state, states)):
            query = query if allowed is None else query.where(column.in_(allowed))
        if author is not None:
            query = query.where(job.c.author == author)
        if since is not None:
            query = query.where(job.c.created_at >= since)
        if until is not None:
            query = query.where(job.c.created_at <= until)
        with self._database.reading() as connection:
            return tuple(_job(row) for row in connection.execute(query))

    def is_waiting(self, kinds: Sequence[str] | None = None) -> bool:
        """Return whether a job waits: asked often, and without getting in the way of writers as `claim` does."""
        query = select(job.c.job_id).where(job.c.state == "queued").limit(1)
        if kinds is not None:
            query = query.where(job.c.kind.in_(kinds))
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

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

    def fail(self, claimed: Job, error: str, faults: Mapping[str, Any] | None = None) -> bool:
        """Note why a job failed, in one line and, as its result, in full; False as for `finish`."""
        values: dict[str, Any] = {} if faults is None else {"result": canonical(dict(faults))}
        values |= {"state": "failed", "error": " ".join(error.split())[:2000]}
        return self._of(claimed, finished_at=self._clock(), **values)

    def give_back(self, claimed: Job) -> bool:
        """Queue a job again that its worker leaves in good order: this start does not count; False as for `finish`."""
        values = {"state": "queued", "worker": None, "progress": 0.0}
        return self._of(claimed, attempt=claimed.attempt - 1, **values)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that waits or runs; one that has ended stays as it is. `Missing` if there is none."""
        open_ = job.c.state.in_(_OPEN)
        with self._database.writing() as connection:
            values = {"state": "cancelled", "finished_at": self._clock()}
            connection.execute(update(job).where(job.c.job_id == job_id, open_).values(**values))
            return _required(connection, job_id)

    def dismiss(self, job_id: str) -> Job:
        """Cancel a job, or throw away what one that has ended came to. `Missing` if there is none."""
        with self._database.writing() as connection:
            values = {"state": "cancelled", "result": None, "error": None}
            gone = update(job).where(job.c.job_id == job_id, job.c.state != "cancelled")
            ended = func.coalesce(job.c.finished_at, literal(self._clock(), Moment))
            connection.execute(gone.values(finished_at=ended, **values))
            return _required(connection, job_id)

    def forget(self, before: datetime) -> int:
        """Remove the jobs that ended before a moment; return how many."""
        gone = delete(job).where(job.c.state.not_in(_OPEN), job.c.finished_at < before)
        with self._database.writing() as connection:
            return int(connection.execute(gone).rowcount)

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
        held &= job.c.worker == claimed.worker
        with self._database.writing() as connection:
            return connection.execute(update(job).where(held).values(**values)).rowcount == 1


def _require_room(connection: Connection, author: str, most_open: int | None) -> None:
    if most_open is None:
        return
    mine = select(func.count()).select_from(job).where(job.c.author == author, job.c.state.in_(_OPEN))
    if (held := connection.scalar(mine) or 0) >= most_open:
        raise Full(f"{held} jobs of yours are waiting or running and {most_open} may be: wait or dismiss one")


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
    values: dict[str, Any] = {"params": "{}", "result": None, **row._mapping}
    values["params"] = json.loads(values["params"])
    values["result"] = None if values["result"] is None else json.loads(values["result"])
    return Job(**values)
