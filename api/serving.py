"""Serving by several processes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

_CASES = "GUELTA_CASES"


def application() -> FastAPI:
    """Build the application in a worker, its folder of cases taken from the environment."""
    from api.app import create_app

    return create_app(cases=Path(os.environ.get(_CASES, "cases")))


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


def serve_by_workers(host: str, port: int, workers: int, cases: Path) -> None:
    """Serve the shipped region by several processes until told to stop."""
    os.environ[_CASES] = str(cases)
    run_workers(uvicorn.Config("api.serving:application", factory=True, workers=workers, log_level="info"), host, port)


def run_workers(config: uvicorn.Config, host: str, port: int) -> None:
    """Run the workers of a configuration on a socket of `listening`."""
    with listening(host, port) as listener:
        Multiprocess(config, sockets=[listener]).run()
