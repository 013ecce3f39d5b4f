"""Writing records inside one transaction."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from api.store.changes import ERASED, Change, canonical, decide
from api.store.kinds import contract_of, read_body, require_author, require_id, written
from api.store.records import SHOWN, Stored, add_change, as_stored, found, heads_of, next_seq, refold, stored_of
from api.store.rules import answered, body_to_delete, is_there, require_seen
from api.store.tables import change, idempotency, record
from data.errors import BadInput

_LONGEST_KEY = 200


class Writer:
    """Writes of one transaction, made by `Store.writing`; it holds the lock of the store.

    Attributes
    ----------
    connection : Connection
    """

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self.connection, self._clock = connection, clock

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
        """Write a record; see `Store.put`."""
        content = (False, written(kind, read_body(kind, body)))
        return self._write(kind, record_id, content, author, if_version, idempotency_key)

    def delete(
        self, kind: str, record_id: str, author: str, *, if_version: str, idempotency_key: str | None = None
    ) -> Stored:
        """Mark a record as deleted; see `Store.delete`."""
        contract_of(kind)
        return self._write(kind, record_id, (True, None), author, if_version, idempotency_key)

    def find(self, kind: str, record_id: str) -> Stored | None:
        """Return a record, a deleted one too; None if there is none."""
        return found(self.connection, kind, record_id)

    def beginning(self, kind: str, prefix: str) -> tuple[Stored, ...]:
        """Return the records of a kind whose ids begin with some letters, by id; deleted ones are left out."""
        return beginning(self.connection, kind, prefix)

    def forget(self, kind: str, record_id: str) -> int:
        """Erase what the versions of a record said that others have replaced; return how many.

        That they were, who wrote them and when stays, and so do their signatures, which can no longer be proved.
        """
        own = (change.c.kind == kind, change.c.record_id == record_id)
        heads = [each.change_id for each in heads_of(self.connection, kind, record_id)]
        gone = select(change.c.change_id).where(*own, change.c.change_id.not_in(heads), change.c.body != ERASED)
        ids = list(self.connection.scalars(gone))
        if ids:
            self.connection.execute(idempotency.delete().where(idempotency.c.change_id.in_(ids)))
            self.connection.execute(update(change).where(change.c.change_id.in_(ids)).values(body=ERASED))
        return len(ids)

    def add(
        self, kind: str, record_id: str, content: tuple[bool, str], author: str, parents: Iterable[Change]
    ) -> Stored:
        """Write a version in the place of others, which the caller has seen."""
        require_author(author)
        signer, seq = next_seq(self.connection)
        now = self._clock().astimezone(UTC)
        replaced = list(parents)
        version = 1 + max((each.version for each in replaced), default=0)
        names = tuple(sorted(each.change_id for each in replaced))
        made = Change(signer.node_id, seq, kind, record_id, version, names, *content, author, now)
        add_change(self.connection, replace(made, signature=signer.sign_change(made.change_id)), now)
        refold(self.connection, [(kind, record_id)])
        stored = found(self.connection, kind, record_id)
        assert stored is not None
        return stored if stored.etag == made.change_id else as_stored(made, stored.conflicting)

    def _write(
        self,
        kind: str,
        record_id: str | None,
        content: tuple[bool, str | None],
        author: str,
        if_version: str | None,
        key: str | None,
    ) -> Stored:
        """Write a version on top of the one named; `content` without a body deletes."""
        require_author(author)
        if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
            raise BadInput(f"an idempotency key has 1 to {_LONGEST_KEY} characters")
        request = hashlib.sha256(canonical([kind, record_id, *content, if_version]).encode()).hexdigest()
        name = str(uuid.uuid4()) if record_id is None else require_id(record_id)
        before = None if key is None else answered(self.connection, author, key, request)
        if before is not None:
            return before
        heads = heads_of(self.connection, kind, name)
        folded = decide(heads) if heads else None
        whole = (content[0], content[1] if content[1] is not None else body_to_delete(kind, name, folded))
        if folded is not None and is_there(folded.winner, whole, author, if_version):
            stored = as_stored(folded.winner, len(folded.losers))
        else:
            require_seen(kind, name, folded, if_version)
            stored = self.add(kind, name, whole, author, folded.same if folded else ())
        if key is not None:
            values = {"author": author, "key": key, "request": request, "change_id": stored.etag, "at": self._clock()}
            self.connection.execute(insert(idempotency).values(**values))
        return stored


def beginning(connection: Connection, kind: str, prefix: str) -> tuple[Stored, ...]:
    """Return the records of a kind whose ids begin with some letters, by id; deleted ones are left out."""
    # ids are of letters, digits and _.:- ; all of them sort before "~"
    within = (record.c.record_id >= prefix, record.c.record_id < prefix + "~")
    query = select(*SHOWN).where(record.c.kind == kind, record.c.deleted.is_(False), *within)
    return tuple(stored_of(row) for row in connection.execute(query.order_by(record.c.record_id)).mappings())
