"""What a store holds, and whether it is whole."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from sqlalchemy import func, select, text

from api.store.changes import fold
from api.store.identity import signed_change
from api.store.records import SHOWN
from api.store.store import Store
from api.store.sync import changes_in, stores_known
from api.store.tables import api_key, audit, change, job, node, record

#: Faults that are told one by one.
MOST_FAULTS = 20


def check(store: Store) -> dict[str, Any]:
    """Return counts, pending conflicts and every fault of a store as a JSON-ready document.

    The digests and signatures of all changes are computed anew, the records compared with what their changes come
    to, the audit log followed, and SQLite's own check is run.
    """
    faults = [*_database_faults(store), *_change_faults(store), *store.audit.verify()]
    with store.database.reading() as connection:
        kinds = connection.execute(
            select(record.c.kind, func.count()).where(record.c.deleted.is_(False)).group_by(record.c.kind)
        )
        records: dict[str, int] = dict(sorted(kinds.all()))
        counts = {
            each.name: connection.scalar(select(func.count()).select_from(each)) for each in (change, audit, api_key)
        }
        states = connection.execute(select(job.c.state, func.count()).group_by(job.c.state))
        jobs: dict[str, int] = dict(sorted(states.all()))
        pending = connection.scalar(select(func.count()).select_from(record).where(record.c.conflicting > 0))
    stores = stores_known(store)
    return {
        "store": store.database.shown,
        "records": records,
        "changes": counts["change"],
        "audit_entries": counts["audit"],
        "keys": counts["api_key"],
        "jobs": jobs,
        "conflicts": pending,
        "stores": stores,
        "remarks": _remarks(stores),
        "faults": faults[:MOST_FAULTS] + ([f"and {len(faults) - MOST_FAULTS} more"] * (len(faults) > MOST_FAULTS)),
    }


def _database_faults(store: Store) -> list[str]:
    if store.database.dialect != "sqlite":
        return []
    with store.database.reading() as connection:
        said = [str(each) for each in connection.scalars(text("PRAGMA integrity_check(20)"))]
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    return ([] if said == ["ok"] else said) + [
        f"{row[0]}: a row speaks of a {row[2]} that is not there" for row in broken
    ]


def _change_faults(store: Store) -> list[str]:
    """Return changes that are not what was signed, and records that are not what their changes come to."""
    faults: list[str] = []
    with store.database.reading() as connection:
        keys = dict(connection.execute(select(node.c.node_id, node.c.public_key)).all())
        kept = set(connection.scalars(select(change.c.change_id)))
        rows = {(row["kind"], row["record_id"]): row for row in connection.execute(select(*SHOWN)).mappings()}
        for name, own in groupby(changes_in(connection, by_record=True), key=lambda one: (one.kind, one.record_id)):
            changes = list(own)
            for one in changes:
                if one.change_id not in kept or not signed_change(keys[one.node_id], one.change_id, one.signature):
                    faults.append(f"{one.kind} {one.record_id} version {one.version}: was changed after it was written")
            folded, row = fold(changes)[name], rows.pop(name, None)
            winner = folded.winner
            comes_to = (winner.change_id, len(folded.losers), winner.body, winner.deleted)
            if row is None or (row["change_id"], row["conflicting"], row["body"], row["deleted"]) != comes_to:
                faults.append(f"{' '.join(name)}: is not what its changes come to")
    faults += [f"{' '.join(name)}: has no changes" for name in rows]
    return faults


def _remarks(stores: list[dict[str, Any]]) -> list[str]:
    remarks = []
    for each in stores:
        name = f"store {each['node_id'][:8]}"
        if each["missing"]:
            remarks.append(f"{name}: {each['missing']} of its changes have not come here yet")
        if each["numbered_twice"]:
            remarks.append(f"{name}: two of its changes have one number; is a copy of its file in use?")
    return remarks
