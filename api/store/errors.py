"""What the store refuses, beside bad input: what is not there, what others have changed, what is used twice."""

from __future__ import annotations

from data.errors import BadInput, NoAnswer


class Missing(BadInput):
    """There is no such record, job or key (HTTP 404)."""


class Taken(NoAnswer):
    """The id or key is in use for something else, or the record exists and no version of it was named (HTTP 409)."""


class Stale(NoAnswer):
    """The record has moved on from the version the writer has seen; nothing was written (HTTP 412)."""


class StoreFault(NoAnswer):
    """The database cannot be reached, is busy for too long, or is not what this version of Guelta expects."""


class Full(NoAnswer):
    """Too much of this author's is waiting already; nothing was written (HTTP 429)."""
