"""How many people an alert tells of: adults, children and pregnant women, in English and French."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sar.alert_text import COUNT, Findings, Message, is_round, number

Who = Literal["all", "adults", "pregnant", "children"]
_PREGNANT = r"pregnant\s+(?:women|woman|ladies|lady)|(?:femmes?|dames?)\s+enceintes?"
_CHILDREN = (
    r"children|childs?|kids?|minors?|boys?|girls?|teenagers?|enfants?|mineurs?|garcons?|filles?|gamins?|"
    r"bebes?|baby|babies|infants?|nourrissons?|toddlers?|newborns?"
)
_ADULTS = r"adults?|men|man|males?|women|woman|ladies|lady|females?|adultes?|hommes?|femmes?|dames?"
_PEOPLE = (
    r"people|persons?|persones?|personnes?|pers|pax|migrants?|passengers?|passagers?|passageres?|individus|individuals"
    r"|souls|ames|gens|travell?ers?|voyageurs?|voyageuses?|occupants?|refugees?|refugies?|victims?|victimes?|survivors?"
    r"|rescapes?|of\s+(?:us|them)"
)
_ADJECTIVE = (
    r"(?:(?:young|old|elderly|small|little|adult|other|more|jeunes?|vieux|vieilles?|petits?|petites?|autres)\s+)?"
)
_RANGE = rf"(?:(?P<low>{COUNT})\s*(?:to|-|a|or|ou|and|et)\s*)?(?P<count>{COUNT})"
_NOUNS = rf"(?:(?P<pregnant>{_PREGNANT})|(?P<children>{_CHILDREN})|(?P<adults>{_ADULTS})|(?P<all>{_PEOPLE}))"
_COUNTED = re.compile(rf"{_RANGE}\s+(?:de\s+|d\s+|of\s+(?!us|them))?{_ADJECTIVE}{_NOUNS}(?!\w)")
#: "a family of five", "nous sommes 27", "27 in the car": everybody.
_NAMED = re.compile(
    rf"(?:(?:family|group|party|convoy|famille|groupe|equipe)\s+(?:of|de)(?:\s+(?:about|around|environ))?\s+"
    rf"|(?:we\s+are|they\s+are|there\s+are|nous\s+sommes|on\s+est|ils\s+sont|elles\s+sont|nous\s+etions)\s+"
    rf"(?:(?:about|around|some|environ|a\s+peu\s+pres)\s+)?(?!a\s|an\s|une\s))"
    rf"{_RANGE}(?!\s*(?:[hm%]\b|km|kms|kilom|hours?|heures?|jours?|days?|min|litres?|liters?|l\b|\d|[.,]\d|°))(?!\w)"
)
#: "dont une enceinte", "one of them is pregnant": among women told before.
_EXPECTING = re.compile(
    rf"(?P<count>{COUNT})\s+(?:(?:of\s+them|of\s+whom|d\s+entre\s+elles|woman|women|femmes?)\s+)?"
    r"(?:(?:is|are|est|sont)\s+)?(?:pregnant|enceintes?|expecting)(?!\w)"
)
_INCLUDED = re.compile(
    r"(?:including|include|incl|among\s+(?:them|whom|us)|of\s+(?:whom|which|them)|with|avec|dont|parmi\s+(?:eux|lesquels|nous|"
    r"elles)|y\s+compris|comprenant|d\s+entre\s+eux)\W*(?:about|environ|some)?\W*$"
)
_BESIDES = re.compile(r"(?:\band|\bet|\bplus|\+|&)\s*$")
_DEAD = re.compile(r"^\W*(?:(?:have|has|had|are|is|were|was|sont|est|ont\s+ete|etaient)\s+)?(?:already\s+|deja\s+)?"
                   r"(?:dead|died|deceased|morts?|mortes?|decedes?|decedees?|perished)\b")  # fmt: skip
_WALKED = re.compile(
    r"^\W*(?:of\s+them\s+)?(?:(?:have|has|are|is|were|sont|ont|se\s+sont)\s+)?(?:just\s+)?"
    r"(?:started\s+(?:to\s+)?walk|walk|left|gone|went|set\s+(?:off|out)|partis?|parties?|march|continu|commence|stay|"
    r"remain|wait|rest|attend|on\s+foot|a\s+pied)"
)
_DEATHS = re.compile(rf"(?P<count>{COUNT})\s+(?:dead|deaths?|deceased|morts?|mortes?|decedes?|bodies|corps)(?!\w)")


@dataclass(frozen=True)
class _Told:
    """One number of people told: of whom, whether within those told before, how it is joined to them."""

    who: Who
    noun: str
    count: int
    words: str
    included: bool
    joined: bool


def read_people(message: Message, findings: Findings) -> None:
    """Read who is there; ask where the numbers can be read in two ways."""
    _read_deaths(message, findings)
    told = _read_counts(message, findings)
    everybody = _everybody(told, findings)
    parts = [each for each in told if each.who != "all"]
    children = _sum(parts, "children")
    pregnant = _sum(parts, "pregnant")
    adults = _sum(parts, "adults")
    nested = sum(each.count for each in parts if each.who == "pregnant" and each.included)
    if everybody is None:
        adults = max(adults - nested, 0)
    elif parts and not _fits(everybody, adults + children + pregnant - nested, parts, findings):
        return
    else:
        adults = everybody.count - children - pregnant
    if adults + children + pregnant == 0:
        return
    words = ", ".join(dict.fromkeys(each.words for each in told))
    for name, count in (("adults", adults), ("children", children), ("pregnant", pregnant)):
        findings.found(name, count, words)


def _read_deaths(message: Message, findings: Findings) -> None:
    for match in message.find(_DEATHS):
        count, words = number(match["count"]), message.take(*match.span())
        findings.note(
            f"'{words}': {count:g} told dead; say whether the other numbers count them",
            f"« {words} » : {count:g} dit(s) mort(s) ; précisez si les autres nombres les comptent",
        )


def _read_counts(message: Message, findings: Findings) -> list[_Told]:
    found = []
    matches = [*message.find(_COUNTED), *message.find(_NAMED), *message.find(_EXPECTING)]
    end = -1
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() < end:
            continue
        end = match.end()
        before, after = message.before(match.start()), message.after(end)
        if _DEAD.match(after):
            words = message.take(*match.span())
            findings.note(f"'{words}' told dead: not counted", f"« {words} » dits morts : non comptés")
        elif _WALKED.match(after) and match.groupdict().get("all") and _is_part(message, match):
            continue
        else:
            found.append(_told(message, match, before, findings))
    return found


def _is_part(message: Message, match: re.Match[str]) -> bool:
    """Whether a number of people who walked or stayed is part of a greater number told elsewhere."""
    most = max(number(other["count"]) for pattern in (_COUNTED, _NAMED) for other in pattern.finditer(message.whole))
    return number(match["count"]) < most


def _told(message: Message, match: re.Match[str], before: str, findings: Findings) -> _Told:
    groups = match.groupdict()
    who: Who = "pregnant" if match.re is _EXPECTING else "all"
    for name in ("pregnant", "children", "adults"):
        who = name if groups.get(name) else who
    count, words = int(number(match["count"])), message.take(*match.span())
    if groups.get("low"):
        low, count = sorted((int(number(match["low"])), count))
        findings.note(
            f"'{words}': {count} taken, the cautious end of {low} to {count}",
            f"« {words} » : {count} retenu, la borne prudente de {low} à {count}",
        )
    elif is_round(match["count"]) or re.search(
        r"(?:about|around|some|environ|approximately|roughly|pres de)\s*$", before
    ):
        findings.note(f"'{words}' is about so many", f"« {words} » est approximatif")
    noun = groups.get(who) or ""
    return _Told(who, noun, count, words, bool(_INCLUDED.search(before)), bool(_BESIDES.search(before)))


def _everybody(told: list[_Told], findings: Findings) -> _Told | None:
    """Return the one number of everybody; several different ones are asked about."""
    totals = {each.count: each for each in told if each.who == "all"}
    if len(totals) > 1:
        said = [f"'{each.words}'" for each in totals.values()]
        findings.ask(
            f"how many people: {' or '.join(said)}? give --people",
            f"combien de personnes : {' ou '.join(said)} ? donnez --people",
        )
    return next(iter(totals.values()), None)


def _sum(parts: list[_Told], who: Who) -> int:
    """Add the numbers of one kind; the same noun twice is one number, "4 enfants dont 2 bébés" is four."""
    by_noun: dict[str, int] = {}
    last: _Told | None = None
    for each in parts:
        if each.who == who and not (each.included and last is not None and last.who == who):
            by_noun[each.noun] = max(by_noun.get(each.noun, 0), each.count)
        last = each
    return sum(by_noun.values())


def _fits(everybody: _Told, parts_count: int, parts: list[_Told], findings: Findings) -> bool:
    """Whether parts lie within the number of everybody; else ask."""
    said = ", ".join(f"'{each.words}'" for each in parts)
    if parts_count > everybody.count:
        findings.ask(
            f"'{everybody.words}' but {said} make {parts_count}: which holds? give --people, --children, --pregnant",
            f"« {everybody.words} » mais {said} font {parts_count} : lequel ? donnez --people, --children, --pregnant",
        )
        return False
    if parts_count < everybody.count and parts[0].joined and not parts[0].included:
        findings.ask(
            f"'{everybody.words}' and {said}: {everybody.count} in all, or {everybody.count + parts_count}? "
            "give --people, --children, --pregnant",
            f"« {everybody.words} » et {said} : {everybody.count} en tout, ou {everybody.count + parts_count} ? "
            "donnez --people, --children, --pregnant",
        )
        return False
    return True
