"""The audit log: who did or read what. Each entry holds the digest of the one before: a change or a gap shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from api.store.changes import canonical
from api.store.engine import Database
from api.store.kinds import require_author
from api.store.records import lock
from api.store.tables import audit, iso
from data.errors import BadInput

_FIRST = "0" * 64
_MOST_DETAIL = 20_000


@dataclass(frozen=True)
class AuditEntry:
    """One entry; `detail` is canonical JSON."""

    n: int
    at: datetime
    author: str
    action: str
    subject: str
    detail: str
    before: str
    digest: str


class AuditLog:
    """The audit log of a store."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def append(
        self,
        author: str,
        action: str,
        subject: str,
        detail: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
    ) -> AuditEntry:
        """Add an entry; it is on the disk when this returns.

        Parameters
        ----------
        author : str
            Role or key id, never a name.
        action : str
            What was done, such as "read" or "backup".
        subject : str
            To what, such as "case C-20260615-01".
        detail : mapping, optional
            JSON values; no positions or words of alerts: the log is kept longer than they are.
        at : datetime, optional
            Aware; now if left out.
        """
        require_author(author)
        said = canonical(dict(detail or {}))
        if not 1 <= len(action) <= 60 or len(subject) > 200 or len(said) > _MOST_DETAIL:
            raise BadInput("an audit entry takes an action of 60, a subject of 200 and details of 20,000 characters")
        with self._database.writing() as connection:
            lock(connection)
            last = connection.execute(select(audit.c.n, audit.c.digest).order_by(audit.c.n.desc()).limit(1)).first()
            n, before = (last.n + 1, last.digest) if last else (1, _FIRST)
            moment = (at or self._clock()).astimezone(UTC)
            digest = _digest(n, moment, author, action, subject, said, before)
            entry = AuditEntry(n, moment, author, action, subject, said, before, digest)
            connection.execute(insert(audit).values(**vars(entry)))
            return entry

    def head(self) -> tuple[int, str]:
        """Return number and digest of the newest entry; 0 of an empty log."""
        with self._database.reading() as connection:
            last = connection.execute(select(audit.c.n, audit.c.digest).order_by(audit.c.n.desc()).limit(1)).first()
        return (last.n, last.digest) if last else (0, _FIRST)

    def read(self, after: int = 0, limit: int = 1000) -> tuple[AuditEntry, ...]:
        """Return entries in their order, those after a number."""
        query = select(audit).where(audit.c.n > after).order_by(audit.c.n).limit(limit)
        with self._database.reading() as connection:
            return tuple(_entry(row) for row in connection.execute(query))

    def verify(self, seen: tuple[int, str] | None = None) -> tuple[str, ...]:
        """Return what is wrong with the log, one line each; nothing when it is whole.

        Parameters
        ----------
        seen : tuple of int and str, optional
            Number and digest of an entry written down elsewhere: that the newest entries are gone shows only so.
        """
        faults: list[str] = []
        n, before, has_seen = 0, _FIRST, seen is None
        with self._database.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.n)):
                entry = _entry(row)
                if entry.n != n + 1:
                    faults.append(f"audit entries {n + 1} to {entry.n - 1} are missing")
                elif entry.before != before:
                    faults.append(f"audit entry {entry.n} does not follow the one before it")
                if entry.digest != _digest(*list(vars(entry).values())[:-1]):
                    faults.append(f"audit entry {entry.n} was changed")
                has_seen = has_seen or (entry.n, entry.digest) == seen
                n, before = entry.n, entry.digest
        if not has_seen:
            faults.append(f"audit entry {seen[0] if seen else 0} is not the one seen before")
        return tuple(faults)


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)


def _digest(n: int, at: datetime, author: str, action: str, subject: str, detail: str, before: str) -> str:
    said = canonical([n, iso(at), author, action, subject, detail, before])
    return hashlib.sha256(b"guelta audit 1\n" + said.encode()).hexdigest()
