"""Loaded into each worker process of this machine as it starts."""

from __future__ import annotations

import signal


def dask_setup(worker: object) -> None:
    """Leave Ctrl-C, which a terminal sends to all processes, to the one that gave the work: it ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
