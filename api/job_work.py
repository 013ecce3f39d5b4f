"""The work of one job, in a process of its own: it can be stopped at any moment, whatever library it is in.

It reads the store and writes nothing to it. What it tells goes through a pipe; it ends when whoever began it is gone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson

#: Seconds between reports of progress.
_REPORT_S = 0.25


@dataclass(frozen=True)
class Told:
    """What the work tells.

    Attributes
    ----------
    share : float
        Done so far, 0 to 1.
    result : dict or None
        `values` and `files`, by the names of the outputs, once it is done.
    faults : dict or None
        `status`, `title` and `faults`, once it has failed; `where`, for the log, of a fault of the program.
    """

    share: float = 0.0
    result: dict[str, Any] | None = None
    faults: dict[str, Any] | None = None


def warm_up() -> None:
    """Return when work can be begun without delay: the process it is forked from has opened the region."""
    methods = multiprocessing.get_context("forkserver")
    methods.set_forkserver_preload(["api.warm"])
    first = methods.Process(target=_nothing)
    first.start()
    first.join()


def _nothing() -> None:
    """Do nothing: that it could be begun is enough."""


class Work:
    """Work begun, after `warm_up`.

    Parameters
    ----------
    kind : str
        Name of a process.
    inputs : dict
    store : str
        URL of the store it reads from.
    folder : Path
        For the files it makes.
    """

    def __init__(self, kind: str, inputs: dict[str, Any], store: str, folder: Path) -> None:
        methods = multiprocessing.get_context("forkserver")
        self._pipe, theirs = methods.Pipe()
        self._process = methods.Process(target=_work, args=(theirs, kind, inputs, store, folder), daemon=True)
        self._process.start()
        theirs.close()

    def told(self, within_s: float) -> Told | None:
        """Return what it tells next; None if it says nothing in time.

        Raises
        ------
        EOFError
            If it has died.
        """
        if not self._pipe.poll(within_s):
            return None
        try:
            return Told(**orjson.loads(self._pipe.recv_bytes()))
        except (OSError, orjson.JSONDecodeError):
            raise EOFError from None

    def end(self) -> int | None:
        """Stop it at once, if it is not over; return its exit code, negative for the signal that ended it."""
        # a moment to end by itself tells a crash from our own signal
        self._process.join(0.2)
        code = self._process.exitcode
        self._process.kill()
        self._process.join()
        self._pipe.close()
        return code


def _work(pipe: Connection, kind: str, inputs: dict[str, Any], store: str, folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: whoever began the work decides
    os.umask(0o077)
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()
    try:
        _tell(pipe, {"share": 1.0, "result": _result(pipe, kind, inputs, store, folder)})
    except Exception as error:
        _tell(pipe, {"faults": _faults(error)})


def _end_with(pipe: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv_bytes()
    os._exit(1)


def _tell(pipe: Connection, told: dict[str, Any]) -> None:
    pipe.send_bytes(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY))


def _result(pipe: Connection, kind: str, inputs: dict[str, Any], store: str, folder: Path) -> dict[str, Any]:
    from api.process import Bench
    from api.store.store import open_store
    from api.warm import CONTEXT, PROCESSES
    from data.errors import BadInput

    if kind not in PROCESSES:
        raise BadInput(f"there is no process '{kind[:80]}' here")
    last = 0.0

    def progress(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _REPORT_S:
            last = time.monotonic()
            _tell(pipe, {"share": min(max(float(share), 0.0), 1.0)})

    process, bench = PROCESSES[kind], Bench(CONTEXT, open_store(store))
    made = process.run(bench, process.read(inputs), folder, progress)
    files = {name: each.name for name, each in made.items() if isinstance(each, Path)}
    for name in files.values():
        _to_disk(folder / name)
    if files:
        _to_disk(folder)
    return {"values": {name: each for name, each in made.items() if name not in files}, "files": files}


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _faults(error: Exception) -> dict[str, Any]:
    from api.access.watch import places_of
    from api.problems import faults_of
    from data.errors import BadInput, NoAnswer

    if isinstance(error, BadInput):
        return {"status": 400, "title": "bad input", "faults": faults_of(error)}
    if isinstance(error, NoAnswer):
        return {"status": 409, "title": "no feasible answer", "faults": faults_of(error)}
    if isinstance(error, MemoryError):
        return {"status": 500, "title": "error", "faults": ["it needs more memory than there is: ask for less"]}
    if os.environ.get("GUELTA_DEBUG"):
        sys.excepthook(type(error), error, error.__traceback__)
    # its words may hold a position
    said = f"an error of the service itself ({type(error).__name__}); it is logged"
    return {"status": 500, "title": "error", "faults": [said], "where": places_of(error)}
