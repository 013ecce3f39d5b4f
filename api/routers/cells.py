"""Incidents as the public may know them: the one table of `api.access.cells`, as GeoJSON and as CSV."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from api.access.policy import cells_document, public_cells, public_table
from api.router import NamedRouter, answering, context_of, json_answer

routes = APIRouter()


_GEOJSON = "application/geo+json"


@routes.get(
    "/incident-cells",
    response_class=answering(_GEOJSON),
    responses={200: {"content": {_GEOJSON: {"schema": {"type": "object"}}}}},
)
def incident_cells(request: Request) -> Response:
    """Return all published cells; there are no filters, and totals are sums of them."""
    pack = context_of(request).pack
    today = datetime.now(UTC).date()
    return json_answer(cells_document(pack.incidents, today, pack.version), media_type=_GEOJSON)


@routes.get("/incident-cells.csv", response_class=answering("text/csv"))
def incident_cells_csv(request: Request) -> Response:
    """Return the same cells as a table."""
    table = public_table(public_cells(context_of(request).pack.incidents, datetime.now(UTC).date()))
    return Response(table.to_csv(index=False), media_type="text/csv")


ROUTER = NamedRouter("cells", routes)
