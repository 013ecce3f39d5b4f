"""What the files of `api.routers` define, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.access.audience import Audience
from api.access.who import audience_of
from api.context import RegionContext
from api.quick import QuickAnswer
from api.store.errors import StoreFault
from api.store.store import Store
from api.usecases.field_reports import FieldRegion


@dataclass(frozen=True)
class NamedRouter:
    """A router found by its file, and what of its answers may lie ready, by the template of the route."""

    name: str
    routes: APIRouter
    quick: Mapping[str, QuickAnswer] = field(default_factory=dict)


def context_of(request: Request) -> RegionContext:
    """Return the region the application serves."""
    context = request.app.state.context
    assert isinstance(context, RegionContext)
    return context


def reported_region_of(request: Request) -> RegionContext:
    """Return the region with what the field has reported, for planners; to others the region the application serves.

    What the field reports of wells and closures is for planners alone, and so is what follows from it.
    """
    store = request.app.state.store
    if store is None or audience_of(request) < Audience.PLANNER:
        return context_of(request)
    field = request.app.state.field
    assert isinstance(field, FieldRegion)
    return field.of(store)


def store_of(request: Request) -> Store:
    """Return the store of the application; `StoreFault` if it was started without one."""
    store = request.app.state.store
    if not isinstance(store, Store):
        raise StoreFault("this service was started without a store")
    return store


def answering(media_type: str) -> type[Response]:
    """Return the class by which a route says in the API definition what it answers with."""
    return type("Answer", (Response,), {"media_type": media_type})


def json_bytes(document: Any) -> bytes:
    """Serialise a document; FastAPI's own way is many times slower on large ones."""
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)


def json_answer(document: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """Answer with a document."""
    return Response(json_bytes(document), status_code=status, media_type=media_type)
