"""The text of an alert as it is read: folded letter by letter, what was used of it, and numbers in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: Stands for a letter already used; no pattern matches it.
USED = "\x00"
_TENS_EN = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TO_NINETEEN_EN = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TO_NINETEEN_FR = (
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix#sept dix#huit"
    " dix#neuf"
)
_TEENS_EN, _TEENS_FR = _TO_NINETEEN_EN.split(), _TO_NINETEEN_FR.split()
_TENS_FR = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre vingt"}
#: Words for a number that is not exact.
_ROUND = {
    "a dozen": 12, "dozen": 12, "two dozen": 24, "une dizaine": 10, "une douzaine": 12, "une quinzaine": 15,
    "une vingtaine": 20, "une trentaine": 30, "une quarantaine": 40, "une cinquantaine": 50, "une soixantaine": 60,
    "une centaine": 100, "a hundred": 100,
}  # fmt: skip


def _number_words() -> dict[str, float]:
    said: dict[str, float] = {"a": 1, "an": 1, "une": 1, "half a": 0.5, "half an": 0.5, "une demi": 0.5, "un demi": 0.5}
    said |= {word: count for count, word in enumerate(_TEENS_EN, 1)}
    said |= {word.replace("#", " "): count for count, word in enumerate(_TEENS_FR, 1)}
    for tens, word in zip(range(20, 100, 10), _TENS_EN, strict=True):
        said[word] = tens
        said |= {f"{word} {unit}": tens + count for count, unit in enumerate(_TEENS_EN[:9], 1)}
    for tens, word in _TENS_FR.items():
        said[word] = said[word + "s"] = tens
        last = 19 if tens in (60, 80) else 9
        for count, unit in enumerate(_TEENS_FR[:last], 1):
            joined = f"{word} {unit.replace('#', ' ')}"
            said[joined] = said[joined.replace(word, f"{word} et", 1)] = tens + count
        said[f"{word} et une"] = said[f"{word} une"] = tens + 1
    return said | {"hundred": 100, "cent": 100} | dict(_ROUND)


NUMBERS = _number_words()
_WORDS = "|".join(sorted(NUMBERS, key=len, reverse=True)).replace(" ", r"\s+")
#: A number in digits or words, not part of another.
COUNT = rf"(?<![\w.,:°%])(?:\d+(?:[.,]\d+)?(?!\d|[.,]\d)|(?:{_WORDS})(?!\w))"
#: The fillers of a sentence: left over, they are not worth telling.
_FILLER_WORDS = (
    "a about again all also an and approximately are as at be been but by for from had has have he hello here in is it "
    "its left more moreover near now of on or our please she since so some still that the their them then there they "
    "this to was we were which who will with us my me environ a au aux avec ce ces cette c d dans de des du elle elles "
    "en encore est et etaient etait ete il ils j je l la le les leur leurs lui m ma mais mes mon n ne nous on ont ou "
    "par pas pour qu que qui s sa salut se ses si sont sur t te tu un une vers vous y bonjour bonsoir maintenant "
    "depuis dont plus reste restent il reste including among i you of whom people car voiture vehicule vehicle "
    "personnes km"
)
_FILLERS = frozenset(_FILLER_WORDS.split())


def number(said: str) -> float:
    """Return a number matched by `COUNT`."""
    words = " ".join(said.split())
    return NUMBERS[words] if words in NUMBERS else float(words.replace(",", "."))


def is_round(said: str) -> bool:
    """Whether a number matched by `COUNT` is a word for about so many."""
    return " ".join(said.split()) in _ROUND


@dataclass(frozen=True)
class Line:
    """One sentence in English and in French."""

    en: str
    fr: str

    def told(self, language: str) -> str:
        """Return the sentence in a language, English where there is no other."""
        return self.fr if language == "fr" else self.en


class Message:
    """A message under reading.

    Attributes
    ----------
    text : str
        As it came, composed (NFC).
    whole : str
        Of the same length: without accents, case, apostrophes and hyphens between letters.
    plain : str
        `whole` with what was used struck out.
    """

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text)
        self.whole = "".join(_folded(letter) for letter in self.text)
        self.whole = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", self.whole)
        self.plain = self.whole

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield matches in what is not used yet."""
        return pattern.finditer(self.plain)

    def take(self, start: int, end: int) -> str:
        """Mark letters as used and return them as they were written."""
        self.plain = self.plain[:start] + USED * (end - start) + self.plain[end:]
        return " ".join(self.text[start:end].split())

    def before(self, start: int, most: int = 40) -> str:
        """Return what stands before a position in its clause, folded, used or not."""
        return re.split(r"[.;,:!?\n]", self.whole[max(0, start - most) : start])[-1]

    def after(self, end: int, most: int = 40) -> str:
        """Return what follows a position in its clause, folded, used or not."""
        return re.split(r"[.;,:!?\n](?!\d)", self.whole[end : end + most])[0]

    def left_over(self) -> tuple[str, ...]:
        """Return the pieces that nothing was read from, fillers aside."""
        found = []
        for match in re.finditer(rf"[^{USED}.;,!?\n]+", self.plain):
            words = re.findall(r"\w+", match[0])
            if any(word not in _FILLERS for word in words):
                found.append(" ".join(self.text[match.start() : match.end()].split()).strip(" :()-"))
        return tuple(found)


def _folded(letter: str) -> str:
    """Return one letter for one letter: plain, small; a blank for apostrophes and white space of any kind."""
    if letter in "'’‘ʼ′`_" or letter.isspace():
        return "\n" if letter == "\n" else " "
    if letter == USED:
        return " "
    parts = unicodedata.normalize("NFKD", letter)
    small, marks = parts[0].casefold(), parts[1:]
    return small if len(small) == 1 and all(map(unicodedata.combining, marks)) else letter


@dataclass
class Findings:
    """What was read from a message, field by field.

    Attributes
    ----------
    values : dict of str to object
        Field of `sar.alert.Alert` to its value.
    words : dict of str to str
        Field to the words it was read from.
    details : dict of str to Line
        Field to how its value was come to, where that needs saying.
    notes, questions : list of Line
        What to know; and what must be answered first, because the message can be read in two ways.
    """

    values: dict[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    details: dict[str, Line] = field(default_factory=dict)
    notes: list[Line] = field(default_factory=list)
    questions: list[Line] = field(default_factory=list)

    def found(self, name: str, value: Any, words: str) -> None:
        """Keep one field."""
        self.values[name] = value
        self.words[name] = words

    def note(self, en: str, fr: str) -> None:
        """Tell something."""
        self.notes.append(Line(en, fr))

    def ask(self, en: str, fr: str) -> None:
        """Ask something."""
        self.questions.append(Line(en, fr))
