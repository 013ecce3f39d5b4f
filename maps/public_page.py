"""The public page as one file that opens from a stick: no script, no request, nothing that needs a service."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

from markupsafe import Markup

from maps.frame import Frame, filler
from maps.public_view import PublicFacts, corridor_name, public_words
from maps.small_map import small_map
from maps.static_files import static_files
from maps.words import Language, phrase


def public_title(facts: PublicFacts, language: Language) -> str:
    """Return the heading of the public page."""
    return phrase("What to know before leaving: {region}", language, region=corridor_name(facts.corridor, language))


def public_parts(facts: PublicFacts, language: Language) -> dict[str, Any]:
    """Return what `public_body` and `limits` need."""
    name = corridor_name(facts.corridor, language)
    described = phrase(
        "Map of reported incidents in large squares, {region}; the table says the same", language, region=name
    )
    return {"told": public_words(facts, language), "map": small_map(facts, described, language)}


def public_file(facts: PublicFacts, language: Language) -> str:
    """Return the public page as one HTML text."""
    style = static_files()["frame.css"].content.decode()
    digest = "sha256-" + b64encode(hashlib.sha256(style.encode()).digest()).decode()
    frame = Frame(public_title(facts, language), language, facts.data_version)
    return filler().fill(
        "public_file", frame, _no_address, style=Markup(style), style_digest=digest, **public_parts(facts, language)
    )


def _no_address(name: str) -> str:
    raise ValueError(f"a page in one file has no address for '{name}'")
