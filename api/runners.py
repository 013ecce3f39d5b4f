"""Runners beside a server: begun with it, begun again when one dies, and stopped with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

from api.runner import PARENT

#: Seconds between looks at them; the longest wait before one that keeps dying is begun again; a stop may take.
_LOOK_S, _LONGEST_WAIT_S, _STOP_S = 0.5, 60.0, 10.0


class _Watched:
    """One runner, begun again whenever it ends."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment, PARENT: str(os.getpid())}
        self._deaths, self._next = 0, 0.0
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        self._begun = time.monotonic()
        command = [sys.executable, "-m", "api.runner"]
        return subprocess.Popen(command, env=self._environment, stdin=subprocess.DEVNULL)

    def look(self) -> None:
        if self.process.poll() is None:
            return
        now = time.monotonic()
        if not self._next:
            lived = now - self._begun
            self._deaths = 0 if lived > _LONGEST_WAIT_S else self._deaths + 1
            self._next = now + min(2.0**self._deaths / 2, _LONGEST_WAIT_S)
        elif now >= self._next:
            self._next = 0.0
            self.process = self._begin()


@contextmanager
def running(count: int, environment: Mapping[str, str]) -> Iterator[None]:
    """Keep runners going while the block lasts; then they give back what they hold."""
    watched = [_Watched(environment) for _ in range(count)]
    over = Event()

    def look() -> None:
        while not over.wait(_LOOK_S):
            for each in watched:
                each.look()

    watching = Thread(target=look, name="runners", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        for each in watched:
            each.process.terminate()
        until = time.monotonic() + _STOP_S
        for each in watched:
            try:
                each.process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()
