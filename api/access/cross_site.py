"""A page of another site must not act for who is signed in here.

The cookie is SameSite=Strict. Besides, a request that comes by it and changes something has to tell that it comes from
a page of this service (Origin or Sec-Fetch-Site, which no script can set), and bring the token of that page.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.who import NOBODY
from api.problems import problem

HEADER, FIELD = "x-guelta-token", "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM = "application/x-www-form-urlencoded"


def is_same_site(headers: Headers) -> bool:
    """Return whether a request tells that a page of this service sent it; one that tells nothing does not."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and (site != "same-origin" or origin in (None, "null")):
        # an origin is "null" too where a browser is told to name no referrer; what it says of the site holds
        return site == "same-origin"
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def form_fields(body: bytes, headers: Headers) -> dict[str, str]:
    """Return the fields of a plain form, the first of each name; none for a body of another kind."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return {}
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=500)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


@dataclass(frozen=True)
class TokenGuard:
    """ASGI middleware behind the limits, where the body is whole."""

    app: ASGIApp
    data_version: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it without its token."""
        who = scope.get("guelta.identity", NOBODY)
        if scope["type"] != "http" or not who.csrf or scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        message = await receive()
        headers = Headers(scope=scope)
        given = headers.get(HEADER) or form_fields(message.get("body", b""), headers).get(FIELD, "")
        if not hmac.compare_digest(given.encode(), who.csrf.encode()):
            fault = "this request does not come from a page of this service: open the page anew"
            await problem(403, "forbidden", [fault], self.data_version)(scope, receive, send)
            return
        told = False

        async def again() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return message

        await self.app(scope, again, send)
