"""A whole message read into an alert: what was understood is read back, what is ambiguous is asked, nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from api.context import RegionContext
from api.usecases.alert_agreement import Told, contradicts
from api.usecases.alert_french import VALUES_FR, in_french
from api.usecases.alert_place import find_place
from data.errors import BadInput
from data.units import require_utc
from routes.described import Described
from sar.alert import Alert, Movement, Reporter, SourceGrade, VehicleState
from sar.alert_people import read_people
from sar.alert_text import Findings, Line, Message
from sar.alert_times import ZONE, read_times
from sar.alert_words import read_battery, read_litres, read_movement, read_reporter, read_vehicle

MOST_LETTERS = 4000
_PEOPLE = ("adults", "children", "pregnant")


@dataclass(frozen=True)
class AlertFields:
    """What is given beside the message, field by field; None where it is not. It holds before what the message says."""

    where: str | None = None
    last_contact: datetime | None = None
    adults: int | None = None
    children: int | None = None
    pregnant: int | None = None
    litres: float | None = None
    hours_stranded: float | None = None
    vehicle: VehicleState | None = None
    movement: Movement | None = None
    walked_towards: str | None = None
    battery_pct: float | None = None
    reported_by: Reporter | None = None
    grade: SourceGrade | None = None


@dataclass(frozen=True)
class FieldReading:
    """One field as understood.

    Attributes
    ----------
    name : str
        Of `Alert`.
    value : object
    words : str
        It was read from; "" where it was given, or where nobody said.
    source : str
        "message", "given", or "not told".
    sentence : Line
        To be read back.
    """

    name: str
    value: Any
    words: str
    source: str
    sentence: Line


@dataclass(frozen=True)
class AlertReading:
    """A message as understood.

    Attributes
    ----------
    alert : Alert
    said : Described
        Where.
    fields : tuple of FieldReading
    notes : tuple of Line
        What to know of the reading: ranges, other readings, contradictions with what was given.
    not_used : tuple of str
        Pieces of the message nothing was read from.
    """

    alert: Alert
    said: Described
    fields: tuple[FieldReading, ...]
    notes: tuple[Line, ...]
    not_used: tuple[str, ...]

    def read_back(self, language: str = "en") -> str:
        """Return what was understood as sentences."""
        lines = [each.sentence.told(language) for each in self.fields if each.source != "not told"]
        missing = [_LABELS[each.name].told(language) for each in self.fields if each.source == "not told"]
        if missing:
            lines.append(Line("Not told: ", "Non dit : ").told(language) + ", ".join(missing) + ".")
        lines += [note.told(language) for note in self.notes]
        if self.not_used:
            lines.append(Line("Not used: ", "Non utilisé : ").told(language) + " | ".join(self.not_used))
        return "\n".join(lines)


_LABELS = {
    "where": Line("place", "lieu"),
    "people": Line("people", "personnes"),
    "hours_stranded": Line("stranded since", "immobilisés depuis"),
    "last_contact": Line("last contact", "dernier contact"),
    "litres": Line("water", "eau"),
    "vehicle": Line("vehicle", "véhicule"),
    "movement": Line("movement", "mouvement"),
    "walked_towards": Line("walked towards", "marchent vers"),
    "battery_pct": Line("phone battery", "batterie du téléphone"),
    "reported_by": Line("reported by", "signalé par"),
    "grade": Line("source grade", "cote de la source"),
}
_READERS = (read_reporter, read_people, read_litres, read_battery, read_vehicle, read_movement)


def read_alert(
    context: RegionContext, text: str, told_at: datetime, known: AlertFields | None = None, language: str = "en"
) -> AlertReading:
    """Read a message, English or French, into an alert.

    Parameters
    ----------
    context : RegionContext
    text : str
        As it came in; may be empty where `known` says where.
    told_at : datetime
        Aware; when it came in. Words like "yesterday" count from it, in the region's local time (UTC+1).
    known : AlertFields, optional
        Holds before the message; a contradiction is told as a note.
    language : {"en", "fr"}
        Of questions.

    Raises
    ------
    BadInput
        With every question: a place not understood, two places or numbers that disagree, coordinates that make sense
        only with a slip put right.
    """
    known = known or AlertFields()
    told_at = require_utc(told_at)
    if len(text) > MOST_LETTERS:
        raise BadInput(f"the message has {len(text)} letters; give at most {MOST_LETTERS}")
    message, findings = Message(text), Findings()
    place = _place(context, message, known, findings)
    questions = list(findings.questions)
    findings.questions.clear()
    _read_fields(message, told_at, known, findings)
    questions += findings.questions
    if questions or place is None:
        raise BadInput(dict.fromkeys(question.told(language) for question in questions))
    values, sources = _chosen(known, findings)
    alert = Alert(place.where, told_at, **values)
    readings = _readings(alert, place, sources, findings)
    return AlertReading(alert, place.said, readings, tuple(dict.fromkeys(findings.notes)), message.left_over())


def _place(context: RegionContext, message: Message, known: AlertFields, findings: Findings) -> Told | None:
    """Find where: as given, else as the message says; of both the given one, with a note where they disagree."""
    if known.where is None:
        found = find_place(context, message, findings)
        if found is not None:
            findings.words["where"] = " ".join(message.text[found.start : found.end].split())
        return found
    given = find_place(context, Message(known.where), findings)
    doubts = Findings()
    said = find_place(context, message, doubts)
    if given and said and (apart_km := contradicts(context, given, said)):
        findings.note(
            f"the message says {said.said.read_as}, {apart_km:.0f} km from the place given, which is kept",
            f"le message dit {in_french(said.said)}, à {apart_km:.0f} km du lieu donné, qui est gardé",
        )
    return given


def _read_fields(message: Message, told_at: datetime, known: AlertFields, findings: Findings) -> None:
    """Read all fields but the place; a question about a field that is given is only noted."""
    given = {each.name for each in fields(known) if getattr(known, each.name) is not None}
    for reader in (lambda message, findings: read_times(message, told_at, findings), *_READERS):
        own = Findings(values=findings.values, words=findings.words, details=findings.details, notes=findings.notes)
        if reader is read_litres and given & set(_PEOPLE):
            own.values = {**findings.values, **{each: getattr(known, each) or 0 for each in _PEOPLE}}
        reader(message, own)
        if reader is read_litres and "litres" in own.values:
            findings.values["litres"] = own.values["litres"]
        settled = {
            read_people: given & set(_PEOPLE), read_litres: given & {"litres"},
            read_battery: given & {"battery_pct"},
            read_movement: given & {"movement"}, read_reporter: given, read_vehicle: given & {"vehicle"},
        }.get(reader, given & {"hours_stranded", "last_contact"})  # fmt: skip
        (findings.notes if settled else findings.questions).extend(own.questions)


def _chosen(known: AlertFields, findings: Findings) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the value of every field and where it comes from; what is given wins."""
    values, sources = {}, {}
    people_given = any(getattr(known, name) is not None for name in _PEOPLE)
    if people_given:
        said = [findings.values.get(name, 0) for name in _PEOPLE]
        given = [getattr(known, name) or 0 for name in _PEOPLE]
        if any(said) and said != given:
            _contradiction("people", _split(said), _split(given), findings)
    for each in fields(AlertFields):
        name, given_value = each.name, getattr(known, each.name)
        if name == "where":
            continue
        said_value = findings.values.get(name)
        if name in _PEOPLE and people_given:
            values[name], sources[name] = given_value or 0, "given"
        elif given_value is not None:
            values[name], sources[name] = given_value, "given"
            if said_value is not None and said_value != given_value:
                _contradiction(name, said_value, given_value, findings)
        elif said_value is not None:
            values[name], sources[name] = said_value, "message"
    return values, sources


