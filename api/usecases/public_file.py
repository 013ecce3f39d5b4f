"""The public page written as one file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from api.context import RegionContext
from api.usecases.hotlines import hotlines_of
from api.usecases.public_facts import corridors_of, public_facts
from data.errors import BadInput
from maps.public_page import public_file
from maps.words import Language


def write_public_file(
    context: RegionContext, corridor: str, on: date, language: Language, path: Path, hotlines: Path | None = None
) -> Path:
    """Write the public page of a corridor, or of the region (""), and return its path; folders are made.

    Raises
    ------
    BadInput
        If the corridor is not known, or with every fault of the table of telephone numbers.
    """
    if corridor and corridor not in corridors_of(context):
        raise BadInput(f"corridor '{corridor[:40]}' is not one of {', '.join(corridors_of(context))}")
    facts = public_facts(context, corridor, on, hotlines_of(context, hotlines or ""))
    text = public_file(facts, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
