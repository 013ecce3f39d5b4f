"""When an alert says things happened: since when people are stranded, and when somebody last heard from them.

Clock words are the region's local time. A word for a stretch, as "yesterday morning", gives a range; of it the middle
of the earlier half is taken, because whoever is stranded for longer is worse off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from sar.alert_text import COUNT, Findings, Line, Message, number

ZONE = ZoneInfo("Africa/Niamey")
Role = Literal["stranded", "contact", "left", "walking", "other", "bare"]
#: Two times told that lie no further apart than this are one.
_SAME_H = 3.0
#: Two readings of "depuis 6h" that lie no further apart are not worth a question: the longer is taken.
_CLOSE_H = 2.0
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
)
_DAY_OF_WEEK = {word: number for names in _WEEKDAYS for number, word in enumerate(names.split())}
_MONTHS = (
    "january february march april may june july august september october november december",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
)
_MONTH = {word: number for names in _MONTHS for number, word in enumerate(names.split(), 1)}
#: Hours of local time from which and to which a part of the day lasts.
_PARTS: dict[str, tuple[float, float]] = {
    "dawn": (5, 7), "morning": (6, 12), "noon": (11.5, 12.5), "afternoon": (12, 18), "evening": (18, 22),
    "night": (20, 29), "midnight": (23.5, 24.5),
}  # fmt: skip
_PART_WORDS = {
    "dawn": "dawn|sunrise|daybreak|aube|lever du (?:jour|soleil)", "morning": "morning|matin|matinee",
    "noon": "noon|midday", "afternoon": "afternoon|apres midi|aprem",
    "evening": "evening|soir|soiree|sunset|dusk|crepuscule",
    "night": "night|nuit",
}  # fmt: skip
_PART_PATTERNS = "|".join(f"(?P<{name}>{words})" for name, words in _PART_WORDS.items()).replace(" ", r"\s+")
_ELEMENT = re.compile(
    r"(?<![\w.,])(?:"
    r"(?P<iso>\d{4}-\d\d-\d\d)(?:t(?=\d\d:))?"
    rf"|(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{'|'.join(_MONTH)})"
    r"|(?P<dm_day>\d{1,2})/(?P<dm_month>\d{1,2})(?:/(?P<dm_year>\d{4}))?(?!\d)"
    r"|(?P<before>the\s+day\s+before\s+yesterday|day\s+before\s+yesterday|avant\s+hier)"
    r"|(?P<last_night>last\s+night|la\s+nuit\s+derniere|cette\s+nuit|nuit\s+derniere|over\s?night|tonight)"
    r"|(?P<yesterday>yesterday|hier|la\s+veille)"
    r"|(?P<today>today|aujourd\s+hui|this(?=\s+(?:morning|noon|afternoon|evening))|cet?(?=\s+(?:matin|midi|apres|soir|aprem))|ce\s+jour)"
    rf"|(?P<weekday>{'|'.join(_DAY_OF_WEEK)})"
    r"|(?P<clock>(?P<h>\d{1,2})(?::(?P<m>\d\d)|\s*h\s*(?P<m2>\d\d)|\s*h(?:eures?)?(?:\s*(?P<m3>\d\d))?|(?=\s*[ap]\.?m\b))(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"(?:\s*(?P<utc>z|utc|gmt|tu)\b)?)"
    r"|(?P<midday>midi)|(?P<midnight>midnight|minuit)"
    rf"|{_PART_PATTERNS}"
    r")(?!\w)"
)
_JOIN = re.compile(
    r"\s*(?:(?:at|a|vers|about|around|in|the|du|de|le|la|dans|on|en|local|heure|locale|environ|early|late|tot|tard|,)\s*)*"
)
_UNITS = {
    "minutes?|mins?|mn": 1 / 60, "hours?|hrs?|heures?|h": 1.0, "days?|jours?|j|journees?": 24.0, "nights?|nuits?": 24.0,
    "weeks?|semaines?": 168.0,
}  # fmt: skip
_DURATION = re.compile(
    rf"(?P<count>{COUNT})\s*(?P<unit>{'|'.join(_UNITS)})(?P<half>\s+(?:and\s+a\s+half|et\s+demie?))?(?!\w)(?!\s*\d)"
)
_SINCE = re.compile(
    r"(?:since|depuis)\W*(?:le\s+|la\s+|the\s+|about\s+|around\s+|environ\s+|plus\s+de\s+|at\s+least\s+|early\s+|tot\s+)*$"
)
_LASTING = re.compile(
    r"(?:\bfor|pendant|durant|ca\s+fait|cela\s+fait|il\s+y\s+a|voila)\W*(?:about\s+|around\s+|environ\s+|over\s+|more\s+than\s+|plus\s+de\s+|the\s+last\s+|at\s+least\s+|deja\s+)*$"
)
_AGO = re.compile(r"^\W*(?:ago|already|now|deja)\b")
_CONTACT = re.compile(
    r"(?:last|dernier\w*)\s+(?:\w+\s+)?(?:call|contact|message|news|signal|sms|heard|seen|appel|nouvelles?|liaison|communication|fois|sign|ping|text)"
    r"|called|heard|appele|appel\b|spoke|parle|no\s+(?:news|contact|answer|signal)|sans\s+(?:nouvelles?|contact)|"
    r"(?:plus|pas)\s+de\s+(?:nouvelles?|contact|reponse)|seen|lost\s+contact|joints?\b|joindre|contact(?:ed)?\b|message"
)
_LEFT = re.compile(
    r"\bleft\b|departed|set\s+(?:off|out)|leaving|\bpartie?s?\b|quitte\w*|depart\b|on\s+the\s+road|en\s+route|sur\s+la\s+route"
)
_WALKING = re.compile(r"walk|march|a\s+pied|on\s+foot")
_OTHER = re.compile(
    r"(?:water|eau|food|eaten|eat|drunk|drink|mange\w*|boire|bu|nourriture|rien|slept|temperature|vu)\s*(?:\w+\s+)?(?:since|depuis|for|pendant)\W*(?:\w+\s*)?$"
)
_STRANDING = re.compile(
    r"bro(?:ke|ken)\b|break|panne|stuck|bogged|ensabl|enlis|bloqu|immobilis|strand|stopp|arret|perdu|egar|\blost\b|abandon|cass|crev|"
    r"fuel|essence|carburant|laiss|debarqu|dropped"
)


@dataclass(frozen=True)
class _Span:
    """From when to when something happened, aware, and the share of that stretch after which it is taken to have."""

    start: datetime
    end: datetime
    share: float = 0.25

    @property
    def taken(self) -> datetime:
        return self.start + (self.end - self.start) * self.share


@dataclass(frozen=True)
class _When:
    """A time told: where in the message, when, and of what."""

    span: _Span
    role: Role
    words: str


def read_times(message: Message, told_at: datetime, findings: Findings) -> None:
    """Read hours stranded and the last contact, as of the moment the alert came in."""
    found = [*_durations(message, told_at, findings), *_moments(message, told_at, findings)]
    _settle("hours_stranded", [each for each in found if each.role == "stranded"], told_at, findings)
    _settle("last_contact", [each for each in found if each.role == "contact"], told_at, findings)
    bare = [each for each in found if each.role == "bare"]
    if "hours_stranded" not in findings.values and len(bare) == 1 and not findings.questions:
        _settle("hours_stranded", bare, told_at, findings)
        findings.note(
            f"'{bare[0].words}' is taken for when they were stranded; if not, give --hours-stranded",
            f"« {bare[0].words} » est pris pour le début de l'immobilisation ; sinon, donnez --hours-stranded",
        )
        bare = []
    for each in found:
        if each.role in ("left", "walking", "other") or each in bare:
            findings.note(
                f"'{each.words}' ({_moment(each.span)}) is not taken for when they were stranded",
                f"« {each.words} » ({_moment(each.span)}) n'est pas pris pour le début de l'immobilisation",
            )


def _settle(name: str, found: list[_When], told_at: datetime, findings: Findings) -> None:
    """Keep the one time told; those that differ are asked about."""
    if not found:
        return
    first = min(found, key=lambda each: each.span.start)
    latest = max(each.span.start for each in found)
    words = " / ".join(dict.fromkeys(each.words for each in found))
    if latest > max(first.span.end, first.span.start + timedelta(hours=_SAME_H)):
        option = "--hours-stranded" if name == "hours_stranded" else "--last-contact"
        readings = " / ".join(f"{each.words} = {_moment(each.span)}" for each in found)
        findings.ask(f"which time holds: {readings}? give {option}", f"quelle heure : {readings} ? donnez {option}")
        return
    hours = (told_at - first.span.taken).total_seconds() / 3600
    findings.found(name, round(hours, 2) if name == "hours_stranded" else first.span.taken.astimezone(UTC), words)
    findings.details[name] = Line(
        f"{_moment(first.span)} local time (UTC+1), {_ago(first.span, told_at)} h before the alert",
        f"{_moment(first.span)} heure locale (UTC+1), {_ago(first.span, told_at)} h avant l'alerte",
    )


def _ago(span: _Span, told_at: datetime) -> str:
    most, least = ((told_at - each).total_seconds() / 3600 for each in (span.start, span.end))
    return f"{most:.3g}" if most - least < 0.1 else f"{least:.3g}-{most:.3g}"


def _moment(span: _Span) -> str:
    start, end = (each.astimezone(ZONE) for each in (span.start, span.end))
    if start == end:
        return f"{start:%m-%d %H:%M}"
    return (
        f"{start:%m-%d %H:%M}-{end:%H:%M}" if start.date() == end.date() else f"{start:%m-%d %H:%M}-{end:%m-%d %H:%M}"
    )


def _role(message: Message, start: int, end: int) -> Role:
    """Say what a time is told of, by the words of its clause."""
    before, after = message.before(start, 60), message.after(end, 40)
    triggers: list[tuple[Role, re.Pattern[str]]] = [
        ("contact", _CONTACT), ("left", _LEFT), ("walking", _WALKING), ("stranded", _STRANDING),
    ]  # fmt: skip
    # the word nearest before the time says what it is of
    said = [(match.end(), role) for role, pattern in triggers for match in pattern.finditer(before)]
    if _OTHER.search(before):
        return "other"
    if said:
        return max(said)[1]
    if re.search(
        r"(?:no|sans|pas\s+de)\s+(?:news|contact|nouvelles?)|last\s+(?:call|contact)|dernier\s+(?:appel|contact)", after
    ):
        return "contact"
    if _SINCE.search(before) or _LASTING.search(before) or _AGO.match(after) or _STRANDING.search(after):
        return "stranded"
    sentence = re.split(r"[.!?\n]", message.whole[max(0, start - 200) : start])[-1]
    return "bare" if _STRANDING.search(sentence) else "other"


def _durations(message: Message, told_at: datetime, findings: Findings) -> list[_When]:
    found = []
    for match in message.find(_DURATION):
        before, after = message.before(match.start()), message.after(match.end())
        lasting = bool(_LASTING.search(before) or _AGO.match(after))
        unit = next(hours for words, hours in _UNITS.items() if re.fullmatch(words, match["unit"]))
        count = number(match["count"]) + (0.5 if match["half"] else 0)
        is_clock = match["unit"] in ("h", "heures", "heure") and count <= 24 and not match["half"]
        if not lasting and (not _SINCE.search(before) or (is_clock and _JOINED.match(after))):
            continue
        role = _role(message, match.start(), match.end())
        span = _lasted(count, unit, told_at)
        if span is None:
            continue
        if not lasting and is_clock:
            longer = _either(message, match, int(count), span, told_at, findings)
            if longer is None:
                continue
            span = longer
        end = match.end() + (len(_AGO.match(after)[0]) if _AGO.match(after) else 0)  # type: ignore[index]
        found.append(_When(span, role, _with_lead(message, match.start(), end, role)))
    return found


_JOINED = re.compile(
    rf"{_JOIN.pattern}(?:hier|yesterday|matin|soir|morning|evening|ce\s|cet\s|this|today|aujourd|apres|nuit|night|avant)"
)


def _lasted(count: float, unit: float, told_at: datetime) -> _Span | None:
    """Return the moment so long before; days are good to half a day. None where it is beyond all reason."""
    hours = count * unit
    if not hours <= 24 * 365:
        return None
    slack = 12.0 if unit >= 24 else 0.0
    return _Span(told_at - timedelta(hours=hours + slack), told_at - timedelta(hours=max(hours - slack, 0)), 0.5)


def _either(
    message: Message, match: re.Match[str], hour: int, lasted: _Span, told_at: datetime, findings: Findings
) -> _Span | None:
    """Read "depuis 6h", since six o'clock or for six hours: asked, unless both come to much the same."""
    since = _latest(time(hour % 24), told_at)
    words = message.text[match.start() : match.end()]
    if abs((since - lasted.start).total_seconds()) <= _CLOSE_H * 3600:
        return _Span(min(since, lasted.start), max(since, lasted.start))
    message.take(*match.span())
    hours = f"{(told_at - since).total_seconds() / 3600:.0f}"
    findings.ask(
        f"'{words}': since {hour:02d}:00 local time ({hours} h) or for {hour} hours? write 'since {hour:02d}:00' or "
        f"'for {hour} hours', or give --hours-stranded",
        f"« {words} » : depuis {hour:02d}:00 heure locale ({hours} h) ou pendant {hour} heures ? écrivez « depuis "
        f"{hour:02d}:00 » ou « pendant {hour} heures », ou donnez --hours-stranded",
    )
    return None


