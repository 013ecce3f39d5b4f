"""A change as a line of a file, and back; what comes in is checked as if it came from anywhere."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.store.changes import Change, canonical
from api.store.kinds import MOST_BYTES, read_body, require_author, require_id
from api.store.tables import from_iso, iso
from data.errors import BadInput

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
    try:
        line = _Line.model_validate(values)
        at = from_iso(line.at)
        body = json.loads(line.body)
        if iso(at) != line.at or canonical(body) != line.body or line.parents != sorted(set(line.parents)):
            raise ValueError("not written in the one form that is signed")
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"no change that can be read ({str(error)[:100]!r})") from None
    try:
        read_body(line.kind, body)
        require_id(line.id)
        require_author(line.author)
    except BadInput as error:
        newer = "; was it written by a newer Guelta?"
        raise BadInput(error.faults[0] + newer) from None
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
