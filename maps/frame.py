"""The frame of every page that is served: language, direction, navigation, footer; templates filled, always escaped.

For authors of pages
--------------------
A page is a template that begins with ``{% extends "frame.html.j2" %}`` and fills the block ``content`` (and ``scripts``
or ``head`` where it needs them). A router makes its `Frame` by ``api.framing.frame_of(request, title, language)`` and
answers with ``api.framing.framed(request, frame, "planner", ...)``. In templates there are

- ``_("English text", name=value)``: the text in the page's language, from ``maps/locale``; a missing one is an error;
- ``static("planner.js")``: the address of a file of ``maps/static`` or of a served asset;
- ``frame``: this object; ``frame.csrf`` goes as hidden field ``csrf`` into every form that changes something.

The policy of served pages allows no inline script, style element or ``style`` attribute, and nothing from elsewhere:
scripts are files with ``<script src defer>``, data for them lies in ``<script type="application/json">``
(`script_json`). Directions are logical (``margin-inline-start``), so that Arabic needs no second sheet. Numbers and
dates come formatted (`maps.words.number`, babel); coordinates stand in ``<bdi dir="ltr">``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import orjson
from markupsafe import Markup

from maps.words import LANGUAGE_NAMES, Language, phrase

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Door:
    """A link of the navigation; `text` is English, the key of the catalogues."""

    href: str
    text: str
    is_here: bool = False


@dataclass(frozen=True)
class Frame:
    """What surrounds a page.

    Attributes
    ----------
    title : str
        In the page's language.
    language : Language
    data_version : str
    doors : tuple of Door
        What who asks may open.
    languages : tuple of (str, str, str)
        Code, name and address of the page in each language; empty where there is one language only.
    root : str
        What stands before every path of the service.
    who : str
        Word of the audience signed in; "" for the public.
    csrf : str
        Goes into every form that changes something; "" where no cookie tells who asks.
    can_sign_in : bool
    ground : tuple of dict
        Tiles below the maps, lowest first: address, attribution, opacity.
    """

    title: str
    language: Language
    data_version: str
    doors: tuple[Door, ...] = ()
    languages: tuple[tuple[str, str, str], ...] = ()
    root: str = ""
    who: str = ""
    csrf: str = ""
    can_sign_in: bool = False
    ground: tuple[dict[str, Any], ...] = ()

    @property
    def direction(self) -> str:
        """Return "rtl" or "ltr"."""
        return "rtl" if self.language == "ar" else "ltr"


def language_links(address: Callable[[str], str]) -> tuple[tuple[str, str, str], ...]:
    """Return the languages of a page, whose address in each a function tells."""
    return tuple((code, name, address(code)) for code, name in LANGUAGE_NAMES.items())


def script_json(value: Any) -> Markup:
    """Return a value for a ``<script type="application/json">``: nothing in it can end the element."""
    text = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


@dataclass(frozen=True)
class Filler:
    """Fills templates.

    Attributes
    ----------
    folders : tuple of Path
        Where templates lie besides those of the frame.
    """

    folders: tuple[Path, ...] = ()
    environment: jinja2.Environment = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        made = jinja2.Environment(
            loader=jinja2.FileSystemLoader([TEMPLATES, *self.folders]),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        made.filters["script_json"] = script_json
        object.__setattr__(self, "environment", made)

    def fill(self, template: str, frame: Frame, static: Callable[[str], str], **values: Any) -> str:
        """Return a template filled; `static` tells the address of a served file."""

        def words(text: str, **parts: str) -> str:
            return phrase(text, frame.language, **parts)

        found = self.environment.get_template(f"{template}.html.j2")
        return found.render(frame=frame, static=static, _=words, **values)


@lru_cache(maxsize=4)
def filler(*folders: Path) -> Filler:
    """Return the filler of some folders, made once."""
    return Filler(folders)
