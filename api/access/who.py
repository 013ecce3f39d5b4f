"""From the credentials of a request to who asks and what they may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.types import Scope

from api.access.audience import Audience, scopes_of
from api.access.keys import KeyRing

COOKIE = "guelta_session"
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True)
class Identity:
    """Who asks.

    Attributes
    ----------
    audience : Audience
    key_id : str
        Prefix of the key, "oidc:" with a digest of the subject, "open" for the planner without key, "" for nobody.
    scopes : frozenset of str
    purpose : str
    csrf : str
        What forms have to bring, of who is signed in by a cookie; "" for all others.
    """

    audience: Audience
    key_id: str
    scopes: frozenset[str]
    purpose: str
    csrf: str = field(default="", repr=False, compare=False)


NOBODY = Identity(Audience.PUBLIC, "", scopes_of(Audience.PUBLIC), "")
OPEN_PLANNER = Identity(Audience.PLANNER, "open", scopes_of(Audience.PLANNER), "one user on the machine itself")


class Unknown(Exception):
    """Credentials were given and are not good; nothing is said about why."""


class Tokens(Protocol):
    """Reads bearer tokens of an issuer."""

    def identity(self, token: str, now: datetime) -> Identity | None:
        """Return who holds a token; None for one that is not good."""


class SignIns(Protocol):
    """Reads the tokens of signed-in browsers."""

    def identity(self, token: str, now: datetime) -> Identity | None:
        """Return who is signed in; None for a token that is over or never was."""


@dataclass(frozen=True)
class Doorkeeper:
    """Tells who asks.

    Attributes
    ----------
    keys : KeyRing or None
    tokens : Tokens or None
    is_open : bool
        Whether requests of the machine itself that bring nothing are a planner's.
    clock : callable
        Returns the time, aware.
    sessions : SignIns or None
        Of browsers.
    """

    keys: KeyRing | None = None
    tokens: Tokens | None = None
    is_open: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sessions: SignIns | None = None

    def identity(self, scope: Scope) -> Identity:
        """Return who asks; raises Unknown for credentials that are not good, though none were needed.

        A key in the header goes before a cookie. A cookie that is over is as none: it stays in browsers, and what is
        public has to open for them.
        """
        headers = Headers(scope=scope)
        given = headers.getlist("authorization")
        if not given:
            if (signed := self._signed_in(headers)) is not None:
                return signed
            return OPEN_PLANNER if self.is_open and is_of_this_machine(scope, headers) else NOBODY
        kind, _, token = given[0].partition(" ")
        if len(given) > 1 or kind.lower() != "bearer" or not token or len(token) > 8192:
            raise Unknown
        found = self._holder(token.strip())
        if found is None:
            raise Unknown
        return found

    def _signed_in(self, headers: Headers) -> Identity | None:
        token = session_token(headers)
        return self.sessions.identity(token, self.clock()) if self.sessions and token else None

    def _holder(self, token: str) -> Identity | None:
        now = self.clock()
        if token.startswith("gk_") or self.tokens is None:
            record = self.keys.holder(token, now) if self.keys else None
            if record is None:
                return None
            return Identity(record.audience, record.prefix, record.scopes, record.purpose)
        return self.tokens.identity(token, now)


def session_token(headers: Headers) -> str:
    """Return the token of the cookie; "" without one."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


def is_of_this_machine(scope: Scope, headers: Headers) -> bool:
    """Return whether a request comes from this machine, and not from a page or proxy on it.

    A page of another site opened in a browser here can send requests to loopback; its Origin, or the name it used for
    this machine, gives it away.
    """
    client = scope.get("client")
    if not client or not _is_loopback(client[0]) or any(name in headers for name in _FORWARDED):
        return False
    if _host(headers.get("host", "")) not in _LOCAL_NAMES:
        return False
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


def brings_key(scope: Scope) -> bool:
    """Return whether a request brings credentials, good or not."""
    return any(name in (b"authorization", b"cookie") for name, _ in scope["headers"])


def _host(value: str) -> str:
    return value[: value.find("]") + 1] if value.startswith("[") else value.partition(":")[0].lower()


@lru_cache(maxsize=4096)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def audience_of(connection: HTTPConnection) -> Audience:
    """Return what who asks may see."""
    return identity_of(connection).audience


def identity_of(connection: HTTPConnection) -> Identity:
    """Return who asks, as the gate found it; the public where there is no gate."""
    found = connection.scope.get("guelta.identity", NOBODY)
    assert isinstance(found, Identity)
    return found
