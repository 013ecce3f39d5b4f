"""Two days compared, weights with the stability of their ranking, corridor profile, hindcast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from api.analyst_view import address, analyst_page, asked_language, asked_view, page_of
from api.context import RegionContext
from api.router import NamedRouter, reported_region_of
from data.tables import read_hindcast
from maps.words import Language, number, phrase

if TYPE_CHECKING:
    import pandas as pd

    from api.usecases.analyst import View
    from api.usecases.corridor_profile import Profile

routes = APIRouter(include_in_schema=False)
TOP = 20
_LEG_HEADS = ("Leg", "from km", "to km", "Worst risk (deaths per 100 km and month)", "Farthest from water, km")


def _field(name: str, title: str, language: Language, value: object, **more: object) -> dict[str, Any]:
    return {"name": name, "title": phrase(title, language), "value": value, "choices": (), "kind": "number", **more}


def _day_field(language: Language, on: date, name: str = "date", title: str = "Day") -> dict[str, Any]:
    return _field(name, title, language, on.isoformat(), kind="date")


def _hour_field(language: Language, hour: int) -> dict[str, Any]:
    return _field("hour", "Hour of the stranding (local solar time)", language, hour, least=0, most=23, step=1)


def _segment_rows(
    request: Request, language: Language, view: View, table: pd.DataFrame, cells: Callable[[pd.Series], list[str]]
) -> list[dict[str, Any]]:
    """Return a row for each segment, its name leading to its explanation."""
    from maps.panel import stretch_name

    places, plain = reported_region_of(request).pack.places, replace(view, other=None)
    return [
        {
            "name": stretch_name(row, language, places),
            "href": address(request, "/segment", language, plain, id=row["segment_id"], hour=view.hour),
            "cells": cells(row),
            "is_ltr": True,
        }
        for _, row in table.iterrows()
    ]


@routes.get("/analyst/compare")
@page_of("Two days compared", "/compare")
def compare(request: Request) -> Response:
    """Show what changes between two days, on a picture and as a table."""
    from api.usecases.analyst import risk_seen, seen
    from maps.analyst_layers import CHANGE, RISK
    from maps.analyst_page import long_day
    from maps.analyst_words import rounded, told, worst

    language, view, context = asked_language(request), asked_view(request), reported_region_of(request)
    # half a year away is the other season
    other = view.other or view.on.replace(month=(view.on.month + 5) % 12 + 1, day=15)
    view = replace(view, other=other, layer=CHANGE.name)
    table = seen(context, view).dropna(subset=["risk_per_km_day", "change"])
    before = risk_seen(context, other, view.hour).loc[table.index]
    days = {"day": long_day(view.on, language), "other": long_day(other, language)}

    def cells(row: pd.Series) -> list[str]:
        then = told(RISK, before.loc[row["segment_id"]], language)
        return [told(RISK, row, language), then, rounded(float(row["change"]), language)]

    unit = phrase(RISK.unit, language)
    return analyst_page(
        request,
        "Two days compared",
        "analyst_table",
        language,
        "/compare",
        view,
        fields=[
            _day_field(language, view.on),
            _day_field(language, other, "other", "Other day"),
            _hour_field(language, view.hour),
        ],
        notes=_change_notes(context, view, other, language),
        picture=address(request, "/map.png", language, view, layer=CHANGE.name, hour=view.hour),
        picture_words=phrase("Map of the change; the table below tells the greatest ones", language),
        caption=phrase("Segments that changed most ({unit})", language, unit=unit),
        heads=[phrase("Stretch", language), days["day"], days["other"], phrase("times the other day", language)],
        rows=_segment_rows(request, language, view, worst(table, CHANGE, TOP), cells),
        links=[
            (
                address(request, "", language, view, layer=CHANGE.name, hour=view.hour),
                phrase("The change on the moving map", language),
            )
        ],
    )


def _change_notes(context: RegionContext, view: View, other: date, language: Language) -> list[str]:
    from api.usecases.analyst import deaths_a_day, risk_seen
    from maps.analyst_page import long_day
    from maps.analyst_words import rounded

    now, then = (deaths_a_day(risk_seen(context, on, view.hour)) for on in (view.on, other))
    text = "All segments together: {now} expected deaths a day on {day}, {then} on {other}."
    days = {"day": long_day(view.on, language), "other": long_day(other, language)}
    return [
        phrase(text, language, now=rounded(now, language), then=rounded(then, language), **days),
        phrase(
            "Heat, sea and the wells' state differ between days; the interval of the stranding rate does not "
            "cancel out and is as wide as on the map.",
            language,
        ),
    ]


@routes.get("/analyst/weights")
@page_of("Weights and how stable the ranking is", "/weights")
def weights(request: Request) -> Response:
    """Rank by weights of one's own, beside the share of other weightings under which a segment stays at the top."""
    from api.usecases.analyst import USUAL_HOUR
    from api.usecases.risk import overlay_columns, risk_table
    from maps.analyst_layers import RISK
    from maps.analyst_page import long_day
    from maps.analyst_words import told
    from risk.overlay import CRITERIA, read_weights

    language, view, context = asked_language(request), asked_view(request), reported_region_of(request)
    given = {name: request.query_params.get(name, "") or "1" for name in CRITERIA}
    wanted = read_weights(",".join(f"{name}={value}" for name, value in given.items()))
    table = risk_table(context, view.on)
    table = table.join(overlay_columns(context, view.on, wanted, TOP)).dropna(subset=["overlay"])
    chosen = table.sort_values("overlay", ascending=False, kind="stable").head(TOP)
    rank = table["risk_per_km_day"].rank(ascending=False, method="first")

    def cells(row: pd.Series) -> list[str]:
        stable = f"{number(100 * row['top_share'], 0, language)} %"
        by_risk = number(rank[row["segment_id"]], 0, language)
        return [number(row["overlay"], 0, language), stable, by_risk, told(RISK, row, language)]

    named = [_field(name, name, language, given[name], least=0, most=100, step="any") for name in CRITERIA]
    return analyst_page(
        request,
        "Weights and how stable the ranking is",
        "analyst_table",
        language,
        "/weights",
        view,
        fields=[_day_field(language, view.on), *named],
        notes=[
            phrase(
                "Each criterion is the share of network kilometres that is better; the score is their weighted mean, 0 "
                "to 100. It ranks, and has no unit: deaths do not follow from it.",
                language,
            ),
            phrase(
                "Stability: in how many of 1,000 random weightings of the same criteria the segment is among the "
                "{top} worst. Below 50 % the rank is a matter of the weights.",
                language,
                top=str(TOP),
            ),
        ],
        picture="",
        picture_words="",
        caption=phrase("The twenty worst under these weights, on {day}", language, day=long_day(view.on, language)),
        heads=[phrase(text, language) for text in ("Stretch", "Score", "Stability", "Rank by risk", "Risk")],
        rows=_segment_rows(request, language, replace(view, hour=USUAL_HOUR), chosen, cells),
        links=(),
    )