def _with_lead(message: Message, start: int, end: int, role: Role) -> str:
    """Take the words of a time with "since", "il y a", "last call" before it."""
    before = message.before(start)
    lead = _SINCE.search(before) or _LASTING.search(before)
    words = message.take(start - len(lead[0]) if lead else start, end)
    if role == "contact":
        for match in _CONTACT.finditer(before):
            message.take(start - len(before) + match.start(), start - len(before) + match.end())
    return words


def _latest(clock: time, told_at: datetime, zone: tzinfo = ZONE) -> datetime:
    """Return the last time clocks of a zone showed this, not after the alert."""
    local = told_at.astimezone(zone)
    at = datetime.combine(local.date(), clock, zone)
    return at if at <= local else at - timedelta(days=1)


def _moments(message: Message, told_at: datetime, findings: Findings) -> list[_When]:
    """Read clock times, days and parts of days, neighbours together."""
    groups: list[list[re.Match[str]]] = []
    for match in message.find(_ELEMENT):
        if groups and _JOIN.fullmatch(message.plain, groups[-1][-1].end(), match.start()):
            groups[-1].append(match)
        else:
            groups.append([match])
    found = []
    for group in groups:
        start, end = group[0].start(), group[-1].end()
        role = _role(message, start, end)
        said = {name: value for match in group for name, value in match.groupdict().items() if value}
        try:
            span = _resolve(said, told_at)
        except ValueError:
            continue
        words = _with_lead(message, start, end, role)
        if span is None:
            findings.ask(
                f"'{words}' on such a day: today or a week ago? give the date, as 2026-06-15",
                f"« {words} » un tel jour : aujourd'hui ou il y a une semaine ? donnez la date, comme 2026-06-15",
            )
        elif span.start > told_at:
            findings.ask(
                f"'{words}' lies after the alert came in ({told_at.astimezone(ZONE):%m-%d %H:%M} local time): when?",
                f"« {words} » est après l'alerte ({told_at.astimezone(ZONE):%m-%d %H:%M} heure locale) : quand ?",
            )
        else:
            found.append(_When(_Span(span.start, min(span.end, told_at)), role, words))
    return found


