"""Answers of a collection's items in each format."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import orjson
from fastapi import Request, Response
from numpy.typing import NDArray

from api.crs import CRS84, SYSTEMS, geojson_in
from api.items_query import ItemsQuery
from api.negotiation import CSV, FEATURES, FLATGEOBUF, GEOJSON, GEOPARQUET, GPX, HTML, JSON, Format
from api.pages import page
from api.prepared import Prepared
from data.errors import BadInput

if TYPE_CHECKING:
    import geopandas as gpd

#: Files written at a time; with the limit on features it bounds the memory they take.
_WRITING = BoundedSemaphore(2)
Link = dict[str, str]


def _links(request: Request, prepared: Prepared, query: ItemsQuery, end: int, matched: int) -> list[Link]:
    base = f"{request.base_url}collections/{prepared.collection.name}"
    items = f"{base}/items"
    links = [{"rel": "self", "href": query.address(items), "type": query.format.media_type, "title": "this page"}]
    links += [
        {"rel": "alternate", "href": query.address(items, f=each.name), "type": each.media_type, "title": each.title}
        for each in FEATURES
        if each is not query.format
    ]
    links.append({"rel": "collection", "href": base, "type": "application/json", "title": prepared.collection.title})
    if end < matched:
        href = query.address(items, limit=query.limit, offset=end)
        links.append({"rel": "next", "href": href, "type": query.format.media_type, "title": "next page"})
    if query.offset:
        href = query.address(items, limit=query.limit, offset=max(0, query.offset - query.limit))
        links.append({"rel": "prev", "href": href, "type": query.format.media_type, "title": "page before"})
    return links


def items_answer(request: Request, prepared: Prepared, query: ItemsQuery, rows: NDArray[np.intp]) -> Response:
    """Answer one page of the rows that match."""
    if query.format is GEOJSON:
        return stamped(collection_page(request, prepared, query, rows), query.crs)
    chosen = rows[query.offset : query.offset + query.limit]
    links = _links(request, prepared, query, query.offset + len(chosen), len(rows))
    if query.format is HTML:
        return _html(request, prepared, query, chosen, len(rows), links)
    return _file(prepared, query, chosen, len(rows), links)


def stamped(rest: bytes, crs: str) -> Response:
    """Answer a feature collection made before, or just now, with the time of this answer."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()).encode()
    body = b'{"type":"FeatureCollection","timeStamp":"' + now + b'"' + rest
    return Response(body, media_type=GEOJSON.media_type, headers={"Content-Crs": f"<{crs}>", "Vary": "Accept"})


def collection_page(request: Request, prepared: Prepared, query: ItemsQuery, rows: NDArray[np.intp]) -> bytes:
    """Return one page of the rows that match as a GeoJSON feature collection, from behind its time stamp."""
    chosen = rows[query.offset : query.offset + query.limit]
    frame = {
        "numberMatched": len(rows),
        "numberReturned": len(chosen),
        "data_version": prepared.data_version,
        "links": _links(request, prepared, query, query.offset + len(chosen), len(rows)),
    }
    features = b",".join(features_in(prepared, chosen, query.crs))
    return b"," + orjson.dumps(frame)[1:-1] + b',"features":[' + features + b"]}"


def features_in(prepared: Prepared, rows: NDArray[np.intp], crs: str) -> list[bytes]:
    """Return features with their coordinates in a reference system; those of CRS84 lie ready."""
    if crs == CRS84:
        features = prepared.features
        return [features[row] for row in rows.tolist()]
    shapes = geojson_in(prepared.geometries[rows], crs)
    return [
        prepared.heads[row] + shape.encode() + prepared.tails[row]
        for row, shape in zip(rows.tolist(), shapes, strict=True)
    ]


