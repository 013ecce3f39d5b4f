"""The API definition: what FastAPI knows of the planning resources, and the standard read resources in full."""

from __future__ import annotations

import copy
from typing import Any

from fastapi import FastAPI

from api.access.audience import Audience
from api.access.rules import RuleBook
from api.collections import COLLECTIONS, collection_for
from api.crs import CRS84, SYSTEMS
from api.items_query import DEFAULT_LIMIT, KNOWN, MOST_ITEMS
from api.negotiation import FEATURES, GEOJSON, HTML, JSON, PAGES, Format
from api.openapi30 import to_30
from api.prepared import prepared
from api.problems import OGC_PATHS

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "faults"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "faults": {"type": "array", "items": {"type": "string"}},
        "data_version": {"type": "string"},
    },
}
_RESPONSES = {
    "BadQuery": "A parameter is unknown or its value is none.",
    "NotKnown": "A valid key is needed.",
    "NotAllowed": "The key does not open this.",
    "NotFound": "There is no such resource.",
    "BadInput": "What was sent has faults; each is listed.",
    "NoAnswer": "Nothing feasible answers the question.",
    "TooLarge": "The body is larger than is taken.",
    "TooMany": "Too many requests: come again after the seconds in Retry-After.",
    "ServerError": "The server failed.",
    "Busy": "Too much long work at once, or the store cannot be reached: come again.",
    "TooLong": "The answer took too long and was given up.",
}
#: What any operation may be answered with by what stands before the routes.
_ANYWHERE = {
    "401": "NotKnown", "403": "NotAllowed", "404": "NotFound", "429": "TooMany", "500": "ServerError", "503": "Busy",
    "504": "TooLong",
}  # fmt: skip


def _refer(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def _query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


def _form(name: str, offered: tuple[Format, ...]) -> dict[str, Any]:
    names = [each.name for each in offered]
    return _query("f", "Format of the answer; wins over the Accept header.", {"type": "string", "enum": names})


def _parameters() -> dict[str, dict[str, Any]]:
    systems = {"type": "string", "format": "uri", "enum": list(SYSTEMS), "default": CRS84}
    listed = {"style": "form", "explode": False}
    numbers = {"type": "array", "oneOf": [{"minItems": n, "maxItems": n} for n in (4, 6)], "items": {"type": "number"}}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": DEFAULT_LIMIT}
    return {
        "f-pages": _form("f", PAGES),
        "f-items": _form("f", FEATURES),
        "f-item": _form("f", (GEOJSON, HTML)),
        "bbox": _query(
            "bbox", "Only features that meet this box; west beyond east crosses 180 degrees.", numbers, **listed
        ),
        "bbox-crs": _query("bbox-crs", "Reference system of bbox.", systems),
        "crs": _query("crs", "Reference system of the answer.", systems),
        "datetime": _query(
            "datetime",
            "Only features of this time: an instant or an interval, .. for an open end. Features without time match.",
            {"type": "string"},
            style="form",
            explode=False,
        ),
        "limit": _query("limit", "Features a page; files are whole up to the maximum.", limit, **listed),
        "offset": _query(
            "offset", "Features to leave out before the first.", {"type": "integer", "minimum": 0, "default": 0}
        ),
        "hxl": _query("hxl", "Whether CSV has a row of HXL tags.", {"type": "boolean", "default": False}),
        "filter": _query("filter", "Only features for which this CQL2 text holds.", {"type": "string"}),
        "filter-lang": _query(
            "filter-lang", "Language of filter.", {"type": "string", "enum": ["cql2-text"], "default": "cql2-text"}
        ),
        "filter-crs": _query("filter-crs", "Reference system of shapes in filter.", systems),
    }


def _operation(name: str, summary: str, parameters: list[dict[str, Any]], contents: dict[str, str]) -> dict[str, Any]:
    """Return a path item with its GET."""
    answers: dict[str, Any] = {
        "200": {
            "description": "What was asked for.",
            "content": {media: {"schema": _refer("schemas", schema)} for media, schema in contents.items()},
        }
    }
    answers["400"] = _refer("responses", "BadQuery")
    operation = {
        "operationId": name,
        "summary": summary,
        "tags": ["features"],
        "parameters": parameters,
        "responses": answers,
    }
    return {"get": operation}


def _standard_paths(app: FastAPI, audience: Audience) -> dict[str, Any]:
    pages = [_refer("parameters", "f-pages")]
    both = {JSON.media_type: "Document", HTML.media_type: "Page"}
    paths = {
        "/": _operation("landing", "The landing page.", pages, both),
        "/conformance": _operation("conformance", "The conformance classes.", pages, both),
        "/api": _operation("definition", "This document.", pages, {MEDIA_TYPE: "Document", HTML.media_type: "Page"}),
        "/api.html": _operation("definitionPage", "This document as a page.", [], {HTML.media_type: "Page"}),
        "/collections": _operation("collections", "All collections of features.", pages, both),
    }
    for name, each in COLLECTIONS.items():
        if collection_for(name, audience) is None:
            continue
        one = f"/collections/{name}"
        paths[one] = _operation(f"describe-{name}", f"About {each.title}.", pages, both)
        paths[f"{one}/queryables"] = _operation(
            f"queryables-{name}",
            f"What may be asked of {each.title}.",
            pages,
            {"application/schema+json": "Document", HTML.media_type: "Page"},
        )
        known = [_refer("parameters", "f-items" if each_ == "f" else each_) for each_ in KNOWN]
        for property_, kind in prepared(app.state.context, name, audience).types.items():
            known.append(_query(property_, f"Only features whose {property_} is this.", {"type": kind}))
        contents = {
            form.media_type: "FeatureCollection" if form is GEOJSON else "Page" if form is HTML else "File"
            for form in FEATURES
        }
        paths[f"{one}/items"] = _operation(f"items-{name}", f"Features of {each.title}.", known, contents)
        feature = {
            "name": "featureId",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "description": "Identifier of the feature.",
        }
        paths[f"{one}/items/{{featureId}}"] = _operation(
            f"item-{name}",
            f"One feature of {each.title}.",
            [feature, _refer("parameters", "f-item"), _refer("parameters", "crs")],
            {GEOJSON.media_type: "Feature", HTML.media_type: "Page"},
        )
    return paths


def _schemas() -> dict[str, Any]:
    feature = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
            "links": {"type": "array", "items": _refer("schemas", "Link")},
        },
    }
    collection = {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _refer("schemas", "Feature")},
            "links": {"type": "array", "items": _refer("schemas", "Link")},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    }
    link = {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
    }
    return {
        "Document": {"type": "object"},
        "Page": {"type": "string"},
        "File": {"type": "string", "format": "binary"},
        "Link": link,
        "Feature": feature,
        "FeatureCollection": collection,
        "Problem": _PROBLEM,
    }


