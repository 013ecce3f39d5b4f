"""Sign-ins of browsers: a key is given once, then a cookie with a random token stands for it for twelve hours.

The token is kept as a digest beside the prefix of its key, so that several processes agree, signing out ends it
everywhere, and a key that is revoked or expires ends it at once.

For authors of pages: a route that only makes sense in a browser is a `Rule` with `is_page`; whoever may not see it is
sent to ``/sign-in``. A form that changes something holds
``<input type="hidden" name="csrf" value="{{ frame.csrf }}">``; a script sends the same value as the header
``X-Guelta-Token``. Without it a request that comes by the cookie is refused (`api.access.cross_site`). Requests with a
key in ``Authorization`` need none, nor do those of the open planner.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Protocol

from api.access.keys import KeyRecord, KeyStore
from api.access.who import Identity
from api.store.sessions import SessionRecord

LASTS = timedelta(hours=12)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_MOST = 10_000


class SessionStore(Protocol):
    """Where sign-ins are kept."""

    def add(self, record: SessionRecord, now: datetime) -> None:
        """Keep a sign-in, and forget those that are over."""

    def find(self, digest: str) -> SessionRecord | None:
        """Return a sign-in."""

    def end(self, digest: str) -> None:
        """Forget a sign-in."""


class MemorySessions:
    """A `SessionStore` that ends with the process."""

    def __init__(self) -> None:
        self._held: dict[str, SessionRecord] = {}
        self._lock = Lock()

    def add(self, record: SessionRecord, now: datetime) -> None:
        """Keep a sign-in."""
        with self._lock:
            self._held = {each.digest: each for each in self._held.values() if now < each.expires}
            while len(self._held) >= _MOST:
                del self._held[next(iter(self._held))]
            self._held[record.digest] = record

    def find(self, digest: str) -> SessionRecord | None:
        """Return a sign-in."""
        return self._held.get(digest)

    def end(self, digest: str) -> None:
        """Forget a sign-in."""
        with self._lock:
            self._held.pop(digest, None)


@dataclass(frozen=True)
class Sessions:
    """Opens, reads and ends sign-ins.

    Attributes
    ----------
    store : SessionStore
    keys : KeyStore
        Looked into at each request: what became of the key counts, not what it was.
    """

    store: SessionStore
    keys: KeyStore

    def open(self, record: KeyRecord, now: datetime) -> str:
        """Return the token of a new sign-in; it ends with its key, or after `LASTS`."""
        token = secrets.token_urlsafe(32)
        self.store.add(SessionRecord(_digest(token), record.prefix, min(now + LASTS, record.expires)), now)
        return token

    def identity(self, token: str, now: datetime) -> Identity | None:
        """Return who is signed in by a token; None for one that is over or never was."""
        session = self.store.find(_digest(token)) if _TOKEN.fullmatch(token) else None
        if session is None or now >= session.expires:
            return None
        record = self.keys.find(session.prefix)
        if record is None or record.state(now) != "valid":
            return None
        return Identity(record.audience, record.prefix, record.scopes, record.purpose, csrf_of(token))

    def end(self, token: str) -> None:
        """End a sign-in, if there is one."""
        self.store.end(_digest(token))


def csrf_of(token: str) -> str:
    """Return what forms have to bring besides the cookie; it does not tell the token."""
    return sha256(b"guelta form\n" + token.encode()).hexdigest()[:40]


def _digest(token: str) -> str:
    return sha256(b"guelta session\n" + token.encode("utf-8", "replace")).hexdigest()
