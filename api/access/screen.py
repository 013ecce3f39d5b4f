"""Free text before it is kept: telephone numbers, mail addresses and coordinates are taken out, and it is told.

What is found is replaced by a mark; a mark is as short as what it stands for can be, so that limits of length hold.
Names are not found: no rule tells them from places here, and that they are not to be written stays with people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from data.errors import BadInput

MARKS = {"phone": "[phone]", "mail": "[mail]", "position": "[position]"}
#: What is taken out of fields whose words are positions: numbers with their country code and addresses alone.
WORDS_OF_PLACES = frozenset({"mail", "phone abroad"})
#: Of messages that may tell where people are.
MESSAGES = frozenset({"mail", "phone abroad", "phone"})
#: Of all other text.
ALL = frozenset({"mail", "phone abroad", "phone", "position"})

#: Countries whose numbers are known without their code.
_REGIONS = ("NE", "DZ", "LY", "ML", "TD", "NG", "SD", "EG", "TN", "MA", "MR")
_DOT = r"(?:\.|\s?(?:\(dot\)|\[dot\]|\s(?:dot|point)\s)\s?)"
_NAME = r"(?<![\w.+-])[\w.+-]{1,64}"
#: An address, or one in words; where "at" is no sign but a word, only with an ending that addresses have.
_MAIL = re.compile(
    rf"{_NAME}\s?(?:@|\(at\)|\[at\])\s?[\w-]{{1,64}}(?:{_DOT}[\w-]{{1,64}}){{0,7}}{_DOT}[^\W\d_]{{2,24}}"
    rf"|{_NAME}\s(?:at|arobase)\s[\w-]{{1,64}}(?:{_DOT}[\w-]{{1,64}}){{0,7}}{_DOT}"
    r"(?:com|org|net|int|info|fr|eu|ne|dz|ly|ml|td|ng|sd|eg|tn|ma|mr|ch|de|uk|it)\b",
    re.IGNORECASE,
)
_DEGREES = r"\d{1,3}(?:[.,]\d+)?"
_MINUTES = r"\d{1,3}\s+\d{1,2}(?:[.,]\d+)?(?:\s+\d{1,2}(?:[.,]\d+)?)?"
_DECIMALS = r"-?\d{1,3}[.,]\d{2,}"
_HEMISPHERE = r"(?:[NSEWO]\b|nord\b|sud\b|est\b|ouest\b|north\b|south\b|east\b|west\b|ش|ج|شرق|غرب|شمال|جنوب)"
_UNIT = r"\s*(?:km|kph|l\b|litres?|liters?|h\b|hours?|heures?|%|kg|personnes|people|m\b)"
_POSITIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 19° 3' 12" N, 19°03.2'N
        rf"\d{{1,3}}\s*[°º]\s*(?:\d{{1,2}}(?:[.,]\d+)?\s*['′’]\s*)?(?:\d{{1,2}}(?:[.,]\d+)?\s*(?:\"|″|''))?\s*{_HEMISPHERE}?",
        # 19.05N 12.1E, N19.05 E012.10, 19.05 nord
        rf"\b{_DEGREES}\s*{_HEMISPHERE}[\s,;/]*{_DEGREES}\s*{_HEMISPHERE}",
        rf"\b[NS]\s*{_DEGREES}(?:\s+\d{{1,2}}(?:[.,]\d+)?)?[\s,;/]*[EWO]\s*{_DEGREES}(?:\s+\d{{1,2}}(?:[.,]\d+)?)?",
        rf"\b{_MINUTES}\s*[NS][\s,;/]+{_MINUTES}\s*[EWO]\b",
        rf"\b\d{{1,3}}[.,]\d{{2,}}\s*{_HEMISPHERE}",
        # 19.05, 12.10: two decimals side by side that are no quantities
        rf"(?<![\d.,]){_DECIMALS}\s*[,;/ ]\s*{_DECIMALS}(?![\d])(?!{_UNIT})",
        r"\b(?:lat|lon|long|latitude|longitude|lng)\s*[:=]?\s*-?\d{1,3}(?:[.,]\d+)?",
        # MGRS, UTM, plus codes, geo: addresses and links to maps
        r"\b\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?(?:\d{2}\s?\d{2}|\d{3}\s?\d{3}|\d{4}\s?\d{4}|\d{5}\s?\d{5})\b",
        r"\b\d{1,2}\s?[C-HJ-NP-X]\s+\d{6}(?:[.,]\d+)?\s*(?:m?E)?[\s,;]+\d{7}(?:[.,]\d+)?\s*(?:m?N)?\b",
        r"\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,4}\b",
        r"\bgeo:-?\d[^\s]*",
        r"\bhttps?://[^\s]*(?:maps|goo\.gl|openstreetmap|osm\.org|what3words|w3w)[^\s]*",
        r"(?<!\w)/{2,3}[^\W\d_]{3,}\.[^\W\d_]{3,}\.[^\W\d_]{3,}",
    )
)
#: Numbers that look like telephone numbers and are none.
_NO_PHONE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d?:\d\d(?::\d\d)?)?|C-\d{8}-\d{2,3}|"
    r"\b\d{1,2}[:h]\d\d\b|\b\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)\b"
)
_ABROAD = re.compile(r"(?<![\w.,])(?:\+|00)\s?(?:\(?\d\)?[\s./-]?){8,15}")
#: Eight digits of Niger, Chad or Mali in twos, ten of Algeria, Libya or Nigeria; as people write and say them.
_LOCAL = re.compile(
    r"(?<![\d.,+-])(?:[2-9]\d(?:[\s.-]?\d\d){3}|0[1-9]\d?(?:[\s.-]?\d{2,4}){2,4}|09[1-5][\s.-]?\d{3}[\s.-]?\d{4})(?![\d])"
)
#: A word that says a number follows; then seven digits are enough.
_CALLED = re.compile(
    r"(?:tel|tél|téléphone|phone|mobile|whatsapp|thuraya|sat|appel(?:er|ez)?|call|numéro|numero|هاتف|رقم|جوال|اتصل)\W{0,4}"
    r"((?:\d[\s./-]?){6,14}\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, order=True)
class Span:
    """Something found.

    Attributes
    ----------
    begin, end : int
        In the text.
    kind : str
        "phone", "mail" or "position".
    """

    begin: int
    end: int
    kind: str


@dataclass(frozen=True)
class Screened:
    """A text that may be kept.

    Attributes
    ----------
    text : str
        With a mark for everything that was taken out.
    found : tuple of str
        Kinds of what was, in order; empty where nothing was.
    """

    text: str
    found: tuple[str, ...]


def spans(text: str, kinds: frozenset[str] = ALL) -> list[Span]:
    """Return what a text holds of some kinds, in order and without overlap.

    Parameters
    ----------
    kinds : frozenset of str
        `ALL`, `MESSAGES` or `WORDS_OF_PLACES`.
    """
    plain = _plain(text)
    found = sorted(_found(plain, kinds), key=lambda span: (span.begin, -span.end))
    kept: list[Span] = []
    for span in found:
        if kept and span.begin < kept[-1].end:
            last = kept[-1]
            kept[-1] = Span(last.begin, max(last.end, span.end), last.kind)
        else:
            kept.append(span)
    return kept


def screened(text: str, kinds: frozenset[str] = ALL) -> Screened:
    """Return a text with marks in place of what must not be kept."""
    found = spans(text, kinds)
    pieces, at = [], 0
    for span in found:
        pieces += [text[at : span.begin], MARKS[span.kind]]
        at = span.end
    return Screened("".join([*pieces, text[at:]]), tuple(span.kind for span in found))


def refuse(text: str, field: str, kinds: frozenset[str] = ALL) -> str:
    """Return a text as it is; BadInput if it holds what must not be kept. What was found is not repeated."""
    if found := {span.kind for span in spans(text, kinds)}:
        raise BadInput(f"{field}: holds a {' and a '.join(sorted(found))}, which must not be written here")
    return text


def _plain(text: str) -> str:
    """Return a text of the same length with plain digits, signs and spaces; what cannot be seen becomes a space."""
    return "".join(_plain_letter(letter) for letter in text)


def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    if letter == "٫":
        return "."
    if letter in "،؛":
        return ","
    kind = unicodedata.category(letter)
    if kind == "Pd" or letter == "−":
        return "-"
    if kind in ("Zs", "Cf"):
        return " "
    folded = unicodedata.normalize("NFKC", letter)
    return folded if len(folded) == 1 else letter


def _found(plain: str, kinds: frozenset[str]) -> Iterator[Span]:
    if "mail" in kinds:
        for match in _MAIL.finditer(plain):
            yield Span(*match.span(), "mail")
    taken = [match.span() for pattern in _POSITIONS for match in pattern.finditer(plain)]
    if "position" in kinds:
        for begin, end in taken:
            yield Span(begin, end, "position")
    if "phone abroad" in kinds:
        for match in _ABROAD.finditer(plain):
            begin, end = match.span()
            yield Span(begin, begin + len(plain[begin:end].rstrip(" ./-")), "phone")
    if "phone" in kinds:
        # a position is no telephone number, though its digits may look like one
        for begin, end in _phones(plain):
            if not any(begin < last and first < end for first, last in taken):
                yield Span(begin, end, "phone")


def _phones(plain: str) -> Iterator[tuple[int, int]]:
    hidden = _NO_PHONE.sub(lambda match: "x" * len(match[0]), plain)
    for match in _LOCAL.finditer(hidden):
        if 8 <= sum(letter.isdigit() for letter in match[0]) <= 11:
            yield match.span()
    for match in _CALLED.finditer(hidden):
        yield match.span(1)
    if sum(letter.isdigit() for letter in hidden) < 7:
        return
    for region in _REGIONS:
        for found in phonenumbers.PhoneNumberMatcher(hidden, region, leniency=phonenumbers.Leniency.VALID):
            yield found.start, found.end
