"""Files that leave the store: gzipped JSON, an object a line, with a header before and a digest of it all behind.

They hold positions of people in danger, so they are made for their owner alone. What is read is not trusted: lines and
content have a greatest size, so that a small file cannot grow into a machine's whole memory or disk.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from api.store.changes import canonical
from data.errors import BadInput

#: Bytes of one line, and of all lines together once unpacked.
MOST_LINE = 20_000_000
MOST_CONTENT = 4_000_000_000


def write_lines(
    path: Path,
    header: dict[str, Any],
    lines: Iterable[dict[str, Any]],
    sign: Callable[[str], str] | None = None,
) -> int:
    """Write a file, whole or not at all, and return how many lines lie between header and end.

    Raises
    ------
    BadInput
        If there is a file of that name already, or it cannot be written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        if path.exists():
            raise BadInput(f"{path}: there is a file of that name already; name another")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as raw:
                count = _write(raw, header, lines, sign)
                raw.flush()
                os.fsync(raw.fileno())
            part.rename(path)
        finally:
            with suppress(OSError):
                part.unlink()
        with suppress(OSError):
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(folder)
            os.close(folder)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
    return count


def _write(
    raw: BinaryIO, header: dict[str, Any], lines: Iterable[dict[str, Any]], sign: Callable[[str], str] | None
) -> int:
    summed, count = hashlib.sha256(), 0
    with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0, compresslevel=6) as packed:
        for number, each in enumerate(_chain(header, lines)):
            line = canonical(each).encode() + b"\n"
            packed.write(line)
            summed.update(line)
            count = number
        digest = summed.hexdigest()
        end = {"end": count, "sum": digest} | ({"sig": sign(digest)} if sign else {})
        packed.write(canonical(end).encode() + b"\n")
    return count


def _chain(header: dict[str, Any], lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield header
    yield from lines


class LineFile:
    """A file being read.

    Attributes
    ----------
    name : str
    header : dict
    line : int
        Number of the line last read.
    digest, signature : str
        Of the whole; empty until the end was read.
    """

    def __init__(self, name: str, packed: gzip.GzipFile, form: str) -> None:
        self.name, self._packed = name, packed
        self._summed, self._bytes = hashlib.sha256(), 0
        self.line, self.digest, self.signature = 0, "", ""
        self.header, raw = self._next()
        self._summed.update(raw)
        if self.header.get("format") != form:
            raise self.fault(f"its header does not say {form!r}")

    def fault(self, what: str) -> BadInput:
        """Return what is wrong with the line last read."""
        return BadInput(f"{self.name}: line {self.line}: {what}")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give the lines between header and end; at the end the digest is compared."""
        while True:
            value, raw = self._next()
            if "end" in value:
                break
            self._summed.update(raw)
            yield value
        self.digest = self._summed.hexdigest()
        if value.get("sum") != self.digest or value["end"] != self.line - 2:
            raise self.fault("the file is damaged or was changed: its digest does not agree")
        self.signature = str(value.get("sig", ""))
        if self._read(1):
            raise self.fault("something follows the end")

    def _next(self) -> tuple[dict[str, Any], bytes]:
        raw = self._read(MOST_LINE + 1)
        self.line += 1
        self._bytes += len(raw)
        if len(raw) > MOST_LINE:
            raise self.fault(f"longer than {MOST_LINE} bytes")
        if self._bytes > MOST_CONTENT:
            raise self.fault(f"the file holds more than {MOST_CONTENT} bytes")
        if not raw.endswith(b"\n"):
            raise self.fault("the file ends too early")
        try:
            value = json.loads(raw, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self.fault("is no JSON") from None
        if not isinstance(value, dict):
            raise self.fault("is no JSON object")
        return value, raw

    def _read(self, limit: int) -> bytes:
        try:
            return self._packed.readline(limit)
        except (OSError, EOFError, zlib.error):
            raise BadInput(f"{self.name}: after line {self.line}: is no gzip file, or a damaged one") from None


@contextmanager
def open_lines(path: Path, form: str) -> Iterator[LineFile]:
    """Open a file of some form; BadInput in one line for whatever is wrong with it."""
    try:
        if not path.is_file():  # a folder, or a pipe that would be waited for
            raise BadInput(f"{path}: there is no such file")
        raw = path.open("rb")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    with raw, gzip.GzipFile(fileobj=raw) as packed:
        yield LineFile(path.name, packed, form)


def _no_number(word: str) -> float:
    raise ValueError(word)
