"""One vehicle's order in short messages: codes only, at most 160 characters a part, with check digits.

A part reads `GUELTA1 1/2 BODY CC`. The body is a row of digits and capital letters (all in the GSM 7-bit alphabet):
data version (4), day (3), minute of leaving in UTC (3), base (2), convoy and vehicle (1 each), then six for each run
along a leg: leg (2), first and last segment (2 each), in the order driven. `CC` are the check characters of ISO 7064,
MOD 1271-36, over the rest of the part: they find every single wrong character and every swap of two neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from data.errors import BadInput

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARK = "GUELTA1"
MOST_CHARACTERS = 160
EPOCH = date(2020, 1, 1)
_HEAD, _RUN = 14, 6
_PART = re.compile(rf"^{MARK} (\d)/(\d) ([0-9A-Z]+) ([0-9A-Z]{{2}})$")


@dataclass(frozen=True)
class OrderRun:
    """Segments `first` to `last` of a leg, by their numbers, in the order driven."""

    leg_id: str
    first: int
    last: int


@dataclass(frozen=True)
class ShortOrder:
    """What a message carries.

    Attributes
    ----------
    version : str
        First four digits of the data version: legs are told by their place in its tables.
    start : datetime
        Leaving, aware UTC, whole minutes.
    vehicle_id : str
        Base, convoy and vehicle, as "agadez-1-v2".
    runs : tuple of OrderRun
    """

    version: str
    start: datetime
    vehicle_id: str
    runs: tuple[OrderRun, ...]


def order_of(document: dict[str, Any], vehicle_id: str) -> ShortOrder:
    """Take one vehicle's order out of a plan document (`plan.json`).

    Raises
    ------
    BadInput
        If the document is no plan or has no such vehicle.
    """
    try:
        convoys = {vehicle["vehicle_id"]: convoy for convoy in document["convoys"] for vehicle in convoy["vehicles"]}
        if vehicle_id not in convoys:
            raise BadInput(f"vehicle '{vehicle_id}' is not in the plan; there are {', '.join(convoys)}")
        convoy = convoys[vehicle_id]
        runs = tuple(
            OrderRun(leg["leg_id"], _number(leg["segments"][0]), _number(leg["segments"][-1])) for leg in convoy["legs"]
        )
        start = datetime.fromisoformat(convoy["start"])
        # the day is in the time of leaving
        vehicle = re.sub(r"-d\d+$", "", vehicle_id)
        return ShortOrder(document["data_version"][:4], start.astimezone(UTC), vehicle, runs)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise BadInput(f"the file is no plan of guelta plan: {error} is missing") from None


def encode(order: ShortOrder, legs: list[str], bases: list[str]) -> list[str]:
    """Return the parts of an order.

    Parameters
    ----------
    order : ShortOrder
    legs, bases : list of str
        Ids in the order of the region's tables; both ends of the message use the same data version.
    """
    base, convoy, vehicle = _vehicle(order.vehicle_id)
    minutes = order.start.hour * 60 + order.start.minute
    body = (
        order.version.upper()
        + _digits((order.start.date() - EPOCH).days, 3)
        + _digits(minutes, 3)
        + _digits(bases.index(base), 2)
        + ALPHABET[convoy]
        + ALPHABET[vehicle]
        + "".join(
            _digits(legs.index(run.leg_id), 2) + _digits(run.first, 2) + _digits(run.last, 2) for run in order.runs
        )
    )
    room = MOST_CHARACTERS - len(f"{MARK} 1/9  CC")
    pieces = [body[start : start + room] for start in range(0, len(body), room)]
    if len(pieces) > 9:
        raise BadInput("the order is too long for nine messages")
    parts = [f"{MARK} {number}/{len(pieces)} {piece}" for number, piece in enumerate(pieces, start=1)]
    return [f"{part} {check_characters(part)}" for part in parts]


def decode(parts: list[str], legs: list[str], bases: list[str], version: str) -> ShortOrder:
    """Read the parts of an order, in any order.

    Raises
    ------
    BadInput
        With every fault: parts that are no order, wrong characters, missing parts, another data version.
    """
    bodies, total = _bodies(parts)
    missing = [str(number) for number in range(1, total + 1) if number not in bodies]
    if missing:
        raise BadInput(f"part {', '.join(missing)} of {total} is missing")
    body = "".join(bodies[number] for number in range(1, total + 1))
    if len(body) < _HEAD or (len(body) - _HEAD) % _RUN:
        raise BadInput("the order is cut short")
    if body[:4] != version[:4].upper():
        raise BadInput(f"the order was made with data {body[:4].lower()}, here is {version[:4]}: legs may differ")
    start = datetime.combine(EPOCH, datetime.min.time(), UTC) + timedelta(
        days=_value(body[4:7]), minutes=_value(body[7:10])
    )
    codes = [body[each : each + _RUN] for each in range(_HEAD, len(body), _RUN)]
    try:
        runs = tuple(OrderRun(legs[_value(code[:2])], _value(code[2:4]), _value(code[4:])) for code in codes)
        base = bases[_value(body[10:12])]
    except IndexError:
        raise BadInput("the order names a leg or base that the data do not have") from None
    name = f"{base}-{ALPHABET.index(body[12])}-v{ALPHABET.index(body[13])}"
    return ShortOrder(body[:4].lower(), start, name, runs)


def _bodies(parts: list[str]) -> tuple[dict[int, str], int]:
    bodies, totals, faults = {}, set(), []
    for part in parts:
        text = " ".join(part.upper().split())
        match = _PART.match(text)
        if match is None:
            faults.append(f"'{part[:40]}' is no part of an order; it reads {MARK} 1/1 ... and two check characters")
        elif check_characters(text[:-3]) != match[4]:
            faults.append(f"part {match[1]} has a wrong character: ask for it again")
        else:
            bodies[int(match[1])] = match[3]
            totals.add(int(match[2]))
    if len(totals) > 1:
        faults.append("the parts belong to different orders")
    if faults or not totals:
        raise BadInput(faults or ["no part of an order is given"])
    return bodies, totals.pop()


def check_characters(text: str) -> str:
    """Return the two check characters of ISO 7064, MOD 1271-36, over the digits and letters of a text."""
    total = 0
    for character in text:
        if character in ALPHABET:
            total = (total + ALPHABET.index(character)) * 36 % 1271
    check = (1272 - total * 36 % 1271) % 1271
    return ALPHABET[check // 36] + ALPHABET[check % 36]


def _digits(value: int, places: int) -> str:
    if not 0 <= value < 36**places:
        raise BadInput(f"{value} does not fit into the message")
    return "".join(ALPHABET[value // 36**place % 36] for place in reversed(range(places)))


def _value(text: str) -> int:
    return int(text, 36)


def _number(segment: dict[str, Any]) -> int:
    return int(segment["segment_id"].rsplit(":", 1)[1])


def _vehicle(vehicle_id: str) -> tuple[str, int, int]:
    base, convoy, vehicle = vehicle_id.rsplit("-", 2)
    return base, int(convoy), int(vehicle.removeprefix("v"))
