"""What the analyst's map is drawn from, charts, and what is taken along."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson
from fastapi import APIRouter, HTTPException, Request, Response

from api.access.who import audience_of
from api.analyst_view import asked_language, asked_view
from api.context import RegionContext
from api.router import NamedRouter, context_of, reported_region_of
from api.tagged import tagged
from data.tables import read_hindcast
from maps.words import Language, phrase

if TYPE_CHECKING:
    from api.usecases.analyst import View

routes = APIRouter(prefix="/analyst", include_in_schema=False)
#: May be kept by who asked, and by nobody between.
_KEEP = {"Cache-Control": "private, max-age=600"}


@lru_cache(maxsize=3)
def _lines(context: RegionContext, language: Language) -> tuple[bytes, bytes]:
    from maps.analyst_map import map_lines

    body = orjson.dumps(map_lines(context.network.segments, context.pack.places, language))
    return body, gzip.compress(body, 6, mtime=0)


@routes.get("/lines.json")
def lines(request: Request) -> Response:
    """Return land and lines of the map, and their names."""
    body, packed = _lines(context_of(request), asked_language(request))
    return tagged(request, body, "application/json", _KEEP, packed)


@routes.get("/values.json")
def values(request: Request) -> Response:
    """Return classes and values of every layer on a day, aligned with the lines."""
    from api.usecases.analyst import View, seen
    from api.usecases.analyst_page import effect_of
    from maps.analyst_layers import known_layers
    from maps.analyst_map import map_values

    view, context, language = asked_view(request), reported_region_of(request), asked_language(request)
    table = seen(context, View(view.on, view.hour, other=view.other))
    document = {
        "date": view.on.isoformat(),
        "hour": view.hour,
        "data_version": context.pack.version,
        "effect": effect_of(table, view.hour, language),
        "layers": map_values(table, known_layers(table)),
    }
    body = orjson.dumps(document)
    return tagged(request, body, "application/json", _KEEP, gzip.compress(body, 1, mtime=0))


def _download(body: bytes, media_type: str, name: str) -> Response:
    headers = {**_KEEP, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


def _file_name(view: View, end: str) -> str:
    other = f"-{view.other}" if view.other else ""
    return f"guelta-{view.layer}-{view.on}-{view.hour:02d}h{other}.{end}"


@routes.get("/map.png")
def picture(request: Request) -> Response:
    """Return the map in sight as a picture."""
    import geopandas as gpd

    from api.usecases.analyst import seen
    from api.usecases.analyst_files import box_of
    from maps.analyst_layers import shown_layer
    from maps.analyst_page import long_day
    from maps.map_picture import Picture, map_picture

    view, context, language = asked_view(request), reported_region_of(request), asked_language(request)
    table, shown = seen(context, view), shown_layer(view.layer)
    told = {"layer": phrase(shown.name, language), "day": long_day(view.on, language), "hour": f"{view.hour}:00"}
    title = phrase("{layer}, {day}, stranded at {hour}", language, **told)
    if view.other is not None:
        title += " / " + long_day(view.other, language)
    note = f"Guelta, {phrase('Data version', language)} {context.pack.version}. Natural Earth. " + phrase(
        "Estimates for planning, not measurements: they can be wrong, and what is not shown is not therefore safe.",
        language,
    )
    drawn = gpd.GeoSeries(context.network.segments.geometry.loc[table.index])
    made = Picture(drawn, table, shown, context.pack.places, box_of(context, view), title, note)
    return Response(
        map_picture(made, language),
        media_type="image/png",
        headers={**_KEEP, "Content-Disposition": f'inline; filename="{_file_name(view, "png")}"'},
    )


@routes.get("/segments.csv")
def table(request: Request) -> Response:
    """Return the segments in sight as CSV with HXL tags."""
    from api.usecases.analyst_files import segments_csv

    view = asked_view(request)
    body = segments_csv(reported_region_of(request), view, audience_of(request))
    return _download(body, "text/csv", _file_name(view, "csv"))


@routes.get("/segments.geojson")
def features(request: Request) -> Response:
    """Return the segments in sight as GeoJSON."""
    from api.usecases.analyst_files import segments_geojson

    view = asked_view(request)
    body = segments_geojson(reported_region_of(request), view, audience_of(request))
    return _download(body, "application/geo+json", _file_name(view, "geojson"))


@routes.get("/layer.tif")
def raster(request: Request) -> Response:
    """Return the layer in sight as GeoTIFF."""
    from api.usecases.analyst_files import layer_geotiff

    view = asked_view(request)
    return _download(layer_geotiff(reported_region_of(request), view), "image/tiff", _file_name(view, "tif"))


@routes.get("/profile.svg")
def profile(request: Request) -> Response:
    """Return a corridor's profile as a chart."""
    from api.usecases.analyst import risk_seen
    from api.usecases.corridor_profile import profile_along
    from maps.analyst_page import long_day
    from maps.profile_chart import profile_chart
    from maps.public_view import corridor_name
    from maps.sentences import name_column

    view, context, language = asked_view(request), reported_region_of(request), asked_language(request)
    table = risk_seen(context, view.on, view.hour)
    found = profile_along(context, table, view.corridor, request.query_params.get("leg", ""))
    names = context.pack.places[name_column(language)]
    title = f"{corridor_name(view.corridor, language)}, {long_day(view.on, language)}, {view.hour}:00"
    stops = [(km, str(names[place])) for km, place in found.stops]
    return Response(profile_chart(found.table, stops, title, language), media_type="image/svg+xml", headers=_KEEP)


@routes.get("/hours.svg")
def hours(request: Request) -> Response:
    """Return the chance to die by hour of the stranding on a land segment as a chart."""
    from api.usecases.analyst import deaths_by_hour
    from maps.hour_chart import hour_chart

    view, context = asked_view(request), reported_region_of(request)
    segments, name = context.network.segments, request.query_params.get("id", "")
    if name not in segments.index or segments.at[name, "mode"] == "sea":
        raise HTTPException(404, "there is no such segment on land")
    body = hour_chart(deaths_by_hour(context, view.on, name), view.hour, asked_language(request))
    return Response(body, media_type="image/svg+xml", headers=_KEEP)


@routes.get("/hindcast.svg")
def hindcast(request: Request) -> Response:
    """Return the curves of the hindcast that was kept."""
    from maps.capture_figure import capture_figure

    body = capture_figure(read_hindcast(), asked_language(request))
    return Response(body, media_type="image/svg+xml", headers=_KEEP)


ROUTER = NamedRouter("analyst_files", routes)
