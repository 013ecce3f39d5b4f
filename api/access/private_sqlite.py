"""A small SQLite file for its owner alone, used by several processes at once."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.access.private_files import make_folder
from data.errors import BadInput


class PrivateSqlite:
    """A file with one table; every change is on the disk when `opened` is left.

    Parameters
    ----------
    path : Path
        Made with its folder (0700) and mode 0600 if it is not there.
    table : str
        Statement that makes the table if it is not there.
    what : str
        What it holds, for the words of a fault.
    """

    def __init__(self, path: Path, table: str, what: str) -> None:
        self.path, self._what = path, what
        make_folder(path.parent)
        # before SQLite does: its own files take the mode of this one
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
        with self.opened() as base:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute(table)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction; BadInput if it cannot be used."""
        try:
            base = sqlite3.connect(self.path, timeout=10)
            try:
                base.execute("PRAGMA synchronous=FULL")
                with base:
                    yield base
            finally:
                base.close()
        except sqlite3.OperationalError as error:
            raise BadInput(f"the file of {self._what} cannot be used ({error})") from None
        except sqlite3.DatabaseError as error:
            raise BadInput(f"the file of {self._what} is damaged ({error})") from None
