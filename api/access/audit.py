"""Who read or changed what is sensitive, and for what purpose: a log that is only ever added to, chained by digests.

A line holds neither coordinates nor any part of what was read. Every line holds the digest of the one before it, and
the number and digest of the last line stand in a second file: a changed, lost or inserted line is found, and so are
lines cut off at the end, unless both files were made anew by somebody who may write them. Against that, note the head
that `guelta audit verify` prints somewhere else and give it back later (`--seen`).
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Protocol

from api.access.private_files import make_folder, write_whole
from data.errors import BadInput

FIRST = sha256(b"guelta audit").hexdigest()
MOST_FAULTS = 20
#: Ids as this program gives them; anything else a caller put into a path is not kept.
_ID = re.compile(r"[A-Z]-[0-9]{8}-[0-9]{2,3}|[0-9a-f]{12,64}|[a-z2-7]{10}|[a-z]{2,24}(?:_[a-z]{2,24})?")
_SUM = ',"sum":"'


@dataclass(frozen=True)
class Entry:
    """One access.

    Attributes
    ----------
    at : datetime
        Aware.
    who : str
        Prefix of a key, "oidc:" with the digest of a subject, or "open" where no key was asked for.
    audience, did, kind, what, purpose : str
        What the asker may see; "read", "write", "retain", ...; "case", "plan", "survival", "key", ...; its id or "".
    """

    at: datetime
    who: str
    audience: str
    did: str
    kind: str
    what: str
    purpose: str


class AuditLog(Protocol):
    """Where accesses are kept; an entry is on the disk when `note` returns."""

    def note(self, entry: Entry) -> None:
        """Add an entry; OSError if it cannot be written."""

    def lines(self) -> Iterator[str]:
        """Return the lines, the oldest first."""

    def head(self) -> tuple[int, str]:
        """Return the number and digest of the last line as kept beside the lines."""


def safe_id(text: str) -> str:
    """Return an id as the audit keeps it: "?" for one of another form, which may hold anything."""
    return text if _ID.fullmatch(text) else ("?" if text else "")


def line_of(n: int, entry: Entry, before: str) -> tuple[str, str]:
    """Return a line and its digest."""
    fields = {"n": n, **asdict(entry), "at": entry.at.isoformat(timespec="seconds"), "before": before}
    fields["what"] = safe_id(entry.what)
    head = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    digest = sha256(head.encode()).hexdigest()
    return f'{head[:-1]}{_SUM}{digest}"}}', digest


def verify(log: AuditLog, seen: tuple[int, str] | None = None) -> tuple[int, str, tuple[str, ...]]:
    """Check the chain.

    Parameters
    ----------
    seen : (int, str), optional
        A head noted earlier, which the log has to hold still.

    Returns
    -------
    int, str
        Number of the last line and its digest.
    tuple of str
        What is wrong; empty for a sound log.
    """
    faults: list[str] = []
    kept = log.head()
    pinned = {n: digest for n, digest in (kept, *([seen] if seen else [])) if n}
    last, before = 0, FIRST
    for row, line in enumerate(log.lines(), start=1):
        n, chained, digest = _parts(line)
        if digest is None:
            faults.append(f"line {row}: was changed, or its writer was stopped")
            last, before = last + 1, ""
            continue
        if n != last + 1:
            faults.append(f"line {row}: is number {n} where {last + 1} is due")
        if before and chained != before:
            faults.append(f"line {row}: does not follow the line before it")
        if pinned.pop(n, digest) != digest:
            faults.append(f"line {row}: is another one than was noted")
        last, before = n, digest
    faults += [f"line {n} was noted and is not there: the log was cut" for n in sorted(pinned)]
    return last, before, tuple(faults[:MOST_FAULTS])


def _parts(line: str) -> tuple[int, str, str | None]:
    """Return number, digest before and own digest of a line; None for the last if it is not whole."""
    head, found, tail = line.rpartition(_SUM)
    digest = sha256((head + "}").encode("utf-8", "surrogatepass")).hexdigest()
    if not found or tail != digest + '"}':
        return 0, "", None
    try:
        values = json.loads(line)
        return int(values["n"]), str(values["before"]), digest
    except (ValueError, KeyError, TypeError):
        return 0, "", None


class MemoryAudit:
    """An `AuditLog` that ends with the process: for trials and tests."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._last = (0, FIRST)
        self._lock = Lock()

    def note(self, entry: Entry) -> None:
        """Add an entry."""
        with self._lock:
            n = self._last[0] + 1
            line, digest = line_of(n, entry, self._last[1])
            self._lines.append(line)
            self._last = (n, digest)

    def lines(self) -> Iterator[str]:
        """Return the lines."""
        return iter(tuple(self._lines))

    def head(self) -> tuple[int, str]:
        """Return number and digest of the last line."""
        return self._last


class FileAudit:
    """An `AuditLog` in a file, for its owner alone; several processes may write.

    Parameters
    ----------
    path : Path
        Of the lines; the head stands beside it with the ending ``.head``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head = path.with_suffix(".head")
        make_folder(path.parent)

    def note(self, entry: Entry) -> None:
        """Add an entry; on the disk when this returns."""
        with self._locked() as handle:
            n, before, whole = self._last(handle)
            line, digest = line_of(n + 1, entry, before)
            # a writer that was stopped in a line leaves it unfinished: it stays, as a fault to be found
            _write(handle, (("" if whole else "\n") + line + "\n").encode("utf-8", "replace"))
            os.fsync(handle)
            write_whole(self._head, f"{n + 1}:{digest}\n".encode())

    def lines(self) -> Iterator[str]:
        """Return the lines."""
        try:
            with self.path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
                for line in file:
                    if line.strip():
                        yield line.rstrip("\n")
        except FileNotFoundError:
            return

    def head(self) -> tuple[int, str]:
        """Return number and digest of the last line as noted."""
        try:
            return read_head(self._head.read_text())
        except FileNotFoundError:
            return 0, FIRST

    @contextmanager
    def _locked(self) -> Iterator[int]:
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def _last(self, handle: int) -> tuple[int, str, bool]:
        """Return number and digest of the last sound line, and whether the file ends with a whole one."""
        size = os.fstat(handle).st_size
        if not size:
            return (*self.head(), True) if self._head.exists() else (0, FIRST, True)
        tail = os.pread(handle, 16_384, max(0, size - 16_384)).decode("utf-8", "replace")
        for line in reversed(tail.split("\n")):
            n, _, digest = _parts(line)
            if digest is not None:
                return n, digest, tail.endswith("\n")
        return (*self.head(), tail.endswith("\n"))


def read_head(text: str) -> tuple[int, str]:
    """Read ``12:ab...``; BadInput if it is no head."""
    number, colon, digest = text.strip().partition(":")
    if not (colon and number.isdigit() and re.fullmatch(r"[0-9a-f]{64}", digest)):
        raise BadInput("a head looks like NUMBER:DIGEST, as `guelta audit verify` prints it")
    return int(number), digest


def _write(handle: int, content: bytes) -> None:
    done = 0
    while done < len(content):
        done += os.write(handle, content[done:])
