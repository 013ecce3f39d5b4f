"""The frame of a served page: who asks, in which language, and what they may open (`maps.frame` says how to use it)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from starlette.datastructures import Headers

from api.access.audience import Audience
from api.access.setup import Access
from api.access.who import identity_of
from api.router import context_of
from maps.frame import Door, Frame, filler, language_links
from maps.static_files import static_files
from maps.tiles import RELIEF
from maps.words import LANGUAGES, Language, phrase

OWN = Path(__file__).parent / "templates"
#: Path and English text of the navigation; a door is shown to whom `api.access.rules` lets through it.
DOORS = (("/public", "Public page"), ("/planner", "Planner"), ("/analyst", "Analyst"), ("/", "Data"))


def language_of(headers: Headers, wanted: str | None) -> Language:
    """Return the language asked for by `lang`, else the first of the browser's that there is, else French."""
    named = [wanted or "", *(part.partition(";")[0] for part in headers.get("accept-language", "").split(","))]
    for name in named:
        for language in LANGUAGES:
            if name.strip().lower().partition("-")[0] == language:
                return language
    return "fr"


def access_of(request: Request) -> Access:
    """Return the access of the application."""
    access = request.app.state.access
    assert isinstance(access, Access)
    return access


def frame_of(
    request: Request,
    title: str,
    language: Language,
    languages: bool = True,
    **parts: str,
) -> Frame:
    """Return the frame of a page.

    Parameters
    ----------
    title : str
        English, a key of the catalogues, or any text if the page has one language alone.
    languages : bool
        Whether the page is there in all languages, at its own address with another `lang`.
    **parts : str
        What the title has in braces.
    """
    who, access = identity_of(request), access_of(request)
    root, path = str(request.scope.get("root_path", "")), request.url.path

    def door(href: str) -> bool:
        match = access.book.match("GET", href)
        return match is not None and match.is_for(who.audience, who.scopes)

    def in_language(code: str) -> str:
        return "?" + urlencode({**request.query_params, "lang": code})

    doors = tuple(
        Door(f"{root}{href}?f=html" if href == "/" else f"{root}{href}?lang={language}", text, path == root + href)
        for href, text in DOORS
        if door(href)
    )
    return Frame(
        phrase(title, language, **parts) if languages else title,
        language,
        context_of(request).pack.version,
        doors,
        language_links(in_language) if languages else (),
        root,
        "" if who.audience is Audience.PUBLIC else who.audience.word,
        who.csrf,
        who.audience is Audience.PUBLIC and access.sessions is not None,
        _ground(request, root),
    )


def _ground(request: Request, root: str) -> tuple[dict[str, Any], ...]:
    """Return the tiles below the maps: of another host if configured, and the relief of the heights given."""
    web, found = access_of(request).web, []
    if web.tiles:
        found.append({"address": web.tiles, "attribution": web.tiles_attribution, "opacity": 1})
    if request.app.state.heights is not None:
        address = f"{root}/tiles/{RELIEF}/{{z}}/{{x}}/{{y}}.png"
        found.append({"address": address, "attribution": request.app.state.heights.stem, "opacity": 0.6})
    return tuple(found)


def framed(request: Request, frame: Frame, template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a template of `maps/templates` or `api/templates` in its frame."""
    text = filler(OWN).fill(template, frame, static_address(frame.root), **values)
    headers = {"Content-Language": frame.language, "Vary": "Accept, Accept-Language"}
    return Response(text, status_code=status, media_type="text/html", headers=headers)


def static_address(root: str) -> Callable[[str], str]:
    """Return the function that tells templates the address of a served file."""
    return lambda name: f"{root}/static/{static_files()[name].served_name}"


def outer_address(request: Request) -> str:
    """Return where others reach this service, without a slash at the end: as configured, else as the request has it."""
    return access_of(request).web.address or str(request.base_url).rstrip("/")
