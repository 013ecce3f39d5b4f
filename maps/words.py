"""Words of the pages in French, English and Arabic; English is the key, the catalogues are gettext files."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po
from babel.numbers import format_decimal

Language = Literal["fr", "en", "ar"]
LANGUAGES: tuple[Language, ...] = ("fr", "en", "ar")
LANGUAGE_NAMES = {"fr": "Français", "en": "English", "ar": "العربية"}
LOCALE_FOLDER = Path(__file__).parent / "locale"
#: Coordinates, kilometres and litres stay in Latin digits with a point in Arabic: they are read over the radio.
NUMBER_LOCALE = {"fr": "fr", "en": "en", "ar": "en"}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: Language) -> dict[str, str]:
    """Return English text to text; every language has the same keys (`tests/maps/test_words.py`)."""
    with (LOCALE_FOLDER / f"{language}.po").open("rb") as file:
        messages = {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}
    return messages


def phrase(text: str, language: Language, **values: str) -> str:
    """Translate a text and fill in its values, which come already formatted.

    Raises
    ------
    KeyError
        If the text is in no catalogue: a page must not show a half-translated sentence.
    """
    return catalogue(language)[text].format(**values)


def number(value: float, digits: int, language: Language) -> str:
    """Write a number with fixed digits in the way of a language."""
    return str(
        format_decimal(value, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=NUMBER_LOCALE[language])
    )
