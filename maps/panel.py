"""What the page says beside the map, in one section for each language."""

from __future__ import annotations

import math
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from babel.dates import format_date

from maps.order import hand_over_words, surface_of
from maps.plan_view import ConvoyView, LegRun, PlanView
from maps.sentences import convoy_name, name_column, point_name, sentence
from maps.words import Language, number, phrase

#: Convoy colours that stay apart in greyscale and for the colour-blind (Okabe and Ito 2008), and their dashes.
PLAN_COLOURS = ("#0072b2", "#009e73", "#cc79a7", "#56b4e9", "#000000", "#d55e00")
PLAN_DASHES = (None, "14 6", "4 6", "14 6 4 6", "2 8", "20 8")
GROUP_FOR_DAYS = 25.0


def look(number_of_convoy: int) -> tuple[str, str | None]:
    """Return the colour and dash of a convoy."""
    return PLAN_COLOURS[number_of_convoy % len(PLAN_COLOURS)], PLAN_DASHES[number_of_convoy % len(PLAN_DASHES)]


def plan_panel(view: PlanView, language: Language) -> dict[str, Any]:
    """Return the plan's section: convoys with their legs, what was left out and why."""
    plan = view.plan
    return {
        **_frame(language, view.data_version),
        "title": phrase("Patrol plan", language),
        "subtitle": phrase(
            "{date}: {convoys} convoys, {days} days, shift of {hours} h",
            language,
            date=_day(plan.on, language),
            convoys=number(len(plan.request.convoys), 0, language),
            days=number(plan.request.days, 0, language),
            hours=f"{plan.request.hours:g}",
        ),
        "summary": [
            *_promise(plan.expected_people_reached / plan.request.days, language),
            phrase(
                "At least {share} % of the best that could be planned.",
                language,
                share=number(math.floor(100 * plan.share_of_best), 0, language),
            ),
        ],
        "convoys": [_convoy(view, convoy, language) for convoy in view.convoys],
        "left_out": [
            {
                "stretch": stretch_name(view.segments.loc[left.segment_id], language, view.places),
                "why": sentence(left.why, language, view.places),
            }
            for left in plan.left_out
        ],
        "provenance": phrase("data {version}", language, version=view.data_version)
        + ", "
        + phrase("plan {plan_id}", language, plan_id=view.plan_id),
    }


def risk_panel(
    on: date, worst: pd.DataFrame, places: pd.DataFrame, per_unit: float, data_version: str, language: Language
) -> dict[str, Any]:
    """Return the section of a page without a plan: the worst stretches.

    Parameters
    ----------
    worst : DataFrame
        Segments with their risk, worst first.
    per_unit : float
        From deaths per km and day to the unit shown.
    """
    rows = [
        [
            stretch_name(row, language, places),
            f"{number(row['risk_per_km_day'] * per_unit, 1, language)} "
            f"({number(row['risk_low'] * per_unit, 1, language)}–{number(row['risk_high'] * per_unit, 1, language)})",
        ]
        for _, row in worst.iterrows()
    ]
    heads = [phrase("Stretch", language), phrase("Deaths per 100 km and month", language)]
    return {
        **_frame(language, data_version),
        "title": phrase("Route risk", language),
        "subtitle": phrase("Day of {date}", language, date=_day(on, language)),
        "table": {"title": phrase("The ten worst stretches", language), "heads": heads, "rows": rows},
    }


def _frame(language: Language, data_version: str) -> dict[str, Any]:
    heads = {
        "leg": phrase("From – to", language),
        "km": phrase("km", language),
        "h": phrase("h", language),
        "bearing": phrase("Bearing", language),
        "surface": phrase("Surface", language),
        "left_out": phrase("Left out, and why", language),
    }
    return {
        "language": language,
        "heads": heads,
        "well": phrase("A well is a claim with a date: ask before you count on it.", language),
        "method": phrase(
            "Estimates from open reports, climate normals and stated judgement; the line of a track is good to about "
            "10 km off pavement.",
            language,
        ),
        "provenance": phrase("data {version}", language, version=data_version),
    }