@routes.get("/analyst/profile")
@page_of("Corridor profile", "/profile")
def profile(request: Request) -> Response:
    """Show risk and distance to water along a corridor's main line or one of its legs."""
    from api.usecases.analyst import View, seen
    from api.usecases.corridor_profile import profile_along
    from maps.public_view import corridor_name
    from maps.sentences import name_column

    language, view, context = asked_language(request), asked_view(request), reported_region_of(request)
    corridors = sorted(set(context.network.segments["corridor"][context.network.segments["mode"] != "sea"]))
    corridor = view.corridor or ("niger-libya" if "niger-libya" in corridors else corridors[0])
    legs = context.network.legs[context.network.legs["corridor"] == corridor]
    leg = request.query_params.get("leg", "")
    # a leg of the corridor chosen before is no fault of who changes the corridor
    leg = leg if leg in legs.index else ""
    table = seen(context, View(view.on, view.hour))
    found = profile_along(context, table, corridor, leg)
    names = context.pack.places[name_column(language)]
    titles = {name: " – ".join(str(names[place]) for place in name.split("--")) for name in legs.index}

    def href(name: str) -> str:
        return address(request, "/profile", language, view, corridor=corridor, leg=name, hour=view.hour)

    choices = [("", phrase("main line", language)), *sorted(titles.items(), key=lambda each: each[1])]
    return analyst_page(
        request,
        "Corridor profile",
        "analyst_table",
        language,
        "/profile",
        view,
        fields=[
            _field(
                "corridor",
                "Corridor",
                language,
                corridor,
                choices=[(each, corridor_name(each, language)) for each in corridors],
            ),
            _field("leg", "Leg", language, leg, choices=choices),
            _day_field(language, view.on),
            _hour_field(language, view.hour),
        ],
        notes=_profile_notes(found, corridor, view, language),
        picture=address(request, "/profile.svg", language, view, corridor=corridor, leg=leg, hour=view.hour),
        picture_words=phrase("Risk and distance to water by kilometre; the table below says the same by leg", language),
        caption=phrase("Legs in order", language),
        heads=[phrase(text, language) for text in _LEG_HEADS],
        rows=_leg_rows(found, titles, href, language),
        links=(),
    )


