"""Places as people describe them in an alert: "90 km west of Dirkou", "entre Séguédine et Madama"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from data.errors import BadInput
from routes.positions import Position, UnknownPlace, fold, read_position

Kind = Literal["at", "offset", "beyond", "between", "travel"]

#: Words of the compass in English and French (folded), degrees from north.
BEARINGS = {
    "north": 0, "nord": 0, "north east": 45, "northeast": 45, "nord est": 45, "east": 90, "est": 90,
    "south east": 135, "southeast": 135, "sud est": 135, "south": 180, "sud": 180, "south west": 225, "southwest": 225,
    "sud ouest": 225, "west": 270, "ouest": 270, "north west": 315, "northwest": 315, "nord ouest": 315,
}  # fmt: skip
_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "un": 1.0, "une": 1.0, "two": 2.0, "deux": 2.0, "three": 3.0, "trois": 3.0,
    "four": 4.0, "quatre": 4.0, "five": 5.0, "cinq": 5.0, "half a": 0.5, "une demi": 0.5,
}  # fmt: skip
_COUNT = rf"(?P<count>\d+(?:[.,]\d+)?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_KM = r"(?:km|kms|kilometres?|kilometers?)"
_ABOUT = r"(?:(?:about|around|some|roughly|approximately|environ|a peu pres|quelque|a|at)\s+)*"
_COMPASS = "|".join(sorted(BEARINGS, key=len, reverse=True))
_OFFSET = re.compile(
    rf"^{_ABOUT}{_COUNT}\s*{_KM}\s+(?:(?:to the|a l|au|vers l|vers le|du cote)\s+)?"
    rf"(?P<way>{_COMPASS})\s+(?:of|from|de|d|du)\s+(?P<place>.+)$"
)
_BEYOND = re.compile(rf"^{_ABOUT}{_COUNT}\s*{_KM}\s+(?:after|beyond|past|apres|au dela de|au dela du)\s+(?P<place>.+)$")
_AWAY = re.compile(rf"^{_ABOUT}{_COUNT}\s*{_KM}\s+(?:from|of|de|d|du)\s+(?P<place>.+)$")
_BETWEEN = re.compile(r"^(?:somewhere |quelque part )?(?:between|entre)\s+(?P<place>.+?)\s+(?:and|et)\s+(?P<other>.+)$")
_TRAVEL = re.compile(
    rf"^{_ABOUT}{_COUNT}\s*(?P<unit>days?|jours?|journees?|hours?|h|heures?)(?:\s+(?:drive|de route|de piste))?"
    r"\s+(?:from|of|out of|de|d|depuis)\s+(?P<place>.+)$"
)
_TOWARDS = re.compile(
    r"^(?P<rest>.+?)\s+(?:towards?|going to|on the way to|vers|en direction de|direction|sur la route de)\s+"
    r"(?P<goal>.+)$"
)
_RADIUS = re.compile(
    rf"^(?P<rest>.+?)\s*(?:\+/-|\+-|±|within|à(?=.*près$))\s*(?P<radius>\d+(?:[.,]\d+)?)\s*{_KM}(?:\s+près)?$",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"^(?:the |le |la |les |l |du |de la |de l |de |d )+")
_WATER_WORDS = re.compile(r"^(?:well|puits|wells|guelta|oasis|spring|source)\s+(?:of|at|de|d|du|des)?\s*")


@dataclass(frozen=True)
class Described:
    """What an alert says of a place, as understood.

    Attributes
    ----------
    kind : str
        "at" a position; "offset" by distance and compass; "beyond" a place by a distance, along tracks; "between" two
        places; "travel" of so many hours from a place.
    place : Position
        From which it is told.
    other : Position or None
        The second place of "between".
    goal : str
        Place id or country code towards which people went; "" where nobody said.
    km, bearing_deg, hours, radius_km : float or None
        What was said in numbers.
    read_as : str
        What was understood, to be read back.
    """

    kind: Kind
    place: Position
    read_as: str
    other: Position | None = None
    goal: str = ""
    km: float | None = None
    bearing_deg: float | None = None
    hours: float | None = None
    radius_km: float | None = None


@dataclass(frozen=True)
class Gazetteer:
    """Names that alerts may use.

    Attributes
    ----------
    places, water_points : DataFrame
        Of the region pack, indexed or not by their id.
    countries : dict of str to str
        Folded name to country code.
    """

    places: pd.DataFrame
    water_points: pd.DataFrame
    countries: dict[str, str]


def read_described(text: str, names: Gazetteer) -> Described:
    """Understand where people say they are, in English or French.

    Parameters
    ----------
    text : str
        Coordinates in any format of `read_position`, perhaps with "± 5 km"; a place; "90 km west of Dirkou"; "20 km
        after the well of Achegour"; "between Séguédine and Madama"; "à 2 jours d'Agadez vers la Libye".
    names : Gazetteer

    Raises
    ------
    BadInput
        If nothing is understood, or a name fits several places: it is asked, not guessed.
    """
    said = _TRIMMED.sub("", text.strip())
    radius_km = None
    if match := _RADIUS.match(said):
        said, radius_km = match["rest"], _number(match["radius"])
    plain, goal = fold(said), ""
    if not _BETWEEN.match(plain) and (match := _TOWARDS.match(plain)):
        plain, goal = match["rest"], _goal(match["goal"], names)
    if match := _BETWEEN.match(plain):
        place, other = _place(match["place"], names), _place(match["other"], names)
        return Described("between", place, f"between {place.read_as} and {other.read_as}", other=other)
    if match := _OFFSET.match(plain):
        place, km = _place(match["place"], names), _number(match["count"])
        way = match["way"]
        read = f"{km:g} km {way} ({BEARINGS[way]:03d}°) of {place.read_as}"
        return Described("offset", place, read, None, goal, km, float(BEARINGS[way]), None, radius_km)
    if match := _BEYOND.match(plain) or _AWAY.match(plain):
        place, km = _place(match["place"], names), _number(match["count"])
        return Described("beyond", place, f"{km:g} km along a track from {place.read_as}{_to(goal)}", None, goal, km)
    if match := _TRAVEL.match(plain):
        place, count = _place(match["place"], names), _number(match["count"])
        hours = count * (24.0 if match["unit"][0] in "dj" else 1.0)
        read = f"{count:g} {match['unit']} of travel from {place.read_as}{_to(goal)}"
        return Described("travel", place, read, None, goal, None, None, hours)
    place = _place(said if goal == "" else plain, names)
    spread = f" ± {radius_km:g} km" if radius_km else ""
    return Described("at", place, f"at {place.read_as}{spread}{_to(goal)}", None, goal, None, None, None, radius_km)


_TRIMMED = re.compile(r"^(?:they are|we are|position|lieu|ils sont|nous sommes)\s*:?\s+|[.!]+$", re.IGNORECASE)


def _to(goal: str) -> str:
    return f", towards {goal}" if goal else ""


def _number(text: str) -> float:
    return _NUMBERS[text] if text in _NUMBERS else float(text.replace(",", "."))


def _goal(text: str, names: Gazetteer) -> str:
    wanted = _ARTICLES.sub("", fold(text) + " ").strip()
    if wanted in names.countries:
        return names.countries[wanted]
    place = _place(text, names)
    if place.place_id is None:
        raise BadInput(f"'{text}' is no place or country to go towards")
    return place.place_id


def _place(text: str, names: Gazetteer) -> Position:
    """Read a position, a place or a water point; "well of X" asks for water."""
    plain = _ARTICLES.sub("", fold(text) + " ").strip()
    wells = _WATER_WORDS.sub("", plain)
    if wells != plain:
        return _water(wells, text, names)
    try:
        return read_position(text if text != fold(text) else plain, names.places)
    except UnknownPlace as unknown:
        try:
            return _water(plain, text, names)
        except UnknownPlace:
            raise unknown from None


def _water(wanted: str, text: str, names: Gazetteer) -> Position:
    water = names.water_points
    own = water[["name", "name_fr", "name_ar"]].map(lambda name: _WATER_WORDS.sub("", fold(str(name))))
    found = water[(own == _ARTICLES.sub("", wanted + " ").strip()).any(axis=1)]
    if len(found) > 1:
        where = ", ".join(
            f"{row.name} ({row.country}: {row.lat:.2f},{row.lon:.2f})" for row in found.itertuples(index=False)
        )
        raise BadInput(f"'{text}' fits several water points: {where}; give the position of the one meant")
    if found.empty:
        raise UnknownPlace(f"water point '{text}' is not known")
    row = found.iloc[0]
    return Position(float(row["lon"]), float(row["lat"]), None, f"{row['kind']} {row['name']} ({row['country']})")
