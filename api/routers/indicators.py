"""Indicators: to planners everything, to everybody else what is published; as JSON, CSV with HXL tags, chart, page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.access.audience import Audience
from api.access.audit import Entry
from api.access.who import NOBODY, Identity
from api.framing import frame_of, framed
from api.router import NamedRouter, answering, context_of, json_answer, store_of
from api.store.errors import StoreFault
from maps.words import Language, phrase

routes = APIRouter()
First = Annotated[str | None, Query(alias="from", max_length=20, examples=["2026-01"])]
Last = Annotated[str | None, Query(alias="to", max_length=20, examples=["2026-06"])]
By = Literal["whole", "month", "corridor", "month-corridor"] | None
#: A key that may see plans and cases sees what they came to.
_INNER = frozenset({"plans", "cases"})


def _document(request: Request, first: str | None, last: str | None, by: str | None) -> dict[str, Any]:
    from api.usecases.indicator_document import inner_document, published_document

    who = request.scope.get("guelta.identity", NOBODY)
    assert isinstance(who, Identity)
    context, store = context_of(request), store_of(request)
    if who.audience < Audience.PLANNER or not who.scopes >= _INNER:
        return published_document(context, store, first, last, by)
    access = request.app.state.access
    try:
        access.audit.note(Entry(access.clock(), who.key_id, who.audience.word, "read", "indicators", "", who.purpose))
    except OSError:
        raise StoreFault("the audit cannot be written") from None
    return inner_document(context, store, first, last, by)


@routes.get("/indicators")
def indicators(request: Request, first: First = None, last: Last = None, by: By = None) -> Response:
    """Return what patrols and searches achieved in a period; to the public, of published months and years."""
    return json_answer(_document(request, first, last, by))


@routes.get("/indicators.csv", response_class=answering("text/csv"))
def indicators_table(
    request: Request, first: First = None, last: Last = None, by: By = None, lang: Language = "en"
) -> Response:
    """Return the same as CSV with a row of HXL tags."""
    from maps.indicator_table import indicators_csv

    made = _document(request, first, last, by)
    return Response(indicators_csv(made, context_of(request).pack.places, lang), media_type="text/csv")


@routes.get("/indicators.svg", response_class=answering("image/svg+xml"))
def indicators_picture(
    request: Request, first: First = None, last: Last = None, by: By = None, lang: Language = "en"
) -> Response:
    """Return the same as a chart."""
    from maps.indicator_chart import indicators_chart

    made = _document(request, first, last, by)
    return Response(indicators_chart(made, context_of(request).pack.places, lang), media_type="image/svg+xml")


@routes.get("/indicators.html", response_class=answering("text/html"))
def indicators_page(
    request: Request, first: First = None, last: Last = None, by: By = None, lang: Language = "en"
) -> Response:
    """Return the same as a page with table and chart."""
    from maps.indicator_table import table
    from maps.indicator_words import whole_span

    made, places = _document(request, first, last, by), context_of(request).pack.places
    heads, rows = table(made, places, lang)
    frame = frame_of(request, "Rescue indicators {span}", lang, span=whole_span(made["indicators"], lang))
    query = f"?{request.url.query}" if request.url.query else ""
    kinds = {"": "application/json", ".csv": "text/csv", ".svg": "image/svg+xml"}
    return framed(
        request,
        frame,
        "indicators",
        base=str(request.base_url),
        description=phrase(_NOTES[made["audience"]], lang),
        caption=phrase("Indicators", lang),
        headings=heads,
        rows=rows,
        remarks=made["remarks"],
        chart_title=phrase("Chart of the indicators", lang),
        # a file of its own: the page allows no styles within itself
        chart=f"indicators.svg{query}",
        links=[
            {"rel": "alternate", "href": f"{request.base_url}indicators{end}{query}", "type": kind, "title": kind}
            for end, kind in kinds.items()
        ],
    )


_NOTES = {
    "public": "Published for everybody: months and years that ended 30 days ago, counts below five left out, people "
    "and distances rounded, open cases never counted.",
    "planner": "For those who run patrols: not to be passed on. Response times are medians with quartiles.",
}

ROUTER = NamedRouter("indicators", routes)
