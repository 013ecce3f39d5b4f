"""Tiles made before, with the tag that clients ask by whether theirs still holds; the ones used least go first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

#: Bytes of tiles kept in a process, and what one takes beside its own bytes.
MOST_BYTES, _OVERHEAD = 32_000_000, 500


@dataclass(frozen=True)
class Tile:
    """A tile and its tag, in quotes as headers have it."""

    body: bytes
    tag: str


class TileCache:
    """Tiles by key, bounded by their bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._held: OrderedDict[Hashable, Tile] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, key: Hashable) -> Tile | None:
        """Return a tile that was made before."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def get(self, key: Hashable, make: Callable[[], bytes]) -> Tile:
        """Return a tile, made if need be."""
        if (held := self.find(key)) is not None:
            return held
        body = make()
        tile = Tile(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        with self._lock:
            if key not in self._held:
                self._bytes += len(body) + _OVERHEAD
            self._held[key] = tile
            while self._bytes > self._most:
                _, gone = self._held.popitem(last=False)
                self._bytes -= len(gone.body) + _OVERHEAD
        return tile

    @property
    def size_bytes(self) -> int:
        """Bytes that are held."""
        return self._bytes
