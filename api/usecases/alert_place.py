"""Where a message says people are: the words of it that tell a place, understood, checked and asked about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from api.context import RegionContext
from api.usecases.alert_agreement import Told, agreed
from api.usecases.alert_coordinates import find_coordinates
from api.usecases.locate import gazetteer
from data.errors import BadInput
from routes.described import BEARINGS, Described, Gazetteer, read_described
from sar.alert_text import USED, Findings, Line, Message

#: Judgement: "near Dirkou" is this far from it at most, two times in three.
NEAR_KM = 15.0
_MOST_TOKENS_BEFORE, _MOST_CANDIDATES = 14, 40
#: A message with more names than this is no alert that can be read.
_MOST_NAMES = 20

WHAT_TO_WRITE = Line(
    "no place was understood; write it as '90 km west of Dirkou', '20 km after the well of Achegour', 'between "
    "Séguédine and Madama', '2 days from Agadez towards Libya', or coordinates as '18.45000N 12.93000E'",
    "aucun lieu n'a été compris ; écrivez « à 90 km à l'ouest de Dirkou », « 20 km après le puits d'Achegour », "
    "« entre Séguédine et Madama », « à 2 jours d'Agadez vers la Libye », ou des coordonnées comme "
    "« 18.45000N 12.93000E »",
)

_COMPASS = "|".join(sorted(BEARINGS, key=len, reverse=True)).replace(" ", r"\s+")
_OF = r"(?:of|from|de|d|du|des)"
_ARTICLE = r"(?:the\s+|le\s+|la\s+|l\s+|les\s+|du\s+)?"
_WATER_WORDS = frozenset(("well", "wells", "puits", "guelta", "oasis", "spring", "source"))
_ARTICLES = frozenset(("the", "le", "la", "les", "l"))
_STARTERS = (
    "about around some roughly approximately environ a at quelque between entre somewhere one un une two deux three "
    "trois four quatre five cinq half"
)
_FIRST_WORDS = frozenset(_STARTERS.split()) | _WATER_WORDS
_VAGUE = re.compile(
    rf"(?:(?:{_COMPASS})\s+{_OF}|beyond|after|past|apres|au\s+dela\s+(?:de|du|d)|before|avant|(?:region|zone|area|secteur|desert)\s+{_OF})"
    rf"\s*{_ARTICLE}$"
)
_NEAR = re.compile(
    rf"(?:near(?:by)?|close\s+to|not\s+far\s+from|around|in\s+the\s+vicinity\s+of|outside|(?:tout\s+)?pres\s+(?:de|du|d)|proche\s+(?:de|du|d)|"
    rf"non\s+loin\s+(?:de|du|d)|pas\s+loin\s+(?:de|du|d)|aux?\s+(?:environs|alentours|abords)\s+(?:de|du|d)|autour\s+(?:de|d))\s*{_ARTICLE}$"
)
_GOING = re.compile(
    rf"(?:\bto|(?:vont|va|aller|allaient|allait|allons)\s+a|towards?|vers|for|pour|direction(?:\s+(?:de|d))?|jusqu\s+a|(?:road|way|track)\s+(?:to|of)|(?:route|piste)\s+(?:de|d|du)|"
    rf"(?:joindre|rejoindre|reach(?:ing)?|atteindre))\s*{_ARTICLE}$"
)
_COMING = re.compile(
    rf"(?:from|left|leaving|depart\w*|quitt\w+|parti\w*\s+(?:de|d|du)|(?:venant|venus?|vient|viennent)\s+(?:de|d|du)|depuis|since)\s*{_ARTICLE}$"
)
_TOWN = re.compile(r"(?:town|city|village|ville|oasis|poste|post|camp|puits|well)\s+(?:of|de|d|du)\s*$")
_JUST_OF = re.compile(rf"{_OF}\s*{_ARTICLE}$")
_REGION_AFTER = re.compile(r"^\s*(?:region|area|zone|desert)\b")
_ROAD_AFTER = re.compile(r"^\s*(?:road|route|piste|track|axis|highway)\b")
_ROAD = re.compile(r"(?:route|road|piste|track|axe|axis|highway)\W*(?:\w+\W+)?$")
#: How a phrase longer than a name begins; all else need not be tried.
_SHAPE = re.compile(
    r"(?:(?:about|around|some|roughly|approximately|environ|peu|pres|quelque|a|at)\s+)*"
    r"(?:(?:\d+(?:[.,]\d+)?|an?|half a|one|two|three|four|five|une?(?: demi)?|deux|trois|quatre|cinq)\s*"
    r"(?:km|kms|kilomet\w+|days?|jours?|journees?|hours?|h|heures?)\b|(?:somewhere |quelque part )?(?:between|entre)\b"
    r"|(?:the |le |la |les |l )?(?:wells?|puits|guelta|oasis|spring|source)\b)"
)
_RADIUS = re.compile(
    r"\s*(?:\+/-|\+-|±|within|a(?=[\d\s]+k\w*\s+pres))\s*\d+(?:[.,]\d+)?\s*(?:km|kms|kilometres?|kilometers?)(?:\s+pres)?(?!\w)"
)
_UNKNOWN = re.compile(
    rf"(?:(?:\d+|\w+)\s*(?:km|kms|kilometres?|kilometers?|days?|jours?|hours?|heures?)\s+(?:[a-z]+\s+){{0,4}}?(?:{_OF}|after|beyond|past|apres|between|entre)"
    rf"|between|entre|near|pres\s+(?:de|d|du)|well\s+of|puits\s+(?:de|d|du))\s+{_ARTICLE}(?P<name>[^\W\d]\w*(?:\s+[^\W\d]\w*){{0,2}})"
)


def find_place(context: RegionContext, message: Message, findings: Findings) -> Told | None:
    """Find the one place a message tells; two that disagree, a vague one, and slips are asked about.

    Returns
    -------
    Told or None
        None where nothing was understood; then and only then a question is always added to `findings`.
    """
    before = len(findings.questions)
    told = [Told(*each, True) for each in find_coordinates(context, message, findings)]
    for each in told:
        message.take(each.start, each.end)
    if road := _road(context, message, findings, _is_road):
        told.append(road)
    told += _phrases(context, message, findings)
    for each in told:
        message.take(each.start, each.end)
    if not told and len(findings.questions) == before and (road := _road(context, message, findings, _is_journey)):
        told = [road]
    if not told:
        if len(findings.questions) == before:
            findings.questions.append(_unknown_name(context, message) or WHAT_TO_WRITE)
        return None
    if len(findings.questions) > before:
        return None
    return agreed(context, message, told, findings)


@dataclass(frozen=True)
class _Mention:
    start: int
    end: int
    is_country: bool


@lru_cache(maxsize=2)
def _names(context: RegionContext) -> dict[tuple[str, ...], bool]:
    """Return every name alerts may use, as folded words, and whether it is a country's."""
    names = gazetteer(context)
    columns = ["name", "name_fr", "name_ar"]
    said = [
        *names.places[columns].to_numpy().ravel(),
        *names.water_points[columns].to_numpy().ravel(),
        *names.places.index,
    ]
    known = {tuple(re.findall(r"\w+", Message(str(name)).whole.replace("_", " "))): False for name in said}
    known |= {tuple(country.split()): True for country in names.countries if (country,) not in known}
    known.pop((), None)
    return known


