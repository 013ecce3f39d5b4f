"""Serving by one process or several, all with the same access."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from api.runners import running

if TYPE_CHECKING:
    from maps.public_view import Hotline

_STORE, _OPEN, _RESULTS = "GUELTA_STORE", "GUELTA_OPEN_PLANNER", "GUELTA_RESULTS"
#: File of the telephone numbers on the public page.
HOTLINES = "GUELTA_HOTLINES"
#: Elevation raster whose relief lies below the maps.
HEIGHTS = "GUELTA_HEIGHTS"
#: The public page is made ready when the service itself is, s.
_PREPARES_AFTER_S = 5.0
#: Of glibc's malloc.h: M_ARENA_MAX, M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, bytes.
_MALLOPT = {-8: 2, -3: 1_000_000, -1: 2_000_000}
#: uvicorn's own access log holds addresses and queries, which hold positions.
_SERVER: dict[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
    "limit_concurrency": 100,
    "timeout_keep_alive": 10,
    # longer heads are cut off by uvicorn itself; below that the service says what is wrong with them
    "h11_max_incomplete_event_size": 131_072,
}


@dataclass(frozen=True)
class Served:
    """What is served, handed to the workers by the environment.

    Attributes
    ----------
    store : str
        URL of the store.
    is_open : bool
        Requests of the machine itself that bring no key are a planner's.
    results : Path, optional
        Folder of files that jobs make; beside the store by default.
    """

    store: str
    is_open: bool
    results: Path | None = None

    def environment(self) -> dict[str, str]:
        """Return it as variables of the environment."""
        results = {_RESULTS: str(self.results)} if self.results else {}
        return {_STORE: self.store, _OPEN: "1" if self.is_open else "0", **results}


def application(environment: Mapping[str, str] = os.environ) -> FastAPI:
    """Build the application in a worker by its environment; without the URL of a store it is closed."""
    from api.access.setup import Access, log_as_json
    from api.app import create_app
    from api.prepared_region import open_prepared
    from api.routers.public import prepare_public
    from api.store.store import open_store

    _give_memory_back()
    store, access = None, Access.closed()
    if url := environment.get(_STORE):
        store = open_store(url)
        access = Access.of_store(store, environment, is_open=environment.get(_OPEN) == "1")
    log_as_json()
    results = environment.get(_RESULTS)
    context = open_prepared()
    hotlines: tuple[Hotline, ...] = ()
    if path := environment.get(HOTLINES):
        from api.usecases.hotlines import hotlines_of

        hotlines = hotlines_of(context, path)
    heights = Path(environment[HEIGHTS]) if environment.get(HEIGHTS) else None
    if heights is not None:
        from api.usecases.inputs import elevation_of

        elevation_of(heights)  # a file that is none is told of before anybody asks
    app = create_app(context, access, store, Path(results) if results else None, hotlines, heights)
    # the first who opens the public page, on a slow phone, must not wait for its figures; nor the service to be ready
    later = Timer(_PREPARES_AFTER_S, prepare_public, (context, hotlines))
    later.daemon = True
    later.start()
    return app


def _give_memory_back() -> None:
    """Have the C library (glibc) give back what is let go of; it would else keep a hundred megabytes and more.

    Threads share two arenas, large arrays are mapped on their own, and the end of the heap is given back early.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for parameter, value in _MALLOPT.items():
            library.mallopt(parameter, value)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket whose connections send small pieces at once.

    uvicorn's own socket for several workers does not: the head of an answer would wait for the client to confirm it
    before the body follows, 40 ms on Linux.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((host, port))
    listener.set_inheritable(True)
    return listener


def serve(host: str, port: int, workers: int, served: Served, jobs: int = 0) -> None:
    """Serve the shipped region until told to stop, with runners of jobs beside it."""
    os.environ.update(served.environment())
    # uvicorn ends by the signal it was sent: the runners have to be stopped all the same
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    with running(jobs, served.environment()):
        if workers == 1:
            uvicorn.run(application(), host=host, port=port, **_SERVER)
        else:
            config = uvicorn.Config("api.serving:application", factory=True, workers=workers, **_SERVER)
            run_workers(config, host, port)


def run_workers(config: uvicorn.Config, host: str, port: int) -> None:
    """Run the workers of a configuration on a socket of `listening`."""
    with listening(host, port) as listener:
        Multiprocess(config, sockets=[listener]).run()
