"""Keys in one SQLite file, readable by its owner alone."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from api.access.audience import Audience
from api.access.keys import KeyRecord
from api.access.private_sqlite import PrivateSqlite

_TABLE = """
CREATE TABLE IF NOT EXISTS keys (
    prefix TEXT PRIMARY KEY, hashed TEXT NOT NULL, audience TEXT NOT NULL, scopes TEXT NOT NULL, purpose TEXT NOT NULL,
    made TEXT NOT NULL, expires TEXT NOT NULL, revoked TEXT, used TEXT
) STRICT
"""
_COLUMNS = "prefix, hashed, audience, scopes, purpose, made, expires, revoked, used"


class SqliteKeys:
    """A `KeyStore` in a file; several processes may use it at once.

    Parameters
    ----------
    path : Path
        Made with its folder (0700) and mode 0600 if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = PrivateSqlite(path, _TABLE, "keys")

    def add(self, record: KeyRecord) -> None:
        """Keep a new key; ValueError if its prefix is taken."""
        values = (
            record.prefix, record.hashed, record.audience.word, " ".join(sorted(record.scopes)), record.purpose,
            record.made.isoformat(), record.expires.isoformat(), _text(record.revoked), _text(record.used),
        )  # fmt: skip
        with self._base.opened() as base:
            try:
                base.execute(f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            except sqlite3.IntegrityError:
                raise ValueError("the prefix is taken") from None

    def find(self, prefix: str) -> KeyRecord | None:
        """Return the key of a prefix."""
        with self._base.opened() as base:
            row = base.execute(f"SELECT {_COLUMNS} FROM keys WHERE prefix = ?", (prefix,)).fetchone()
        return None if row is None else _record(row)

    def all(self) -> tuple[KeyRecord, ...]:
        """Return every key, the oldest first."""
        with self._base.opened() as base:
            rows = base.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY made, prefix").fetchall()
        return tuple(_record(row) for row in rows)

    def revoke(self, prefix: str, at: datetime) -> bool:
        """Mark a key as revoked; return whether there is one."""
        with self._base.opened() as base:
            done = base.execute(
                "UPDATE keys SET revoked = coalesce(revoked, ?) WHERE prefix = ?", (at.isoformat(), prefix)
            )
            return done.rowcount == 1

    def used(self, prefix: str, at: datetime) -> None:
        """Note the last use."""
        with self._base.opened() as base:
            base.execute("UPDATE keys SET used = ? WHERE prefix = ?", (at.isoformat(), prefix))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _record(row: tuple[str, ...]) -> KeyRecord:
    prefix, hashed, audience, scopes, purpose, made, expires, revoked, used = row
    return KeyRecord(
        prefix, hashed, Audience.named(audience), frozenset(scopes.split()), purpose, datetime.fromisoformat(made),
        datetime.fromisoformat(expires), _moment(revoked), _moment(used),
    )  # fmt: skip
