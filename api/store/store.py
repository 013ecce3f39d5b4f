"""The store: records with history and author, written once however often they are sent, never over one another."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Engine

from api.store.audit import AuditEntry, AuditLog
from api.store.changes import Change, Folded, decide
from api.store.engine import DEFAULT_URL, ENVIRONMENT, Database, migrate
from api.store.errors import Missing, Stale
from api.store.identity import Signer
from api.store.jobs import Jobs
from api.store.keys import Keys
from api.store.kinds import contract_of, read_body, require_id, written
from api.store.nodes import ensure_own_node
from api.store.records import (
    SHOWN,
    Stored,
    change_of,
    found,
    heads_of,
    lock,
    stored_of,
)
from api.store.sessions import StoredSessions
from api.store.tables import change, node, record
from api.store.writer import Writer, beginning
from data.errors import BadInput
from data.units import require_utc

__all__ = ["Conflict", "Store", "Stored", "open_store"]

MOST_LISTED = 10_000

Clock = Callable[[], datetime]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Conflict:
    """A record of which versions were made apart that say different things.

    Attributes
    ----------
    shown : Stored
        The version that is shown meanwhile.
    winner : Change
    others : tuple of Change
        What else was written, strongest first; deletions among them.
    heads : tuple of str
        All versions that settling it replaces.
    """

    shown: Stored
    winner: Change
    others: tuple[Change, ...]
    heads: tuple[str, ...]


class Store:
    """Records of a database, of the kinds in `api.store.kinds`.

    Parameters
    ----------
    database : Database
        Its migrations applied.
    clock : callable
        Gives the time, aware.

    Attributes
    ----------
    audit : AuditLog
    keys : Keys
    sessions : StoredSessions
    jobs : Jobs
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.audit = AuditLog(database, clock)
        self.keys = Keys(database)
        self.sessions = StoredSessions(database)
        self.jobs = Jobs(database, clock)
        ensure_own_node(database, clock())

    @property
    def engine(self) -> Engine:
        """The engine beneath, for reports."""
        return self.database.engine

    @property
    def node_id(self) -> str:
        """The id this store signs with."""
        with self.database.reading() as connection:
            return str(connection.scalar(select(node.c.node_id).where(node.c.private_key.is_not(None))))

    def signer(self) -> Signer:
        """Return what this store signs files with."""
        with self.database.reading() as connection:
            return Signer(connection.scalar(select(node.c.private_key).where(node.c.private_key.is_not(None))))

    def secret(self, use: str) -> bytes:
        """Return a key of 32 bytes for a use, the same as long as this store signs with the same key."""
        with self.database.reading() as connection:
            own = connection.scalar(select(node.c.private_key).where(node.c.private_key.is_not(None)))
        return hmac.digest(str(own).encode(), use.encode(), "sha256")

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Give a writer of several records: all are on the disk when the block has ended, or none of them."""
        with self.database.writing() as connection:
            lock(connection)
            yield Writer(connection, self.clock)

    def put(
        self,
        kind: str,
        record_id: str | None,
        body: Mapping[str, Any],
        author: str,
        *,
        if_version: str | None = None,
        idempotency_key: str | None = None,
    ) -> Stored:
        """Write a record; it is on the disk when this returns.

        Parameters
        ----------
        kind : str
        record_id : str or None
            Made by whoever writes, so that sending it again makes no second record; None makes one here (then an
            `idempotency_key` does the same).
        body : mapping
            Under the contract of the kind.
        author : str
            Role or key id, never a name.
        if_version : str, optional
            The `etag` that the writer has seen; left out for a new record.
        idempotency_key : str, optional
            The same key of the same author with the same content answers as it did the first time.

        Returns
        -------
        Stored

        Raises
        ------
        BadInput
            If the body breaks its contract.
        Taken
            If the record exists and no version was named, or the key was used for something else.
        Stale
            If the record has moved on; nothing is written.
        """
        with self.writing() as writer:
            return writer.put(kind, record_id, body, author, if_version=if_version, idempotency_key=idempotency_key)

    def delete(
        self, kind: str, record_id: str, author: str, *, if_version: str, idempotency_key: str | None = None
    ) -> Stored:
        """Mark a record as deleted; its history stays, and naming the deletion's `etag` writes it again.

        Raises as `put` does, and `Missing` if there is no such record.
        """
        with self.writing() as writer:
            return writer.delete(kind, record_id, author, if_version=if_version, idempotency_key=idempotency_key)

    def get(self, kind: str, record_id: str, *, deleted: bool = False) -> Stored:
        """Return a record; `Missing` if there is none, or if it is deleted and deleted ones are not asked for."""
        contract_of(kind)
        with self.database.reading() as connection:
            stored = found(connection, kind, require_id(record_id))
        if stored is None or (stored.deleted and not deleted):
            raise Missing(f"{kind} {record_id}: {'deleted' if stored else 'there is none'}")
        return stored

    def history(self, kind: str, record_id: str) -> tuple[Change, ...]:
        """Return every version of a record that was ever written, oldest first; `Missing` if there is none."""
        contract_of(kind)
        query = select(change).where(change.c.kind == kind, change.c.record_id == require_id(record_id))
        with self.database.reading() as connection:
            changes = [change_of(row) for row in connection.execute(query).mappings()]
        if not changes:
            raise Missing(f"{kind} {record_id}: there is none")
        return tuple(sorted(changes, key=lambda each: (each.version, each.at, each.node_id, each.change_id)))

    def list(
        self,
        kind: str,
        bbox: Box | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        after: str | None = None,
        *,
        deleted: bool = False,
    ) -> tuple[Stored, ...]:
        """Return the records of a kind, by id.

        Parameters
        ----------
        kind : str
        bbox : tuple of float, optional
            Left, bottom, right, top in degrees: those whose own box meets it, its edges included.
        since, until : datetime, optional
            When it happened; `until` itself is left out.
        limit : int
            At most so many, up to 10,000.
        after : str, optional
            The last id of the page before.
        deleted : bool
            Whether deleted records are listed too; without a place, they are not in any box.
        """
        contract_of(kind)
        if not 1 <= limit <= MOST_LISTED:
            raise BadInput(f"limit {limit} is not from 1 to {MOST_LISTED}")
        query = select(*SHOWN).where(record.c.kind == kind).order_by(record.c.record_id).limit(limit)
        if not deleted:
            query = query.where(record.c.deleted.is_(False))
        if bbox is not None:
            query = query.where(_within(bbox, self.database.dialect))
        if since is not None:
            query = query.where(record.c.happened_at >= require_utc(since))
        if until is not None:
            query = query.where(record.c.happened_at < require_utc(until))
        if after is not None:
            query = query.where(record.c.record_id > require_id(after, "after"))
        with self.database.reading() as connection:
            return tuple(stored_of(row) for row in connection.execute(query).mappings())

    def everything(self, kind: str) -> tuple[Stored, ...]:
        """Return all records of a kind, by id; deleted ones are left out."""
        contract_of(kind)
        with self.database.reading() as connection:
            return beginning(connection, kind, "")

    def newest(self, kinds: Collection[str]) -> int:
        """Return the number of the newest change of some kinds, in the order they came in; 0 if there is none."""
        query = select(func.max(change.c.position)).where(change.c.kind.in_(kinds))
        with self.database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return every record of which versions wait to be settled, by kind and id."""
        query = select(*SHOWN).where(record.c.conflicting > 0).order_by(record.c.kind, record.c.record_id)
        with self.database.reading() as connection:
            rows = [stored_of(row) for row in connection.execute(query).mappings()]
            return tuple(_conflict(row, decide(heads_of(connection, row.kind, row.record_id))) for row in rows)

    def settle(
        self, conflict: Conflict, author: str, *, keep: str | None = None, body: Mapping[str, Any] | None = None
    ) -> Stored:
        """Settle a conflict as it was seen: one version is kept, or another body takes the place of all.

        Parameters
        ----------
        conflict : Conflict
            From `conflicts`; a version that has come in since stays in conflict.
        author : str
        keep : str, optional
            The version to keep, one of `conflict.heads`; a deletion among them deletes the record.
        body : mapping, optional
            Instead of `keep`.

        Raises
        ------
        BadInput
            If neither or both are given, or `keep` is none of the heads.
        Stale
            If somebody has settled or changed it since.
        """
        kind, record_id = conflict.shown.kind, conflict.shown.record_id
        if (keep is None) == (body is None):
            raise BadInput("settle by naming a version to keep, or by giving a body")
        content = self._kept(conflict, keep) if body is None else (False, written(kind, read_body(kind, body)))
        with self.writing() as writer:
            heads = {each.change_id: each for each in heads_of(writer.connection, kind, record_id)}
            if not set(conflict.heads) <= set(heads):
                raise Stale(f"{kind} {record_id}: somebody has settled or changed it; look again")
            return writer.add(kind, record_id, content, author, [heads[each] for each in conflict.heads])

    def audit_append(
        self, author: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
    ) -> AuditEntry:
        """Add an entry to the audit log; see `AuditLog.append`."""
        return self.audit.append(author, action, subject, detail)

    @staticmethod
    def _kept(conflict: Conflict, keep: str | None) -> tuple[bool, str]:
        heads = {each.change_id: each for each in (conflict.winner, *conflict.others)}
        if keep not in heads:
            raise BadInput(f"version {str(keep)[:12]} is not among those in conflict")
        return heads[keep].content


