"""Limits of what a caller may ask: requests a minute, bytes of a body, seconds and number of long answers."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address, ip_network
from threading import Lock

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.who import NOBODY, brings_key
from api.problems import problem

#: Requests that a wrong key costs: guessing is slow, and so is asking for the slow hash.
WRONG_KEY_COSTS = 10.0
#: Seconds a body may take to arrive, and a long answer may wait for its turn.
BODY_WITHIN_S, TURN_WITHIN_S = 30.0, 15.0


@dataclass(frozen=True)
class Limits:
    """What a caller may ask.

    Attributes
    ----------
    address_per_min, address_burst, key_per_min, key_burst : float
        Token buckets for each address (IPv6: each /64) and each key.
    body_bytes : int
    jobs : int
        Long answers at once, in the whole process.
    longest_s : float
        Over the seconds of any route.
    open_jobs : int
        Jobs of one key that wait or run.
    """

    address_per_min: float = 600.0
    address_burst: float = 300.0
    key_per_min: float = 300.0
    key_burst: float = 200.0
    body_bytes: int = 6_000_000
    jobs: int = 4
    longest_s: float = 900.0
    open_jobs: int = 10


class Buckets:
    """Token buckets by name; the oldest are forgotten beyond `most`, so memory is bounded.

    Parameters
    ----------
    per_min, burst : float
    clock : callable
        Seconds, rising.
    """

    def __init__(
        self, per_min: float, burst: float, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_min / 60
        self._burst = burst
        self._most = most
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str, cost: float = 1.0) -> float:
        """Take tokens; return 0, or the seconds until there would be enough (then none are taken)."""
        with self._lock:
            now = self._clock()
            held = self._level(name, now)
            wait = max(0.0, (cost - held) / self._per_s)
            self._held[name] = (held if wait else held - cost, now)
            self._held.move_to_end(name)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            return wait

    def fine(self, name: str, cost: float) -> None:
        """Take tokens that may not be there: the next requests wait the longer."""
        with self._lock:
            now = self._clock()
            self._held[name] = (max(self._level(name, now) - cost, -self._burst), now)

    def _level(self, name: str, now: float) -> float:
        level, at = self._held.get(name, (self._burst, now))
        return min(self._burst, level + (now - at) * self._per_s)

    def __len__(self) -> int:
        return len(self._held)


@dataclass
class AddressLimit:
    """ASGI middleware before the gate: requests of one address; wrong keys cost more."""

    app: ASGIApp
    buckets: Buckets
    data_version: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request of an address."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        address = network_of(scope)
        if wait := self.buckets.take(address):
            await too_many(wait, self.data_version)(scope, receive, send)
            return
        if not brings_key(scope):
            await self.app(scope, receive, send)
            return

        async def fined(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:
                self.buckets.fine(address, WRONG_KEY_COSTS)
            await send(message)

        await self.app(scope, receive, fined)


@dataclass
class WorkLimit:
    """ASGI middleware behind the gate: requests of one key, its body, and long answers.

    What lies ready (`quick`) needs neither a body nor a turn among the long answers.
    """

    app: ASGIApp
    limits: Limits
    buckets: Buckets
    data_version: str
    quick: Callable[[Scope], ASGIApp | None] = lambda scope: None
    running: set[asyncio.Future[None]] = field(default_factory=set)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hold a request to the limits of who asks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        who = scope.get("guelta.identity", NOBODY)
        wait = self.buckets.take(who.key_id) if who.key_id else 0.0
        if wait:
            await too_many(wait, self.data_version)(scope, receive, send)
            return
        if (ready := self.quick(scope)) is not None:
            await ready(scope, receive, send)
            return
        body = await self._body(scope, receive)
        if isinstance(body, int):
            await self._say(body)(scope, receive, send)
            return
        allowed_s = min(scope.get("guelta.heavy_s", 0.0), self.limits.longest_s)
        if allowed_s:
            await self._long(scope, _again(body, receive), send, allowed_s)
        else:
            await self.app(scope, _again(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | int:
        """Return the whole body, or the status to refuse it with; never more than the limit is held."""
        length = Headers(scope=scope).get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return 400
        if len(length) > 15 or int(length) > self.limits.body_bytes:
            return 413
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return 400
                    body += message.get("body", b"")
                    if len(body) > self.limits.body_bytes:
                        return 413
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            return 408

    async def _long(self, scope: Scope, receive: Receive, send: Send, allowed_s: float) -> None:
        """Answer in time or say that it takes too long.

        A thread cannot be stopped: work given up goes on to its end, and keeps its place among the jobs until then.
        """
        if not await self._has_turn():
            await self._say(503)(scope, receive, send)
            return
        state = {"begun": False, "given_up": False}

        async def guarded(message: Message) -> None:
            if not state["given_up"]:
                state["begun"] = True
                await send(message)

        job = asyncio.ensure_future(self._job(scope, receive, guarded))
        self.running.add(job)
        job.add_done_callback(self._over)
        done, _ = await asyncio.wait({job}, timeout=allowed_s)
        if done or state["begun"]:
            await job
            return
        state["given_up"] = True
        await self._say(504)(scope, receive, send)

    async def _has_turn(self) -> bool:
        try:
            async with asyncio.timeout(TURN_WITHIN_S):
                while len(self.running) >= self.limits.jobs:
                    self.ended.clear()
                    await self.ended.wait()
        except TimeoutError:
            return False
        return True

    async def _job(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    def _over(self, job: asyncio.Future[None]) -> None:
        self.running.discard(job)
        self.ended.set()
        if not job.cancelled():
            job.exception()  # fetched, so that work given up does not complain when it fails

    def _say(self, status: int) -> ASGIApp:
        title, fault = {
            400: ("bad input", "the length of the body is not told or it did not come"),
            408: ("too slow", f"the body did not arrive within {BODY_WITHIN_S:.0f} s"),
            413: ("too large", f"a body has at most {self.limits.body_bytes} bytes"),
            503: ("busy", "too many long jobs at once: try again in a minute"),
            504: ("too long", "the answer took too long and was given up: ask for less"),
        }[status]
        answer = problem(status, title, [fault], self.data_version)
        if status == 503:
            answer.headers["Retry-After"] = "60"
        return answer


def too_many(wait_s: float, data_version: str) -> ASGIApp:
    """Return the answer to too many requests."""
    answer = problem(429, "too many requests", [f"wait {wait_s:.0f} s"], data_version)
    answer.headers["Retry-After"] = str(max(1, round(wait_s + 0.5)))
    return answer


def network_of(scope: Scope) -> str:
    """Return what one caller's addresses have in common: the address, of IPv6 the network of 64 bits."""
    client = scope.get("client")
    return _network(client[0] if client else "")


@lru_cache(maxsize=4096)
def _network(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


def _again(body: bytes, receive: Receive) -> Receive:
    told = False

    async def receives() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receives
