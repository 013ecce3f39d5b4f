"""The lines of a case file: events as they are written, and what is read of a file however damaged.

Every line holds the digest of its other bytes and that of the line before it, so a changed or lost line is noticed.
That the newest lines of a file are gone is not, unless a writer says how many it has seen. The digests have no key:
they find damage, they do not prove who wrote.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from data.errors import BadInput

#: Bytes of one line, and levels of lists and objects in an event's data.
MOST_BYTES = 1_000_000
DEEPEST = 40

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_CODE = 24
_DIGEST = 32
#: The end of a whole line: what stands before its digest and after it.
_SUM, _END = b',"sum":"', b'"}'
_TRAIL = len(_SUM) + _DIGEST + len(_END)


class _Line(BaseModel):
    n: int = Field(ge=1, strict=True)
    at: AwareDatetime
    kind: str
    by: str
    data: dict[str, Any]
    before: str
    sum: str


@dataclass(frozen=True)
class Event:
    """One thing that happened in a case.

    Attributes
    ----------
    at : datetime
        When it was written down; aware, kept in UTC.
    kind : str
        Short code in small letters, such as "position" or "car-sent".
    by : str
        The role that wrote it, such as "coordinator": a code of the same form, never a name. The form is checked;
        that it is no name cannot be.
    data : dict
        JSON values; copied.

    Raises
    ------
    BadInput
        If a part is not of that form; all faults at once.
    """

    at: datetime
    kind: str
    by: str
    data: dict[str, Any]

    def __post_init__(self) -> None:
        faults = [
            f"{name}: {str(code)[:40]!r} is no short code of small letters, digits and hyphens"
            for name, code in (("kind", self.kind), ("by", self.by))
            if not isinstance(code, str) or len(code) > _LONGEST_CODE or not _CODE.fullmatch(code)
        ]
        try:
            if self.at.utcoffset() is None:
                raise ValueError
            object.__setattr__(self, "at", self.at.astimezone(UTC))
        except (ValueError, OverflowError):
            faults.append("at: is no time with its zone")
        try:
            object.__setattr__(self, "data", _json_copy(self.data))
        except (TypeError, ValueError, RecursionError) as error:
            faults.append(f"data: cannot be kept as JSON ({str(error)[:120]})")
        if faults:
            raise BadInput(faults)


@dataclass(frozen=True)
class CaseRecord:
    """A case file read back.

    Attributes
    ----------
    case_id : str
    events : tuple of Event
        All that can be read, in the order of the file; a changed one too, with a remark.
    remarks : tuple of str
        What is wrong with the file; empty for a sound one.
    numbers : tuple of int
        The running number of each event: 1, 2, 3... unless lines are lost or damaged.
    last : int
        The highest number held: what `append` wants as `expected`. For a sound file the number of events.
    """

    case_id: str
    events: tuple[Event, ...]
    remarks: tuple[str, ...]
    numbers: tuple[int, ...]
    last: int


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGEST]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json_copy(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader would get; ValueError, TypeError or RecursionError if that is something else."""
    _check_depth(data, DEEPEST)
    text = _text(data)
    text.encode()  # refuses halves of surrogate pairs
    copy = json.loads(text)
    if not isinstance(copy, dict) or copy != data:
        raise ValueError("only objects with text keys, lists, texts, numbers, true, false and null")
    return copy


def _check_depth(value: object, left: int) -> None:
    if left < 0:
        raise ValueError(f"nested deeper than {DEEPEST}")
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            _check_depth(each, left - 1)


def line_of(n: int, event: Event, before: str) -> bytes:
    at = event.at.isoformat().replace("+00:00", "Z")
    fields = {"n": n, "at": at, "kind": event.kind, "by": event.by, "data": event.data, "before": before}
    head = _text(fields).encode()
    if len(head) > MOST_BYTES:
        raise BadInput(f"data: an event has at most {MOST_BYTES} bytes")
    return head[:-1] + _SUM + digest(head).encode() + _END + b"\n"


def read_sum(line: bytes) -> str:
    """Return the digest that a line of `line_of` holds."""
    return line.rstrip(b"\n")[-_DIGEST - len(_END) : -len(_END)].decode()


def _parse(line: bytes) -> tuple[_Line, Event] | None:
    try:
        read = _Line.model_validate(json.loads(line.decode()))
        return read, Event(read.at, read.kind, read.by, read.data)
    except (ValueError, RecursionError, BadInput):
        return None


def _has_its_end(line: bytes) -> bool:
    """Whether a line was once written to its end, though a byte or two of that end may be damaged."""
    found = line[-_TRAIL:][: len(_SUM)] + line[-len(_END) :]
    same = sum(a == b for a, b in zip(found, _SUM + _END, strict=False))
    return len(line) > _TRAIL and same >= len(_SUM + _END) - 2


def scan(case_id: str, content: bytes) -> tuple[CaseRecord, str]:
    """Read all lines; also return what the next line has to hold as the digest of the one before it."""
    events: list[Event] = []
    numbers: list[int] = []
    remarks: list[str] = []
    sums: set[str] = set()
    last, before, chained = 0, digest(case_id.encode()), True
    for row, line in enumerate(content.split(b"\n"), start=1):
        if not line:
            continue
        parsed = _parse(line)
        if parsed is None and not _has_its_end(line):
            remarks.append(f"line {row}: its writer was stopped before the end of it; skipped")
            continue
        if parsed is None:
            last, before, chained = last + 1, digest(line), False
            remarks.append(f"line {row}: is damaged and cannot be read; it held event {last}")
            continue
        read, event = parsed
        sound = line[-_TRAIL:] == _SUM + digest(line[:-_TRAIL] + b"}").encode() + _END
        if sound and read.sum in sums:
            remarks.append(f"line {row}: event {read.n} stands twice; read once")
            continue
        n = read.n if sound else last + 1  # a changed line's own number is not to be trusted
        if not sound:
            remarks.append(f"line {row}: event {n} was changed after it was written")
        elif n > last + 1:
            missing = f"event {n - 1} is" if n == last + 2 else f"events {last + 1} to {n - 1} are"
            remarks.append(f"line {row}: {missing} missing before it")
        elif n <= last:
            remarks.append(f"line {row}: a second event {n}")
        elif chained and read.before != before:
            other = "the event before it was changed" if last else "it was written for another case"
            remarks.append(f"line {row}: {other}")
        sums.add(read.sum)
        events.append(event)
        numbers.append(n)
        last, before, chained = max(last, n), read.sum, sound
    return CaseRecord(case_id, tuple(events), tuple(remarks), tuple(numbers), last), before
