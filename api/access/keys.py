"""API keys: `gk_<prefix>_<secret>`, shown once, kept as an argon2 hash."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from threading import BoundedSemaphore, Lock
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.access.audience import SCOPES, Audience, scopes_of
from api.access.purpose import checked_purpose
from data.errors import BadInput

_KEY = re.compile(r"gk_([a-z2-7]{10})_([A-Za-z0-9_-]{43})")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
#: A secret has 256 random bits, so the hash need not be slow to resist guessing; it is what a stolen file is worth.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: Verified against where there is no such key, so that it takes as long.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(32))
#: Hashes at once: each takes 19 MiB.
_HASHING = BoundedSemaphore(4)
MOST_DAYS = 730
#: Last use is written at most so often; keys verified a moment ago are not hashed again.
_USED_EVERY = timedelta(minutes=1)
_REMEMBERED = 256


@dataclass(frozen=True)
class KeyRecord:
    """A key as it is kept; the secret is not.

    Attributes
    ----------
    prefix : str
        Names the key in lists and in the audit.
    hashed : str
        Argon2id, in its own notation.
    audience : Audience
    scopes : frozenset of str
    purpose : str
    made, expires : datetime
        Aware.
    revoked, used : datetime or None
    """

    prefix: str
    hashed: str = field(repr=False)
    audience: Audience
    scopes: frozenset[str]
    purpose: str
    made: datetime
    expires: datetime
    revoked: datetime | None = None
    used: datetime | None = None

    def state(self, now: datetime) -> str:
        """Return "valid", "revoked" or "expired"."""
        if self.revoked is not None:
            return "revoked"
        return "valid" if now < self.expires else "expired"


class KeyStore(Protocol):
    """Where keys are kept; every change is on the disk when a method returns."""

    def add(self, record: KeyRecord) -> None:
        """Keep a new key; ValueError if its prefix is taken."""

    def find(self, prefix: str) -> KeyRecord | None:
        """Return the key of a prefix."""

    def all(self) -> tuple[KeyRecord, ...]:
        """Return every key, the oldest first; revoked and expired ones too."""

    def revoke(self, prefix: str, at: datetime) -> bool:
        """Mark a key as revoked; return whether there is one. The first time counts."""

    def used(self, prefix: str, at: datetime) -> None:
        """Note the last use."""


def new_key(
    store: KeyStore, audience: Audience, purpose: str, *, days: int = 90, scopes: Iterable[str] | None = None,
    now: datetime | None = None,
) -> tuple[str, KeyRecord]:  # fmt: skip
    """Make a key.

    Parameters
    ----------
    audience : Audience
        Not PUBLIC: that needs no key.
    purpose : str
        A sentence; see `checked_purpose`.
    days : int
        Until it expires, 1 to 730.
    scopes : iterable of str, optional
        Out of `scopes_of(audience)`; all of them if left out.

    Returns
    -------
    str
        The key, which is nowhere else and cannot be shown again.
    KeyRecord

    Raises
    ------
    BadInput
        With every fault.
    """
    faults = []
    wanted = scopes_of(audience) if scopes is None else frozenset(scopes)
    if audience is Audience.PUBLIC:
        faults.append("what is public needs no key")
    if not 1 <= days <= MOST_DAYS:
        faults.append(f"days: 1 to {MOST_DAYS}")
    if unknown := sorted(wanted - set(SCOPES)):
        faults.append(f"scopes: {', '.join(unknown)} unknown; there are {', '.join(SCOPES)}")
    elif beyond := sorted(wanted - scopes_of(audience)):
        faults.append(f"scopes: {', '.join(beyond)} not for a {audience.word}")
    if not wanted:
        faults.append("scopes: at least one")
    try:
        purpose = checked_purpose(purpose)
    except BadInput as error:
        faults += error.faults
    if faults:
        raise BadInput(faults)
    made = (now or datetime.now(UTC)).replace(microsecond=0)
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(10))
    key = f"gk_{prefix}_{secrets.token_urlsafe(32)}"
    record = KeyRecord(prefix, _HASHER.hash(key), audience, wanted, purpose, made, made + timedelta(days=days))
    store.add(record)
    return key, record


class KeyRing:
    """Tells whose a key is.

    Parameters
    ----------
    store : KeyStore
    """

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self._pepper = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, str] = OrderedDict()
        self._noted: dict[str, datetime] = {}
        self._lock = Lock()

    def holder(self, key: str, now: datetime) -> KeyRecord | None:
        """Return the record of a valid key; None for any other, after the same work.

        Revocation and expiry are looked up every time; only the slow hash is remembered, under a random key of this
        process.
        """
        parts = _KEY.fullmatch(key)
        mark = blake2b(key.encode("utf-8", "replace"), key=self._pepper, digest_size=32).digest()
        record = self.store.find(parts[1]) if parts else None
        with self._lock:
            remembered = record is not None and self._known.get(mark) == record.hashed
        if not remembered and not _matches(record.hashed if record else _NOBODY, key):
            return None
        if record is None or record.state(now) != "valid":
            return None
        self._remember(mark, record, now)
        return record

    def _remember(self, mark: bytes, record: KeyRecord, now: datetime) -> None:
        with self._lock:
            self._known[mark] = record.hashed
            self._known.move_to_end(mark)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            noted = self._noted.get(record.prefix)
            due = noted is None or now - noted >= _USED_EVERY
            if due:
                if len(self._noted) >= _REMEMBERED:
                    self._noted.clear()
                self._noted[record.prefix] = now
        if due:
            self.store.used(record.prefix, now)


def _matches(hashed: str, key: str) -> bool:
    try:
        with _HASHING:
            return _HASHER.verify(hashed, key)
    except (VerificationError, InvalidHashError):
        return False
