"""Collections and their items: OGC API Features 1.0, Part 1 (core), Part 2 (reference systems), Part 3 (filters)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.who import audience_of
from api.collections import COLLECTIONS, collection_for
from api.crs import CRS84, SYSTEMS, read_crs
from api.items_answer import collection_page, item_answer, items_answer, stamped
from api.items_query import read_query, rows_of
from api.negotiation import FEATURES, GEOJSON, HTML, JSON, only, wanted
from api.pages import page
from api.prepared import Prepared, kept, prepared, prepared_whole
from api.router import NamedRouter, context_of, json_answer

routes = APIRouter()
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_METHODS = ["GET", "HEAD"]


def _known(request: Request, name: str) -> None:
    if collection_for(name, audience_of(request)) is None:
        raise HTTPException(404, f"collection {name} does not exist")


def _collection(request: Request, name: str) -> Prepared:
    _known(request, name)
    return prepared(context_of(request), name, audience_of(request))


def _describe(request: Request, found: Prepared) -> dict[str, Any]:
    each = found.collection
    base = f"{request.base_url}collections/{each.name}"
    links = [
        {"rel": "self", "href": base, "type": JSON.media_type, "title": each.title},
        {"rel": "alternate", "href": f"{base}?f=html", "type": HTML.media_type, "title": f"{each.title} as HTML"},
        {"rel": QUERYABLES, "href": f"{base}/queryables", "type": "application/schema+json", "title": "Queryables"},
    ]
    for form in FEATURES:
        # the plain address first: some clients follow the first they understand
        href = f"{base}/items" if form is GEOJSON else f"{base}/items?f={form.name}"
        links.append({"rel": "items", "href": href, "type": form.media_type, "title": f"{each.title} as {form.title}"})
    extent: dict[str, Any] = {"spatial": {"bbox": [list(found.bounds)], "crs": CRS84}}
    if found.spans is not None:
        first, last = (
            str(moment.astype("datetime64[s]")) + "Z" for moment in (found.spans[0].min(), found.spans[1].max())
        )
        trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
        extent["temporal"] = {"interval": [[first, last]], "trs": trs}
    return {
        "id": each.name,
        "title": each.title,
        "description": each.description,
        "extent": extent,
        "itemType": "feature",
        "crs": list(SYSTEMS),
        "storageCrs": CRS84,
        "links": links,
    }


@routes.api_route("/collections", methods=_METHODS, include_in_schema=False)
def collections(request: Request) -> Response:
    """List the collections."""
    only(request, "f")
    found = [
        _describe(request, _collection(request, name))
        for name in COLLECTIONS
        if collection_for(name, audience_of(request))
    ]
    base = f"{request.base_url}collections"
    links = [
        {"rel": "self", "href": base, "type": JSON.media_type, "title": "this document"},
        {"rel": "alternate", "href": f"{base}?f=html", "type": HTML.media_type, "title": "HTML"},
    ]
    if wanted(request) is HTML:
        rows = [[{"href": f"{base}/{each['id']}?f=html", "text": each["title"]}, each["description"]] for each in found]
        return page(
            request,
            "table",
            "Collections",
            description="",
            caption="Collections of features",
            headings=["Collection", "What it holds"],
            rows=rows,
            links=[
                {**links[0], "href": f"{base}?f=html", "type": HTML.media_type},
                {**links[1], "href": f"{base}?f=json", "type": JSON.media_type, "title": "JSON"},
            ],
        )
    version = context_of(request).version
    return json_answer({"collections": found, "links": links, "crs": list(SYSTEMS), "data_version": version})


@routes.api_route("/collections/{name}", methods=_METHODS, include_in_schema=False)
def collection(request: Request, name: str) -> Response:
    """Describe one collection."""
    only(request, "f")
    found = _collection(request, name)
    document = _describe(request, found)
    if wanted(request) is HTML:
        extent = document["extent"]
        rows: list[tuple[str, Any]] = [
            ("Identifier", name),
            ("Features", len(found.ids)),
            ("West, south, east, north", ", ".join(f"{edge:g}" for edge in found.bounds)),
            *([("From, to", ", ".join(extent["temporal"]["interval"][0]))] if "temporal" in extent else []),
            ("Browse", {"href": f"{request.base_url}collections/{name}/items?f=html", "text": "the features"}),
        ]
        links = [
            {**link, "title": link["title"]} for link in document["links"] if link["rel"] not in ("self", "alternate")
        ]
        links.append(
            {
                "rel": "alternate",
                "href": f"{request.base_url}collections/{name}?f=json",
                "type": JSON.media_type,
                "title": "JSON",
            }
        )
        return page(
            request,
            "table",
            document["title"],
            description=document["description"],
            caption="The collection",
            headings=["What", "Value"],
            rows=rows,
            links=links,
        )
    return json_answer(document | {"data_version": context_of(request).version})


@routes.api_route("/collections/{name}/queryables", methods=_METHODS, include_in_schema=False)
def queryables(request: Request, name: str) -> Response:
    """Tell which properties may be asked about, as JSON Schema."""
    only(request, "f")
    found = _collection(request, name)
    address = f"{request.base_url}collections/{name}/queryables"
    if wanted(request) is HTML:
        return page(
            request,
            "table",
            f"Queryables of {found.collection.title}",
            description="Properties that may be asked about, as parameters or in a filter.",
            caption="Queryables",
            headings=["Property", "Type"],
            rows=[*found.types.items(), ("geometry", "shape")],
            links=[
                {"rel": "alternate", "href": f"{address}?f=json", "type": "application/schema+json", "title": "JSON"}
            ],
        )
    properties: dict[str, Any] = {
        property_: {"title": property_, "type": kind} for property_, kind in found.types.items()
    }
    if found.spans is not None:
        properties[found.collection.day_column]["format"] = "date"
    document = {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$id": address,
        "type": "object",
        "title": found.collection.title,
        "properties": {
            **properties,
            "geometry": {"title": "geometry", "format": "geometry-any", "x-ogc-role": "primary-geometry"},
        },
        "additionalProperties": False,
        "data_version": context_of(request).version,
    }
    return json_answer(document, media_type="application/schema+json")


@routes.api_route("/collections/{name}/items", methods=_METHODS, include_in_schema=False)
async def items(request: Request, name: str) -> Response:
    """Return features, a page at a time; a limit above 10,000 is answered with 10,000."""
    _known(request, name)
    context, audience = context_of(request), audience_of(request)
    found = kept(context, name, audience)
    if found is None or "features" not in found.__dict__:
        found = await run_in_threadpool(prepared_whole, context, name, audience)
    query = read_query(request, found)
    return await run_in_threadpool(lambda: items_answer(request, found, query, rows_of(found, query)))


@routes.api_route("/collections/{name}/items/{feature_id}", methods=_METHODS, include_in_schema=False)
def item(request: Request, name: str, feature_id: str) -> Response:
    """Return one feature."""
    only(request, "f", "crs")
    found = _collection(request, name)
    form = wanted(request, (GEOJSON, HTML))
    crs = read_crs(request.query_params.get("crs", CRS84))
    if feature_id not in found.row_of:
        raise HTTPException(404, f"{name} has no item {feature_id}")
    return item_answer(request, found, found.row_of[feature_id], crs, form)


def items_ready(request: Request, parts: Mapping[str, str]) -> Response | None:
    """Return a page of features that lie ready; None for what has to be made, read or refused first."""
    found = kept(context_of(request), parts["name"], audience_of(request))
    if found is None or "features" not in found.__dict__:
        return None
    # the address makes the links, Accept the format
    key = (request.scope["query_string"], str(request.base_url), request.headers.get("accept"))
    if (page := found.pages.find(key)) is not None:
        return stamped(page.body, CRS84)
    query = read_query(request, found)
    if not query.is_plain:
        return None
    return stamped(found.pages.keep(key, collection_page(request, found, query, rows_of(found, query))).body, CRS84)


ROUTER = NamedRouter("features", routes, {"/collections/{name}/items": items_ready})
