"""The public page, its small form for other sites, and how these find it (oEmbed 1.0)."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

from fastapi import APIRouter, HTTPException, Request, Response
from markupsafe import Markup

from api.context import RegionContext
from api.framing import access_of, frame_of, framed, language_of, outer_address, static_address
from api.router import NamedRouter, context_of, json_answer
from api.tagged import tagged
from data.errors import BadInput
from maps.frame import Frame, filler
from maps.words import LANGUAGE_NAMES, Language, phrase

if TYPE_CHECKING:
    from maps.public_view import Hotline, PublicFacts

routes = APIRouter(include_in_schema=False)
_METHODS = ["GET", "HEAD"]
#: Pixels that the embed takes if nobody says otherwise, and at least.
WIDTH, HEIGHT, LEAST_WIDTH, LEAST_HEIGHT = 420, 720, 280, 300
_KEPT_S = 3600


@routes.api_route("/public", methods=_METHODS)
def public(request: Request) -> Response:
    """Show what a person should know, of a corridor or of the whole region."""
    from maps.public_view import corridor_name

    language, facts = _asked(request)
    if facts is None:
        return _nothing(request, language)
    frame = frame_of(
        request, "What to know before leaving: {region}", language, region=corridor_name(facts.corridor, language)
    )
    choices = [(each, corridor_name(each, language)) for each in ("", *facts.corridors)]
    return framed(
        request, frame, "public", corridors=choices, corridor=facts.corridor, oembed=_oembed(request, facts, language),
        embed=_address("/embed", facts.corridor, language, frame.root), snippet=_snippet(request, facts, language),
        can_be_framed=bool(access_of(request).web.frame_ancestors), **_parts(facts, language),
    )  # fmt: skip


@routes.api_route("/embed", methods=_METHODS)
def embed(request: Request) -> Response:
    """Show the same, small, for a frame on another site: no cookie, no script, the same for everybody."""
    language, facts = _asked(request)
    if facts is None:
        return _nothing(request, language)
    outer, root = outer_address(request), str(request.scope.get("root_path", ""))
    body, packed = _embedded(facts, language, outer, root)
    headers = {
        "Cache-Control": f"public, max-age={_KEPT_S}",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return tagged(request, body, "text/html; charset=utf-8", headers, packed)


@routes.api_route("/oembed", methods=_METHODS)
def oembed(request: Request) -> Response:
    """Tell another site how to show an address of this service (oEmbed 1.0)."""
    from maps.public_page import public_title

    form = request.query_params.get("format", "json")
    if form not in ("json", "xml"):
        raise HTTPException(501, "format is json or xml")
    width, height = _sizes(request)
    facts, language = _meant(request, request.query_params.get("url", ""))
    told = {
        "version": "1.0",
        "type": "rich",
        "provider_name": "Guelta",
        "provider_url": outer_address(request) + "/public",
        "title": public_title(facts, language),
        "cache_age": _KEPT_S,
        "width": width,
        "height": height,
        "html": _snippet(request, facts, language, width, height),
    }
    headers = {"Cache-Control": f"public, max-age={_KEPT_S}", "Vary": "Accept-Language"}
    if form == "json":
        answer = json_answer(told)
        answer.headers.update(headers)
        return answer
    return Response(_xml(told), media_type="text/xml; charset=utf-8", headers=headers)


def _asked(request: Request) -> tuple[Language, PublicFacts | None]:
    """Return language and facts of an address; None for a corridor that is not known. Other parameters are left alone.

    Sites where a link is shared add their own, and people would get a fault for it.
    """
    language = language_of(request.headers, request.query_params.get("lang"))
    return language, _facts(request, request.query_params.get("corridor", ""))


def _facts(request: Request, corridor: str) -> PublicFacts | None:
    from api.usecases.public_facts import corridors_of

    context = context_of(request)
    if corridor and corridor not in corridors_of(context):
        return None
    hotlines: tuple[Hotline, ...] = getattr(request.app.state, "hotlines", ())
    return _kept_facts(context, corridor, datetime.now(UTC).date(), hotlines)


@lru_cache(maxsize=32)
def _kept_facts(context: RegionContext, corridor: str, on: date, hotlines: tuple[Hotline, ...]) -> PublicFacts:
    from api.usecases.public_facts import public_facts

    return public_facts(context, corridor, on, hotlines)


def prepare_public(context: RegionContext, hotlines: tuple[Hotline, ...]) -> None:
    """Make today's figures of every corridor, so that nobody waits for them."""
    from api.usecases.public_facts import corridors_of

    for corridor in ("", *corridors_of(context)):
        _kept_facts(context, corridor, datetime.now(UTC).date(), hotlines)


