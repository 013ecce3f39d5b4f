"""Answers that a client may keep: with a tag to ask by whether they still hold, and packed for who takes that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fastapi import Request, Response


def tagged(
    request: Request,
    body: bytes,
    media_type: str,
    headers: Mapping[str, str],
    packed: bytes | None = None,
) -> Response:
    """Answer with a tag; 304 to a client that has it.

    Parameters
    ----------
    packed : bytes, optional
        The same body gzipped, for clients that accept it.
    """
    is_packed = packed is not None and takes_gzip(request)
    sent = packed if packed is not None and is_packed else body
    tag = f'"{hashlib.sha256(sent).hexdigest()[:32]}"'
    told = {"ETag": tag, **headers}
    if packed is not None:
        told["Vary"] = ", ".join(filter(None, (told.get("Vary", ""), "Accept-Encoding")))
    if is_held(request, tag):
        return Response(status_code=304, headers=told)
    if is_packed:
        told["Content-Encoding"] = "gzip"
    return Response(sent, media_type=media_type, headers=told)


def is_held(request: Request, tag: str) -> bool:
    """Return whether the client says that it has what a tag names."""
    held = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return tag in held or "*" in held


def takes_gzip(request: Request) -> bool:
    """Return whether the client accepts gzip."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