def _promise(people: float, language: Language) -> list[str]:
    """Say the expectation, and the same as days until one group is found: 0.56 people means little at 3 a.m."""
    lines = [
        phrase(
            "Expected: {people} people met alive in distress a day.",
            language,
            people=number(people, 2, language),
        )
    ]
    if people > 0:
        days = number(max(1.0, GROUP_FOR_DAYS / people), 0, language)
        lines.append(phrase("That is one group in about {days} such days.", language, days=days))
    return lines


def convoy_title(convoy: ConvoyView, language: Language, places: pd.DataFrame) -> str:
    """Name a convoy for people, with its day where the plan has several."""
    name = convoy_name(convoy.plan.convoy.convoy_id, language, places)
    return f"{name}, {_day(convoy.plan.on, language)}" if convoy.plan.days > 1 else name


def _convoy(view: PlanView, convoy: ConvoyView, language: Language) -> dict[str, Any]:
    plan = convoy.plan
    names = [each.convoy_id for each in view.plan.request.convoys]
    zone = ZoneInfo(plan.convoy.base.timezone)
    vehicles = phrase(
        "{vehicles} × {type}", language, vehicles=str(plan.convoy.vehicles), type=plan.convoy.vehicle.names[language]
    )
    unit_km, unit_h, unit_l = (phrase(unit, language) for unit in ("km", "h", "l"))
    facts = [
        (phrase("Distance", language), f"{number(plan.km, 0, language)} {unit_km}"),
        (phrase("Driving", language), f"{number(plan.hours, 1, language)} {unit_h}"),
        (phrase("Fuel on board when leaving, each vehicle", language), f"{number(plan.fuel_l, 0, language)} {unit_l}"),
        (phrase("Water to carry, each vehicle", language), f"{number(plan.water_l, 0, language)} {unit_l}"),
        (phrase("People expected", language), number(plan.expected_people_reached, 2, language)),
        (phrase("Place of safety", language), hand_over_words(view, plan, language)),
    ]
    times = phrase(
        "{date}: leaves {start}, at {place} {end} (local time)",
        language,
        place=str(view.places.at[plan.ends_at, name_column(language)]),
        date=_day(plan.on, language),
        start=f"{plan.start.astimezone(zone):%H:%M}",
        end=f"{plan.end.astimezone(zone):%H:%M}",
    )
    return {
        "title": f"{convoy_title(convoy, language, view.places)} ({vehicles})",
        "colour": look(names.index(plan.convoy.convoy_id))[0],
        "times": times if plan.pieces else "",
        "facts": facts if plan.pieces else [],
        "notes": [sentence(note, language, view.places) for note in plan.notes],
        "legs": [_leg(view, run, language) for run in convoy.runs],
    }


def _leg(view: PlanView, run: LegRun, language: Language) -> dict[str, str]:
    return {
        "stretch": phrase(
            "{start} → {end}",
            language,
            start=point_name(run.start_node, run.km_from, language, view.places),
            end=point_name(run.end_node, run.km_to, language, view.places),
        ),
        "km": number(run.km, 0, language),
        "hours": number(run.hours, 1, language),
        "bearing": f"{run.bearing_deg:03.0f}",
        "surface": phrase(surface_of(run.mode), language),
    }


def stretch_name(segment: pd.Series, language: Language, places: pd.DataFrame) -> str:
    """Name a segment for people: "In-Gall – Assamaka, km 230–240"."""
    start, end = str(segment["leg_id"]).split("--")
    column = name_column(language)
    km = phrase("km {first}–{last}", language, first=f"{segment['km_from']:.0f}", last=f"{segment['km_to']:.0f}")
    return f"{places.at[start, column]} – {places.at[end, column]}, {km}"


def _day(on: date, language: Language) -> str:
    return str(format_date(on, format="long", locale=language))
