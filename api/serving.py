"""Serving by one process or several, all with the same access."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

_CASES, _ACCESS, _OPEN, _STORE = "GUELTA_CASES", "GUELTA_ACCESS", "GUELTA_OPEN_PLANNER", "GUELTA_STORE"
#: File of the telephone numbers on the public page.
HOTLINES = "GUELTA_HOTLINES"
#: uvicorn's own access log holds addresses and queries, which hold positions.
_SERVER: dict[str, Any] = {
    "log_level": "warning",
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
    "limit_concurrency": 100,
    "timeout_keep_alive": 10,
}


@dataclass(frozen=True)
class Served:
    """What is served, handed to the workers by the environment.

    Attributes
    ----------
    cases, access : Path
        Folders of case logs, and of keys and audit.
    is_open : bool
        Requests of the machine itself that bring no key are a planner's.
    store : str
        URL of the store.
    """

    cases: Path
    access: Path
    is_open: bool
    store: str

    def environment(self) -> dict[str, str]:
        """Return it as variables of the environment."""
        return {
            _CASES: str(self.cases),
            _ACCESS: str(self.access),
            _OPEN: "1" if self.is_open else "0",
            _STORE: self.store,
        }


def application(environment: Mapping[str, str] = os.environ) -> FastAPI:
    """Build the application in a worker by its environment; without a folder of access it is closed.

    Without the URL of a store it keeps nothing.
    """
    from api.access.setup import Access, log_as_json
    from api.app import create_app
    from api.context import open_region
    from api.routers.public import prepare_public
    from api.store.store import open_store
    from api.usecases.hotlines import hotlines_of

    access = Access.closed()
    if folder := environment.get(_ACCESS):
        access = Access.of_folder(Path(folder), environment, is_open=environment.get(_OPEN) == "1")
    log_as_json()
    url = environment.get(_STORE)
    store = open_store(url) if url else None
    context = open_region()
    hotlines = hotlines_of(context, environment.get(HOTLINES, ""))
    app = create_app(context, Path(environment.get(_CASES, "cases")), access, store, hotlines)
    # the first who opens the public page, on a slow phone, must not wait for its figures
    Thread(target=prepare_public, args=(context, hotlines), daemon=True).start()
    return app


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


def serve(host: str, port: int, workers: int, served: Served) -> None:
    """Serve the shipped region until told to stop."""
    os.environ.update(served.environment())
    if workers == 1:
        uvicorn.run(application(), host=host, port=port, **_SERVER)
    else:
        config = uvicorn.Config("api.serving:application", factory=True, workers=workers, **_SERVER)
        run_workers(config, host, port)


def run_workers(config: uvicorn.Config, host: str, port: int) -> None:
    """Run the workers of a configuration on a socket of `listening`."""
    with listening(host, port) as listener:
        Multiprocess(config, sockets=[listener]).run()
