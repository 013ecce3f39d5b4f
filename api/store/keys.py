"""Keys of the API as the store keeps them: a prefix to find one by, and a digest; never the key itself."""

from __future__ import annotations

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
    """A key as the store knows it; `purpose` says what it is for, never whose it is; `scopes` stand apart by spaces."""

    prefix: str
    digest: str
    role: str
    scopes: str
    purpose: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class Keys:
    """The keys of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: Key) -> None:
        """Keep a key; `Taken` if the prefix is in use, revoked keys included."""
        long = len(key.digest) > 200 or len(key.scopes) > 200 or len(key.purpose) > 200
        if len(require_id(key.prefix, "prefix")) > 16 or long:
            raise BadInput("a key takes a prefix of 16, a digest, scopes and a purpose of 200 characters")
        require_author(key.role)
        times = {"created_at": require_utc(key.created_at), "expires_at": require_utc(key.expires_at)}
        with self._database.writing() as connection:
            try:
                connection.execute(insert(api_key).values(**(vars(key) | times)))
            except IntegrityError:
                raise Taken(f"the prefix {key.prefix} is in use") from None

    def by_prefix(self, prefix: str) -> Key | None:
        """Return a key, revoked and expired ones included."""
        with self._database.reading() as connection:
            row = connection.execute(select(api_key).where(api_key.c.prefix == prefix)).one_or_none()
        return None if row is None else _key(row)

    def all(self) -> tuple[Key, ...]:
        """Return every key ever made, oldest first."""
        with self._database.reading() as connection:
            query = select(api_key).order_by(api_key.c.created_at, api_key.c.prefix)
            return tuple(_key(row) for row in connection.execute(query))

    def revoke(self, prefix: str, at: datetime) -> Key:
        """Revoke a key for good; the first time stays noted. `Missing` if there is none."""
        held = update(api_key).where(api_key.c.prefix == prefix, api_key.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(held.values(revoked_at=require_utc(at)))
            row = connection.execute(select(api_key).where(api_key.c.prefix == prefix)).one_or_none()
        if row is None:
            raise Missing(f"there is no key {prefix[:16]}")
        return _key(row)

    def touch(self, prefix: str, at: datetime) -> None:
        """Note when a key was used last."""
        with self._database.writing() as connection:
            connection.execute(update(api_key).where(api_key.c.prefix == prefix).values(used_at=require_utc(at)))


def _key(row: Row[Any]) -> Key:
    return Key(**row._mapping)
