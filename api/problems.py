"""One table from what goes wrong to an HTTP answer (RFC 9457 problem documents)."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.store.errors import Full, Missing, Stale, StoreFault, Taken
from data.errors import BadInput, NoAnswer

_OGC_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


class NoSuch(BadInput):
    """Nothing is there for who asks, and a standard names the exception.

    Attributes
    ----------
    kind : str
        Its address.
    """

    def __init__(self, name: str, fault: str) -> None:
        super().__init__(fault)
        self.kind = f"{_OGC_EXCEPTIONS}/{name}"


#: Exception to status and title; the first that fits answers.
STATUS: dict[type[Exception], tuple[int, str]] = {
    NoSuch: (404, "not found"),
    Full: (429, "too many jobs"),
    Missing: (404, "not found"),
    Taken: (409, "conflict"),
    Stale: (412, "precondition failed"),
    StoreFault: (503, "store unavailable"),
    BadInput: (422, "bad input"),
    NoAnswer: (409, "no feasible answer"),
    RequestValidationError: (422, "bad input"),
    HTTPException: (500, "error"),
}


MOST_FAULT = 500
#: Below these the OGC standards speak, and want 400 for whatever is wrong with a query.
OGC_PATHS = ("/collections", "/conformance", "/tiles", "/api", "/processes", "/jobs")


def problem(status: int, title: str, faults: list[str], data_version: str, kind: str = "about:blank") -> Response:
    """Return a problem document; every fault is listed, one line each. `kind` is the address of a named exception."""
    # a lone surrogate in what was sent must not break the answer that says so
    faults = [fault.encode("utf-8", "replace").decode()[:MOST_FAULT] for fault in faults]
    document: dict[str, Any] = {
        "type": kind,
        "title": title,
        "status": status,
        "detail": "; ".join(faults),
        "faults": faults,
        "data_version": data_version,
    }
    return Response(orjson.dumps(document), status_code=status, media_type="application/problem+json")


def install(app: FastAPI, data_version: str) -> None:
    """Answer every exception of the table with a problem document."""

    async def answer(request: Request, error: Exception) -> Response:
        status, title = next(found for kind, found in STATUS.items() if isinstance(error, kind))
        if status == 422 and (request.url.path == "/" or request.url.path.startswith(OGC_PATHS)):
            status = 400
        if isinstance(error, HTTPException):
            told = problem(error.status_code, str(error.detail).lower(), [str(error.detail)], data_version)
            told.headers.update(error.headers or {})
            if error.status_code == 405:
                # the framework names the methods of one of the routes of a path alone
                told.headers["Allow"] = ", ".join(request.app.state.access.book.methods(request.url.path))
            return told
        return problem(status, title, faults_of(error), data_version, getattr(error, "kind", "about:blank"))

    for kind in STATUS:
        app.add_exception_handler(kind, answer)


def faults_of(error: Exception) -> list[str]:
    """Return the faults an exception carries, one line each."""
    if isinstance(error, BadInput):
        return list(error.faults)
    if isinstance(error, RequestValidationError):
        return [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return [str(error)]
