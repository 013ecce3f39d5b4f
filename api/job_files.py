"""Files that jobs make, in a folder beside the store for its owner alone, and the places of runners in it."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from data.errors import BadInput

ENVIRONMENT = "GUELTA_RESULTS"
#: Runners at work in one folder.
MOST_RUNNERS = 64
#: A folder that belongs to no job is left alone for so long, s: its job may be about to end.
_LEFTOVER_S = 3600.0
_JOB_ID = re.compile(r"[0-9a-f]{32}")


def folder_beside(url: URL) -> Path:
    """Return the folder of results where none is named: beside a SQLite file, else `results`."""
    if url.drivername == "sqlite" and url.database:
        path = Path(url.database)
        return path.with_name(f"{path.name}.results")
    return Path("results")


@dataclass(frozen=True)
class JobFiles:
    """The files of jobs: a folder for each start of a job, so that one given up never writes into another's.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    def make(self, job_id: str, attempt: int) -> Path:
        """Make the folder of a start, and remove what earlier ones left."""
        self.remove(job_id)
        path = self._of(job_id) / str(attempt)
        path.mkdir(mode=0o700, parents=True)
        return path

    def path(self, job_id: str, attempt: int, name: str) -> Path:
        """Return where a file of a job is."""
        return self._of(job_id) / str(attempt) / name

    def remove(self, job_id: str) -> None:
        """Remove the files of a job, if there are any."""
        shutil.rmtree(self._of(job_id), ignore_errors=True)

    def sweep(self, kept: Collection[str]) -> int:
        """Remove the files of all jobs but those kept; return of how many."""
        old = [path for path in self._folders() if path.name not in kept and _age_s(path) > _LEFTOVER_S]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)

    def open(self) -> None:
        """Make the folder; BadInput if it cannot be made or others may enter it."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_open = self.folder.stat().st_mode & 0o077
        except OSError as error:
            raise BadInput(f"the folder of results {self.folder} cannot be made ({error.strerror})") from None
        if is_open:
            raise BadInput(f"the folder of results {self.folder} is open to others: give it a folder of its own")

    @contextmanager
    def place(self) -> Iterator[str]:
        """Hold a place in the folder, yielding its name, until the block or the process ends.

        Whoever holds a place knows that no other process holds it: what the last holder left running is nobody's.

        Raises
        ------
        BadInput
            If every place is taken.
        """
        self.open()
        for number in range(1, MOST_RUNNERS + 1):
            handle = os.open(self.folder / f"runner-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            try:
                yield f"{self._name(handle)}-{number}"
            finally:
                os.close(handle)
            return
        raise BadInput(f"{MOST_RUNNERS} runners are at work in {self.folder} already")

    def _name(self, handle: int) -> str:
        """Return the name that the lock file keeps: another folder on another machine has another one."""
        kept = os.pread(handle, 12, 0)
        if len(kept) < 12:
            kept = secrets.token_hex(6).encode()
            os.pwrite(handle, kept, 0)
            os.fsync(handle)
        return kept.decode()

    def _of(self, job_id: str) -> Path:
        if not _JOB_ID.fullmatch(job_id):
            raise ValueError(f"{job_id[:80]!r} is no id of a job with files")
        return self.folder / job_id

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (path for path in self.folder.iterdir() if _JOB_ID.fullmatch(path.name) and path.is_dir())


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
