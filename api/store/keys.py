"""Keys of the API as the store keeps them: a prefix to find one by, and a digest; never the key itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.store.engine import Database
from api.store.errors import Missing, Taken
from api.store.kinds import require_author, require_id
from api.store.tables import api_key
from data.errors import BadInput
from data.units import require_utc


@dataclass(frozen=True)
class Key:
    """A key as the store knows it; `label` says what it is for, never whose it is."""

    prefix: str
    digest: str
    role: str
    label: str
    author: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    used_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Say whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Keys:
    """The keys of a store."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def add(
        self, prefix: str, digest: str, role: str, author: str, *, label: str = "", expires_at: datetime | None = None
    ) -> Key:
        """Keep a key; `Taken` if the prefix is in use, revoked keys included."""
        require_author(author)
        if len(require_id(prefix, "prefix")) > 16 or len(digest) > 200 or len(label) > 80:
            raise BadInput("a key takes a prefix of 16, a digest of 200 and a label of 80 characters")
        key = Key(
            prefix=prefix,
            digest=digest,
            role=require_author(role),
            label=label,
            author=author,
            created_at=self._clock(),
            expires_at=require_utc(expires_at) if expires_at else None,
            revoked_at=None,
            revoked_by=None,
            used_at=None,
        )
        with self._database.writing() as connection:
            try:
                connection.execute(insert(api_key).values(**vars(key)))
            except IntegrityError:
                raise Taken(f"the prefix {prefix} is in use") from None
        return key

    def by_prefix(self, prefix: str) -> Key | None:
        """Return a key, revoked and expired ones included: see `Key.holds`."""
        with self._database.reading() as connection:
            row = connection.execute(select(api_key).where(api_key.c.prefix == prefix)).one_or_none()
        return None if row is None else _key(row)

    def all(self) -> tuple[Key, ...]:
        """Return every key ever made, oldest first."""
        with self._database.reading() as connection:
            query = select(api_key).order_by(api_key.c.created_at, api_key.c.prefix)
            return tuple(_key(row) for row in connection.execute(query))

    def revoke(self, prefix: str, author: str) -> Key:
        """Revoke a key for good; the first who did stays noted. `Missing` if there is none."""
        require_author(author)
        held = update(api_key).where(api_key.c.prefix == prefix, api_key.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(held.values(revoked_at=self._clock(), revoked_by=author))
            row = connection.execute(select(api_key).where(api_key.c.prefix == prefix)).one_or_none()
        if row is None:
            raise Missing(f"there is no key {prefix[:16]}")
        return _key(row)

    def touch(self, prefix: str) -> None:
        """Note that a key was used now."""
        with self._database.writing() as connection:
            connection.execute(update(api_key).where(api_key.c.prefix == prefix).values(used_at=self._clock()))


def _key(row: Row[Any]) -> Key:
    return Key(**row._mapping)
