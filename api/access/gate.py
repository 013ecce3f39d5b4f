"""The gate before every route: who asks, whether they may, and a line in the audit before anything sensitive is read.

It stands before the routes, the reading of bodies and the checks of parameters, and it knows paths only, so that an
answer of 401 or 403 has the same bytes and takes the same work whether the thing asked for exists or not.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access.audit import AuditLog, Entry
from api.access.rules import Match, RuleBook
from api.access.who import NOBODY, Doorkeeper, Identity, Unknown, brings_key
from api.problems import problem
from data.errors import BadInput

_LOG = logging.getLogger("guelta.access")
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
        if status:
            await _answer(status, self.data_version)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _refused(self, scope: Scope) -> int:
        """Return the status to refuse with; 0 to let through."""
        match = self.book.match(scope["method"], _path(scope))
        scope["guelta.template"] = match.template if match else "other"
        try:
            who = await self._who(scope)
        except Unknown:
            return 401
        except (BadInput, OSError):
            _LOG.exception("credentials cannot be checked")
            return 503
        scope["guelta.identity"] = who
        if match is None:
            # the paths there are stand in the public description: that there is none is no secret
            return 404
        scope["guelta.heavy_s"] = match.rule.heavy_s
        scope["guelta.parts"] = match.parts
        if not match.is_for(who.audience, who.scopes):
            return 401 if who == NOBODY else 403
        if not match.rule.audits or await run_in_threadpool(self._is_noted, scope["method"], match, who):
            return 0
        return 503

    async def _who(self, scope: Scope) -> Identity:
        # a key takes a look into a file, and sometimes a slow hash; without one there is nothing to wait for
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
        except (BadInput, OSError):
            _LOG.exception("the audit cannot be written")
            return False
        return True


def _path(scope: Scope) -> str:
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root) else path


def _answer(status: int, data_version: str) -> ASGIApp:
    title, fault = {
        401: ("unauthorized", "a valid key is needed: Authorization: Bearer KEY"),
        403: ("forbidden", "this key does not open this"),
        404: ("not found", "Not Found"),
        503: ("unavailable", "try again later"),
    }[status]
    answer = problem(status, title, [fault], data_version)
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="guelta"'
    return answer
