"""A change as a line of a file, and back; what comes in is checked as if it came from anywhere."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.store.changes import ERASED, Change, canonical
from api.store.kinds import MOST_BYTES, contract_of, read_body, require_author, require_id
from api.store.tables import from_iso, iso
from data.errors import BadInput

_NEWER = "; was it written by a newer Guelta?"
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    node: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    seq: int = Field(ge=1, le=2**53)
    kind: str
    id: str
    version: int = Field(ge=1, le=2**31 - 1)
    parents: list[Digest] = Field(max_length=1000)
    deleted: bool
    body: str = Field(max_length=MOST_BYTES)
    author: str
    at: str = Field(max_length=27)
    sig: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


def line_of(one: Change) -> dict[str, Any]:
    """Return a change as JSON values, with its signature."""
    return one.said() | {"sig": one.signature}


def read_line(values: dict[str, Any]) -> Change:
    """Return the change of a line; BadInput with one fault. The signature is not looked at."""
    line, at = _parts(values)
    try:
        body = json.loads(line.body)
        if canonical(body) != line.body:
            raise ValueError("not written in the one form that is signed")
    except (ValueError, RecursionError) as error:
        raise BadInput(f"no change that can be read ({str(error)[:100]!r})") from None
    try:
        read_body(line.kind, body)
    except BadInput as error:
        raise BadInput(error.faults[0] + _NEWER) from None
    return _change(line, at)


def read_erased(values: dict[str, Any]) -> Change:
    """Return a change whose body was taken away, from its line with its id; BadInput with one fault."""
    change_id = values.get("change_id")
    line, at = _parts({name: value for name, value in values.items() if name != "change_id"})
    if line.body != ERASED or not isinstance(change_id, str) or not re.fullmatch(r"[0-9a-f]{64}", change_id):
        raise BadInput("no erased change that can be read")
    one = _change(line, at)
    one.__dict__["change_id"] = change_id
    return one


def _parts(values: dict[str, Any]) -> tuple[_Line, datetime]:
    """Return a line and its instant, all checked but the body."""
    try:
        line = _Line.model_validate(values)
        at = from_iso(line.at)
        if iso(at) != line.at or line.parents != sorted(set(line.parents)):
            raise ValueError("not written in the one form that is signed")
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise BadInput(f"no change that can be read ({str(error)[:100]!r})") from None
    try:
        contract_of(line.kind)
        require_id(line.id)
        require_author(line.author)
    except BadInput as error:
        raise BadInput(error.faults[0] + _NEWER) from None
    return line, at


def _change(line: _Line, at: datetime) -> Change:
    return Change(
        node_id=line.node,
        seq=line.seq,
        kind=line.kind,
        record_id=line.id,
        version=line.version,
        parents=tuple(line.parents),
        deleted=line.deleted,
        body=line.body,
        author=line.author,
        at=at,
        signature=line.sig,
    )
