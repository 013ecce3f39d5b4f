"""Keys and the audit as the store keeps them."""

from __future__ import annotations

from datetime import datetime

from api.access.audience import Audience
from api.access.audit import Entry, safe_id
from api.access.keys import KeyRecord
from api.store.errors import Missing, Taken
from api.store.keys import Key
from api.store.store import Store


class StoredKeys:
    """A `KeyStore` in the store.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._keys = store.keys

    def add(self, record: KeyRecord) -> None:
        """Keep a new key; ValueError if its prefix is taken."""
        key = Key(
            prefix=record.prefix,
            digest=record.hashed,
            role=record.audience.word,
            scopes=" ".join(sorted(record.scopes)),
            purpose=record.purpose,
            created_at=record.made,
            expires_at=record.expires,
        )
        try:
            self._keys.add(key)
        except Taken:
            raise ValueError("the prefix is taken") from None

    def find(self, prefix: str) -> KeyRecord | None:
        """Return the key of a prefix."""
        key = self._keys.by_prefix(prefix)
        return None if key is None else _record(key)

    def all(self) -> tuple[KeyRecord, ...]:
        """Return every key, the oldest first."""
        return tuple(_record(each) for each in self._keys.all())

    def revoke(self, prefix: str, at: datetime) -> bool:
        """Mark a key as revoked; return whether there is one."""
        try:
            self._keys.revoke(prefix, at)
        except Missing:
            return False
        return True

    def used(self, prefix: str, at: datetime) -> None:
        """Note the last use."""
        self._keys.touch(prefix, at)


class StoredAudit:
    """An `AuditLog` in the store.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._log = store.audit

    def note(self, entry: Entry) -> None:
        """Add an entry; on the disk when this returns."""
        detail = {"audience": entry.audience, "purpose": entry.purpose}
        subject = f"{entry.kind} {safe_id(entry.what)}".strip()
        self._log.append(entry.who or "nobody", entry.did, subject, detail, at=entry.at)

    def head(self) -> tuple[int, str]:
        """Return number and digest of the newest entry."""
        return self._log.head()


def _record(key: Key) -> KeyRecord:
    return KeyRecord(
        key.prefix,
        key.digest,
        Audience.named(key.role),
        frozenset(key.scopes.split()),
        key.purpose,
        key.created_at,
        key.expires_at,
        key.revoked_at,
        key.used_at,
    )
