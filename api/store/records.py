"""Changes and records inside one transaction: what is written, and what the records then come to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.store.changes import Change, Folded, canonical, decide
from api.store.identity import Signer
from api.store.kinds import read_body
from api.store.tables import change, link, node, record

#: Columns of `record` that are read back; the geometry follows from the body.
SHOWN = tuple(column for column in record.c if column.name != "geometry")


@dataclass(frozen=True)
class Stored:
    """A record as it stands.

    Attributes
    ----------
    kind, record_id : str
    etag : str
        Names this very version (the id of its change): what `if_version` and If-Match take.
    version : int
        Rises with every change; two stores that were apart may both have a version 2, so it names nothing.
    deleted : bool
    conflicting : int
        Versions made apart from this one that say something else and wait to be settled.
    body : dict
    author : str
        Who wrote this version.
    changed_at : datetime
        UTC, by the clock of the store it was written in.
    """

    kind: str
    record_id: str
    etag: str
    version: int
    deleted: bool
    conflicting: int
    body: dict[str, Any]
    author: str
    changed_at: datetime


#: Statements that every write needs, built once: building them takes longer than the databases do.
_SAME = (record.c.kind == bindparam("b_kind"), record.c.record_id == bindparam("b_id"))
_FOUND = select(*SHOWN).where(*_SAME)
_FORGET = delete(record).where(*_SAME)
_HEADS = select(change).where(
    change.c.kind == bindparam("b_kind"),
    change.c.record_id == bindparam("b_id"),
    ~exists().where(
        link.c.parent_id == change.c.change_id, link.c.kind == change.c.kind, link.c.record_id == change.c.record_id
    ),
)
_OWN = node.c.private_key.is_not(None)
_NEXT = update(node).where(_OWN).values(last_seq=node.c.last_seq + 1).returning(node.c.private_key, node.c.last_seq)
_LINK = insert(link)
_RECORD = {
    "sqlite": insert(record),
    "postgresql": insert(record).values(geometry=func.ST_GeomFromText(bindparam("geometry"), 4326)),
}
_ADD = {
    name: upsert(change).on_conflict_do_nothing(index_elements=["change_id"]).returning(change.c.position)
    for name, upsert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def change_of(row: RowMapping) -> Change:
    """Return a row of `change`."""
    one = Change(
        node_id=row["node_id"],
        seq=row["seq"],
        kind=row["kind"],
        record_id=row["record_id"],
        version=row["version"],
        parents=tuple(json.loads(row["parents"])),
        deleted=row["deleted"],
        body=row["body"],
        author=row["author"],
        at=row["at"],
        signature=row["signature"],
    )
    if one.is_erased:  # what its id was the digest of is gone
        one.__dict__["change_id"] = row["change_id"]
    return one


def stored_of(row: RowMapping) -> Stored:
    """Return a row of `record`."""
    return Stored(
        row["kind"],
        row["record_id"],
        row["change_id"],
        row["version"],
        row["deleted"],
        row["conflicting"],
        json.loads(row["body"]),
        row["author"],
        row["changed_at"],
    )


def as_stored(one: Change, conflicting: int) -> Stored:
    """Return a change as the version of a record it is."""
    body = json.loads(one.body)
    return Stored(
        one.kind, one.record_id, one.change_id, one.version, one.deleted, conflicting, body, one.author, one.at
    )


def lock(connection: Connection) -> None:
    """Wait until no other writer is under way, and keep others waiting until the transaction ends.

    SQLite has done so when the transaction began.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(712004)))


def next_seq(connection: Connection) -> tuple[Signer, int]:
    """Return this store's signer and the number of its next change; the writer holds the `lock`."""
    row = connection.execute(_NEXT).one()
    return Signer(row.private_key), row.last_seq


def add_change(connection: Connection, one: Change, received_at: datetime) -> bool:
    """Keep a change; say whether it is new. The records are not touched, see `refold`."""
    kept = connection.execute(
        _ADD[connection.dialect.name],
        {
            "change_id": one.change_id,
            "node_id": one.node_id,
            "seq": one.seq,
            "kind": one.kind,
            "record_id": one.record_id,
            "version": one.version,
            "parents": canonical(list(one.parents)),
            "deleted": one.deleted,
            "body": one.body,
            "author": one.author,
            "at": one.at,
            "signature": one.signature,
            "received_at": received_at,
        },
    )
    if kept.first() is None:
        return False
    rows = [
        {"parent_id": parent, "child_id": one.change_id, "kind": one.kind, "record_id": one.record_id}
        for parent in one.parents
    ]
    if rows:
        connection.execute(_LINK, rows)
    return True


def heads_of(connection: Connection, kind: str, record_id: str) -> list[Change]:
    """Return the changes of a record that no other one of it replaces."""
    rows = connection.execute(_HEADS, {"b_kind": kind, "b_id": record_id})
    return [change_of(row) for row in rows.mappings()]


def refold(connection: Connection, names: Iterable[tuple[str, str]]) -> None:
    """Bring records up to what their changes come to."""
    for kind, record_id in names:
        folded = decide(heads_of(connection, kind, record_id))
        values = _values(folded)
        connection.execute(_FORGET, {"b_kind": kind, "b_id": record_id})
        connection.execute(_RECORD[connection.dialect.name], {"kind": kind, "record_id": record_id, **values})


def _values(folded: Folded) -> dict[str, Any]:
    """Return the columns of a record; one that is deleted lies nowhere."""
    winner = folded.winner
    body = read_body(winner.kind, json.loads(winner.body))
    shape = None if winner.deleted else body.shape()
    box = shape.bbox if shape else (None, None, None, None)
    return {
        "change_id": winner.change_id,
        "version": winner.version,
        "deleted": winner.deleted,
        "conflicting": len(folded.losers),
        "body": winner.body,
        "author": winner.author,
        "changed_at": winner.at,
        "happened_at": body.happened_at() or winner.at,
        **dict(zip(("lon_min", "lat_min", "lon_max", "lat_max"), box, strict=True)),
        "geometry": shape.wkt if shape else None,
    }


def found(connection: Connection, kind: str, record_id: str) -> Stored | None:
    """Return a record, deleted ones included."""
    row = connection.execute(_FOUND, {"b_kind": kind, "b_id": record_id}).mappings().one_or_none()
    return None if row is None else stored_of(row)
