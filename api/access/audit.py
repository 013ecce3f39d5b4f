"""Who read or changed what is sensitive, and for what purpose: entries without coordinates or parts of what was read.

The store chains them by digests (`api.store.audit`): a changed, lost or inserted entry is found. That the newest ones
are gone is found with the head that `guelta audit verify` prints, noted somewhere else and given back later (`--seen`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from data.errors import BadInput

#: Ids as this program gives them; anything else a caller put into a path is not kept.
_ID = re.compile(
    r"[A-Z]-[0-9]{8}-[0-9]{2,3}(?:-[0-9a-f]{3})?|[0-9a-f]{12,64}|[a-z2-7]{10}|[a-z]{2,24}(?:_[a-z]{2,24})?"
)


@dataclass(frozen=True)
class Entry:
    """One access.

    Attributes
    ----------
    at : datetime
        Aware.
    who : str
        Prefix of a key, "oidc:" with the digest of a subject, or "open" where no key was asked for.
    audience, did, kind, what, purpose : str
        What the asker may see; "read", "write", "retain", ...; "case", "plan", "survival", "key", ...; its id or "".
    """

    at: datetime
    who: str
    audience: str
    did: str
    kind: str
    what: str
    purpose: str


class AuditLog(Protocol):
    """Where accesses are kept; an entry is on the disk when `note` returns."""

    def note(self, entry: Entry) -> None:
        """Add an entry; `StoreFault` if it cannot be written."""

    def head(self) -> tuple[int, str]:
        """Return the number and digest of the newest entry."""


class MemoryAudit:
    """An `AuditLog` that ends with the process, for a service that keeps nothing.

    Attributes
    ----------
    entries : list of Entry
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._lock = Lock()

    def note(self, entry: Entry) -> None:
        """Add an entry."""
        with self._lock:
            self.entries.append(entry)

    def head(self) -> tuple[int, str]:
        """Return how many entries there are; they have no digests."""
        return len(self.entries), ""


def safe_id(text: str) -> str:
    """Return an id as the audit keeps it: "?" for one of another form, which may hold anything."""
    return text if _ID.fullmatch(text) else ("?" if text else "")


def read_head(text: str) -> tuple[int, str]:
    """Read ``12:ab...``; BadInput if it is no head."""
    number, colon, digest = text.strip().partition(":")
    if not (colon and number.isdigit() and re.fullmatch(r"[0-9a-f]{64}", digest)):
        raise BadInput("a head looks like NUMBER:DIGEST, as `guelta audit verify` prints it")
    return int(number), digest
