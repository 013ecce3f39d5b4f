"""A real server on loopback for tests of doors, ended with them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
READY_S = 120


@contextmanager
def served(more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the shipped region to one user without key on a free port of loopback, yielding the address.

    `more` are further variables of the environment; the folder of keys is made when the first one is.

    The server is a process of its own: GDAL holds the interpreter while it waits for an answer, and a thread beside it
    could never give one.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "api.serving:application", "--factory", "--port", str(port)]
    command += ["--h11-max-incomplete-event-size", "131072"]  # as `api.serving` has it
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        access = {"GUELTA_STORE": f"sqlite:///{folder}/guelta.db", "GUELTA_OPEN_PLANNER": "1"}
        freely = {"GUELTA_RATE_ADDRESS": "100000", "GUELTA_RATE_KEY": "100000"}
        environment = os.environ | access | freely | dict(more or {})
        server = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env=environment)
        try:
            _wait(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and server.poll() is None:
        try:
            httpx.get(f"{address}/health")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not get ready")
