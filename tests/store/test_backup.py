"""Backups: everything comes back, into either database, or nothing does."""

from __future__ import annotations

import gzip
import json
import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from tests_cluster import programs
from tests_store import NOW, ticking, water

from api.store.backup import backup, restore
from api.store.check import check
from api.store.keys import Key
from api.store.store import Store
from api.store.sync import export_changes, import_changes, trust
from api.store.tables import metadata, node
from data.errors import BadInput, NoAnswer

#: What a restored store has of its own.
OWN = {"position", "private_key", "last_seq"}


def filled(new_store, folder) -> Store:
    """A store with something of everything: history, deletion, a conflict, keys, jobs, audit."""
    store, other = new_store(clock=ticking()), new_store(clock=ticking(start=NOW + timedelta(hours=1)))
    for one, two, name in ((store, other, "card1"), (other, store, "card2")):
        export_changes(one, folder / name)
        trust(two, folder / name, label="laptop 2")
    first = store.put("water_report", "w-1", water("é\u0000x"), "desk", idempotency_key="k1")
    gone = store.put("water_report", "w-2", water(), "desk")
    store.delete("water_report", "w-2", "desk", if_version=gone.etag)
    track = {"asset_id": "car-1", "lonlat": [[10, 18], [12, 22]], "times": [NOW.isoformat()] * 2}
    store.put("patrol_track", "t-1", track, "desk")
    export_changes(store, folder / "one")
    import_changes(other, folder / "one")
    store.put("water_report", "w-1", water("mine"), "desk", if_version=first.etag)
    other.put("water_report", "w-1", water("yours"), "field", if_version=first.etag)
    export_changes(other, folder / "two")
    import_changes(store, folder / "two")
    store.keys.add(Key("abc", "digest", "planner", "cases", "rescue", NOW, NOW + timedelta(days=1)))
    store.keys.revoke("abc", NOW)
    store.jobs.enqueue("plan", {"days": 2}, "desk", job_id="j-1")
    store.jobs.finish(store.jobs.claim("worker-1"), {"file": "out"})
    store.jobs.enqueue("plan", {"days": 3}, "desk", job_id="j-2")
    old = store.put("water_report", "w-3", water("told in confidence"), "desk")
    store.put("water_report", "w-3", water("told"), "desk", if_version=old.etag)
    with store.writing() as writer:
        assert writer.forget("water_report", "w-3") == 1
    for n in range(3):
        store.audit_append("desk", "read", f"case {n}", {"n": n})
    return store


def everything(store: Store) -> dict:
    """All rows of all tables, but for what a restored store has of its own."""
    told = {}
    with store.database.reading() as connection:
        own = connection.scalar(select(node.c.node_id).where(node.c.private_key.is_not(None)))
        for table in metadata.sorted_tables:
            columns = [column for column in table.c if column.name not in OWN | {"geometry"}]
            rows = [tuple(row) for row in connection.execute(select(*columns))]
            told[table.name] = sorted(map(repr, rows))
        told["node"] = [row for row in told["node"] if own not in row]
    return told


def test_a_backup_comes_back_whole_into_either_database(new_store, new_url, tmp_path, request):
    store = filled(new_store, tmp_path)
    lines = backup(store, tmp_path / "backup.gz")
    assert lines == 17 and (tmp_path / "backup.gz").stat().st_mode & 0o777 == 0o600
    urls = [new_url(), f"sqlite:///{tmp_path}/restored.db"]
    if programs():
        urls.append(request.getfixturevalue("cluster").new_database())
    before = everything(store)
    with store.database.reading() as connection:
        own, secret = connection.execute(
            select(node.c.node_id, node.c.private_key).where(node.c.private_key.is_not(None))
        ).one()
    for url in urls:
        other = new_store(url)
        told = restore(other, tmp_path / "backup.gz")
        assert (told.changes, told.records) == (8, 4)
        after = everything(other)
        after["node"] = [row for row in after["node"] if own not in row]
        assert after == before
        assert other.node_id != store.node_id
        assert check(other)["faults"] == [] and check(other)["conflicts"] == 1
        assert other.history("water_report", "w-1") == store.history("water_report", "w-1")
        assert [each.record_id for each in other.list("patrol_track", (11, 19, 11, 19))] == ["t-1"]
        assert other.jobs.get("j-1").result == {"file": "out"} and other.audit.verify() == ()
        first = other.history("water_report", "w-1")[0]
        assert other.put("water_report", "w-1", water("é\u0000x"), "desk", idempotency_key="k1").etag == first.change_id
        other.put("water_report", "w-9", water(), "desk")  # it goes on
    assert secret not in gzip.decompress((tmp_path / "backup.gz").read_bytes()).decode()


def test_nothing_is_restored_over_what_is_there_unless_it_is_said(new_store, tmp_path):
    store = filled(new_store, tmp_path)
    backup(store, tmp_path / "backup.gz")
    with pytest.raises(BadInput, match="already"):
        backup(store, tmp_path / "backup.gz")
    other = new_store()
    other.audit_append("desk", "read", "case 9")
    with pytest.raises(NoAnswer, match="--replace"):
        restore(other, tmp_path / "backup.gz")
    assert other.audit.read()[0].subject == "case 9"
    restore(other, tmp_path / "backup.gz", replace=True)
    assert [each.subject for each in other.audit.read()] == ["case 0", "case 1", "case 2"]


def test_a_damaged_backup_restores_nothing_and_says_so_in_one_line(new_store, tmp_path):
    store, empty = filled(new_store, tmp_path), new_store()
    path = tmp_path / "backup.gz"
    backup(store, path)
    plain = gzip.decompress(path.read_bytes())
    before, rng = everything(empty), random.Random(5)
    for _ in range(60):
        content = bytearray(plain)
        where = rng.randrange(len(content))
        if rng.random() < 0.5:
            content[where] ^= 1 << rng.randrange(8)
        else:
            del content[where : where + rng.randint(1, 300)]
        if rng.random() < 0.5:
            content = _sealed(content)
        path.write_bytes(gzip.compress(bytes(content), 1))
        try:
            restore(empty, path, replace=True)
        except (BadInput, NoAnswer) as error:
            assert "\n" not in str(error)
            assert everything(empty) == before
        else:
            # A change of what has no signature of its own, its digest made to fit: the audit log tells of its own.
            restored = empty
            assert check(restored)["changes"] >= 6
            empty = new_store()
            before = everything(empty)


def _sealed(content: bytearray) -> bytearray:
    """Make the digest of a damaged backup fit, as somebody might who wants it to be taken."""
    import hashlib

    lines = bytes(content).split(b"\n")[:-2]
    body = b"".join(line + b"\n" for line in lines)
    return bytearray(
        body + json.dumps({"end": len(lines) - 1, "sum": hashlib.sha256(body).hexdigest()}).encode() + b"\n"
    )


def test_a_backup_sees_one_moment_while_others_write(new_store, tmp_path):
    store = filled(new_store, tmp_path)
    real, written = store.clock, []

    def clock() -> datetime:
        """Somebody writes after the backup has begun to read."""
        if not written:
            written.append(store.put)
            store.put("water_report", "w-late", water(), "desk")
        return real()

    store.clock = clock
    backup(store, tmp_path / "backup.gz")
    store.clock = real
    other = new_store()
    restore(other, tmp_path / "backup.gz")
    assert check(other)["faults"] == [] and check(store)["records"]["water_report"] == 3
