"""HiGHS through scipy, kept from writing where answers go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from scipy.optimize import milp

_LOCK = Lock()
_STATE: dict[str, int] = {"inside": 0, "kept": -1}


@contextmanager
def _silent() -> Iterator[None]:
    """Send what compiled code writes to standard output nowhere; threads may be inside together.

    HiGHS (as in scipy 1.17) remarks on repaired solutions by printf whatever its options say, and tables and JSON go to
    the same place.
    """
    with _LOCK:
        _STATE["inside"] += 1
        if _STATE["inside"] == 1:
            try:
                sys.stdout.flush()
                _STATE["kept"] = os.dup(1)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 1)
                os.close(nowhere)
            except (OSError, ValueError):  # no standard output to keep clean
                _STATE["kept"] = -1
    try:
        yield
    finally:
        with _LOCK:
            _STATE["inside"] -= 1
            if _STATE["inside"] == 0 and _STATE["kept"] >= 0:
                os.dup2(_STATE["kept"], 1)
                os.close(_STATE["kept"])
                _STATE["kept"] = -1


def solve_milp(*args: Any, **options: Any) -> Any:
    """Call `scipy.optimize.milp`, silently."""
    with _silent():
        return milp(*args, **options)
