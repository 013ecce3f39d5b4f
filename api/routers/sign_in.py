"""Signing in and out with a browser: the key is given once, a cookie stands for it."""

from __future__ import annotations

import logging
import re
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.access.audience import Audience
from api.access.audit import Entry
from api.access.cross_site import form_fields, is_same_site
from api.access.keys import KeyRecord, KeyRing
from api.access.limits import network_of
from api.access.sessions import LASTS
from api.access.who import COOKIE, audience_of, identity_of, session_token
from api.framing import access_of, frame_of, framed, language_of
from api.router import NamedRouter
from data.errors import BadInput
from maps.words import Language

routes = APIRouter(include_in_schema=False)
_LOG = logging.getLogger("guelta.access")
#: A path of this service: never another host, nor what a browser might take for one.
_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9_./-]*")


@routes.api_route("/sign-in", methods=["GET", "HEAD"])
def form(request: Request) -> Response:
    """Show the form."""
    return _form(request, _next(request.query_params.get("next", "")))


@routes.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Take a key and set the cookie."""
    fields = form_fields(await request.body(), request.headers)
    after = _next(fields.get("next", ""))
    if not is_same_site(request.headers):
        return _form(request, after, "Open this page anew and try again.", 403)
    if wait_s := access_of(request).sign_ins.take(network_of(request.scope)):
        answer = _form(request, after, "Too many attempts: wait a minute.", 429)
        answer.headers["Retry-After"] = str(max(1, round(wait_s + 0.5)))
        return answer
    return await run_in_threadpool(_signed_in, request, fields.get("key", "").strip(), after)


@routes.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the sign-in here and on every other page of the browser."""
    access, who = access_of(request), identity_of(request)
    token = session_token(request.headers)
    if access.sessions is not None and who.csrf:
        access.sessions.end(token)
        access.audit.note(Entry(access.clock(), who.key_id, who.audience.word, "sign-out", "session", "", who.purpose))
    answer = RedirectResponse(f"{request.scope.get('root_path', '')}/public", status_code=303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=_is_secure(request))
    return answer


def _signed_in(request: Request, key: str, after: str) -> Response:
    access, ring = access_of(request), request.app.state.keys
    now = access.clock()
    record = ring.holder(key, now) if isinstance(ring, KeyRing) else None
    try:
        _note(request, record, now)
    except (BadInput, OSError):
        _LOG.exception("the audit cannot be written")
        return _form(request, after, "Signing in is not possible just now: try again later.", 503)
    if record is None or access.sessions is None:
        return _form(request, after, "This key is not valid.", 401)
    answer = RedirectResponse(f"{request.scope.get('root_path', '')}{after}", status_code=303)
    answer.set_cookie(
        COOKIE, access.sessions.open(record, now), max_age=int(LASTS.total_seconds()), path="/", httponly=True,
        samesite="strict", secure=_is_secure(request),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _note(request: Request, record: KeyRecord | None, now: datetime) -> None:
    """Write who signed in; of an attempt with a wrong key, that there was one."""
    who = ("", Audience.PUBLIC.word, "refuse", "") if record is None else (
        record.prefix, record.audience.word, "sign-in", record.purpose
    )  # fmt: skip
    access_of(request).audit.note(Entry(now, who[0], who[1], who[2], "session", "", who[3]))


def _form(request: Request, after: str, fault: str = "", status: int = 200) -> Response:
    language: Language = language_of(request.headers, request.query_params.get("lang"))
    access = access_of(request)
    # somebody who is signed in and was sent here has a key that does not open that page
    is_other = not fault and audience_of(request) > Audience.PUBLIC and "next" in request.query_params
    frame = frame_of(request, "Sign in", language)
    answer = framed(
        request, frame, "sign_in", status, after=after, fault=fault, is_other=is_other,
        is_open=access.is_open, has_keys=access.sessions is not None,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _next(path: str) -> str:
    return path if len(path) <= 200 and _PATH.fullmatch(path) else "/public"


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https" or access_of(request).web.address.startswith("https://")


ROUTER = NamedRouter("sign-in", routes)
