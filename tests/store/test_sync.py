"""Stores that were apart: files of signed changes, in any order, trusted or refused in one line."""

from __future__ import annotations

import gzip
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from tests_store import NOW, ticking, water

from api.store import line_file
from api.store.changes import fold
from api.store.check import check
from api.store.errors import Stale
from api.store.store import Store
from api.store.sync import changes_in, distrust, export_changes, import_changes, stores_known, trust
from data.errors import BadInput


def file_of(store: Store, folder: Path, without: Path | None = None) -> Path:
    path = folder / f"{store.node_id[:8]}-{len(list(folder.iterdir()))}.guelta"
    export_changes(store, path, without)
    return path


def acquaint(stores, folder):
    for one in stores:
        card = file_of(one, folder)
        for other in stores:
            if other is not one:
                assert trust(other, card) == one.node_id


@pytest.fixture
def pair(new_store, tmp_path):
    both = new_store(clock=ticking()), new_store(clock=ticking(start=NOW + timedelta(hours=1)))
    acquaint(both, tmp_path)
    return both


def view(store: Store):
    """Everything a store shows."""
    shown = {kind: store.list(kind, deleted=True) for kind in ("water_report", "closure", "plan")}
    return shown, store.conflicts()


def all_changes(store: Store):
    with store.database.reading() as connection:
        return list(changes_in(connection))


def test_changes_go_over_and_nothing_is_taken_twice(pair, tmp_path):
    here, there = pair
    first = here.put("water_report", "w-1", water("a"), "desk")
    second = here.put("water_report", "w-1", water("b"), "desk", if_version=first.etag)
    path = file_of(here, tmp_path)
    told = import_changes(there, path)
    assert (told.new, told.known, told.conflicting, told.remarks) == (2, 0, 0, ())
    assert there.get("water_report", "w-1") == second
    assert there.history("water_report", "w-1") == here.history("water_report", "w-1")
    assert import_changes(there, path).known == 2
    assert path.stat().st_mode & 0o777 == 0o600
    answer = there.put("water_report", "w-1", water("c"), "field", if_version=second.etag)
    only = file_of(there, tmp_path, without=path)
    assert import_changes(here, only).new == 1 and import_changes(here, only).known == 1
    assert here.get("water_report", "w-1") == answer and view(here) == view(there)


def test_a_conflict_is_shown_until_somebody_settles_it(pair, tmp_path):
    here, there = pair
    first = here.put("water_report", "w-1", water("a"), "desk")
    import_changes(there, file_of(here, tmp_path))
    here.put("water_report", "w-1", water("mine"), "desk", if_version=first.etag)
    there.put("water_report", "w-1", water("yours"), "field", if_version=first.etag)
    assert import_changes(here, file_of(there, tmp_path)).conflicting == 1
    assert import_changes(there, file_of(here, tmp_path)).conflicting == 1
    assert view(here) == view(there)
    (conflict,) = here.conflicts()
    assert conflict.shown.body["remark"] == "yours" and conflict.shown.conflicting == 1  # the later clock
    assert [json.loads(each.body)["remark"] for each in conflict.others] == ["mine"]
    # Writing goes on meanwhile, and the conflict stays.
    newer = here.put("water_report", "w-1", water("newer"), "desk", if_version=conflict.shown.etag)
    assert newer.conflicting == 1
    with pytest.raises(Stale, match="settled or changed"):
        here.settle(conflict, "desk", keep=conflict.others[0].change_id)
    (conflict,) = here.conflicts()
    with pytest.raises(BadInput):
        here.settle(conflict, "desk", keep="0" * 64)
    with pytest.raises(BadInput):
        here.settle(conflict, "desk")
    settled = here.settle(conflict, "desk", keep=conflict.others[0].change_id)
    assert settled.body["remark"] == "mine" and here.conflicts() == ()
    import_changes(there, file_of(here, tmp_path))
    assert view(there) == view(here) and there.conflicts() == ()
    assert len(there.history("water_report", "w-1")) == 5


def test_a_report_is_not_lost_because_somebody_else_deleted_it(pair, tmp_path):
    here, there = pair
    first = here.put("water_report", "w-1", water("a"), "desk")
    import_changes(there, file_of(here, tmp_path))
    here.put("water_report", "w-1", water("dry now", state="dry"), "desk", if_version=first.etag)
    there.delete("water_report", "w-1", "field", if_version=first.etag)
    import_changes(there, file_of(here, tmp_path))
    assert there.get("water_report", "w-1").body["state"] == "dry"
    (conflict,) = there.conflicts()
    assert [each.deleted for each in conflict.others] == [True]
    there.settle(conflict, "field", keep=conflict.others[0].change_id)
    assert there.list("water_report") == ()


