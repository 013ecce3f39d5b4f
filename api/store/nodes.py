"""The stores that are known here: this one with its private key, and others by their public ones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from api.store.engine import Database
from api.store.identity import Signer
from api.store.tables import node


def ensure_own_node(database: Database, now: datetime) -> None:
    """Give the store a key of its own to sign with, if it has none."""
    own = select(func.count()).select_from(node).where(node.c.private_key.is_not(None))
    with database.reading() as connection:
        if connection.scalar(own):
            return
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(712002)))
        if not connection.scalar(own):
            add_own_node(connection, now)


def add_own_node(connection: Connection, now: datetime) -> None:
    """Make a key to sign with."""
    signer = Signer()
    values = {"public_key": signer.public_key, "private_key": signer.private_key, "label": "", "trusted": True}
    connection.execute(insert(node).values(node_id=signer.node_id, added_at=now, last_seq=0, **values))