def _profile_notes(found: Profile, corridor: str, view: View, language: Language) -> list[str]:
    from maps.analyst_page import long_day
    from maps.public_view import corridor_name

    where = {"corridor": corridor_name(corridor, language), "day": long_day(view.on, language)}
    km, count = number(found.stops[-1][0], 0, language), number(found.off_line_legs, 0, language)
    text = (
        "The main line is the longest of the shortest ways between two places of the corridor; {count} of its "
        "legs lie beside it."
    )
    return [
        phrase("{corridor}, {day}, stranded at {hour}: {km} km.", language, hour=f"{view.hour}:00", km=km, **where),
        phrase(text, language, count=count),
    ]


def _leg_rows(
    found: Profile, titles: dict[str, str], href: Callable[[str], str], language: Language
) -> list[dict[str, Any]]:
    from maps.analyst_layers import RISK
    from maps.analyst_words import told

    rows = []
    for name, part in found.table.groupby("leg_id", sort=False):
        worst_first = part.sort_values("risk_per_km_day", ascending=False, kind="stable", na_position="last")
        cells = [
            number(part["at_from_km"].min(), 0, language),
            number(part["at_to_km"].max(), 0, language),
            told(RISK, worst_first.iloc[0], language),
            _or_unknown(part["distance_to_water_km"].max(), language),
        ]
        rows.append({"name": titles[str(name)], "href": href(str(name)), "cells": cells, "is_ltr": True})
    return rows


def _or_unknown(value: float, language: Language) -> str:
    import pandas as pd

    return phrase("not known", language) if pd.isna(value) else number(value, 0, language)


@routes.get("/analyst/hindcast")
@page_of("How well it would have foretold", "/hindcast")
def hindcast(request: Request) -> Response:
    """Show the curves of the hindcast that was kept."""
    from maps.capture_figure import MODELS, SUBSETS

    language, view, kept = asked_language(request), asked_view(request), read_hindcast()
    shares = kept["shares_of_network_km"]
    rows = []
    for subset, scores in kept["subsets"].items():
        for name in MODELS:
            model = scores["models"][name]
            title = phrase(SUBSETS[subset], language, count=number(scores["incidents"], 0, language))
            cells = [
                f"{100 * found:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
                for found, (low, high) in zip(model["capture"], model["interval"], strict=True)
            ]
            rows.append(
                {"name": f"{title}: {phrase(MODELS[name], language)}", "href": "", "cells": cells, "is_ltr": True}
            )
    return analyst_page(
        request,
        "How well it would have foretold",
        "analyst_table",
        language,
        "/hindcast",
        view,
        fields=(),
        notes=_hindcast_notes(kept, language),
        picture=address(request, "/hindcast.svg", language, view),
        picture_words=phrase(
            "Share of later incidents found, by share of the network searched; the table below says the same", language
        ),
        caption=phrase(
            "Share of incidents with a segment within 10 km among the worst (80 % bootstrap interval)", language
        ),
        heads=[
            phrase("Model", language),
            *(phrase("worst {share} %", language, share=f"{100 * share:g}") for share in shares),
        ],
        rows=rows,
        links=[(f"{request.base_url}processes/hindcast", phrase("Run it on incidents of your own (API)", language))],
    )


def _hindcast_notes(kept: dict[str, Any], language: Language) -> list[str]:
    everywhere, remote = kept["subsets"]["all"], kept["subsets"]["remote"]
    at = kept["shares_of_network_km"].index(0.05)
    reached = 1 - remote["with_a_segment_within_10_km"] / remote["incidents"]
    ours, far = (100 * each["models"]["model"]["capture"][at] for each in (everywhere, remote))
    best = 100 * max(found["capture"][at] for name, found in remote["models"].items() if name != "model")
    return [
        phrase(
            "Fitted on incidents up to {until}, scored on those of {first}–{last}: the worst 5 % of network km hold "
            "{share} % of them.",
            language,
            until=kept["train_until"],
            first=kept["from"][:4],
            last=kept["to"][:4],
            share=number(ours, 0, language),
        ),
        phrase(
            "Far from any place the model does worse than a simple kernel density ({model} % against {best} %), and "
            "{none} % of those incidents lie farther than 10 km from any segment: no model of this network reaches "
            "them.",
            language,
            model=number(far, 0, language),
            best=number(best, 0, language),
            none=number(100 * reached, 0, language),
        ),
        phrase(
            "Incidents: Missing Migrants Project (IOM, CC BY 4.0), on land in the desert belt. Reports come from "
            "where people are: what is not reported is not counted. These scores were kept, with data version "
            "{version}.",
            language,
            version=kept["data_version"],
        ),
    ]


ROUTER = NamedRouter("analyst_pages", routes)
