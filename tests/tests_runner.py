"""Runners of jobs as processes of their own, and what is known of their processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from api.store.store import Store

ROOT = Path(__file__).parents[1]
#: Longest anything is waited for.
PATIENCE_S = 400


class Runner:
    """A runner; its log is in a file."""

    def __init__(self, store: Store, folder: Path, **more: str) -> None:
        folder.mkdir(exist_ok=True)
        self.log = folder / f"runner-{len(list(folder.glob('runner-*')))}.log"
        environment = {"GUELTA_STORE": store.database.url.render_as_string(), "GUELTA_PARENT": str(os.getpid())}
        environment |= {"GUELTA_RESULTS": str(folder / "results"), **more}
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "api.runner"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stderr=log)

    def begun(self) -> list[str]:
        """Ids of the jobs it has begun."""
        told = (orjson.loads(line) for line in self.log.read_bytes().splitlines() if line.endswith(b"}"))
        return [each["job"] for each in told if each.get("event") == "begun"]

    def family(self) -> list[int]:
        """The processes that work for it."""
        return descendants(self.process.pid)

    def end(self) -> int:
        """Tell it to stop and wait for it."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


@contextmanager
def runner(store: Store, folder: Path, **more: str) -> Iterator[Runner]:
    begun = Runner(store, folder, **more)
    try:
        yield begun
    finally:
        begun.end()


def descendants(pid: int) -> list[int]:
    own = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return own + [each for child in own for each in descendants(child)]


def is_alive(pid: int) -> bool:
    """Whether a process runs; what is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"in {PATIENCE_S} s: not {what}")
        time.sleep(0.05)


def ended(store: Store, job_id: str) -> str:
    """Wait for the end of a job and return its state."""
    until(lambda: store.jobs.head(job_id).state not in ("queued", "running"), f"an end of job {job_id}")
    return store.jobs.head(job_id).state


def at_work(store: Store, job_id: str) -> None:
    """Wait until a job is in the middle of its work."""
    until(lambda: store.jobs.head(job_id).progress > 0, f"progress of job {job_id}")
