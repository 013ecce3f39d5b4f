"""The gate before every route: who asks, whether they may, and a line in the audit before anything sensitive is read.

It stands before the routes, the reading of bodies and the checks of parameters, and it knows paths only, so that an
answer of 401 or 403 has the same bytes and takes the same work whether the thing asked for exists or not.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.audience import Audience
from api.access.audit import AuditLog, Entry
from api.access.cross_site import SAFE, is_same_site
from api.access.rules import Match, RuleBook
from api.access.who import NOBODY, Doorkeeper, Identity, Unknown, brings_key
from api.problems import problem
from api.store.errors import StoreFault
from data.errors import BadInput

_LOG = logging.getLogger("guelta.access")
#: Others are met by no route; that says nothing about what is there.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_DID = {"GET": "read", "HEAD": "read", "OPTIONS": "read"}


@dataclass(frozen=True)
class Gate:
    """ASGI middleware.

    Attributes
    ----------
    app : ASGIApp
    doorkeeper : Doorkeeper
    book : RuleBook
    audit : AuditLog
    data_version : str
    """

    app: ASGIApp
    doorkeeper: Doorkeeper
    book: RuleBook
    audit: AuditLog
    data_version: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # there is no other door
            await send({"type": "websocket.close", "code": 1008})
            return
        status = await self._refused(scope)
        if status in (401, 403) and scope["guelta.is_page"] and scope["method"] in ("GET", "HEAD"):
            await _sign_in(scope)(scope, receive, send)
        elif status == 405:
            allowed = self.book.methods(_path(scope))
            await _answer(status, self.data_version, allowed)(scope, receive, send)
        elif status:
            await _answer(status, self.data_version)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _refused(self, scope: Scope) -> int:
        """Return the status to refuse with; 0 to let through."""
        match = self.book.match(scope["method"], _path(scope))
        scope["guelta.template"] = match.template if match else "other"
        scope["guelta.is_page"] = bool(match and match.rule.is_page)
        scope["guelta.may_be_framed"] = bool(match and match.rule.may_be_framed)
        scope["guelta.is_same_for_all"] = bool(match and match.rule.is_same_for_all)
        try:
            who = await self._who(scope)
        except Unknown:
            return 401
        except (BadInput, StoreFault):
            _LOG.exception("credentials cannot be checked")
            return 503
        scope["guelta.identity"] = who
        if match is None:
            # the paths there are stand in the public description: that there is none is no secret
            return 404
        if self._has_no_such(scope["method"], match, _path(scope)):
            return 405
        scope["guelta.heavy_s"] = match.rule.heavy_s
        scope["guelta.parts"] = match.parts
        if not match.is_for(who.audience, who.scopes):
            return 401 if who == NOBODY else 403
        if who.csrf and scope["method"] not in SAFE and not is_same_site(Headers(scope=scope)):
            return 403
        if not match.rule.audits or await run_in_threadpool(self._is_noted, scope["method"], match, who):
            return 0
        return 503

    def _has_no_such(self, method: str, match: Match, path: str) -> bool:
        """Return whether no route has a method; of paths that are not public, only for what no path has."""
        if method in SAFE:
            return False
        return method not in METHODS or (match.rule.least is Audience.PUBLIC and method not in self.book.methods(path))

    async def _who(self, scope: Scope) -> Identity:
        # a key or a cookie takes a look into the store, and sometimes a slow hash; else there is nothing to wait for
        if brings_key(scope):
            return await run_in_threadpool(self.doorkeeper.identity, scope)
        return self.doorkeeper.identity(scope)

    def _is_noted(self, method: str, match: Match, who: Identity) -> bool:
        """Write what is about to be read; where that is impossible nothing is read."""
        rule = match.rule
        what = match.parts.get(rule.id_from, "")
        did = _DID.get(method, "write")
        now = self.doorkeeper.clock()
        try:
            self.audit.note(Entry(now, who.key_id, who.audience.word, did, rule.audits, what, who.purpose))
        except (BadInput, StoreFault):
            _LOG.exception("the audit cannot be written")
            return False
        return True


def _path(scope: Scope) -> str:
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root) else path


def _sign_in(scope: Scope) -> ASGIApp:
    """Send a browser to the sign-in, with the path it came for; the query stays behind, it may hold a position."""
    root = str(scope.get("root_path", ""))
    address = f"{root}/sign-in?next={quote(_path(scope), safe='/')}"
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def _answer(status: int, data_version: str, allowed: Sequence[str] = ()) -> ASGIApp:
    title, fault = {
        401: ("unauthorized", "a valid key is needed: Authorization: Bearer KEY"),
        403: ("forbidden", "this key does not open this"),
        404: ("not found", "Not Found"),
        405: ("method not allowed", "Method Not Allowed"),
        503: ("unavailable", "try again later"),
    }[status]
    answer = problem(status, title, [fault], data_version)
    answer.headers["Cache-Control"] = "no-store"
    if allowed:
        answer.headers["Allow"] = ", ".join(allowed)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="guelta"'
    return answer
