"""The access of one application, put together from its store and the environment."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Scope

from api.access.audience import Audience
from api.access.audit import AuditLog, Entry, MemoryAudit
from api.access.cross_site import TokenGuard
from api.access.gate import Gate
from api.access.keys import KeyRing, KeyStore, new_key
from api.access.limits import AddressLimit, Buckets, Limits, WorkLimit
from api.access.rules import RULES, RuleBook
from api.access.sessions import MemorySessions, Sessions, SessionStore
from api.access.stored import StoredAudit, StoredKeys
from api.access.watch import JsonLines, Metrics, Watch, Web
from api.access.who import Doorkeeper, Tokens
from api.store.errors import StoreFault
from api.store.store import Store
from data.errors import BadInput

_ADMIN_DAYS = 365
#: A key is typed or pasted: a person needs few attempts.
_SIGN_INS_PER_MIN, _SIGN_INS_BURST = 4.0, 10.0


@dataclass(frozen=True)
class Access:
    """Who may see what of one application.

    Attributes
    ----------
    audit : AuditLog
    keys : KeyStore or None
    tokens : Tokens or None
        Of an OpenID Connect issuer.
    is_open : bool
        Requests of the machine itself that bring no key are a planner's.
    limits : Limits
    web : Web
    book : RuleBook
    clock : callable
    metrics : Metrics
    signed_in : SessionStore
        Of browsers.
    sign_ins : Buckets
        Attempts to sign in, by address.
    """

    audit: AuditLog = field(default_factory=MemoryAudit)
    keys: KeyStore | None = None
    tokens: Tokens | None = None
    is_open: bool = False
    limits: Limits = field(default_factory=Limits)
    web: Web = field(default_factory=Web)
    book: RuleBook = field(default_factory=lambda: RuleBook(RULES))
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    metrics: Metrics = field(default_factory=Metrics)
    signed_in: SessionStore = field(default_factory=MemorySessions)
    sign_ins: Buckets = field(default_factory=lambda: Buckets(_SIGN_INS_PER_MIN, _SIGN_INS_BURST))

    @classmethod
    def closed(cls) -> Access:
        """Return access to what is public, and to nothing else: no key fits."""
        return cls()

    @classmethod
    def open_planner(cls) -> Access:
        """Return access for one user on this machine, a planner without key on loopback; the audit ends with it."""
        return cls(is_open=True)

    @classmethod
    def of_store(cls, store: Store, environment: Mapping[str, str], *, is_open: bool = False) -> Access:
        """Return access by the keys of a store and what the environment configures.

        Raises
        ------
        BadInput
            If the configuration cannot be used.
        """
        access = cls(
            audit=StoredAudit(store), keys=StoredKeys(store), tokens=_tokens(environment),
            limits=_limits(environment), web=_web(environment), signed_in=store.sessions,
        )  # fmt: skip
        return replace(access, is_open=is_open)

    def first_admin_key(self) -> str | None:
        """Make an admin key if there is no valid one, and return it; it is nowhere else."""
        if self.keys is None:
            return None
        now = self.clock()
        if any(each.audience is Audience.ADMIN and each.state(now) == "valid" for each in self.keys.all()):
            return None
        key, record = new_key(self.keys, Audience.ADMIN, "running this service", days=_ADMIN_DAYS, now=now)
        self.audit.note(Entry(now, "local", "admin", "create", "key", record.prefix, record.purpose))
        return key

    def install(
        self, app: FastAPI, data_version: str, quick: Callable[[Scope], ASGIApp | None] = lambda scope: None
    ) -> None:
        """Put the gate and the limits before an application whose routes are all there, and `quick` behind them.

        Raises
        ------
        ValueError
            If a route stands in no rule: it would be open, or closed, by accident.
        """
        if undeclared := self.book.undeclared(app):
            raise ValueError(f"no rule in api.access.rules for {', '.join(undeclared)}")
        ring = KeyRing(self.keys) if self.keys else None
        keeper = Doorkeeper(ring, self.tokens, self.is_open, self.clock, self.sessions)
        limits = self.limits
        app.state.access = self
        app.state.keys = ring
        # the last one added is the outermost
        app.add_middleware(TokenGuard, data_version=data_version)
        app.add_middleware(
            WorkLimit, limits=limits, buckets=Buckets(limits.key_per_min, limits.key_burst), data_version=data_version,
            quick=quick,
        )  # fmt: skip
        app.add_middleware(Gate, doorkeeper=keeper, book=self.book, audit=self.audit, data_version=data_version)
        app.add_middleware(
            AddressLimit, buckets=Buckets(limits.address_per_min, limits.address_burst), data_version=data_version
        )
        if self.web.origins:
            app.add_middleware(
                CORSMiddleware, allow_origins=self.web.origins, allow_methods=["GET", "HEAD"],
                allow_headers=["Authorization"],
            )  # fmt: skip
        app.add_middleware(Watch, web=self.web, metrics=self.metrics, data_version=data_version)

    @property
    def sessions(self) -> Sessions | None:
        """Sign-ins of browsers; none where there are no keys."""
        return Sessions(self.signed_in, self.keys) if self.keys else None

    def is_ready(self) -> bool:
        """Return whether keys can be looked up and the audit can be read."""
        try:
            if self.keys is not None:
                self.keys.find("ready")
            self.audit.head()
        except StoreFault:
            return False
        return True


def log_as_json() -> None:
    """Write the logs of this service to standard error, one JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("guelta")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)


