"""Answers that lie ready, given before the framework looks for a route: its own dispatch takes longer than they do.

The gate, the limits and the watch stand before this as before every route. An answer given here is the one that the
route itself would give: a request that is refused, needs work or is out of the ordinary is left to the route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from data.errors import BadInput

if TYPE_CHECKING:
    from fastapi import FastAPI

#: From a request and the parts of its path to an answer; None where the route has to see to it.
QuickAnswer = Callable[[Request, Mapping[str, str]], Response | None]
#: A body has to be read, and held to its limit, before anything is answered.
_BODY = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(frozen=True)
class QuickAnswers:
    """Finds the answer of a request among those that lie ready.

    Attributes
    ----------
    app : FastAPI
        Whose state the answers are made of.
    answers : mapping of str to callable
        By the template of the route, as the gate found it.
    """

    app: FastAPI
    answers: Mapping[str, QuickAnswer]

    def __call__(self, scope: Scope) -> ASGIApp | None:
        """Return the answer of a request; None where there is none ready."""
        found = self.answers.get(scope.get("guelta.template", ""))
        if found is None or scope["method"] != "GET" or scope.get("root_path"):
            return None
        if any(name in _BODY for name, _ in scope["headers"]):
            return None
        scope["app"] = self.app
        try:
            return found(Request(scope), scope["guelta.parts"])
        except (BadInput, HTTPException):
            return None