def _html(
    request: Request, prepared: Prepared, query: ItemsQuery, rows: NDArray[np.intp], matched: int, links: list[Link]
) -> Response:
    base = f"{request.base_url}collections/{prepared.collection.name}/items"
    names = list(prepared.types)
    fields = {"bbox": "Box (west,south,east,north)", "filter": "Filter (CQL2)", "limit": "Features a page"}
    if prepared.spans is not None:
        fields["datetime"] = "Time (day or from/to)"
    cells = []
    for row in rows.tolist():
        feature_id, record = prepared.ids[row], prepared.records[row]
        cells.append(
            [{"href": f"{base}/{quote(feature_id)}?f=html", "text": feature_id}, *(record[name] for name in names)]
        )
    return page(
        request,
        "items",
        prepared.collection.title,
        description=prepared.collection.description,
        caption=f"Features of {prepared.collection.title}",
        headings=["Feature", *names],
        rows=cells,
        links=links,
        matched=matched,
        offset=query.offset,
        action=base,
        fields=fields,
        asked=query.given,
        kept={name: text for name, text in query.given.items() if name not in (*fields, "f", "offset")},
    )


def _file(prepared: Prepared, query: ItemsQuery, rows: NDArray[np.intp], matched: int, links: list[Link]) -> Response:
    name = prepared.collection.name
    if query.format is GPX and query.crs != CRS84:
        raise BadInput("GPX is always in CRS84; leave crs out")
    with _WRITING:
        table = prepared.table.iloc[rows]
        if query.crs != CRS84:
            # files keep east before north whatever the system says, as their formats want it
            table = table.to_crs(SYSTEMS[query.crs])
        body = _written(prepared, table, query, rows)
    headers = {
        "Content-Crs": f"<{query.crs}>",
        "Content-Disposition": f'attachment; filename="{name}.{query.format.name}"',
        "OGC-NumberMatched": str(matched),
        "OGC-NumberReturned": str(len(rows)),
        "Data-Version": prepared.data_version,
        "Link": ", ".join(f'<{link["href"]}>; rel="{link["rel"]}"; type="{link["type"]}"' for link in links),
        "Vary": "Accept",
    }
    return Response(body, media_type=query.format.media_type, headers=headers)


def _written(prepared: Prepared, table: gpd.GeoDataFrame, query: ItemsQuery, rows: NDArray[np.intp]) -> bytes:
    from maps.feature_files import as_csv, as_flatgeobuf, as_geoparquet, as_gpx

    writers: dict[str, Callable[[], bytes]] = {
        CSV.name: lambda: as_csv(table, query.hxl),
        FLATGEOBUF.name: lambda: as_flatgeobuf(table, prepared.collection.name),
        GEOPARQUET.name: lambda: as_geoparquet(table),
        GPX.name: lambda: as_gpx(table, [prepared.ids[row] for row in rows], prepared.collection.title),
    }
    return writers[query.format.name]()


def item_answer(request: Request, prepared: Prepared, row: int, crs: str, form: Format) -> Response:
    """Answer one feature as GeoJSON or as a page."""
    base = f"{request.base_url}collections/{prepared.collection.name}"
    address = f"{base}/items/{quote(prepared.ids[row])}"
    other = HTML if form is GEOJSON else GEOJSON
    links: list[dict[str, Any]] = [
        {"rel": "self", "href": str(request.url), "type": form.media_type, "title": "this feature"},
        {"rel": "alternate", "href": f"{address}?f={other.name}", "type": other.media_type, "title": other.title},
        {"rel": "collection", "href": base, "type": JSON.media_type, "title": prepared.collection.title},
    ]
    if form is HTML:
        shape = geojson_in(prepared.geometries[[row]], crs)[0]
        cells = [*prepared.records[row].items(), ("geometry", shape)]
        return page(
            request,
            "table",
            prepared.ids[row],
            description=f"A feature of {prepared.collection.title}.",
            caption="Properties",
            headings=["Property", "Value"],
            rows=cells,
            links=links,
        )
    body = features_in(prepared, np.array([row]), crs)[0]
    stamp = b',"links":' + orjson.dumps(links) + b',"data_version":' + orjson.dumps(prepared.data_version) + b"}"
    return Response(
        body[:-1] + stamp, media_type=GEOJSON.media_type, headers={"Content-Crs": f"<{crs}>", "Vary": "Accept"}
    )
