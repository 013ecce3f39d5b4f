"""One vehicle's order as the words and numbers of a printed page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from babel.dates import format_date

from maps.plan_view import ConvoyView, PlanView
from maps.sentences import name_column, point_name, sentence
from maps.words import Language, number, phrase
from sar.fleet import SURFACE
from sar.plan import ConvoyPlan

#: Hours between two calls home, and grace before the base raises the alarm. Judgement, as usual in desert convoys.
CHECK_IN_H, OVERDUE_H = 2.0, 1.0
#: Water farther from the way than about 30 km is no help to this convoy.
WELLS_SHOWN, NEAR_WAY_DEG = 12, 0.3
ON_FINDING = (
    "Shade first. Water in small sips, often; cool whoever is confused or does not sweat, and call at once.",
    "Count adults, children and pregnant women. Write down no names, telephones or nationalities.",
    "Report position, number, condition and litres left by radio or satellite before you drive on.",
    "Ask who left on foot: when, how many, which way, with how much water. Follow only after calling.",
    "Take people to the place of safety below, nowhere else; never across a border unless it says who agreed.",
)


def order_document(view: PlanView, convoy: ConvoyView, vehicle_id: str, language: Language) -> dict[str, Any]:
    """Return what the page of one vehicle says, every text ready in the language; positions stay "lat, lon"."""
    plan = convoy.plan
    zone = ZoneInfo(plan.convoy.base.timezone)
    start = plan.start.astimezone(zone)

    def say(text: str, **values: str) -> str:
        return phrase(text, language, **values)

    return {
        "language": language,
        "title": say("Patrol order"),
        "vehicle": vehicle_id,
        "day": str(format_date(plan.on, format="full", locale=language)),
        # words and ids apart: in a line from right to left an id keeps its own direction
        "plan": [
            [say("plan {plan_id}", plan_id="").strip(), view.plan_id],
            [say("data {version}", version="").strip(), view.data_version],
        ],
        "code": f"guelta {view.plan_id} {vehicle_id} {view.data_version}",
        "facts": [
            [say("Leave"), f"{start:%H:%M} ({plan.start:%H:%M} UTC)"],
            *([[say("Rest from the heat"), _rest(convoy, zone)]] if plan.rest else []),
            [_arrival(view, convoy, language), f"{plan.end.astimezone(zone):%H:%M}"],
            [say("Distance"), f"{number(plan.km, 0, language)} {say('km')}"],
            [say("Driving"), f"{number(plan.hours, 1, language)} {say('h')}"],
            [say("Fuel on board when leaving, each vehicle"), f"{number(plan.fuel_l, 0, language)} {say('l')}"],
            [say("Water to carry, each vehicle"), f"{number(plan.water_l, 0, language)} {say('l')}"],
        ],
        "notes": [sentence(note, language, view.places) for note in plan.notes],
        "legs_title": say("Legs"),
        "legs_heads": [
            say(head) for head in ("No.", "From – to", "km", "km total", "h", "Arrival", "Bearing", "Surface")
        ],
        "legs": _legs(view, convoy, zone, language),
        "wells_title": say("Water near the way (a claim with a date)"),
        "wells_heads": [say(head) for head in ("name", "Position (lat, lon)", "state", "probability of water")],
        "wells": _wells(view, convoy, language),
        "calls_title": say("Call the base"),
        "calls": [f"{moment:%H:%M}" for moment in _calls(start, plan.end.astimezone(zone))],
        "overdue": say(
            "Not heard by {time}: the base starts the search.",
            time=f"{plan.end.astimezone(zone) + timedelta(hours=OVERDUE_H):%H:%M}",
        ),
        "finding_title": say("When you find people"),
        "finding": [say(step) for step in ON_FINDING],
        "safety_title": say("Place of safety"),
        "safety": hand_over_words(view, plan, language),
        "well_note": say("A well is a claim with a date: ask before you count on it."),
    }


def _legs(view: PlanView, convoy: ConvoyView, zone: ZoneInfo, language: Language) -> list[list[str]]:
    rows, total_km, hours = [], 0.0, 0.0
    for order, run in enumerate(convoy.runs, start=1):
        total_km, hours = total_km + run.km, hours + run.hours
        first = point_name(run.start_node, run.km_from, language, view.places)
        last = point_name(run.end_node, run.km_to, language, view.places)
        rows.append(
            [
                str(order),
                phrase("{start} → {end}", language, start=first, end=last),
                number(run.km, 0, language),
                number(total_km, 0, language),
                number(run.hours, 1, language),
                f"{convoy.plan.clock(hours).astimezone(zone):%H:%M}",
                f"{run.bearing_deg:03.0f}°",
                phrase(surface_of(run.mode), language),
            ]
        )
    return rows


def _calls(start: datetime, end: datetime) -> list[datetime]:
    count = int((end - start) / timedelta(hours=CHECK_IN_H))
    return [start + timedelta(hours=CHECK_IN_H * (each + 1)) for each in range(count)]


def _wells(view: PlanView, convoy: ConvoyView, language: Language) -> list[list[str]]:
    """List the water nearest to the way, in the order it is passed."""
    passed = []
    for well in view.water_points.itertuples():
        away = np.abs(convoy.lonlat - (well.lon, well.lat)).max(axis=1)
        passed.append((float(away.min()), int(away.argmin()), well))
    nearest = sorted((each for each in passed if each[0] < NEAR_WAY_DEG), key=lambda each: each[0])[:WELLS_SHOWN]
    return [
        [
            str(getattr(well, name_column(language))),
            f"{well.lat:.3f}, {well.lon:.3f} ±{well.precision_km:g} km",
            phrase(well.reliability, language),
            f"{number(100 * well.probability, 0, language)} %",
        ]
        for _, _, well in sorted(nearest, key=lambda each: each[1])
    ]


def _rest(convoy: ConvoyView, zone: ZoneInfo) -> str:
    begins, ends = convoy.plan.rest or (convoy.plan.start, convoy.plan.start)
    return f"{begins.astimezone(zone):%H:%M}–{ends.astimezone(zone):%H:%M}"


def _arrival(view: PlanView, convoy: ConvoyView, language: Language) -> str:
    """Say where the day ends: at base, or at a place for the night."""
    plan = convoy.plan
    if plan.ends_at == plan.convoy.base.place_id:
        return phrase("Back at base", language)
    name = str(view.places.at[plan.ends_at, name_column(language)])
    return phrase("Ends at {place}", language, place=name)


def surface_of(mode: str) -> str:
    """Return the surface a car meets: legs walked by people on foot are driven as tracks."""
    return SURFACE[mode]


def hand_over_words(view: PlanView, plan: ConvoyPlan, language: Language) -> str:
    """Say where people found are taken, how far that is, and how many drives a whole group takes."""
    found = plan.hand_over
    if found is None:
        return phrase(
            "No place of safety with room, water, care and shelter may be proposed: agree one with the base before "
            "leaving; never cross a border with people found.",
            language,
        )
    name = str(view.places.at[found.place.place_id, name_column(language)])
    words = phrase(
        "{place}: room for {room}, {hours} h from the farthest point of the way",
        language,
        place=name,
        room=number(found.place.room, 0, language),
        hours=number(found.farthest_h, 1, language),
    )
    if found.extra_h > 0:
        words += ". " + phrase(
            "It lies {hours} h beyond the end of the day", language, hours=number(found.extra_h, 1, language)
        )
    if plan.hours + found.extra_h > view.plan.request.hours:
        words += ". " + phrase("That is beyond the shift: arrange transport, or another place", language)
    if found.trips > 1:
        words += ". " + phrase("A whole group takes {trips} drives", language, trips=number(found.trips, 0, language))
    if found.place.agreed_by and found.place.country != plan.convoy.base.country:
        words += ". " + phrase("Across the border as agreed by {who}", language, who=found.place.agreed_by)
    return words + "."
