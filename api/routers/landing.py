"""Landing page, conformance, API definition and health."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.access.audience import Audience
from api.access.who import audience_of
from api.negotiation import HTML, JSON, only, wanted
from api.openapi import MEDIA_TYPE, document, operations
from api.pages import page
from api.router import NamedRouter, context_of, json_answer

routes = APIRouter()
_OGC, _REL = "http://www.opengis.net/spec", "http://www.opengis.net/def/rel/ogc/1.0"
CONFORMS_TO = [
    *(f"{_OGC}/ogcapi-common-1/1.0/conf/{each}" for each in ("core", "landing-page", "json", "html", "oas30")),
    *(f"{_OGC}/ogcapi-features-1/1.0/conf/{each}" for each in ("core", "geojson", "html", "oas30")),
    f"{_OGC}/ogcapi-features-2/1.0/conf/crs",
    *(
        f"{_OGC}/ogcapi-features-3/1.0/conf/{each}"
        for each in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"{_OGC}/ogcapi-processes-1/1.0/conf/{each}"
        for each in ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss")
    ),
    *(
        f"{_OGC}/cql2/1.0/conf/{each}"
        for each in (
            "cql2-text",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "arithmetic",
        )
    ),
]
_METHODS = ["GET", "HEAD"]
_DESCRIPTION = "Route risk and rescue planning on the Saharan and Mediterranean-bound migration routes."


@routes.api_route("/", methods=_METHODS, include_in_schema=False)
def landing(request: Request) -> Response:
    """Return the landing page: what there is and where."""
    only(request, "f")
    base = str(request.base_url)

    def link(rel: str, path: str, media_type: str, title: str) -> dict[str, str]:
        return {"rel": rel, "href": f"{base}{path}", "type": media_type, "title": title}

    form = wanted(request)
    first, second = (JSON, HTML) if form is JSON else (HTML, JSON)
    links = [
        link("self", "" if form is JSON else "?f=html", first.media_type, "this document"),
        link("alternate", f"?f={second.name}", second.media_type, f"this document as {second.title}"),
        link("service-desc", "api", MEDIA_TYPE, "API definition (OpenAPI 3.0)"),
        link("service-doc", "api.html", "text/html", "API definition as HTML"),
        link("conformance", "conformance", "application/json", "conformance classes"),
        link("data", "collections", "application/json", "collections of features"),
        link(f"{_REL}/conformance", "conformance", "application/json", "conformance classes"),
        link(f"{_REL}/processes", "processes", "application/json", "long work that can be asked for"),
    ]
    if audience_of(request) >= Audience.RESEARCHER:
        links.append(link(f"{_REL}/job-list", "jobs", "application/json", "jobs of this key"))
    if form is HTML:
        doors = [
            [{"href": f"{base}collections?f=html", "text": "Collections"}, "Features of the region"],
            [{"href": f"{base}api.html", "text": "API"}, "Everything that can be asked, with its parameters"],
            [{"href": f"{base}conformance?f=html", "text": "Conformance"}, "The standards that are kept"],
        ]
        return page(
            request,
            "table",
            "Guelta",
            description=_DESCRIPTION,
            caption="What there is",
            headings=["Where", "What"],
            rows=doors,
            links=links,
        )
    version = context_of(request).version
    return json_answer({"title": "Guelta", "description": _DESCRIPTION, "data_version": version, "links": links})


@routes.api_route("/conformance", methods=_METHODS, include_in_schema=False)
def conformance(request: Request) -> Response:
    """Return the conformance classes."""
    only(request, "f")
    if wanted(request) is HTML:
        return page(
            request,
            "table",
            "Conformance",
            description="",
            caption="Conformance classes",
            headings=["Class"],
            rows=[[each] for each in CONFORMS_TO],
            links=[
                {
                    "rel": "alternate",
                    "href": f"{request.base_url}conformance?f=json",
                    "type": "application/json",
                    "title": "JSON",
                }
            ],
        )
    return json_answer({"conformsTo": CONFORMS_TO, "data_version": context_of(request).version})


@routes.api_route("/api", methods=_METHODS, include_in_schema=False)
def definition(request: Request) -> Response:
    """Return the API definition (OpenAPI 3.0)."""
    only(request, "f")
    if wanted(request) is HTML:
        return _definition_page(request)
    return json_answer(document(request.app, audience_of(request)), media_type=MEDIA_TYPE)


@routes.api_route("/api.html", methods=_METHODS, include_in_schema=False)
def definition_page(request: Request) -> Response:
    """Return the API definition as a page."""
    only(request)
    return _definition_page(request)


def _definition_page(request: Request) -> Response:
    return page(
        request,
        "api",
        "API",
        operations=operations(document(request.app, audience_of(request))),
        links=[{"rel": "service-desc", "href": f"{request.base_url}api", "type": MEDIA_TYPE, "title": "OpenAPI 3.0"}],
    )


@routes.api_route("/health", methods=_METHODS, include_in_schema=False)
def health(request: Request) -> Response:
    """Say that the service answers."""
    return json_answer({"status": "ok", "data_version": context_of(request).version})


ROUTER = NamedRouter("landing", routes)
