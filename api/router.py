"""What the files of `api.routers` define, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.context import RegionContext


@dataclass(frozen=True)
class NamedRouter:
    """A router found by its file."""

    name: str
    routes: APIRouter


def context_of(request: Request) -> RegionContext:
    """Return the region the application serves."""
    context = request.app.state.context
    assert isinstance(context, RegionContext)
    return context


def json_answer(document: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """Serialise a document; FastAPI's own way is many times slower on large ones."""
    return Response(
        orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY), status_code=status, media_type=media_type
    )
