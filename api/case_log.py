"""The case file of a distress case: a log of events that is only ever added to, one JSON object a line.

A line is on the disk before `append` returns. Whatever a writer leaves when it is killed while writing stays in the
file as a line that readers skip and tell of.
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from api.access.private_files import write_whole
from api.case_lines import CaseRecord, Event, digest, line_of, read_sum, scan
from data.errors import BadInput, NoAnswer

__all__ = ["CaseLog", "CaseRecord", "Event"]

#: Faults told of one file, newer events told of in a conflict, and cases of one day.
MOST_FAULTS = 20
MOST_NEWER = 3
MOST_CASES = 999

#: Seconds a writer waits for another one; a reader waits shorter and then takes what is there.
WRITER_WAITS_S = 10.0
READER_WAITS_S = 2.0

_CASE_ID = re.compile(r"C-[0-9]{8}-(?:0[1-9]|[1-9][0-9]{1,2})")
#: Nothing of that name, or a link, a folder, a socket.
_NONE_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.ENXIO)
_OPEN = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class CaseLog:
    """The case files of one folder.

    Parameters
    ----------
    folder : Path
        Made with the first case, for its owner alone. What is no case file in it is left alone.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Return the cases of the folder, by day and number; none if there is no folder yet."""
        try:
            with os.scandir(self.folder) as entries:
                names = [each.name for each in entries if each.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise BadInput(f"the folder of cases cannot be read ({error.strerror})") from None
        cases = [name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl")]
        return sorted(
            (case for case in cases if _CASE_ID.fullmatch(case)), key=lambda case: (case[:10], int(case[11:]))
        )

    def create(self, on: date, first: Event) -> str:
        """Open a case; it appears in the folder at once with its first event, or not at all.

        Parameters
        ----------
        on : date
            Day of the alert.
        first : Event

        Returns
        -------
        str
            Id of the case: the day and the next number of that day, such as ``C-20260615-01``.

        Raises
        ------
        BadInput
            If the folder cannot be used or the event is too large.
        NoAnswer
            If the file cannot be written, or the day has no number left.
        """
        self._make_folder()
        day = f"C-{on.year:04d}{on.month:02d}{on.day:02d}-"
        number = max((int(case[len(day) :]) for case in self.ids() if case.startswith(day)), default=0) + 1
        while number <= MOST_CASES:
            case_id = f"{day}{number:02d}"
            if self._created(case_id, line_of(1, first, digest(case_id.encode()))):
                return case_id
            number += 1
        raise NoAnswer(f"{on.isoformat()} has {MOST_CASES} cases already: use another folder")

    def append(self, case_id: str, event: Event, expected: int | None = None) -> int:
        """Add an event; it is on the disk when this returns.

        Parameters
        ----------
        case_id : str
        event : Event
        expected : int, optional
            `CaseRecord.last` as the writer has seen it; nothing is written if the file has moved on since. None adds
            in any case.

        Returns
        -------
        int
            Number of the event.

        Raises
        ------
        BadInput
            If there is no such case or the event is too large.
        NoAnswer
            If others have added events since, somebody else keeps the file, or it cannot be written.
        """
        with self._opened(case_id, os.O_RDWR | os.O_APPEND) as handle:
            if not _lock(handle, fcntl.LOCK_EX, WRITER_WAITS_S):
                wait = f"the file could not be locked within {WRITER_WAITS_S:.0f} s, others write to it"
                raise NoAnswer(f"{case_id}: {wait}; nothing written, try again")
            try:
                info = os.fstat(handle)
                if info.st_nlink == 0:
                    raise NoAnswer(f"{case_id}: the file was replaced at this moment; nothing written, try again")
                if stat.S_IMODE(info.st_mode) != 0o600:
                    with suppress(OSError):
                        os.fchmod(handle, 0o600)
                content = _content(case_id, handle)
                record, before = scan(case_id, content)
                if expected is not None and expected != record.last:
                    raise NoAnswer(_conflict(record, expected))
                line = line_of(record.last + 1, event, before)
                state = "the event is not recorded, it cannot be written"
                try:
                    _write(handle, line if not content or content.endswith(b"\n") else b"\n" + line)
                    state = "the event is written, but the disk has not confirmed it: read the case before trying again"
                    os.fsync(handle)
                except OSError as error:
                    raise NoAnswer(f"{case_id}: {state} ({error.strerror})") from None
                return record.last + 1
            finally:
                with suppress(OSError):
                    fcntl.flock(handle, fcntl.LOCK_UN)

    def rewrite(self, case_id: str, change: Callable[[CaseRecord, bytes], Sequence[Event] | None]) -> bool:
        """Put a new file in the place of a case's: the only way anything of a case is ever taken away.

        Parameters
        ----------
        change : callable
            From the case and the bytes of its file to all events of the new one; the first of them keep the numbers
            they had. None leaves the file as it is. Nobody else writes to the case meanwhile.

        Returns
        -------
        bool
            Whether there is a new file; it is on the disk then. The blocks of the old one are the file system's, and
            copies of it are wherever they are.
        """
        with self._opened(case_id, os.O_RDWR) as handle:
            if not _lock(handle, fcntl.LOCK_EX, WRITER_WAITS_S) or os.fstat(handle).st_nlink == 0:
                raise NoAnswer(f"{case_id}: others write to it; nothing changed, try again")
            content = _content(case_id, handle)
            record, _ = scan(case_id, content)
            events = change(record, content)
            if events is None:
                return False
            numbers = [*record.numbers, *range(record.last + 1, record.last + 1 + len(events) - len(record.numbers))]
            before, lines = digest(case_id.encode()), []
            for number, event in zip(numbers, events, strict=True):
                line = line_of(number, event, before)
                before = read_sum(line)
                lines.append(line)
            try:
                write_whole(self.folder / f"{case_id}.jsonl", b"".join(lines))
            except OSError as error:
                raise NoAnswer(
                    f"{case_id}: the new file cannot be written ({error.strerror}); the old one stays"
                ) from None
            return True

    def read(self, case_id: str) -> CaseRecord:
        """Read a case; others may be writing to it.

        Raises
        ------
        BadInput
            If there is no such case, or nothing in its file can be read.
        """
        with self._opened(case_id, os.O_RDONLY) as handle:
            content = _content(case_id, handle)
            # An unfinished line may be one that is being written now: look again when nobody is.
            if not content.endswith(b"\n") and _lock(handle, fcntl.LOCK_SH, READER_WAITS_S):
                content = _content(case_id, handle)
                fcntl.flock(handle, fcntl.LOCK_UN)
        record, _ = scan(case_id, content)
        if not record.events:
            faults = record.remarks[:MOST_FAULTS] or ("the file is empty",)
            raise BadInput(f"{case_id}: {fault}" for fault in faults)
        return record

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            self._close_folder()
            return
        except OSError as error:
            raise BadInput(f"the folder of cases cannot be made ({error.strerror})") from None
        with suppress(OSError):
            self.folder.chmod(0o700)
            _sync_folder(self.folder.parent)

    def _close_folder(self) -> None:
        """Close a folder that others may enter, if it holds nothing but cases."""
        try:
            if not stat.S_IMODE(self.folder.stat().st_mode) & 0o077:
                return
            with os.scandir(self.folder) as entries:
                ours = all(_CASE_ID.match(each.name.removeprefix(".")) for each in entries)
            if ours:
                self.folder.chmod(0o700)
                return
        except OSError as error:
            raise BadInput(f"the folder of cases cannot be used ({error.strerror})") from None
        raise BadInput("the folder of cases is open to others and holds other things: give it a folder of its own")

    def _created(self, case_id: str, line: bytes) -> bool:
        """Put a new case file in its place, whole; return whether the id was still free."""
        place = self.folder / f"{case_id}.jsonl"
        made = self.folder / f".{case_id}.{secrets.token_hex(8)}.new"
        state = "no case was opened, it cannot be written"
        try:
            handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN, 0o600)
            try:
                os.fchmod(handle, 0o600)
                _write(handle, line)
                os.fsync(handle)
            finally:
                os.close(handle)
            place.hardlink_to(made)  # as O_EXCL: fails if the name is taken
            state = "the case is open, but the disk has not confirmed it"
            _sync_folder(self.folder)
        except FileExistsError:
            return False
        except OSError as error:
            raise NoAnswer(f"{case_id}: {state} ({error.strerror})") from None
        finally:
            with suppress(OSError):
                made.unlink()
        return True

    @contextmanager
    def _opened(self, case_id: str, flags: int) -> Iterator[int]:
        if not isinstance(case_id, str) or not _CASE_ID.fullmatch(case_id):
            raise BadInput(f"{str(case_id)[:40]!r} is no case id; they look like C-20260615-01")
        try:
            handle = os.open(self.folder / f"{case_id}.jsonl", flags | _OPEN)
        except OSError as error:
            if error.errno in _NONE_THERE:
                raise self._unknown(case_id) from None
            raise BadInput(f"{case_id}: cannot be opened ({error.strerror})") from None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise self._unknown(case_id)
            yield handle
        finally:
            os.close(handle)

    def _unknown(self, case_id: str) -> BadInput:
        close = get_close_matches(case_id, self.ids(), n=5, cutoff=0.7)
        near = f"near it: {', '.join(close)}" if close else "none like it"
        return BadInput(f"{case_id}: there is no such case; {near}")


def _conflict(record: CaseRecord, expected: int) -> str:
    if expected > record.last:
        return f"{record.case_id}: you have seen {expected} events and the file holds {record.last}: some are lost"
    pairs = zip(record.numbers, record.events, strict=True)
    newer = [f"{n} {event.kind} by {event.by} at {event.at:%H:%M}Z" for n, event in pairs if n > expected]
    more = ", ..." if len(newer) > MOST_NEWER else ""
    said = f" ({', '.join(newer[:MOST_NEWER])}{more})" if newer else ""
    many = record.last - expected
    return f"{record.case_id}: {many} added since you have read it{said}; nothing written, read it again"


def _content(case_id: str, handle: int) -> bytes:
    pieces: list[bytes] = []
    at = 0
    try:
        while piece := os.pread(handle, 1 << 20, at):
            pieces.append(piece)
            at += len(piece)
    except OSError as error:
        raise BadInput(f"{case_id}: cannot be read ({error.strerror})") from None
    return b"".join(pieces)


def _write(handle: int, content: bytes) -> None:
    """Write all of it; only a last newline may be missing, which the next writer puts."""
    done = 0
    while done < len(content):
        try:
            done += os.write(handle, content[done:])
        except OSError:
            if done < len(content) - 1:
                raise
            return


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(handle: int, how: int, patience_s: float) -> bool:
    until = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(random.uniform(0.0005, 0.005))
        except OSError:
            return False