def test_only_stores_that_are_trusted_are_heard(new_store, tmp_path):
    one, two, three = (new_store() for _ in range(3))
    one.put("water_report", "w-1", water("a"), "desk")
    with pytest.raises(BadInput, match="not trusted here") as told:
        import_changes(two, file_of(one, tmp_path))
    assert len(told.value.faults) == 1 and view(two)[0]["water_report"] == ()
    trust(two, file_of(one, tmp_path), one.node_id[:10], "laptop 1")
    import_changes(two, file_of(one, tmp_path))
    passed_on = file_of(two, tmp_path)
    trust(three, passed_on)
    with pytest.raises(BadInput, match="not trusted here"):
        import_changes(three, passed_on)  # two is trusted, one is not
    assert trust(three, passed_on, one.node_id) == one.node_id
    assert import_changes(three, passed_on).new == 1
    for wrong in ("0" * 32, one.node_id[:4], "x"):
        with pytest.raises(BadInput, match="stores"):
            trust(three, passed_on, wrong)
    assert distrust(three, one.node_id[:8]) == one.node_id
    with pytest.raises(BadInput, match="not trusted here"):
        import_changes(three, passed_on)
    assert three.get("water_report", "w-1").body["remark"] == "a"
    own = [each["own"] for each in stores_known(three)]
    assert sorted(own) == [False, False, True] and "private" not in json.dumps(stores_known(three))
    with pytest.raises(BadInput):
        distrust(three, three.node_id)


def test_a_clock_that_is_ahead_is_told(new_store, tmp_path):
    late, ahead = new_store(clock=ticking()), new_store(clock=ticking(start=NOW + timedelta(days=400)))
    acquaint((late, ahead), tmp_path)
    ahead.put("water_report", "w-1", water(), "desk")
    (remark,) = import_changes(late, file_of(ahead, tmp_path)).remarks
    assert "future" in remark


def test_interleavings_on_real_stores_come_to_what_the_fold_says(new_store, tmp_path):
    rng = random.Random(7)
    for _ in range(2):
        stores = [new_store(clock=ticking(start=NOW + timedelta(seconds=rng.randrange(5)))) for _ in range(3)]
        acquaint(stores, tmp_path)
        files = []
        for _ in range(24):
            store = rng.choice(stores)
            if rng.random() < 0.6:
                _write(store, rng)
                files.append(file_of(store, tmp_path))
            elif files:
                import_changes(store, rng.choice(files))
        final = [file_of(store, tmp_path) for store in stores]
        for store in stores:
            for path in rng.sample([*final, *rng.sample(files, 4)], len(final) + 4):
                import_changes(store, path)
        assert view(stores[0]) == view(stores[1]) == view(stores[2])
        changes = all_changes(stores[0])
        assert {each.change_id for each in changes} == {each.change_id for each in all_changes(stores[2])}
        for (kind, record_id), folded in fold(changes).items():
            shown = stores[0].get(kind, record_id, deleted=True)
            assert (shown.etag, shown.conflicting) == (folded.winner.change_id, len(folded.losers))
        assert [check(store)["faults"] + check(store)["remarks"] for store in stores] == [[], [], []]


def _write(store: Store, rng: random.Random) -> None:
    record_id = f"w-{rng.randrange(3)}"
    conflicts = store.conflicts()
    if conflicts and rng.random() < 0.3:
        store.settle(conflicts[0], "desk", keep=rng.choice(conflicts[0].heads))
        return
    there = {each.record_id: each for each in store.list("water_report", deleted=True)}
    seen = there.get(record_id)
    if seen is not None and not seen.deleted and rng.random() < 0.2:
        store.delete("water_report", record_id, "desk", if_version=seen.etag)
    else:
        version = None if seen is None else seen.etag
        store.put("water_report", record_id, water(str(rng.random())), "desk", if_version=version)


def repacked(path: Path, edit) -> Path:
    """Write the lines of a file again as they come back from `edit`, its digest made to fit."""
    import hashlib

    *lines, end = gzip.decompress(path.read_bytes()).splitlines()
    lines = edit(lines)
    body = b"".join(line + b"\n" for line in lines)
    values = json.loads(end) | {"sum": hashlib.sha256(body).hexdigest(), "end": len(lines) - 1}
    path.write_bytes(gzip.compress(body + json.dumps(values).encode() + b"\n"))
    return path


