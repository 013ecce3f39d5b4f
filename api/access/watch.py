"""What is written of requests: one JSON line each, metrics, and security headers on every answer.

Neither holds paths, queries, ids, addresses or bodies: a route is named by its template, a caller by the prefix of the
key. An unforeseen fault is logged by its type and place in the code; its message may hold a position.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
import traceback
from dataclasses import dataclass, field
from functools import cached_property

import orjson
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.audience import Audience
from api.access.who import NOBODY
from api.problems import problem

Raw = list[tuple[bytes, bytes]]
_LOG = logging.getLogger("guelta.requests")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True)
class Web:
    """What browsers may do with answers.

    Attributes
    ----------
    origins : tuple of str
        That may read public answers from their pages (CORS); "*" for all. None by default.
    frame_ancestors : tuple of str
        Sites that may show the embed in a frame; none by default.
    address : str
        Where others reach this service, for addresses that are handed on; "" for that of the request.
    tiles, tiles_attribution : str
        Address of tiles of another host that lie below the maps, and whose they are; "" for none, the default: that
        host learns which places are looked at.
    """

    origins: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    address: str = ""
    tiles: str = ""
    tiles_attribution: str = ""

    def policy(self, *, html: bool, framed: bool = False) -> str:
        """Return the content security policy of a page or of data; `framed` is what other sites may show."""
        frames = (" ".join(self.frame_ancestors) if framed else "") or "'none'"
        if not html:
            return f"default-src 'none'; frame-ancestors {frames}"
        pictures = "'self' data:" + (f" {'/'.join(self.tiles.split('/')[:3])}" if self.tiles else "")
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; font-src 'self'; "
            f"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {frames}"
        )


class Metrics:
    """Counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "guelta_requests", "Requests", ("method", "route", "status", "audience"), registry=self.registry
        )
        self.seconds = Histogram(
            "guelta_request_seconds", "Time to answer", ("route",), registry=self.registry,
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300),
        )  # fmt: skip

    def text(self) -> bytes:
        """Return them as Prometheus reads them."""
        return generate_latest(self.registry)


@dataclass
class Watch:
    """ASGI middleware around everything: request id, headers, log, metrics, and an answer to unforeseen faults."""

    app: ASGIApp
    web: Web
    metrics: Metrics
    data_version: str
    is_debug: bool = field(default_factory=lambda: bool(os.environ.get("GUELTA_DEBUG")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, begun = secrets.token_hex(8), time.perf_counter()
        told = {"status": 0, "bytes": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                message["headers"] = self._secured(scope, list(message["headers"]), request_id)
            elif message["type"] == "http.response.body":
                told["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            _LOG.error(_json(request=request_id, fault=type(error).__name__, where=places_of(error)))
            if self.is_debug:
                raise
            if not told["status"]:
                fault = f"an error of the service itself; it is logged as {request_id}"
                await problem(500, "error", [fault], self.data_version)(scope, receive, watched)
        finally:
            self._tell(scope, request_id, told, time.perf_counter() - begun)

    def _secured(self, scope: Scope, headers: Raw, request_id: str) -> Raw:
        """Return the headers of an answer with those that every answer has; what it says of the same is replaced."""
        html = dict(headers).get(b"content-type", b"").startswith(b"text/html")
        framed = bool(scope.get("guelta.may_be_framed")) and bool(self.web.frame_ancestors)
        ours = self._ours[html, framed] | {b"x-request-id": request_id.encode()}
        if scope["scheme"] == "https":
            ours[b"strict-transport-security"] = b"max-age=31536000"
        if not scope.get("guelta.is_same_for_all"):
            said = [value for name, value in headers if name == b"vary"]
            ours[b"vary"] = b", ".join([*said, b"Authorization, Cookie"])
            if scope.get("guelta.identity", NOBODY).audience > Audience.PUBLIC:
                ours[b"cache-control"] = b"no-store"
        return [pair for pair in headers if pair[0] not in ours] + list(ours.items())

    @cached_property
    def _ours(self) -> dict[tuple[bool, bool], dict[bytes, bytes]]:
        """Headers of pages and of data, of what may be framed and what may not."""
        return {(html, framed): self._headers(html, framed) for html in (False, True) for framed in (False, True)}

    def _headers(self, html: bool, framed: bool) -> dict[bytes, bytes]:
        same = {
            b"x-content-type-options": b"nosniff",
            # forms of pages have to tell where they come from; without this browsers would name no origin
            b"referrer-policy": b"same-origin" if html else b"no-referrer",
            b"content-security-policy": self.web.policy(html=html, framed=framed).encode("latin-1"),
            b"permissions-policy": b"geolocation=(), camera=(), microphone=()",
            b"cross-origin-resource-policy": b"cross-origin" if self.web.origins or framed else b"same-origin",
        }
        return same if framed else same | {b"x-frame-options": b"DENY"}

    def _tell(self, scope: Scope, request_id: str, told: dict[str, int], seconds: float) -> None:
        who = scope.get("guelta.identity", NOBODY)
        route = scope.get("guelta.template", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = told["status"] or 500
        self.metrics.requests.labels(method, route, str(status), who.audience.word).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        _LOG.info(
            _json(
                request=request_id, method=method, route=route, status=status, ms=round(seconds * 1000, 1),
                bytes=told["bytes"], audience=who.audience.word, key=who.key_id,
            )
        )  # fmt: skip


def places_of(error: BaseException) -> list[str]:
    """Return where in the code a fault came up, innermost last; no values."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [
        f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames
    ]


class JsonLines(logging.Formatter):
    """One JSON object a line; what is not JSON yet becomes the field `message`, faults their type and place."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        head = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
        }
        text = record.getMessage()
        if text.startswith('{"') and not record.exc_info:
            # a JSON object already: its fields come behind the head as they are
            return orjson.dumps(head | {"logger": record.name}).decode()[:-1] + "," + text[1:]
        fields = orjson.loads(text) if text.startswith("{") else {"message": text}
        if record.exc_info and record.exc_info[1]:
            fields |= {"fault": type(record.exc_info[1]).__name__, "where": places_of(record.exc_info[1])}
        return orjson.dumps(head | {"logger": record.name} | fields).decode()


def _json(**fields: object) -> str:
    return orjson.dumps(fields).decode()
