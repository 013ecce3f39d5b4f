"""Sign-ins in one SQLite file beside the keys, readable by its owner alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from api.access.private_sqlite import PrivateSqlite
from api.access.sessions import SessionRecord

_TABLE = (
    "CREATE TABLE IF NOT EXISTS sessions (digest TEXT PRIMARY KEY, prefix TEXT NOT NULL, expires TEXT NOT NULL) STRICT"
)


class SqliteSessions:
    """A `SessionStore` in a file; several processes may use it at once.

    Parameters
    ----------
    path : Path
        Made with its folder (0700) and mode 0600 if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._base = PrivateSqlite(path, _TABLE, "sign-ins")

    def add(self, record: SessionRecord, now: datetime) -> None:
        """Keep a sign-in, and forget those that are over."""
        with self._base.opened() as base:
            base.execute("DELETE FROM sessions WHERE expires <= ?", (_text(now),))
            base.execute("INSERT INTO sessions VALUES (?, ?, ?)", (record.digest, record.prefix, _text(record.expires)))

    def find(self, digest: str) -> SessionRecord | None:
        """Return a sign-in."""
        with self._base.opened() as base:
            row = base.execute("SELECT digest, prefix, expires FROM sessions WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else SessionRecord(row[0], row[1], datetime.fromisoformat(row[2]))

    def end(self, digest: str) -> None:
        """Forget a sign-in."""
        with self._base.opened() as base:
            base.execute("DELETE FROM sessions WHERE digest = ?", (digest,))


def _text(moment: datetime) -> str:
    # one zone and one form: the texts sort as the moments do
    return moment.astimezone(UTC).isoformat(timespec="seconds")
