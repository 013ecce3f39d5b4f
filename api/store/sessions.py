"""Sign-ins of browsers as the store keeps them: the digest of a token beside the key it stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select

from api.store.engine import Database
from api.store.tables import session
from data.units import require_utc


@dataclass(frozen=True)
class SessionRecord:
    """A sign-in as it is kept; the token is not."""

    digest: str = field(repr=False)
    prefix: str
    expires: datetime


class StoredSessions:
    """The sign-ins of a store, for all processes that share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, record: SessionRecord, now: datetime) -> None:
        """Keep a sign-in, and forget those that are over."""
        values = {"digest": record.digest, "prefix": record.prefix, "expires_at": require_utc(record.expires)}
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.expires_at <= require_utc(now)))
            connection.execute(insert(session).values(**values))

    def find(self, digest: str) -> SessionRecord | None:
        """Return a sign-in."""
        with self._database.reading() as connection:
            row = connection.execute(select(session).where(session.c.digest == digest)).one_or_none()
        return None if row is None else SessionRecord(row.digest, row.prefix, row.expires_at)

    def end(self, digest: str) -> None:
        """Forget a sign-in."""
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.digest == digest))
