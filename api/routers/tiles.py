"""Tiles: vector tiles of the collections, pictures of risk and its layers on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import shapely
from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from api.access.audience import Audience
from api.access.policy import is_visible
from api.access.who import audience_of
from api.answer_cache import Answer, AnswerCache
from api.collections import COLLECTIONS, collection_for
from api.context import RegionContext
from api.negotiation import only
from api.prepared import prepared
from api.router import NamedRouter, answering, context_of, json_answer
from api.tagged import is_held
from api.usecases.inputs import day_of
from data.units import REGION_BBOX
from maps.tiles import MOST_ZOOM, RELIEF, raster_tile, relief_tile, vector_tile

if TYPE_CHECKING:
    from api.usecases.raster_cache import RasterCache

routes = APIRouter(prefix="/tiles", tags=["tiles"])
MVT, PNG = "application/vnd.mapbox-vector-tile", "image/png"
CACHE_CONTROL = "max-age=3600"
_MAKING = Lock()
Zoom = Annotated[int, Path(ge=0, le=MOST_ZOOM)]
Place = Annotated[int, Path(ge=0, lt=2**MOST_ZOOM)]
Day = Annotated[str | None, Query(alias="datetime", max_length=10, description="Day of the raster; today if left out.")]


@lru_cache(maxsize=24)
def _mercator(context: RegionContext, name: str, audience: Audience) -> tuple[Any, shapely.STRtree]:
    import pyproj

    move = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True).transform
    shapes = shapely.transform(
        prepared(context, name, audience).geometries,
        lambda lonlat: np.column_stack(move(lonlat[:, 0], lonlat[:, 1])),
    )
    return shapes, shapely.STRtree(shapes)


def _vector(context: RegionContext, name: str, audience: Audience, tile: tuple[int, int, int]) -> bytes:
    shapes, tree = _mercator(context, name, audience)
    return vector_tile(name, shapes, prepared(context, name, audience).records, tree, tile)


@lru_cache(maxsize=2)
def _tiles(context: RegionContext) -> AnswerCache:
    return AnswerCache()


def _pictured(request: Request) -> tuple[str, ...]:
    # each layer tells of wells, incidents or rescue: all of them are risk
    from api.usecases.raster import raster_names

    return raster_names() if is_visible("risk", audience_of(request)) else ()


@lru_cache(maxsize=2)
def _cache(context: RegionContext) -> RasterCache:
    from api.usecases.raster_cache import RasterCache

    return RasterCache(context)


def _day(text: str | None) -> date:
    return datetime.now(UTC).date() if text is None else day_of(text, field="datetime")


def _tagged(request: Request, tile: Answer, media_type: str) -> Response:
    """Answer with a tag by which the client may ask whether it still holds; 304 if it has it."""
    headers = {"ETag": tile.tag, "Cache-Control": CACHE_CONTROL, "Data-Version": context_of(request).version}
    if is_held(request, tile.tag):
        return Response(status_code=304, headers=headers)
    return Response(tile.body, media_type=media_type, headers=headers)


@routes.get("")
def tile_layers(request: Request) -> Response:
    """List the layers there are tiles of."""
    only(request)
    base = f"{request.base_url}tiles"
    listed = [
        {"id": name, "kind": "vector", "tilejson": f"{base}/{name}"}
        for name in COLLECTIONS
        if collection_for(name, audience_of(request))
    ]
    listed += [
        {"id": f"{name}-raster", "kind": "raster", "tilejson": f"{base}/{name}-raster"} for name in _pictured(request)
    ]
    return json_answer({"layers": listed, "data_version": context_of(request).version})


@routes.get("/{layer}")
def tilejson(request: Request, layer: str, day: Day = None) -> Response:
    """Describe a layer's tiles (TileJSON 3.0)."""
    only(request, "datetime")
    document: dict[str, Any] = {"tilejson": "3.0.0", "name": layer, "minzoom": 0, "maxzoom": MOST_ZOOM}
    address = f"{request.base_url}tiles/{layer}/{{z}}/{{x}}/{{y}}"
    if collection_for(layer, audience_of(request)):
        found = prepared(context_of(request), layer, audience_of(request))
        fields = {name: kind.capitalize() for name, kind in found.types.items()}
        document |= {
            "tiles": [f"{address}.mvt"],
            "bounds": list(found.bounds),
            "vector_layers": [{"id": layer, "fields": fields}],
        }
    elif layer.removesuffix("-raster") in _pictured(request) and layer.endswith("-raster"):
        on = _day(day)
        document |= {"tiles": [f"{address}.png?datetime={on}"], "bounds": list(REGION_BBOX), "maxzoom": 9}
    else:
        raise HTTPException(404, f"there are no tiles of {layer}")
    return json_answer({**document, "data_version": context_of(request).version})