@lru_cache(maxsize=64)
def _parts(facts: PublicFacts, language: Language) -> dict[str, Any]:
    from maps.public_page import public_parts

    return public_parts(facts, language)


@lru_cache(maxsize=64)
def _embedded(facts: PublicFacts, language: Language, outer: str, root: str) -> tuple[bytes, bytes]:
    from maps.public_page import public_title

    languages = tuple(
        (code, name, _address("/embed", facts.corridor, code, root)) for code, name in LANGUAGE_NAMES.items()
    )
    frame = Frame(public_title(facts, language), language, facts.data_version, languages=languages, root=root)
    text = filler().fill(
        "embed", frame, static_address(root), oembed=_oembed_address(outer, facts, language),
        more=_address("/public", facts.corridor, language, root), **_parts(facts, language),
    )  # fmt: skip
    body = text.encode()
    return body, gzip.compress(body, 9, mtime=0)


def _nothing(request: Request, language: Language) -> Response:
    """Answer to an address of which there is nothing, the same whatever was asked for."""
    frame = frame_of(request, "Nothing here", language)
    bare = Frame(frame.title, language, frame.data_version, root=frame.root)
    message = phrase("There is no such page. The region may have another name.", language)
    return framed(request, bare, "message", 404, message=message)


def _address(path: str, corridor: str, language: str, root: str = "") -> str:
    return f"{root}{path}?" + urlencode({"lang": language, **({"corridor": corridor} if corridor else {})})


def _oembed(request: Request, facts: PublicFacts, language: Language) -> str:
    return _oembed_address(outer_address(request), facts, language)


def _oembed_address(outer: str, facts: PublicFacts, language: Language) -> str:
    return f"{outer}/oembed?" + urlencode({"url": outer + _address("/embed", facts.corridor, language)})


def _snippet(request: Request, facts: PublicFacts, language: Language, width: int = WIDTH, height: int = HEIGHT) -> str:
    from maps.public_page import public_title

    address = outer_address(request) + _address("/embed", facts.corridor, language)
    return str(
        Markup(
            '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        ).format(address, public_title(facts, language), width, height)
    )


def _sizes(request: Request) -> tuple[int, int]:
    found, faults = [], []
    for name, usual, least in (("maxwidth", WIDTH, LEAST_WIDTH), ("maxheight", HEIGHT, LEAST_HEIGHT)):
        text = request.query_params.get(name, str(usual))
        if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) > 0):
            faults.append(f"{name} is a whole number from 1 to 99999")
        else:
            found.append(max(least, min(usual, int(text))))
    if faults:
        raise BadInput(faults)
    return found[0], found[1]


def _meant(request: Request, url: str) -> tuple[PublicFacts, Language]:
    """Return facts and language of an address of this service; 404 for any other, with the same words."""
    facts = None
    try:
        parts, own = urlsplit(url), urlsplit(outer_address(request))
        query = dict(parse_qsl(parts.query, max_num_fields=20))
    except ValueError:
        raise HTTPException(404, "nothing can be embedded from there") from None
    if parts[:2] == own[:2] and parts.path in (own.path + "/embed", own.path + "/public"):
        facts = _facts(request, query.get("corridor", ""))
    if facts is None:
        raise HTTPException(404, "nothing can be embedded from there")
    return facts, language_of(request.headers, query.get("lang"))


def _xml(told: dict[str, Any]) -> bytes:
    root = ElementTree.Element("oembed")
    for name, value in told.items():
        ElementTree.SubElement(root, name).text = str(value)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


ROUTER = NamedRouter("public", routes)
