"""Risk at a position, along a trajectory or corridor and in an area, asked as OGC API EDR asks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access.policy import allowed
from api.access.who import audience_of
from api.negotiation import GEOJSON, HTML, JSON, Format, only, wanted
from api.prepared import prepared
from api.router import NamedRouter, context_of, json_answer
from data.errors import BadInput
from maps.coverage_json import PARAMETERS, coverage

routes = APIRouter(prefix="/collections/risk", tags=["risk"])
COVERAGE = Format("json", "application/prs.coverage+json", "CoverageJSON")
_GEOJSON = Format("geojson", GEOJSON.media_type, "GeoJSON")
_FORMATS = (COVERAGE, _GEOJSON)
_COMMON = ("coords", "datetime", "parameter-name", "f", "crs")
Coords = Annotated[str, Query(max_length=8_000, description="Well-known text, longitude before latitude.")]
Day = Annotated[str, Query(alias="datetime", max_length=40, examples=["2026-06-15"])]
Names = Annotated[str | None, Query(alias="parameter-name", description="Names with commas; all if left out.")]
Form = Annotated[str | None, Query(description="json (CoverageJSON) or geojson.")]
Crs = Annotated[str | None, Query(description="CRS84, the only one.")]


def _asked(request: Request, day: str, names: str | None, crs: str | None, *more: str) -> tuple[date, list[str]]:
    from api.usecases.inputs import day_of

    only(request, *_COMMON, *more)
    if crs not in (None, "CRS84", "OGC:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"):
        raise BadInput(f"crs '{crs}' is not CRS84")
    chosen = names.split(",") if names else list(PARAMETERS)
    if unknown := [name for name in chosen if name not in PARAMETERS]:
        raise BadInput(f"parameter-name '{name}' is not one of {', '.join(PARAMETERS)}" for name in unknown)
    # risk holds for a whole day, whichever moment of it is asked about
    return day_of(day.split("T", 1)[0], field="datetime"), chosen


def _answer(request: Request, records: list[dict[str, Any]], on: date, names: list[str]) -> Response:
    version = context_of(request).version
    audience = audience_of(request)
    segments = prepared(context_of(request), "segments", audience)
    told = [allowed("risk", record, audience) for record in records if record["segment_id"] in segments.row_of]
    headers = {"Vary": "Accept"}
    if wanted(request, _FORMATS) is COVERAGE:
        answer = json_answer({**coverage(told, on, names), "data_version": version}, media_type=COVERAGE.media_type)
        answer.headers.update(headers)
        return answer
    keep = set(PARAMETERS) - set(names)
    features = [
        {
            "type": "Feature",
            "id": record["segment_id"],
            "geometry": segments.geometries[segments.row_of[record["segment_id"]]].__geo_interface__,
            "properties": {name: value for name, value in record.items() if name not in keep},
        }
        for record in told
    ]
    document = {"type": "FeatureCollection", "date": on.isoformat(), "data_version": version, "features": features}
    return json_answer(document, media_type=GEOJSON.media_type)


@routes.get("")
def about(request: Request, f: Form = None) -> Response:
    """Say what can be asked of risk."""
    only(request, "f")
    wanted(request, (JSON,))
    segments = prepared(context_of(request), "segments", audience_of(request))
    base = f"{request.base_url}collections/risk"
    queries = {
        name: {"link": {"href": f"{base}/{name}", "rel": "data", "variables": {"query_type": name}}}
        for name in ("position", "trajectory", "corridor", "area")
    }
    return json_answer(
        {
            "id": "risk",
            "title": "Risk of the segments on a day",
            "data_queries": queries,
            "output_formats": [each.name for each in _FORMATS],
            "parameter_names": {
                name: {"type": "Parameter", "description": words, "unit": {"symbol": unit}}
                for name, (unit, words) in PARAMETERS.items()
            },
            "extent": {"spatial": {"bbox": [list(segments.bounds)]}},
            "links": [
                {"rel": "self", "href": base, "type": JSON.media_type, "title": "this document"},
                {"rel": "service-doc", "href": f"{request.base_url}api.html", "type": HTML.media_type, "title": "API"},
            ],
            "data_version": context_of(request).version,
        }
    )


@routes.get("/position")
def position(
    request: Request, coords: Coords, day: Day, names: Names = None, f: Form = None, crs: Crs = None
) -> Response:
    """Risk of the segment nearest to a POINT, within 25 km."""
    from api.usecases.risk_near import read_shape, risk_at

    on, chosen = _asked(request, day, names, crs)
    return _answer(request, risk_at(context_of(request), on, read_shape(coords, "Point")), on, chosen)


@routes.get("/trajectory")
def trajectory(
    request: Request, coords: Coords, day: Day, names: Names = None, f: Form = None, crs: Crs = None
) -> Response:
    """Risk of the segments within 1 km of a LINESTRING."""
    from api.usecases.risk_near import read_shape, risk_along

    on, chosen = _asked(request, day, names, crs)
    return _answer(request, risk_along(context_of(request), on, read_shape(coords, "LineString"), 2.0), on, chosen)


@routes.get("/corridor")
def corridor(
    request: Request,
    coords: Coords,
    day: Day,
    width: Annotated[float, Query(alias="corridor-width", gt=0, le=500, description="Whole width, km.")] = 20.0,
    names: Names = None,
    f: Form = None,
    crs: Crs = None,
) -> Response:
    """Risk of the segments in a corridor around a LINESTRING."""
    from api.usecases.risk_near import read_shape, risk_along

    on, chosen = _asked(request, day, names, crs, "corridor-width")
    return _answer(request, risk_along(context_of(request), on, read_shape(coords, "LineString"), width), on, chosen)


@routes.get("/area")
def area(request: Request, coords: Coords, day: Day, names: Names = None, f: Form = None, crs: Crs = None) -> Response:
    """Risk of the segments that meet a POLYGON."""
    from api.usecases.risk_near import read_shape, risk_within

    on, chosen = _asked(request, day, names, crs)
    shape = read_shape(coords, "Polygon", "MultiPolygon")
    return _answer(request, risk_within(context_of(request), on, shape), on, chosen)


ROUTER = NamedRouter("edr", routes)
