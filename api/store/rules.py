"""When a write is taken, when it was made before, and when it would go over what somebody else has written."""

from __future__ import annotations

from sqlalchemy import Connection, select

from api.store.changes import Change, Folded
from api.store.errors import Missing, Stale, Taken
from api.store.records import Stored, as_stored, change_of
from api.store.tables import change, idempotency


def answered(connection: Connection, author: str, key: str, request: str) -> Stored | None:
    """Return what a key was answered with before."""
    query = select(idempotency).where(idempotency.c.author == author, idempotency.c.key == key)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    if row["request"] != request:
        raise Taken(f"idempotency key {key[:40]!r} was used for another request; nothing was written")
    one = connection.execute(select(change).where(change.c.change_id == row["change_id"])).mappings().one()
    return as_stored(change_of(one), 0)


def is_there(winner: Change, content: tuple[bool, str], author: str, if_version: str | None) -> bool:
    """Say whether a write was made before (it is sent again), or would change nothing."""
    if winner.content != content:
        return False
    if if_version == winner.change_id:
        return True
    return winner.author == author and (if_version in winner.parents if if_version else not winner.parents)


def require_seen(kind: str, record_id: str, folded: Folded | None, if_version: str | None) -> None:
    """Refuse a writer who has not seen the version that is shown."""
    if folded is None:
        if if_version is not None:
            raise Stale(f"{kind} {record_id}: there is none, and version {if_version[:12]} of it was named")
        return
    winner = folded.winner
    state = f"version {winner.version} ({winner.change_id[:12]}) by {winner.author} at {winner.at:%Y-%m-%d %H:%M}Z"
    if if_version is None:
        gone = "was deleted" if winner.deleted else "exists"
        raise Taken(f"{kind} {record_id} {gone}, {state}; name it to write over it. Nothing was written")
    if if_version != winner.change_id:
        raise Stale(f"{kind} {record_id} has moved on from {if_version[:12]} to {state}; nothing was written")


def body_to_delete(kind: str, record_id: str, folded: Folded | None) -> str:
    """Return what a deletion keeps of a record: its last body; `Missing` if there is none."""
    if folded is None:
        raise Missing(f"{kind} {record_id}: there is none")
    return folded.winner.body