def _resolve(said: dict[str, str], told_at: datetime) -> _Span | None:
    """Return when the elements of one time lie; None for the weekday of today; ValueError for no such time."""
    zone: tzinfo = UTC if said.get("utc") else ZONE
    local = told_at.astimezone(zone)
    part = next((name for name in _PARTS if said.get(name)), "noon" if "midday" in said else "")
    on = _day(said, local.date())
    if said.get("weekday") and on == local.date():
        return None
    if "last_night" in said:
        part, on = "night", local.date() - timedelta(days=1)
    if "clock" in said:
        at = _clock(said, part)
        if on is None:
            moment = _latest(at, told_at, zone)
            return _Span(moment, moment)
        on += timedelta(days=1 if part == "night" and at.hour < 12 and "last_night" in said else 0)
        moment = datetime.combine(on, at, zone)
        return _Span(moment, moment)
    first, last = _PARTS[part] if part else (0.0, 24.0)
    if on is None:
        on = local.date()
        if _at(on, first, zone) > told_at:
            on -= timedelta(days=1)
    return _Span(_at(on, first, zone), _at(on, last, zone))


def _at(on: date, hours: float, zone: tzinfo) -> datetime:
    return datetime.combine(on, time(), zone) + timedelta(hours=hours)


def _clock(said: dict[str, str], part: str) -> time:
    hour = int(said["h"])
    minute = int(said.get("m") or said.get("m2") or said.get("m3") or 0)
    evening = said.get("half") == "p" or (not said.get("half") and part in ("afternoon", "evening"))
    if (evening and hour < 12) or (part == "night" and 6 <= hour < 12):
        hour += 12
    elif said.get("half") == "a" and hour == 12:
        hour = 0
    return time(hour % 24 if hour <= 24 else hour, minute)


def _day(said: dict[str, str], today: date) -> date | None:
    if "iso" in said:
        return date.fromisoformat(said["iso"])
    if "month" in said or "dm_month" in said:
        month = _MONTH[said["month"]] if "month" in said else int(said["dm_month"])
        on = date(int(said.get("dm_year") or today.year), month, int(said.get("day") or said["dm_day"]))
        return on if on <= today or "dm_year" in said else on.replace(year=today.year - 1)
    if "weekday" in said:
        return today - timedelta(days=(today.weekday() - _DAY_OF_WEEK[said["weekday"]]) % 7)
    for name, days in (("before", 2), ("yesterday", 1), ("today", 0)):
        if name in said:
            return today - timedelta(days=days)
    return None
