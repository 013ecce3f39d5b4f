"""Collections and their items, as OGC API Features has them."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response

from api.collections import COLLECTIONS, Prepared, prepare
from api.context import RegionContext
from api.router import NamedRouter, context_of, json_answer
from data.errors import BadInput

routes = APIRouter()
GEOJSON = "application/geo+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MOST_ITEMS = 1000


@lru_cache(maxsize=32)
def _prepared(context: RegionContext, name: str) -> Prepared:
    return prepare(COLLECTIONS[name], context)


def _collection(request: Request, name: str) -> Prepared:
    if name not in COLLECTIONS:
        raise HTTPException(404, f"collection {name} does not exist")
    return _prepared(context_of(request), name)


def _describe(request: Request, name: str) -> dict[str, Any]:
    base = f"{request.base_url}collections/{name}"
    links = [
        {"rel": "self", "href": base, "type": "application/json", "title": name},
        {"rel": "items", "href": f"{base}/items", "type": GEOJSON, "title": COLLECTIONS[name].title},
    ]
    extent = {"spatial": {"bbox": [list(_collection(request, name).bounds)], "crs": CRS84}}
    return {
        "id": name,
        "title": COLLECTIONS[name].title,
        "extent": extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": links,
    }


@routes.get("/collections")
def collections(request: Request) -> Response:
    """List the collections."""
    document = {
        "collections": [_describe(request, name) for name in COLLECTIONS],
        "links": [{"rel": "self", "href": f"{request.base_url}collections", "type": "application/json"}],
        "data_version": context_of(request).pack.version,
    }
    return json_answer(document)


@routes.get("/collections/{name}")
def collection(request: Request, name: str) -> Response:
    """Describe one collection."""
    _collection(request, name)
    return json_answer(_describe(request, name) | {"data_version": context_of(request).pack.version})


def read_bbox(text: str | None) -> tuple[float, float, float, float] | None:
    """Read left,bottom,right,top in degrees.

    Raises
    ------
    BadInput
        If there are not four numbers, or they are not in order.
    """
    if text is None:
        return None
    try:
        left, bottom, right, top = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"bbox '{text}' is not left,bottom,right,top in degrees") from None
    if not (-180 <= left <= right <= 180 and -90 <= bottom <= top <= 90):
        raise BadInput(f"bbox '{text}' is not left,bottom,right,top in degrees: left below right, bottom below top")
    return left, bottom, right, top


@routes.get("/collections/{name}/items")
def items(
    request: Request,
    name: str,
    bbox: str | None = None,
    limit: Annotated[int, Query(ge=1)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Return features, a page at a time; a limit above 1000 is answered with 1000."""
    prepared = _collection(request, name)
    if unknown := sorted(set(request.query_params) - {"bbox", "limit", "offset"}):
        raise BadInput(f"parameter '{parameter}' is not known" for parameter in unknown)
    rows = prepared.rows(read_bbox(bbox))
    limit = min(limit, MOST_ITEMS)
    page = rows[offset : offset + limit]
    base = f"{request.base_url}collections/{name}/items"
    query = {"bbox": bbox} if bbox else {}
    links = [
        {"rel": "self", "href": f"{base}?{urlencode(query | {'limit': limit, 'offset': offset})}", "type": GEOJSON},
        {"rel": "collection", "href": f"{request.base_url}collections/{name}", "type": "application/json"},
    ]
    if offset + limit < len(rows):
        links.append(
            {
                "rel": "next",
                "href": f"{base}?{urlencode(query | {'limit': limit, 'offset': offset + limit})}",
                "type": GEOJSON,
            }
        )
    frame = {
        "type": "FeatureCollection",
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": links,
        "data_version": context_of(request).pack.version,
    }
    head = json_answer(frame).body[:-1]
    body = bytes(head) + b',"features":[' + b",".join(prepared.features[row] for row in page) + b"]}"
    return Response(body, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"})


@routes.get("/collections/{name}/items/{feature_id}")
def item(request: Request, name: str, feature_id: str) -> Response:
    """Return one feature."""
    prepared = _collection(request, name)
    if feature_id not in prepared.ids:
        raise HTTPException(404, f"{name} has no item {feature_id}")
    body = prepared.features[prepared.ids.index(feature_id)]
    links = json_answer(
        [
            {"rel": "self", "href": f"{request.base_url}collections/{name}/items/{feature_id}", "type": GEOJSON},
            {"rel": "collection", "href": f"{request.base_url}collections/{name}", "type": "application/json"},
        ]
    ).body
    return Response(
        body[:-1] + b',"links":' + bytes(links) + b"}", media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>"}
    )


ROUTER = NamedRouter("features", routes)
