"""What a message from the field says, as events of a case: English and French, as people write it.

Clock times in a message are local time of the region (UTC+1), on the day of the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np

from api.context import RegionContext
from api.usecases.case_events import CaseEvent, read_event
from api.usecases.case_replay import CaseState
from api.usecases.case_tracks import cleared
from api.usecases.locate import locate
from data.errors import BadInput
from data.units import KM_PER_DEG
from routes.described import BEARINGS
from routes.positions import fold
from sar.sweep import Platform

LOCAL = timezone(timedelta(hours=1))
EXAMPLES = (
    "clear to km 140 from Dirkou towards Achegour", "RAS jusqu'au km 60", "footprints at 19.05N 12.10E going north",
    "empty vehicle at 19.05N 12.10E", "vu 5 personnes à 10 km au nord d'Achegour à 16:30", "body at 19.2N 12.1E",
    "sandstorm 14-18 h", "visibility 2 km", "found 12 alive at 19.05N 12.10E",
)  # fmt: skip

_KM = r"(?:km|pk|kilomet(?:re|er)s?)"
_CLEAR = re.compile(
    rf"^(?:clear|nothing|ras|rien(?: a signaler| vu| trouve)?|nothing seen|negatif|negative)\b.*?"
    rf"(?:(?:from|de|du)\s+{_KM}\s*(?P<from>\d+(?:[.,]\d+)?)\s+)?"
    rf"(?:up to|to|till|until|jusqu au|jusqu a|au|a)\s+{_KM}\s*(?P<km>\d+(?:[.,]\d+)?)(?P<rest>.*)$"
)
_WAY = re.compile(r"(?:from|de|depuis|d)\s+(?P<start>.+?)\s+(?:towards?|to|vers|en direction de|a)\s+(?P<goal>.+)$")
_STORM = re.compile(
    r"(?:sand ?storm|dust ?storm|storm|tempete(?: de sable)?|vent de sable)\D*?"
    r"(?P<first>\d{1,2})(?:[:h](?P<first_min>\d{2}))?\s*h?\s*(?:-|–|to|a|until|till|jusqu a)\s*"
    r"(?P<last>\d{1,2})(?:[:h](?P<last_min>\d{2}))?\s*h?"
)
_SIGHT = re.compile(rf"^(?:visibility|visibilite|sight)\D*(?P<km>\d+(?:[.,]\d+)?)\s*{_KM}")
_FOUND = re.compile(
    r"^(?:found|trouve[es]*|retrouve[es]*|rescued|secouru[es]*)?\s*"
    r"(?P<count>\d+)\s*(?:people|persons?|personnes?)?\s*(?:found|trouvees?|retrouvees?)?\s*"
    r"(?P<state>alive|vivant[es]*|en vie|dead|mort[es]*|decede[es]*)\b(?P<rest>.*)$"
)
_CLUES: tuple[tuple[str, str], ...] = (
    ("footprints", r"foot ?prints?|tracks of (?:people|feet)|traces?(?: de pas)?|empreintes?"),
    ("empty vehicle", r"(?:empty|abandoned)\s+(?:car|vehicle|truck)"
     r"|(?:car|vehicle|truck)\s+(?:found\s+)?(?:empty|abandoned)|(?:vehicule|voiture|camion)\s+(?:vide|abandonnee?)"),
    ("vehicle", r"(?:car|vehicle|truck|vehicule|voiture|camion)"),
    ("body", r"(?:dead\s+)?bod(?:y|ies)|corps|cadavre"),
    ("sighting", r"sighting|seen|saw|vus?|apercus?|observes?"),
)  # fmt: skip
_AT = re.compile(r"\b(?:at|a|near|pres de|around|vers|position)\s+(?P<where>.+)$")
_GOING = re.compile(
    r"\s*(?:,?\s*(?:going|heading|towards?|vers l[ea]?|en direction (?:du|de l)|direction))\s+(?P<way>[a-z ]+)$"
)
_CLOCK = re.compile(r"\s*,?\s*\b(?:at|a|vers|around)\s+(?P<hour>\d{1,2})\s*(?:[:h])\s*(?P<minute>\d{2})?\s*h?\s*$")


@dataclass(frozen=True)
class UpdateReading:
    """An event and how it was understood, to be read back."""

    event: CaseEvent
    understood: str


def read_update(
    context: RegionContext, state: CaseState, text: str, at: datetime, asset_id: str | None = None,
    platform: Platform = Platform.GROUND_VEHICLE,
) -> UpdateReading:  # fmt: skip
    """Understand one message.

    Parameters
    ----------
    state : CaseState
        Of the case it is about.
    text : str
    at : datetime
        Aware; when it was told.
    asset_id : str, optional
        Who tells it.

    Raises
    ------
    BadInput
        If nothing is understood, with examples of what is.
    """
    plain = _plain(text)
    readers: tuple[Callable[[], UpdateReading | None], ...] = (
        lambda: _clear(context, state, text, plain, at, asset_id, platform),
        lambda: _storm(plain, at),
        lambda: _visibility(plain),
        lambda: _found(context, plain, at, asset_id),
        lambda: _clue(context, plain, at),
    )
    for reader in readers:
        if (reading := reader()) is not None:
            return reading
    raise BadInput(f"'{text[:80]}' is not understood; write it as one of: {'; '.join(EXAMPLES)}")


def _plain(text: str) -> str:
    """Fold a message but keep the signs of numbers and coordinates."""
    words = text.strip().rstrip(".!").replace("–", "-")
    return " ".join(re.sub(r"[-](?=[^\d])|(?<=[a-z])[-](?=[a-z])", " ", _unaccented(words)).split())


def _unaccented(text: str) -> str:
    letters = (fold(letter) if letter.isalpha() else letter for letter in text)
    return "".join(letters).replace("’", " ").replace("ʼ", " ").replace("'", " ")


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _clear(
    context: RegionContext, state: CaseState, text: str, plain: str, at: datetime, asset_id: str | None,
    platform: Platform,
) -> UpdateReading | None:  # fmt: skip
    match = _CLEAR.match(plain)
    if match is None:
        return None
    way = _WAY.search(match["rest"])
    start, goal = (way["start"], way["goal"]) if way else ("", "")
    from_km, to_km = _number(match["from"] or "0"), _number(match["km"])
    event = cleared(
        context, state, text, start=start, towards=goal, to_km=to_km, from_km=from_km, ended=at, begun=None,
        asset_id=asset_id, platform=platform,
    )  # fmt: skip
    along = f"from {start} towards {goal}" if way else "of the leg last ordered"
    return UpdateReading(event, f"nothing found from km {from_km:g} to km {to_km:g} {along}, done at {_local(at)}")


def _storm(plain: str, at: datetime) -> UpdateReading | None:
    match = _STORM.search(plain)
    if match is None:
        return None
    day = at.astimezone(LOCAL)
    begins, ends = (_clock(day, match[name], match[f"{name}_min"]) for name in ("first", "last"))
    if ends <= begins:
        ends += timedelta(days=1)
    event = read_event({"kind": "storm", "begins": begins, "ends": ends})
    return UpdateReading(event, f"sandstorm {begins:%d %b %H:%M} to {ends:%d %b %H:%M} UTC+1: nobody searches or walks")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%d %b %H:%M} UTC+1"


def _clock(day: datetime, hour: str, minute: str | None) -> datetime:
    if int(hour) > 24 or int(minute or 0) > 59:
        raise BadInput(f"{hour}:{minute or '00'} is no time of day")
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=int(hour), minutes=int(minute or 0))


def _visibility(plain: str) -> UpdateReading | None:
    match = _SIGHT.match(plain)
    if match is None:
        return None
    km = _number(match["km"])
    return UpdateReading(read_event({"kind": "sight", "visibility_km": km}), f"visibility {km:g} km from now on")


def _found(context: RegionContext, plain: str, at: datetime, asset_id: str | None) -> UpdateReading | None:
    match = _FOUND.match(plain)
    if match is None:
        return None
    where, moment = _position_words(match["rest"], at)
    place = resolve(context, where)
    alive = match["state"][0] in "av" or match["state"] == "en vie"
    event = read_event(
        {"kind": "found", "alive" if alive else "dead": int(match["count"]), "found_at": moment, "asset_id": asset_id}
        | {name: place[name] for name in ("where", "lon", "lat")}
    )
    return UpdateReading(event, f"{match['count']} found {'alive' if alive else 'dead'} {place['read_as']}")


def _clue(context: RegionContext, plain: str, at: datetime) -> UpdateReading | None:
    for what, words in _CLUES:
        match = re.search(rf"\b(?:{words})\b(?P<rest>.*)$", plain)
        if match is None:
            continue
        rest, bearing = match["rest"], None
        if (going := _GOING.search(rest)) and going["way"].strip() in BEARINGS:
            bearing, rest = float(BEARINGS[going["way"].strip()]), rest[: going.start()]
        where, moment = _position_words(rest, at)
        place = resolve(context, where)
        event = read_event(
            {"kind": "clue", "what": what, "seen_at": moment, "bearing_deg": bearing}
            | {name: place[name] for name in ("where", "lon", "lat", "radius_km")}
        )
        going_words = f", going {bearing:03.0f} degrees" if bearing is not None else ""
        return UpdateReading(event, f"{what} {place['read_as']}{going_words}, at {_local(moment)}")
    return None


def _position_words(rest: str, at: datetime) -> tuple[str, datetime]:
    """Split "at POSITION at 16:30" into the words of the position and the moment."""
    moment = at
    if clock := _CLOCK.search(rest):
        moment = _clock(at.astimezone(LOCAL), clock["hour"], clock["minute"])
        if moment > at:
            moment -= timedelta(days=1)
        rest = rest[: clock.start()]
    match = _AT.search(rest)
    if match is None:
        raise BadInput("say where it was: '... at 19.05N 12.10E' or '... at 10 km north of Achegour'")
    return match["where"].strip(" ,"), moment


def resolve(context: RegionContext, where: str) -> dict[str, Any]:
    """Turn words for a place into its middle and spread: where, lon, lat, radius_km, read_as."""
    said, found = locate(context, where)
    lon, lat = (float(np.average(each, weights=found.weight)) for each in (found.lon, found.lat))
    if said.kind == "at":
        radius = said.radius_km or 0.5
        lon, lat = said.place.lon, said.place.lat
    else:
        off = (found.lon - lon) * np.cos(np.radians(lat)), found.lat - lat
        radius = max(float(np.sqrt(np.average(off[0] ** 2 + off[1] ** 2, weights=found.weight))) * KM_PER_DEG, 0.5)
    return {"where": where[:400], "lon": lon, "lat": lat, "radius_km": min(radius, 200.0), "read_as": said.read_as}
