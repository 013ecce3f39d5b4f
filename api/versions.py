"""Versions of stored records over HTTP (RFC 9110): ETag, If-Match, If-None-Match and Idempotency-Key.

The `etag` of a stored version is its strong entity tag. Writing over a version that is not named answers 409, over one
that has moved on 412 (`api.problems`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from api.access.who import NOBODY, Identity
from api.router import json_answer
from api.store.errors import Stale
from api.store.store import Stored
from data.errors import BadInput

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e]*)"\s*')


@dataclass(frozen=True)
class Conditions:
    """Under which a write is to be made.

    Attributes
    ----------
    if_version : str or None
        What `Store.put` takes.
    idempotency_key : str or None
    author : str
        Who writes: the id of the key.
    """

    if_version: str | None
    idempotency_key: str | None
    author: str


def conditions_of(request: Request) -> Conditions:
    """Read the headers of a write.

    Raises
    ------
    BadInput
        For an If-Match that is none, or names more than one version or any.
    Stale
        For a weak tag, which by the standard matches nothing.
    """
    who = request.scope.get("guelta.identity", NOBODY)
    assert isinstance(who, Identity)
    version = None
    if (text := request.headers.get("if-match")) is not None:
        match = _TAG.fullmatch(text)
        if match is None:
            raise BadInput('If-Match: name the one version you have seen, as its ETag: "..."')
        if match[1]:
            raise Stale("If-Match: a weak tag matches no version; nothing was written")
        version = match[2]
    return Conditions(version, request.headers.get("idempotency-key"), who.key_id)


def versioned_answer(request: Request, stored: Stored, document: dict[str, Any], status: int = 200) -> Response:
    """Answer with a stored version and its ETag; a GET that has seen it gets 304 without it."""
    tag = f'"{stored.etag}"'
    seen = request.headers.get("if-none-match", "")
    # GET compares weakly: the mark before a tag is of no account
    tags = {f'"{each[2]}"' for each in _TAG.finditer(seen)}
    if request.method in ("GET", "HEAD") and (tag in tags or seen.strip() == "*"):
        return Response(status_code=304, headers={"ETag": tag})
    answer = json_answer(document, status)
    answer.headers["ETag"] = tag
    return answer