def _mentions(context: RegionContext, message: Message) -> list[_Mention]:
    """Return the names in what is not used yet, the longest at each word."""
    names = _names(context)
    longest = max(map(len, names))
    words = list(re.finditer(r"[^\W_]+", message.plain))
    found, at = [], 0
    while at < len(words):
        for count in range(min(longest, len(words) - at), 0, -1):
            run = words[at : at + count]
            key = tuple(word[0] for word in run)
            if key in names and not re.search(r"[.,;:!?\n\x00]", message.plain[run[0].start() : run[-1].end()]):
                found.append(_Mention(run[0].start(), run[-1].end(), names[key]))
                at += count - 1
                break
        at += 1
    return found


def _phrases(context: RegionContext, message: Message, findings: Findings) -> list[Told]:
    """Return the places told in words, each by the longest stretch that is understood."""
    found: list[Told] = []
    mentions = _mentions(context, message)
    if len(mentions) > _MOST_NAMES:
        findings.ask(
            f"{len(mentions)} places are named: which is meant? give --where",
            f"{len(mentions)} lieux sont nommés : lequel ? donnez --where",
        )
        return []
    for number, mention in enumerate(mentions):
        if mention.is_country or any(each.start <= mention.start < each.end for each in found):
            continue
        told = _longest(context, message, mention, mentions[number : number + 3], findings)
        if told is not None:
            found.append(told)
    return found


@lru_cache(maxsize=4096)
def _understood(context: RegionContext, text: str) -> Described | BadInput:
    try:
        return read_described(text, gazetteer(context))
    except BadInput as error:
        return error


def _longest(
    context: RegionContext, message: Message, mention: _Mention, following: list[_Mention], findings: Findings
) -> Told | None:
    several: BadInput | None = None
    for start, end in _spans(message, mention, following):
        # "X, towards Y" is one phrase
        text = re.sub(r",(?=\s*(?:towards?|vers|en direction|direction|going))", " ", message.text[start:end])
        said = _understood(context, text)
        if isinstance(said, BadInput):
            if any("fits several" in fault for fault in said.faults):
                several = said
            continue
        if said.kind == "at" and not said.radius_km:
            return _bare(context, message, Told(start, end, " ".join(text.split()), said), findings)
        return Told(start, end, " ".join(text.split()), said)
    if several is not None:
        findings.questions += [Line(fault, fault) for fault in several.faults]
    return None


