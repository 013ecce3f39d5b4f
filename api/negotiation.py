"""Which format is asked for: `f` in the address wins over the Accept header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from data.errors import BadInput


@dataclass(frozen=True)
class Format:
    """A format of an answer.

    Attributes
    ----------
    name : str
        Value of `f`.
    media_type, title : str
    """

    name: str
    media_type: str
    title: str


JSON = Format("json", "application/json", "JSON")
GEOJSON = Format("json", "application/geo+json", "GeoJSON")
HTML = Format("html", "text/html", "HTML")
CSV = Format("csv", "text/csv", "CSV")
FLATGEOBUF = Format("fgb", "application/flatgeobuf", "FlatGeobuf")
GEOPARQUET = Format("parquet", "application/vnd.apache.parquet", "GeoParquet")
GPX = Format("gpx", "application/gpx+xml", "GPX")
PAGES = (JSON, HTML)
FEATURES = (GEOJSON, HTML, CSV, FLATGEOBUF, GEOPARQUET, GPX)


def wanted(request: Request, offered: Sequence[Format] = PAGES) -> Format:
    """Return the format to answer in: the first of those offered if nothing else fits.

    Raises
    ------
    BadInput
        If `f` names none of those offered.
    """
    if (name := request.query_params.get("f")) is not None:
        for each in offered:
            if each.name == name:
                return each
        raise BadInput(f"f '{name}' is not one of {', '.join(each.name for each in offered)}")
    accepted = request.headers.get("accept", "*/*")
    return offered[0] if accepted == "*/*" else _best(accepted, offered)


def _best(accepted: str, offered: Sequence[Format]) -> Format:
    best, weight = offered[0], 0.0
    for part in accepted.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        for each in offered:
            # plain JSON is what many clients ask GeoJSON for
            names = {each.media_type} | ({"application/json"} if each.name == "json" else set())
            if (media_type in names or (media_type == "*/*" and each is offered[0])) and quality > weight:
                best, weight = each, quality
    return best


def only(request: Request, *known: str, many: Sequence[str] = ()) -> None:
    """Refuse parameters that the API definition does not give this resource, and any but `many` given twice.

    Raises
    ------
    BadInput
        With every fault.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    if faults := [f"parameter '{name}' is not known" for name in sorted(set(given) - {*known, *many})] + [
        f"parameter '{name}' is given twice"
        for name in sorted({name for name in given if given.count(name) > 1} - set(many))
    ]:
        raise BadInput(faults)
