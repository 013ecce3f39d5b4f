"""The analyst's map, and why a segment is at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from babel.dates import get_month_names
from fastapi import APIRouter, HTTPException, Request, Response

from api.analyst_view import address, analyst_page, asked_language, asked_view, page_of
from api.router import NamedRouter, reported_region_of
from maps.words import Language, number, phrase

if TYPE_CHECKING:
    import pandas as pd

    from api.usecases.analyst import View

#: As `maps.analyst_page` names the file of this map.
_TITLE = "Risk by day and hour"
routes = APIRouter(include_in_schema=False)
EXPORTS = (
    ("map.png", "Picture (PNG)"),
    ("segments.csv", "Table (CSV with HXL)"),
    ("segments.geojson", "GeoJSON"),
    ("layer.tif", "Raster (GeoTIFF)"),
)
#: Width of the bar of a share of 1, pixels.
_BAR = 150


@routes.get("/analyst")
@page_of(_TITLE, "")
def analyst(request: Request) -> Response:
    """Show layers and risk of a day and hour on a map and as a table."""
    from api.usecases.analyst_page import analyst_data, effect_of
    from maps.analyst_page import page_parts

    language, view, context = asked_language(request), asked_view(request), reported_region_of(request)
    data = analyst_data(context, view)
    plain = replace(view, bbox=None)
    script = {
        "lines": address(request, "/lines.json", language, plain),
        "valuesAt": address(request, "/values.json", language, plain),
        "segment": address(request, "/segment", language, plain),
    }
    chosen = {"hour": view.hour, "layer": view.layer, "corridor": view.corridor}
    return analyst_page(
        request,
        _TITLE,
        "analyst",
        language,
        "",
        view,
        months=_months(request, view, language),
        last_step=23,
        step=view.hour,
        picture=address(request, "/map.png", language, plain, **chosen),
        segment_at=script["segment"],
        exports=[
            (address(request, f"/{name}", language, plain, **chosen), phrase(text, language)) for name, text in EXPORTS
        ],
        **page_parts(data, language, effect_of(data.table, view.hour, language), script),
    )


def _months(request: Request, view: View, language: Language) -> list[tuple[str, str, bool]]:
    """Return the fifteenth of each month of the year: name, address, whether it is the month looked at."""
    names = get_month_names("abbreviated" if language != "ar" else "wide", "stand-alone", locale=language)
    made = []
    for month in range(1, 13):
        there = replace(view, on=view.on.replace(month=month, day=15))
        parts = {"hour": view.hour, "layer": view.layer, "corridor": view.corridor}
        made.append((str(names[month]), address(request, "", language, there, **parts), month == view.on.month))
    return made


@routes.get("/analyst/segment")
@page_of("Why a segment is at risk", "")
def segment(request: Request) -> Response:
    """Explain one segment: its shares, its values with their intervals, and what the hour changes."""
    from api.usecases.analyst import USUAL_HOUR, deaths_by_hour, risk_seen
    from api.usecases.analyst_page import analyst_data
    from maps.analyst_page import long_day, source_words
    from maps.analyst_words import rounded, share_rows
    from maps.explain import explain_segment
    from maps.panel import stretch_name

    language, view, context = asked_language(request), asked_view(request), reported_region_of(request)
    table = risk_seen(context, view.on, view.hour)
    name = request.query_params.get("id", "")
    if name not in table.index:
        raise HTTPException(404, "there is no such segment")
    row = table.loc[name]
    is_sea = row["mode"] == "sea"
    places = context.pack.places
    deaths = [] if is_sea else deaths_by_hour(context, view.on, name)
    shares = share_rows(row, language)
    hour_words = phrase(
        "Stranded at {hour} rather than {usual}: {ratio} times the risk.",
        language,
        hour=f"{view.hour}:00",
        usual=f"{USUAL_HOUR}:00",
        ratio=rounded(float(row["hour_ratio"]), language),
    )
    return analyst_page(
        request,
        "Why {stretch} is at risk",
        "analyst_segment",
        language,
        "-",
        view,
        title_parts={"stretch": stretch_name(row, language, places)},
        sentence=explain_segment(row, places, language),
        hour_words="" if is_sea or view.hour == USUAL_HOUR else hour_words,
        usual_hour=f"{USUAL_HOUR}:00",
        shares=[
            (cause, f"{number(100 * share, 0, language)} %", round(min(abs(share), 1) * _BAR))
            for cause, share in shares
        ],
        day=long_day(view.on, language),
        hour=f"{view.hour}:00",
        values=_layer_values(table, row, language),
        hours_chart=address(request, "/hours.svg", language, view, id=name, hour=view.hour) if deaths else "",
        hours_told=_hours_told(deaths, language),
        sources=source_words(analyst_data(context, replace(view, layer="risk", other=None)), language),
    )


def _hours_told(deaths: Sequence[float], language: Language) -> str:
    """Return the best and the worst hour of a stranding in words; "" where the hour changes nothing."""
    from maps.analyst_words import rounded

    if not deaths:
        return ""
    best, worst = (deaths.index(edge(deaths)) for edge in (min, max))
    return phrase(
        "Best at {best}: {low} %; worst at {worst}: {high} %.",
        language,
        best=f"{best}:00",
        worst=f"{worst}:00",
        low=rounded(100 * deaths[best], language),
        high=rounded(100 * deaths[worst], language),
    )


def _layer_values(table: pd.DataFrame, row: pd.Series, language: Language) -> list[dict[str, str]]:
    """Return what each layer says of a segment, with its unit and how well it is known."""
    from maps.analyst_layers import known_layers
    from maps.analyst_words import known_words, told, unit_words

    return [
        {
            "title": phrase(each.name, language),
            "value": told(each, row, language),
            "unit": unit_words(each, language),
            "description": phrase(each.description, language),
            "known": known_words(each, row, language),
        }
        for each in known_layers(table)
    ]


ROUTER = NamedRouter("analyst", routes)