def open_store(url: str | None = None, clock: Clock | None = None, *, create: bool = True) -> Store:
    """Open a store, making or updating its tables if need be.

    Parameters
    ----------
    url : str, optional
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``; else GUELTA_STORE, else ``sqlite:///guelta.db``.
    clock : callable, optional
        Gives the time; the machine's if left out.
    create : bool
        Whether a SQLite file that is not there is made.

    Raises
    ------
    BadInput
        If the URL is none of these or the file cannot be used.
    StoreFault
        If the database cannot be used.
    """
    database = Database(url or os.environ.get(ENVIRONMENT) or DEFAULT_URL, create)
    migrate(database)
    return Store(database, clock or (lambda: datetime.now(UTC)))


def _conflict(shown: Stored, folded: Folded) -> Conflict:
    heads = tuple(each.change_id for each in (*folded.same, *folded.losers))
    return Conflict(shown, folded.winner, folded.losers, heads)


def _within(bbox: Box, dialect: str) -> Any:
    left, bottom, right, top = bbox
    if not (left <= right and bottom <= top):
        raise BadInput("bbox: write it as left,bottom,right,top")
    meets = and_(
        record.c.lon_min <= right, record.c.lon_max >= left, record.c.lat_min <= top, record.c.lat_max >= bottom
    )
    if dialect != "postgresql":
        return meets
    # The index finds by rounded boxes; the columns then decide, as they do in SQLite.
    return and_(record.c.geometry.op("&&")(func.ST_MakeEnvelope(left, bottom, right, top, 4326)), meets)