def _spans(message: Message, mention: _Mention, following: list[_Mention]) -> list[tuple[int, int]]:
    """Return stretches that may tell a place by a name, longest first."""
    ends = [mention.end]
    for other in following[1:]:
        if re.search(r"[.;!?\n\x00]", message.plain[mention.end : other.start]):
            break
        ends.append(other.end)
    ends += [match.end() for end in list(ends) if (match := _RADIUS.match(message.plain, end))]
    clause = max((message.plain.rfind(mark, 0, mention.start) for mark in ".;!?\n\x00"), default=-1) + 1
    words = list(re.finditer(r"[^\W_]+", message.plain[clause : mention.start]))[-_MOST_TOKENS_BEFORE:]
    starts = [
        clause + word.start()
        for word, after in zip_longest(words, words[1:])
        if word[0] in _FIRST_WORDS
        or word[0][0].isdigit()
        or (word[0] in _ARTICLES and after is not None and after[0] in _WATER_WORDS)
    ]
    # a number with its decimals is one word
    starts = [start for start in starts if start == 0 or not re.search(r"\d[.,]$", message.plain[:start][-2:])]
    starts = [start for start in starts if _SHAPE.match(message.whole, start)]
    spans = [(start, end) for start in [*starts, mention.start] for end in ends]
    return sorted(spans, key=lambda span: span[0] - span[1])[:_MOST_CANDIDATES]


def _bare(context: RegionContext, message: Message, told: Told, findings: Findings) -> Told | None:
    """Judge a name alone by the words before it: at it, near it, or told for another reason."""
    before, after = message.before(told.start), message.after(told.end)
    name = message.text[told.start : told.end]
    if match := _VAGUE.search(before):
        words = " ".join(message.text[told.start - len(match[0]) : told.end].split())
        findings.ask(
            f"'{words}': how far? write it as '40 km {words}' or give coordinates",
            f"« {words} » : à combien ? écrivez par exemple « à 40 km {words} » ou donnez des coordonnées",
        )
        return None
    if match := _REGION_AFTER.match(after):
        words = " ".join(message.text[told.start : told.end + match.end()].split())
        findings.ask(f"'{words}': where in it?", f"« {words} » : où exactement ?")
        return None
    if match := _NEAR.search(before):
        where = f"{name} ± {NEAR_KM:g} km"
        start = told.start - len(match[0])
        findings.note(
            f"near {name} is taken for within {NEAR_KM:g} km of it",
            f"près de {name} est pris pour à moins de {NEAR_KM:g} km",
        )
        return Told(start, told.end, where, read_described(where, gazetteer(context)))
    if (
        _ROAD_AFTER.match(after)
        or _GOING.search(before)
        or _COMING.search(before)
        or (_JUST_OF.search(before) and not _TOWN.search(before))
    ):
        return None
    return told


def _is_road(before: str, gap: str, after: str) -> bool:
    """Whether two names are the ends of a road: "on the Agadez-Dirkou road"."""
    return gap in {"-", "–", "—", "/", ""} and bool(_ROAD.search(before) or _ROAD_AFTER.match(after))


def _is_journey(before: str, gap: str, after: str) -> bool:
    """Whether two names are the ends of a journey: "from Agadez to Dirkou"."""
    coming = _COMING.search(before) or re.search(r"\b(?:de|d)\s*$", before)
    return bool(coming and re.fullmatch(r"(?:to|à|a|for|pour|vers|towards?|and|et)", gap))


def _road(
    context: RegionContext, message: Message, findings: Findings, joins: Callable[[str, str, str], bool]
) -> Told | None:
    """Read two names joined as a road or a journey as somewhere between the two."""
    mentions = _mentions(context, message)
    for first, second in zip(mentions, mentions[1:], strict=False):
        gap = message.text[first.end : second.start].strip()
        if first.is_country or second.is_country:
            continue
        if not joins(message.before(first.start), gap, message.after(second.end)):
            continue
        names = [message.text[each.start : each.end] for each in (first, second)]
        where = f"between {names[0]} and {names[1]}"
        try:
            told = Told(first.start, second.end, where, read_described(where, gazetteer(context)))
        except BadInput:
            continue
        findings.note(
            f"'{names[0]} {gap} {names[1]}' is taken for somewhere between the two",
            f"« {names[0]} {gap} {names[1]} » est pris pour quelque part entre les deux",
        )
        message.take(first.start, second.end)
        return told
    return None


def _unknown_name(context: RegionContext, message: Message) -> Line | None:
    """Say which name was not known, with names like it."""
    names = gazetteer(context)
    faults: list[str] = []
    for match in _UNKNOWN.finditer(message.plain):
        words = match["name"].split()
        for count in range(1, len(words) + 1):
            try:
                read_described(" ".join(words[:count]), names)
            except BadInput as error:
                faults += error.faults
        if len(faults) > 12:
            break
    hinted = [fault for fault in faults if "did you mean" in fault] or _misspelt(message, names)
    if not faults and not hinted:
        return None
    return Line(f"{(hinted or faults)[0]}; {WHAT_TO_WRITE.en}", f"{(hinted or faults)[0]} ; {WHAT_TO_WRITE.fr}")


def _misspelt(message: Message, names: Gazetteer) -> list[str]:
    """Return what is said of words with a capital that look like a name."""
    found = []
    for match in [each for each in re.finditer(r"[^\W\d_]{4,}", message.text) if each[0][0].isupper()][:8]:
        if USED not in message.plain[match.start() : match.end()]:
            try:
                read_described(match[0], names)
            except BadInput as error:
                found += [fault for fault in error.faults if "did you mean" in fault]
    return found
