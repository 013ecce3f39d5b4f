"""Keys in one SQLite file, readable by its owner alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from api.access.audience import Audience
from api.access.keys import KeyRecord
from api.access.private_files import make_folder
from data.errors import BadInput

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
        make_folder(path.parent)
        # before SQLite does: its own files take the mode of this one
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
        with self._opened() as base:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute(_TABLE)

    def add(self, record: KeyRecord) -> None:
        """Keep a new key; ValueError if its prefix is taken."""
        values = (
            record.prefix, record.hashed, record.audience.word, " ".join(sorted(record.scopes)), record.purpose,
            record.made.isoformat(), record.expires.isoformat(), _text(record.revoked), _text(record.used),
        )  # fmt: skip
        with self._opened() as base:
            try:
                base.execute(f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            except sqlite3.IntegrityError:
                raise ValueError("the prefix is taken") from None

    def find(self, prefix: str) -> KeyRecord | None:
        """Return the key of a prefix."""
        with self._opened() as base:
            row = base.execute(f"SELECT {_COLUMNS} FROM keys WHERE prefix = ?", (prefix,)).fetchone()
        return None if row is None else _record(row)

    def all(self) -> tuple[KeyRecord, ...]:
        """Return every key, the oldest first."""
        with self._opened() as base:
            rows = base.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY made, prefix").fetchall()
        return tuple(_record(row) for row in rows)

    def revoke(self, prefix: str, at: datetime) -> bool:
        """Mark a key as revoked; return whether there is one."""
        with self._opened() as base:
            done = base.execute(
                "UPDATE keys SET revoked = coalesce(revoked, ?) WHERE prefix = ?", (at.isoformat(), prefix)
            )
            return done.rowcount == 1

    def used(self, prefix: str, at: datetime) -> None:
        """Note the last use."""
        with self._opened() as base:
            base.execute("UPDATE keys SET used = ? WHERE prefix = ?", (at.isoformat(), prefix))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            base = sqlite3.connect(self.path, timeout=10)
            try:
                base.execute("PRAGMA synchronous=FULL")
                with base:
                    yield base
            finally:
                base.close()
        except sqlite3.OperationalError as error:
            raise BadInput(f"the file of keys cannot be used ({error})") from None
        except sqlite3.DatabaseError as error:
            raise BadInput(f"the file of keys is damaged ({error})") from None


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
