"""The two ways a request can fail, shared by every floor and turned into words by the doors.

`BadInput` means the caller has to change something (exit code 2, HTTP 422); `NoAnswer` means the
question was well put and the world has no answer to it (exit code 3, HTTP 409).
"""

from __future__ import annotations

from collections.abc import Iterable


class GueltaError(Exception):
    """Base of every error that is shown to a user as a sentence rather than a traceback."""


class BadInput(GueltaError):
    """One or more faults in what was supplied.

    Parameters
    ----------
    faults : str or iterable of str
        One clear line for each fault; all of them, not just the first.
    """

    def __init__(self, faults: str | Iterable[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        if not self.faults:
            raise ValueError("BadInput needs at least one fault")
        super().__init__("\n".join(self.faults))


class NoAnswer(GueltaError):
    """The question is well formed but nothing feasible answers it.

    Parameters
    ----------
    reason : str
        Why, in one sentence a coordinator can act on.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
