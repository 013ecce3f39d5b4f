"""Whether the service can work, and its counters."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.access.setup import Access
from api.router import NamedRouter, answering, context_of, json_answer

routes = APIRouter()


def _access(request: Request) -> Access:
    access = request.app.state.access
    assert isinstance(access, Access)
    return access


@routes.head("/ready", include_in_schema=False)
@routes.get("/ready")
def ready(request: Request) -> Response:
    """Say whether region, keys and audit can be used."""
    is_ready = _access(request).is_ready()
    version = context_of(request).version
    status = "ready" if is_ready else "not ready"
    return json_answer({"status": status, "data_version": version}, status=200 if is_ready else 503)


@routes.get("/metrics", response_class=answering(CONTENT_TYPE_LATEST))
def metrics(request: Request) -> Response:
    """Return the counters as Prometheus reads them."""
    return Response(_access(request).metrics.text(), media_type=CONTENT_TYPE_LATEST)


ROUTER = NamedRouter("watch", routes)