def _split(people: list[int]) -> str:
    """Write people as the sum of adults, children and pregnant women."""
    return f"{sum(people)} ({' + '.join(map(str, people))})"


def _contradiction(name: str, said: Any, given: Any, findings: Findings) -> None:
    label = _LABELS[name]
    findings.note(
        f"{label.en}: the message says {_plain(said)}, {_plain(given)} was given and is kept",
        f"{label.fr} : le message dit {_plain_fr(said)}, {_plain_fr(given)} est donné et gardé",
    )


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M} local time (UTC+1)"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain_fr(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M} heure locale (UTC+1)"
    return VALUES_FR.get(str(value), _plain(value))


def _readings(alert: Alert, place: Told, sources: dict[str, str], findings: Findings) -> tuple[FieldReading, ...]:
    """Return every field with the words it was read from and its sentence."""
    found = [
        FieldReading(
            "where",
            alert.where,
            findings.words.get("where", ""),
            "message" if "where" in findings.words else "given",
            Line(f"Place: {place.said.read_as}.", f"Lieu : {in_french(place.said)}."),
        )
    ]
    people = {each: getattr(alert, each) for each in _PEOPLE}
    values: dict[str, Any] = {"people": people if alert.people else None}
    values |= {name: getattr(alert, name) for name in _LABELS if name not in ("where", "people")}
    for name, value in values.items():
        field = "adults" if name == "people" else name
        source = sources.get(field, "not told")
        words = findings.words.get(field, "") if source == "message" else ""
        found.append(FieldReading(name, value, words, source, _sentence(name, value, findings.details, source)))
    return tuple(found)


def _sentence(name: str, value: Any, details: dict[str, Line], source: str) -> Line:
    label = _LABELS[name]
    if source == "not told" or value is None:
        return Line(f"{label.en}: not told.".capitalize(), f"{label.fr} : non dit.".capitalize())
    en, fr = _plain(value), _plain_fr(value)
    if name == "people":
        total = sum(value.values())
        en = f"{total} ({value['adults']} adults, {value['children']} children, {value['pregnant']} pregnant)"
        fr = f"{total} ({value['adults']} adultes, {value['children']} enfants, {value['pregnant']} enceintes)"
    elif name == "litres":
        en, fr = f"{value:g} litres in all", f"{value:g} litres en tout"
    elif name == "hours_stranded":
        en, fr = f"{value:g} h taken", f"{value:g} h retenues"
    elif name == "battery_pct":
        en, fr = f"{value:g} %", f"{value:g} %"
    detail = details.get(name) if source == "message" else None
    if detail and name == "last_contact":
        en, fr = detail.en, detail.fr
    elif detail:
        en, fr = f"{en} ({detail.en})", f"{fr} ({detail.fr})"
    return Line(f"{label.en[0].upper()}{label.en[1:]}: {en}.", f"{label.fr[0].upper()}{label.fr[1:]} : {fr}.")


def reading_document(reading: AlertReading) -> dict[str, Any]:
    """Return what was understood as a JSON-ready document."""
    return {
        "kind": "alert_reading",
        "told_at": reading.alert.told_at.isoformat(),
        "understood": reading.said.read_as,
        "fields": [
            {
                "name": each.name,
                "value": each.value.isoformat() if isinstance(each.value, datetime) else each.value,
                "source": each.source,
                "words": each.words,
                "en": each.sentence.en,
                "fr": each.sentence.fr,
            }
            for each in reading.fields
        ],
        "notes": [{"en": each.en, "fr": each.fr} for each in reading.notes],
        "not_used": list(reading.not_used),
    }
