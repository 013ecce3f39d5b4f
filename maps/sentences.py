"""The planner's remarks as sentences in the languages of the pages."""

from __future__ import annotations

import pandas as pd

from maps.words import Language, number, phrase
from sar.note import Note

#: Code of a remark to its English text, the key of the catalogues.
SENTENCES = {
    "closed": "closed",
    "closed_until": "closed until {until}",
    "zone": "only convoys with this skill or permit may drive there: {skill}",
    "not_from_night": "cannot be taken in from where {convoy} passes its nights",
    "blocked": "in a closed area ({name})",
    "no_way": "no open road leads there from the bases inside their countries",
    "out_of_shift": "{needed_h} h there and back from {base}, the shift has {limit_h} h: {short_h} h short",
    "out_of_fuel": "{needed_l} l there and back from {base}, {limit_l} l may be planned: {short_l} l short",
    "displaces_more": "worth less than what it displaces: {convoy} would reach {worth_people} people more and "
    "{displaced_people} fewer",
    "rest_outside": "the rest from the heat lies outside the shift at {base} and changes nothing",
    "curfew": "the curfew at {base} leaves {left_h} h of the {wanted_h} h asked for",
    "crew_limit": "a shift of {shift_h} h at {base} is over the crew limit of {limit_h} h: take a relief crew",
    "water_capacity": "each vehicle can carry {carried_l} l of the {wanted_l} l of water wanted",
    "seats": "{seats_count} seats for a group of {group_count} people: several drives, or a truck from the base",
    "crew_heat": "crew: at the worst hour {wbgt_degc} °C WBGT, {work_min} min of hard work an hour; each drinks "
    "{drink_l} l",
    "stays": "This convoy stays at base.",
}
#: Digits after the point by the unit a value's name ends in.
_DIGITS = {"h": 1, "l": 0, "min": 0, "people": 3, "degc": 0, "count": 0}


def name_column(language: Language) -> str:
    """Return the column that names places and water points in a language."""
    return "name" if language == "en" else f"name_{language}"


def convoy_name(convoy_id: str, language: Language, places: pd.DataFrame) -> str:
    """Name a convoy for people: "agadez-1" is "Agadez 1"."""
    base, _, order = convoy_id.rpartition("-")
    return f"{places.at[base, name_column(language)]} {order}"


def point_name(node: str, km: float, language: Language, places: pd.DataFrame) -> str:
    """Name a segment's end for people: the place, or the kilometre of its leg."""
    column = name_column(language)
    if node in places.index:
        return str(places.at[node, column])
    start, end = (str(places.at[place, column]) for place in node.split("@")[0].split("--"))
    return phrase("km {km} {start}–{end}", language, km=f"{km:.0f}", start=start, end=end)


def sentence(note: Note, language: Language, places: pd.DataFrame) -> str:
    """Say a remark in a language, with places by name and numbers rounded to what is known."""
    values = {}
    for key, value in note.values.items():
        if key == "base":
            values[key] = str(places.at[value, name_column(language)])
        elif key == "convoy":
            values[key] = convoy_name(str(value), language, places)
        elif key in ("name", "until", "skill"):
            values[key] = str(value)
        else:
            values[key] = number(float(value), _DIGITS[key.rsplit("_", 1)[-1]], language)
    return phrase(SENTENCES[note.code], language, **values)