def _tokens(environment: Mapping[str, str]) -> Tokens | None:
    issuer = environment.get("GUELTA_OIDC_ISSUER", "")
    if not issuer:
        return None
    from api.access.oidc import IssuerTokens  # its libraries are needed with an issuer alone

    return IssuerTokens(
        issuer,
        environment.get("GUELTA_OIDC_AUDIENCE", "guelta"),
        environment.get("GUELTA_OIDC_ROLES_CLAIM", "guelta_roles"),
        environment.get("GUELTA_OIDC_PURPOSE_CLAIM", "guelta_purpose"),
    )


def _limits(environment: Mapping[str, str]) -> Limits:
    values = {}
    for name, option, factor in (
        ("address_per_min", "GUELTA_RATE_ADDRESS", 1), ("key_per_min", "GUELTA_RATE_KEY", 1),
        ("body_bytes", "GUELTA_BODY_MB", 1_000_000), ("jobs", "GUELTA_JOBS", 1), ("longest_s", "GUELTA_LONGEST_S", 1),
        ("open_jobs", "GUELTA_OPEN_JOBS", 1),
    ):  # fmt: skip
        if option in environment:
            if not environment[option].isdigit() or not 0 < int(environment[option]) <= 1_000_000:
                raise BadInput(f"{option}: a whole number from 1 to 1000000")
            values[name] = int(environment[option]) * factor
    return replace(Limits(), **values)


def _web(environment: Mapping[str, str]) -> Web:
    origins = tuple(environment.get("GUELTA_CORS_ORIGINS", "").split())
    frames = tuple(environment.get("GUELTA_FRAME_ANCESTORS", "").split())
    address = environment.get("GUELTA_ADDRESS", "").rstrip("/")
    bad = [each for each in (*origins, *frames, *([address] if address else [])) if not _is_origin(each)]
    if bad:
        raise BadInput(f"'{each[:60]}' is no origin such as https://example.org" for each in bad)
    return Web(origins, frames, address, *_tiles(environment))


def _tiles(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the address of tiles of another host and whose they are; both "" where none are configured."""
    tiles, whose = (environment.get(name, "").strip() for name in ("GUELTA_TILES", "GUELTA_TILES_ATTRIBUTION"))
    if not tiles:
        return "", ""
    host = "/".join(tiles.split("/")[:3])
    if not (_is_origin(host) and host != "*" and all(part in tiles for part in ("{z}", "{x}", "{y}"))):
        raise BadInput(f"GUELTA_TILES: '{tiles[:80]}' is no address such as https://example.org/{{z}}/{{x}}/{{y}}.png")
    if not whose:
        raise BadInput("GUELTA_TILES_ATTRIBUTION: say whose tiles they are; the maps have to name them")
    return tiles, whose


def _is_origin(text: str) -> bool:
    scheme, found, host = text.partition("://")
    plain = host.replace(".", "").replace("-", "").replace(":", "").replace("*", "")
    return text == "*" or bool(found and scheme in ("https", "http") and plain.isalnum())
