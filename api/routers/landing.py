"""Landing page, conformance and health."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.router import NamedRouter, context_of, json_answer

routes = APIRouter()
CONFORMS_TO = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
]


@routes.head("/", include_in_schema=False)
@routes.get("/")
def landing(request: Request) -> Response:
    """Return the landing page: what there is and where."""
    base = str(request.base_url)
    links = [
        {"rel": "self", "href": base, "type": "application/json", "title": "this document"},
        {
            "rel": "service-desc",
            "href": f"{base}api",
            "type": "application/vnd.oai.openapi+json;version=3.1",
            "title": "API",
        },
        {"rel": "conformance", "href": f"{base}conformance", "type": "application/json", "title": "conformance"},
        {"rel": "data", "href": f"{base}collections", "type": "application/json", "title": "collections"},
    ]
    return json_answer(
        {
            "title": "Guelta",
            "description": "Route risk and rescue planning on the Saharan routes.",
            "data_version": context_of(request).pack.version,
            "links": links,
        }
    )


@routes.get("/conformance")
def conformance(request: Request) -> Response:
    """Return the conformance classes."""
    return json_answer({"conformsTo": CONFORMS_TO, "data_version": context_of(request).pack.version})


@routes.head("/health", include_in_schema=False)
@routes.get("/health")
def health(request: Request) -> Response:
    """Say that the service answers."""
    return json_answer({"status": "ok", "data_version": context_of(request).pack.version})


ROUTER = NamedRouter("landing", routes)
