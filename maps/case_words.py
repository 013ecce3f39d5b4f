"""Words for what a case knows, in the languages of the pages."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta

import numpy as np
from babel.dates import format_date

from maps.case_view import CaseView, NextLeg
from maps.sentences import name_column, point_name
from maps.words import Language, number, phrase
from routes.positions import Position
from sar.alert import Movement, Reporter, VehicleState
from sar.poa import square_box
from sar.scenarios import Scenario
from sar.search_leg import LegKind
from sar.sweep import Platform

NOT_TOLD = "not told"
STATUS = {"open": "open case", "suspended": "suspended case", "closed": "closed case"}
VEHICLE = {each: each.value for each in VehicleState} | {
    VehicleState.UNKNOWN: NOT_TOLD,
    VehicleState.LOST: "lost its way",
}
MOVEMENT = {
    Movement.WAITING: "waiting",
    Movement.WALKING: "walking",
    Movement.SPLIT: "split up",
    Movement.UNKNOWN: NOT_TOLD,
}
REPORTER = {each: each.value for each in Reporter} | {
    Reporter.UNKNOWN: NOT_TOLD,
    Reporter.IN_GROUP: "somebody in the group",
}
SCENARIO = {
    Scenario.STAYED: "stayed where they stopped",
    Scenario.TO_WATER: "walked to water",
    Scenario.BACK: "walked back the way they came",
    Scenario.ON: "walked on",
    Scenario.TO_TOWN: "walked to a town",
    Scenario.AS_TOLD: "walked as told",
    Scenario.SPLIT: "split up",
}
PLATFORM = {
    Platform.GROUND_VEHICLE: "car",
    Platform.FOOT: "foot team",
    Platform.AIRCRAFT: "aircraft",
    Platform.DRONE: "drone",
}
CLUE = {
    "footprints": "footprints",
    "vehicle": "vehicle",
    "empty vehicle": "empty vehicle",
    "body": "a body",
    "sighting": "people seen",
}
QUESTION = {
    "do they wait or walk": "Do they wait at the vehicle, or walk?",
    "which way did the walkers go": "Which way did the walkers go?",
    "where along the way did the vehicle stop": "Where along the way did the vehicle stop?",
}
#: Remarks of a case and of its log: what they look like, and the words for them.
REMARKS = (
    (
        r"few of the possibilities drawn still fit all messages: the map is coarse",
        "few of the possibilities drawn still fit all messages: the map is coarse",
    ),
    (
        r"people are followed for (?P<hours>\d+) h from the stranding; beyond that nothing changes",
        "people are followed for {hours} h from the stranding; beyond that nothing changes",
    ),
    (
        r"event (?P<event>\d+): the track covers nowhere that people are thought to be",
        "event {event}: the track covers nowhere that people are thought to be",
    ),
    (r"line (?P<line>\d+): .*", "the log of the case is damaged or was changed (line {line}): ask who keeps it"),
)
#: Directions of the compass in steps of 45 degrees.
_WAYS = (
    "north of",
    "north-east of",
    "east of",
    "south-east of",
    "south of",
    "south-west of",
    "west of",
    "north-west of",
)


def ltr(text: str, language: Language) -> str:
    """Isolate figures that belong together, so that a line from right to left does not turn their order."""
    return f"\u2066{text}\u2069" if language == "ar" else text


def position(lon: float, lat: float, language: Language) -> str:
    """Write a position as "lat, lon"."""
    return ltr(f"{lat:.3f}, {lon:.3f}", language)


def percent(share: float, language: Language) -> str:
    """Write a share; what is neither nothing nor all is not rounded to it."""
    shown = round(100 * share)
    text = f"{shown}"
    if shown == 0 and share > 0:
        text = "< 1"
    elif shown == 100 and share < 1:
        text = "> 99"
    return ltr(f"{text}\u00a0%", language)


def clock(view: CaseView, moment: datetime, language: Language, day: str = "EEE d MMM") -> str:
    """Write a moment in local time, with its day."""
    local = moment.astimezone(view.zone)
    return f"{format_date(local, day, locale=language)} {local:%H:%M}"


def hours_words(view: CaseView, hours: float, language: Language) -> tuple[str, str]:
    """Return how long is left, rounded down, and until when; beyond what is followed only that."""
    if not math.isfinite(hours):
        return phrase("not within {hours}\u00a0h", language, hours=number(math.floor(view.ahead_h), 0, language)), ""
    if hours <= 0:
        return phrase("already", language), ""
    left = "< 1" if hours < 1 else number(math.floor(hours), 0, language)
    return phrase("in {hours}\u00a0h", language, hours=left), clock(view, view.now + timedelta(hours=hours), language)


def where_words(view: CaseView, language: Language) -> str:
    """Say where people are as it was understood."""
    said = view.said
    place = _place_words(view, said.place, language)
    km = "" if said.km is None else number(said.km, 0 if said.km == round(said.km) else 1, language)
    if said.kind == "offset" and said.bearing_deg is not None:
        way = phrase(_WAYS[round(said.bearing_deg / 45) % 8], language)
        bearing = ltr(f"{said.bearing_deg:03.0f}°", language)
        text = phrase(
            "{km} km {way} {place} (bearing {bearing})", language, km=km, way=way, place=place, bearing=bearing
        )
    elif said.kind == "beyond":
        text = phrase("{km} km along a track from {place}", language, km=km, place=place)
    elif said.kind == "travel" and said.hours is not None:
        days, rest = divmod(said.hours, 24)
        if days and not rest:
            text = phrase("{days} days of travel from {place}", language, days=f"{days:.0f}", place=place)
        else:
            text = phrase("{hours} h of travel from {place}", language, hours=f"{said.hours:g}", place=place)
    elif said.kind == "between" and said.other is not None:
        other = _place_words(view, said.other, language)
        text = phrase("between {place} and {other}", language, place=place, other=other)
    else:
        text = phrase("at {place}", language, place=place)
    if said.radius_km:
        text += " " + ltr(f"± {said.radius_km:g}", language) + " " + phrase("km", language)
    if said.goal:
        text += phrase(", towards {goal}", language, goal=_goal_words(view, language))
    return re.sub(r"\bde (?=[AEIOUÀÂÉÈÊÎÔ])", "d'", text) if language == "fr" else text


def _place_words(view: CaseView, place: Position, language: Language) -> str:
    column = name_column(language)
    if place.place_id is not None and place.place_id in view.places.index:
        return str(view.places.at[place.place_id, column])
    water = view.water_points
    here = water[(water["lon"] == place.lon) & (water["lat"] == place.lat)]
    return str(here.iloc[0][column]) if len(here) else position(place.lon, place.lat, language)


def _goal_words(view: CaseView, language: Language) -> str:
    goal = view.said.goal
    if goal in view.places.index:
        return str(view.places.at[goal, name_column(language)])
    return view.countries.get(f"{language}:{goal}", goal)


def leg_words(view: CaseView, each: NextLeg, language: Language) -> tuple[str, str]:
    """Return the name of where a leg goes, and the position: its end, or the middle of the square that it sweeps."""
    leg = each.choice.leg
    if leg.kind is LegKind.AREA:
        left, bottom, right, top = square_box(leg.to)
        return phrase("square of 6 km around", language), position((left + right) / 2, (bottom + top) / 2, language)
    lon, lat = each.lonlat[-1].tolist()
    here = position(lon, lat, language)
    if leg.to not in view.segments.index:
        return leg.to, here
    row = view.segments.loc[leg.to]
    ends = np.asarray(row.geometry.coords)[[0, -1], :2]
    first = int(np.argmin(np.abs(ends - (lon, lat)).sum(axis=1))) == 0
    node, km = (row["from_node"], row["km_from"]) if first else (row["to_node"], row["km_to"])
    return point_name(str(node), float(km), language, view.places), here


def remark_words(remark: str, language: Language) -> str:
    """Say a remark in a language; one that has no words yet stays as it is."""
    for pattern, text in REMARKS:
        if match := re.fullmatch(pattern, remark):
            return phrase(text, language, **match.groupdict())
    return ltr(remark, language)