def _inside(z: int, x: int, y: int) -> tuple[int, int, int]:
    if x >= 2**z or y >= 2**z:
        raise HTTPException(404, f"there is no tile {z}/{x}/{y}")
    return z, x, y


@routes.get("/{layer}/{z}/{x}/{y}.mvt", response_class=answering(MVT))
def vector(request: Request, layer: str, z: Zoom, x: Place, y: Place) -> Response:
    """Return a vector tile of a collection."""
    only(request)
    if collection_for(layer, audience_of(request)) is None:
        raise HTTPException(404, f"there are no vector tiles of {layer}")
    # an admin sees no more of the facts than a planner: one tile serves both
    audience = min(audience_of(request), Audience.PLANNER)
    context, place = context_of(request), _inside(z, x, y)
    key = (layer, audience, f"{z}/{x}/{y}")
    tile = _tiles(context).get(key, lambda: _vector(context, layer, audience, place))
    return _tagged(request, tile, MVT)


@routes.get("/{layer}/{z}/{x}/{y}.png", response_class=answering(PNG))
def picture(request: Request, layer: str, z: Zoom, x: Place, y: Place, day: Day = None) -> Response:
    """Return a picture of risk or one of its layers on a day."""
    only(request, "datetime")
    name = layer.removesuffix("-raster")
    if layer == RELIEF and request.app.state.heights is not None:
        heights, place = request.app.state.heights, _inside(z, x, y)
        key = (layer, "", f"{z}/{x}/{y}")
        return _tagged(request, _tiles(context_of(request)).get(key, lambda: relief_tile(heights, place)), PNG)
    if name not in _pictured(request):
        raise HTTPException(404, f"there are no pictures of {layer}")
    place, on = _inside(z, x, y), _day(day)
    with _MAKING:
        rasters = _cache(context_of(request))
    path = rasters.raster(on, name)
    if path is None:
        raise HTTPException(404, f"nothing is known of {name}")
    tile = _tiles(context_of(request)).get((layer, on.isoformat(), f"{z}/{x}/{y}"), lambda: raster_tile(path, place))
    return _tagged(request, tile, PNG)


def vector_ready(request: Request, parts: Mapping[str, str]) -> Response | None:
    """Return a vector tile that was made before."""
    audience = min(audience_of(request), Audience.PLANNER)
    tile = None if request.query_params else _tiles(context_of(request)).find((parts["layer"], audience, _place(parts)))
    return None if tile is None else _tagged(request, tile, MVT)


def picture_ready(request: Request, parts: Mapping[str, str]) -> Response | None:
    """Return a picture that was made before."""
    asked = request.query_params.multi_items()
    if len(asked) > 1 or [name for name, _ in asked if name != "datetime"]:
        return None
    if not is_visible("risk", audience_of(request)):
        return None
    day = asked[0][1] if asked else _day(None).isoformat()
    tile = _tiles(context_of(request)).find((parts["layer"], day, _place(parts)))
    return None if tile is None else _tagged(request, tile, PNG)


def _place(parts: Mapping[str, str]) -> str:
    return f"{parts['z']}/{parts['x']}/{parts['y']}"


ROUTER = NamedRouter(
    "tiles",
    routes,
    {"/tiles/{layer}/{z}/{x}/{y}.mvt": vector_ready, "/tiles/{layer}/{z}/{x}/{y}.png": picture_ready},
)
