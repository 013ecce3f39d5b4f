"""Scripts and styles of the pages, from this service alone."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from api.router import NamedRouter
from api.tagged import tagged
from maps.static_files import by_served_name

routes = APIRouter()
#: The name changes with the content, so what is held under it never has to be asked about again.
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


@routes.api_route("/static/{name}", methods=["GET", "HEAD"], include_in_schema=False)
def static(request: Request, name: str) -> Response:
    """Return a file by its name with the digest."""
    found = by_served_name().get(name)
    if found is None:
        raise HTTPException(404, "there is no such file")
    return tagged(request, found.content, found.media_type, _HEADERS, found.packed)


ROUTER = NamedRouter("static", routes)
