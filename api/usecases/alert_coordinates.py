"""Coordinates within a message: found, checked for the usual slips, and written so that nothing of them is doubted."""

from __future__ import annotations

import re
from functools import lru_cache

from api.context import RegionContext
from api.usecases.locate import gazetteer
from data.errors import BadInput
from routes.coordinates import coordinates, tidy
from routes.described import Described, read_described
from routes.slips import SLIPS_FR, Landmarks, Reading, ask_policy, landmarks
from sar.alert_text import Findings, Line, Message

_NUMBER = r"[+-]?\d{1,3}[.,]\d{1,9}"
_WHOLE = r"[+-]?\d{1,3}(?:[.,]\d{1,9})?"
_SECONDS = r"(?:\d{1,2}(?:[.,]\d+)?\s*(?:\"|''|″|”|s(?=[\s\dNSEWO]))?\s*)?"
_ANGLE = rf"\d{{1,3}}(?:[.,]\d+)?\s*[°dº˚]?\s*(?:\d{{1,2}}(?:[.,]\d+)?\s*['′’m]?\s*{_SECONDS})?"
_NO_UNIT = r"(?!\w|[.,]\d|\s*(?:km|kms|kilom|l\b|lit|%|h\b|heure|hour|jour|day|people|pers|degres?\s+c))"
_LABELLED = re.compile(
    rf"lat(?:itude)?\W{{0,3}}(?P<lat>{_WHOLE})\s*°?\s*(?P<ns>[NS])?\W{{1,3}}(?:and\s+|et\s+)?(?:long?(?:itude)?|lng)\W{{0,3}}(?P<lon>{_WHOLE})\s*°?\s*(?P<ew>[EWO])?(?!\w)"
    rf"|(?:long?(?:itude)?|lng)\W{{0,3}}(?P<lon2>{_WHOLE})\s*°?\W{{1,3}}(?:and\s+|et\s+)?lat(?:itude)?\W{{0,3}}(?P<lat2>{_WHOLE})(?!\w)",
    re.IGNORECASE,
)
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w.,]){_ANGLE}[NS][\s,;]*{_ANGLE}[EWO](?!\w)",
        rf"(?<!\w)[NS]\s*{_ANGLE}[\s,;]*[EWO]\s*{_ANGLE}(?![\w])",
        r"(?<![\w.,])\d{1,2}\s*[C-HJ-NP-X]\s+\d{6}(?:\.\d+)?\s*m?E?[\s,]+\d{6,8}(?:\.\d+)?\s*m?N?(?!\w)",
        r"(?<![\w.,])\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?(?:\d\d){2,5}(?!\w)",
        r"(?<![\w.,])\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s(?:\d{5}\s\d{5}|\d{4}\s\d{4}|\d{3}\s\d{3}|\d\d\s\d\d)(?!\w)",
        rf"(?<![\w.,]){_NUMBER}\s*[,;/\s]\s*{_NUMBER}{_NO_UNIT}",
        r"(?:(?<=position )|(?<=position: )|(?<=gps )|(?<=gps: )|(?<=coordinates )|(?<=coordinates: )|(?<=point ))"
        rf"{_WHOLE}\s*[,;/\s]\s*{_WHOLE}{_NO_UNIT}",
        rf"^\s*{_WHOLE}\s*[,;/\s]\s*{_WHOLE}\s*(?=$|±|\+|within)",
    )
]
_RADIUS = re.compile(
    r"\s*\(?(?:\+/-|\+-|±|within|plus\s+ou\s+moins|à)\s*(?P<km>\d+(?:[.,]\d+)?)\s*(?P<unit>km|kms|kilom[eè]tres?|kilometers?|m\b)(?:\s+près)?\)?",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w.,])(?:(?:\+|00)\d[\d .\-]{7,}\d|0\d(?:[ .\-]?\d\d){4}|\d{2}(?:[ .\-]\d{2}){3,4}|\d{8,})(?![\w.,])"
)


#: Another reading of a coordinate that makes sense is told where it is this near something, or nearer than as typed.
_NOTED_KM = 10.0


@lru_cache(maxsize=2)
def landmarks_of(context: RegionContext) -> Landmarks:
    """Return what plausible positions of a region lie near."""
    return landmarks(context.pack.places, context.pack.water_points, context.network.segments)


def find_coordinates(
    context: RegionContext, message: Message, findings: Findings
) -> list[tuple[int, int, str, Described]]:
    """Find the coordinates of a message.

    Parameters
    ----------
    context : RegionContext
    message : Message
        Telephone numbers are struck out of it.
    findings : Findings
        Takes notes on other readings, and questions where the text as typed makes no sense and another reading does.

    Returns
    -------
    list of (start, end, where, said)
        `where` has letters and can be pasted back.
    """
    found = []
    # the original letters at the places that are still unread
    text = "".join(a if b != "\x00" else b for a, b in zip(message.text, message.plain, strict=True))
    taken: list[tuple[int, int]] = []
    for start, end, coordinate in _candidates(text):
        if any(start < other_end and end > other_start for other_start, other_end in taken):
            continue
        radius = _RADIUS.match(message.text, end)
        last = radius.end() if radius else end
        taken.append((start, last))
        where = _where(context, coordinate, findings)
        if where is None:
            message.take(start, last)
            continue
        if radius:
            km = float(radius["km"].replace(",", ".")) / (1000 if radius["unit"] == "m" else 1)
            where += f" ± {km:g} km"
        try:
            found.append((start, last, where, read_described(where, gazetteer(context))))
        except BadInput as error:
            message.take(start, last)
            findings.questions += [Line(fault, fault) for fault in error.faults]
    _strike_phones(message, taken, findings)
    return found