def refused(store: Store, path: Path) -> str:
    before = all_changes(store)
    with pytest.raises(BadInput) as told:
        import_changes(store, path)
    (fault,) = told.value.faults
    assert "\n" not in fault and len(fault) < 500
    fault.encode()
    assert all_changes(store) == before
    return fault


def test_a_file_that_was_tampered_with_is_refused_whole(new_store, tmp_path):
    here, there = new_store(), new_store()
    files = tmp_path / "files"
    files.mkdir()
    acquaint((here, there), files)
    for n in range(3):
        here.put("water_report", f"w-{n}", water(str(n)), "desk")

    def said(line, **fields):
        return json.dumps(json.loads(line) | fields, sort_keys=True).encode()

    edits = {
        "the change is not signed": lambda lines: [lines[0], said(lines[1], author="other"), *lines[2:]],
        "not signed by the store it names": lambda lines: lines[:-1],  # a line is missing, all others are sound
        "Extra inputs": lambda lines: [lines[0], said(lines[1], more=1), *lines[2:]],
        "seq: ": lambda lines: [lines[0], said(lines[1], seq="1"), *lines[2:]],
        "is no kind": lambda lines: [lines[0], said(lines[1], kind="x\ny"), *lines[2:]],
        "water_id": lambda lines: [lines[0], said(lines[1], body="{}"), *lines[2:]],
        "one form": lambda lines: [lines[0], said(lines[1], body=json.loads(lines[1])["body"] + " "), *lines[2:]],
        "is not trusted": lambda lines: [said(lines[0], node="0" * 32), *lines[1:]],
        "header does not say": lambda lines: [said(lines[0], format="guelta backup 1"), *lines[1:]],
        "is no JSON": lambda lines: [lines[0], b"[" * 100_000, *lines[1:]],
        "no change": lambda lines: [lines[0], said(lines[1], at="0000-13-01T00:00:00.000000Z"), *lines[2:]],
    }
    for fault, edit in edits.items():
        assert fault in refused(there, repacked(file_of(here, files), edit))
    unsigned = file_of(here, files)
    unsigned.write_bytes(gzip.compress(gzip.decompress(unsigned.read_bytes()).replace(b'"sig":"', b'"sig":"0', 1)))
    assert "digest" in refused(there, unsigned) or "sig" in refused(there, unsigned)
    assert import_changes(there, file_of(here, files)).new == 3


def test_files_that_would_fill_the_memory_are_refused(new_store, tmp_path, monkeypatch):
    store = new_store()
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(b"0" * 60_000_000))
    assert bomb.stat().st_size < 100_000
    assert "longer than" in refused(store, bomb)
    monkeypatch.setattr(line_file, "MOST_CONTENT", 2000)
    card = file_of(store, tmp_path)
    lines = gzip.decompress(card.read_bytes()).splitlines()
    card.write_bytes(gzip.compress(b"\n".join([lines[0], *[b"{}"] * 5000])))
    assert "holds more than" in refused(store, card) or "node" in refused(store, card)


def test_no_damage_makes_more_than_one_line(new_store, tmp_path):
    here, there = new_store(), new_store()
    files = tmp_path / "files"
    files.mkdir()
    acquaint((here, there), files)
    for n in range(4):
        here.put("water_report", f"w-{n}", water(str(n)), "desk")
    whole = file_of(here, files).read_bytes()
    plain = gzip.decompress(whole)
    rng, path = random.Random(3), tmp_path / "damaged"
    for step in range(300):
        content = bytearray(plain if step % 2 else whole)
        for _ in range(rng.randint(1, 4)):
            where = rng.randrange(len(content))
            what = rng.randrange(4)
            if what == 0:
                content[where] = rng.randrange(256)
            elif what == 1:
                del content[where : where + rng.randint(1, 200)]
            elif what == 2:
                content[where:where] = rng.randbytes(rng.randint(1, 20))
            else:
                content[where:where] = rng.choice(
                    [b"\n", b'"', b"\\ud800", b"NaN", b"9" * 5000, b"\0", b"{}\n", b"1e999"]
                )
        path.write_bytes(gzip.compress(bytes(content), 1) if step % 2 else bytes(content))
        try:
            unharmed = gzip.decompress(path.read_bytes()) == plain
        except Exception:
            unharmed = False
        if not unharmed:
            refused(there, path)
    assert view(there)[0]["water_report"] == ()
    for nothing in (tmp_path, tmp_path / "none"):
        refused(there, nothing)
