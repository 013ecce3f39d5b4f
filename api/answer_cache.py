"""Answers made before, bounded by their bytes; the ones used least go first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

#: Bytes of answers kept by one cache, and what one takes beside its own bytes.
MOST_BYTES, _OVERHEAD = 32_000_000, 500


@dataclass(frozen=True)
class Answer:
    """The body of an answer, and the tag by which a client may ask whether its copy still holds."""

    body: bytes

    @cached_property
    def tag(self) -> str:
        """Entity tag, in quotes as headers have it."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


class AnswerCache:
    """Answers by key, bounded by their bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, Answer] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: Hashable) -> Answer | None:
        """Return an answer that was made before."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def get(self, key: Hashable, make: Callable[[], bytes]) -> Answer:
        """Return an answer, made if need be."""
        return self.find(key) or self.keep(key, make())

    def keep(self, key: Hashable, body: bytes) -> Answer:
        """Keep an answer, in the place of others if need be."""
        answer = Answer(body)
        with self._lock:
            if (before := self._held.pop(key, None)) is not None:
                self._bytes -= len(before.body) + _OVERHEAD
            self._bytes += len(body) + _OVERHEAD
            self._held[key] = answer
            while self._bytes > self._most:
                _, gone = self._held.popitem(last=False)
                self._bytes -= len(gone.body) + _OVERHEAD
        return answer

    @property
    def size_bytes(self) -> int:
        """Bytes that are held."""
        return self._bytes
