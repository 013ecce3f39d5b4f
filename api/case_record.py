"""What a case holds: its events as they were told, whatever keeps them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.errors import BadInput

#: Bytes of one event's data, and levels of lists and objects in it.
MOST_BYTES = 1_000_000
DEEPEST = 40

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LONGEST_CODE = 24


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
    """A case read back.

    Attributes
    ----------
    case_id : str
    events : tuple of Event
        In the order they were written.
    remarks : tuple of str
        What a reader must know of the record itself; empty for a plain one.
    numbers : tuple of int
        1, 2, 3...; those that cannot be understood yet are left out.
    last : int
        The number of events: what `append` wants as `expected`.
    """

    case_id: str
    events: tuple[Event, ...]
    remarks: tuple[str, ...]
    numbers: tuple[int, ...]
    last: int


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json_copy(data: dict[str, Any]) -> dict[str, Any]:
    """Return what a reader would get; ValueError, TypeError or RecursionError if that is something else."""
    _check_depth(data, DEEPEST)
    text = _text(data)
    text.encode()  # refuses halves of surrogate pairs
    if len(text) > MOST_BYTES:
        raise ValueError(f"an event has at most {MOST_BYTES} bytes")
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