def document(app: FastAPI, audience: Audience) -> dict[str, Any]:
    """Return the API definition as an OpenAPI 3.0 document, made once for each audience.

    Of collections and properties that an audience does not see it says nothing.
    """
    made: dict[Audience, dict[str, Any]] = app.state.definitions
    if audience not in made:
        made[audience] = _document(app, audience)
    return made[audience]


def _document(app: FastAPI, audience: Audience) -> dict[str, Any]:
    base: dict[str, Any] = to_30(copy.deepcopy(app.openapi()))
    for path, item in base["paths"].items():
        wrong = ("400", "BadQuery") if path.startswith(OGC_PATHS) else ("422", "BadInput")
        for operation in item.values():
            operation["responses"].pop("422", None)
            operation["responses"] |= {code: _refer("responses", name) for code, name in (wrong, ("409", "NoAnswer"))}
    schemas = base.get("components", {}).get("schemas", {})
    for own in ("HTTPValidationError", "ValidationError"):
        schemas.pop(own, None)
    base["openapi"] = "3.0.3"
    base["info"]["description"] = "Route risk and rescue planning; the read resources keep OGC API Features 1.0."
    base["servers"] = [{"url": "/"}]
    base["paths"] = {**_standard_paths(app, audience), **base["paths"]}
    base["components"] = {
        "schemas": {**_schemas(), **schemas},
        "parameters": _parameters(),
        "responses": {
            name: {
                "description": text,
                "content": {"application/problem+json": {"schema": _refer("schemas", "Problem")}},
            }
            for name, text in _RESPONSES.items()
        },
    }
    base["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "A key of this service, or a token of its issuer."}
    }
    _secure(base["paths"], app.state.access.book)
    return base


def _secure(paths: dict[str, Any], book: RuleBook) -> None:
    """Say of each operation whether it needs a key; of what the public sees nothing of, it does."""
    for path, item in paths.items():
        name = path.split("/")[2] if path.startswith("/collections/") else ""
        for method, operation in item.items():
            operation["responses"] |= {code: _refer("responses", each) for code, each in _ANYWHERE.items()}
            if "requestBody" in operation:
                operation["responses"]["413"] = _refer("responses", "TooLarge")
                operation["responses"]["400"] = _refer("responses", "BadQuery")
            match = book.match(method.upper(), path)
            hidden = name in COLLECTIONS and collection_for(name, Audience.PUBLIC) is None
            if match and match.rule.least is Audience.PUBLIC and not hidden:
                continue
            operation["security"] = [{"key": []}]


def operations(definition: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of a definition, its references followed, for the page."""

    def follow(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = definition["components"][kind][name]
        return node

    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary") or operation.get("description", ""),
            "parameters": [follow(each) for each in operation.get("parameters", [])],
            "responses": {status: follow(each) for status, each in operation["responses"].items()},
        }
        for path, item in definition["paths"].items()
        for method, operation in item.items()
    ]