def _candidates(text: str) -> list[tuple[int, int, str]]:
    """Return where coordinates may stand, with each in a format of `coordinates`; formats with letters first."""
    found = []
    for match in _LABELLED.finditer(text):
        lat, lon = ((match[a] or match[b]).replace(",", ".") for a, b in (("lat", "lat2"), ("lon", "lon2")))
        south, west = (match["ns"] or "N").upper() == "S", (match["ew"] or "E").upper() in "WO"
        south, west = south != lat.startswith("-"), west != lon.startswith("-")
        lettered = f"{lat.lstrip('+-')}{'S' if south else 'N'} {lon.lstrip('+-')}{'W' if west else 'E'}"
        found.append((match.start(), match.end(), lettered))
    for pattern in _PATTERNS:
        found += [(match.start(), match.end(), match[0]) for match in pattern.finditer(text)]
    return found


def _strike_phones(message: Message, taken: list[tuple[int, int]], findings: Findings) -> None:
    for match in message.find(_PHONE):
        if not any(match.start() < end and match.end() > start for start, end in taken):
            message.take(*match.span())
            findings.note("a telephone number is not kept", "un numéro de téléphone n'est pas conservé")


def _where(context: RegionContext, text: str, findings: Findings) -> str | None:
    """Return a coordinate with letters; None where it must be asked about."""
    text = re.sub(r"(?<=\d)\s*/\s*(?=[+-]?\d)", ", ", tidy(text))
    try:
        typed, others, ask = ask_policy(text, landmarks_of(context))
    except BadInput as error:
        findings.questions += [Line(fault, fault) for fault in error.faults]
        return None
    if ask:
        _ask(text, ([typed] if typed and typed.inside else []) + others, typed, findings)
        return None
    if typed is None:
        if coordinates(text) is None:
            findings.ask(
                f"'{text}' is no coordinate that is understood", f"« {text} » n'est pas une coordonnée comprise"
            )
        return None
    if re.fullmatch(r"[+-]?\d+,\d+", text) and not typed.plausible:
        point = text.replace(",", ".")
        findings.ask(
            f"'{text}': {typed.written}, {typed.near_km:.0f} km from {typed.near}, or one number, {point}, with a "
            "comma for a point? give latitude and longitude with letters",
            f"« {text} » : {typed.written}, à {typed.near_km:.0f} km de {typed.near}, ou un seul nombre, {point}, avec "
            "une virgule pour point ? donnez latitude et longitude avec leurs lettres",
        )
        return None
    _note(text, typed, others, findings)
    return typed.written


def _note(text: str, typed: Reading, others: list[Reading], findings: Findings) -> None:
    """Tell other readings that make sense, and that the one taken is far from everything."""
    for each in others:
        if each.near_km > max(typed.near_km, _NOTED_KM):
            continue
        findings.note(
            f"'{text}' is read as {typed.written}, {typed.near_km:.0f} km from {typed.near}; it would be "
            f"{each.written}, {each.near_km:.0f} km from {each.near}, if {_slip(each)[0]}",
            f"« {text} » est lu {typed.written}, à {typed.near_km:.0f} km de {typed.near} ; ce serait "
            f"{each.written}, à {each.near_km:.0f} km de {each.near}, si {_slip(each)[1]}",
        )
    if typed.inside and not typed.plausible:
        findings.note(
            f"'{text}' lies {typed.near_km:.0f} km from the nearest track or place known, {typed.near}",
            f"« {text} » est à {typed.near_km:.0f} km de la piste ou du lieu connu le plus proche, {typed.near}",
        )


def _slip(reading: Reading) -> tuple[str, str]:
    return reading.slip.value, SLIPS_FR[reading.slip]


def _ask(text: str, readings: list[Reading], typed: Reading | None, findings: Findings) -> None:
    """Ask which reading holds, each in a form that can be pasted back."""
    en = [f"'{each.written}' ({_slip(each)[0]}: {each.near_km:.0f} km from {each.near})" for each in readings]
    fr = [f"« {each.written} » ({_slip(each)[1]} : à {each.near_km:.0f} km de {each.near})" for each in readings]
    outside = typed is not None and not typed.inside
    inside_en = " lies outside the region as typed" if outside else ""
    inside_fr = " hors de la région telle que saisie" if outside else ""
    findings.ask(
        f"position '{text}'{inside_en}: which is meant? write {' or '.join(en)}",
        f"position « {text} »{inside_fr} : laquelle ? écrivez {' ou '.join(fr)}",
    )
