"""Records: written once, never over one another, with history and author, found by place and time."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from tests_store import NOW, ticking, water

from api.store.errors import Missing, Stale, Taken
from api.store.kinds import KINDS
from api.store.tables import change, record
from data.errors import BadInput


def test_what_is_put_is_got_and_kept_with_its_author(store):
    put = store.put("water_report", "w-1", water("a"), "patrol-1")
    assert (put.version, put.deleted, put.author, put.conflicting) == (1, False, "patrol-1", 0)
    assert put.body["remark"] == "a" and put.body["seen_at"] == "2026-06-15T08:00:00Z"
    assert store.get("water_report", "w-1") == put
    again = store.put("water_report", "w-1", water("b"), "desk", if_version=put.etag)
    assert (again.version, again.body["remark"]) == (2, "b")
    history = store.history("water_report", "w-1")
    assert [(each.version, each.author, each.change_id) for each in history] == [
        (1, "patrol-1", put.etag),
        (2, "desk", again.etag),
    ]
    assert history[1].parents == (put.etag,)


def test_nothing_is_written_over_what_the_writer_has_not_seen(store):
    first = store.put("water_report", "w-1", water("a"), "desk")
    with pytest.raises(Taken, match="exists"):
        store.put("water_report", "w-1", water("b"), "desk")
    second = store.put("water_report", "w-1", water("b"), "desk", if_version=first.etag)
    with pytest.raises(Stale, match="moved on"):
        store.put("water_report", "w-1", water("c"), "desk", if_version=first.etag)
    with pytest.raises(Stale, match="moved on"):
        store.delete("water_report", "w-1", "desk", if_version=first.etag)
    with pytest.raises(Stale, match="there is none"):
        store.put("water_report", "w-2", water("c"), "desk", if_version=first.etag)
    assert store.get("water_report", "w-1") == second
    assert len(store.history("water_report", "w-1")) == 2


def test_what_is_sent_again_is_written_once(store):
    first = store.put("water_report", "w-1", water("a"), "desk")
    assert store.put("water_report", "w-1", water("a"), "desk") == first
    second = store.put("water_report", "w-1", water("b"), "desk", if_version=first.etag)
    assert store.put("water_report", "w-1", water("b"), "desk", if_version=first.etag) == second
    assert store.put("water_report", "w-1", water("b"), "other", if_version=second.etag) == second
    with pytest.raises(Taken):
        store.put("water_report", "w-1", water("b"), "other")
    gone = store.delete("water_report", "w-1", "desk", if_version=second.etag)
    assert store.delete("water_report", "w-1", "desk", if_version=second.etag) == gone
    assert len(store.history("water_report", "w-1")) == 3


def test_an_idempotency_key_answers_as_the_first_time_whatever_came_between(store):
    first = store.put("water_report", None, water("a"), "desk", idempotency_key="k1")
    store.put("water_report", first.record_id, water("b"), "other", if_version=first.etag)
    assert store.put("water_report", None, water("a"), "desk", idempotency_key="k1") == first
    assert store.put("water_report", None, water("a"), "other", idempotency_key="k1").record_id != first.record_id
    with pytest.raises(Taken, match="another request"):
        store.put("water_report", None, water("z"), "desk", idempotency_key="k1")
    gone = store.delete(
        "water_report",
        first.record_id,
        "desk",
        if_version=store.get("water_report", first.record_id).etag,
        idempotency_key="k2",
    )
    assert (
        store.delete("water_report", first.record_id, "desk", if_version=gone.etag, idempotency_key="k3").etag
        == gone.etag
    )
    with pytest.raises(Taken):
        store.delete("water_report", first.record_id, "desk", if_version="0" * 64, idempotency_key="k2")


def test_a_deleted_record_keeps_its_history_and_can_be_written_again(store):
    first = store.put("water_report", "w-1", water("a"), "desk")
    gone = store.delete("water_report", "w-1", "desk", if_version=first.etag)
    with pytest.raises(Missing, match="deleted"):
        store.get("water_report", "w-1")
    assert store.get("water_report", "w-1", deleted=True) == gone
    assert store.list("water_report") == () and store.list("water_report", deleted=True) == (gone,)
    with pytest.raises(Taken, match="was deleted"):
        store.put("water_report", "w-1", water("b"), "desk")
    back = store.put("water_report", "w-1", water("b"), "desk", if_version=gone.etag)
    assert back.version == 3 and store.get("water_report", "w-1") == back
    for ask in (store.get, store.history):
        with pytest.raises(Missing):
            ask("water_report", "none")
    with pytest.raises(Missing):
        store.delete("water_report", "none", "desk", if_version=gone.etag)


def test_records_are_found_by_place_and_time_alike_on_both_databases(new_store):
    store = new_store(clock=ticking())
    for n in range(12):
        seen = (NOW + timedelta(days=n)).isoformat()
        store.put("water_report", f"w-{n:02d}", water(lon=10.0 + n, lat=20.0, seen_at=seen), "desk")
    store.put("water_report", "nowhere", water(lon=None, lat=None), "desk")
    track = {"asset_id": "car-1", "lonlat": [[10, 18], [12, 22]], "times": [NOW.isoformat()] * 2}
    store.put("patrol_track", "t-1", track, "desk")
    area = {"begins": NOW.isoformat(), "area": [[0, 0], [1, 0], [1, 1]], "reason": "mine"}
    store.put("closure", "c-1", area, "desk")
    assert [each.record_id for each in store.list("water_report", (11, 20, 13, 20))] == ["w-01", "w-02", "w-03"]
    assert store.list("water_report", (11.1, 20, 11.9, 20)) == ()
    assert store.list("water_report", (11.0000001, 0, 11.5, 30)) == ()
    assert [each.record_id for each in store.list("patrol_track", (11, 19, 11.1, 19.1))] == ["t-1"]
    assert [each.record_id for each in store.list("closure", (0.5, 0.5, 2, 2))] == ["c-1"]
    some = store.list("water_report", since=NOW + timedelta(days=3), until=NOW + timedelta(days=5))
    assert [each.record_id for each in some] == ["w-03", "w-04"]
    page, after = [], None
    while part := store.list("water_report", limit=5, after=after):
        page += [each.record_id for each in part]
        after = page[-1]
    assert page == ["nowhere", *(f"w-{n:02d}" for n in range(12))]
    for wrong in ({"limit": 0}, {"bbox": (2, 0, 1, 1)}, {"after": "no id!"}, {"since": NOW.replace(tzinfo=None)}):
        with pytest.raises(BadInput):
            store.list("water_report", **wrong)


@pytest.mark.parametrize(
    ("kind", "body", "fault"),
    [
        ("water_report", water(name="somebody"), "name: Extra"),
        ("water_report", water(lon=181), "lon"),
        ("water_report", water(lon=float("nan")), "lon"),
        ("water_report", water(seen_at="2026-06-15T08:00:00"), "no time zone"),
        ("patrol_track", {"asset_id": "c", "lonlat": [[0, 0], [1, 1]], "times": []}, "0 times for 2"),
        ("plan", {"on": "2026-06-15", "document": {"x": float("inf")}}, "document: .*JSON cannot carry"),
        ("closure", {"begins": NOW.isoformat(), "reason": "mine"}, "name the segments"),
        ("nothing", {}, "is no kind"),
        ("case", [], "case: Input should be a valid dictionary"),
    ],
)
def test_a_body_that_breaks_its_contract_is_refused(new_store, tmp_path, kind, body, fault):
    store = new_store()
    with pytest.raises(BadInput, match=fault) as told:
        store.put(kind, "x", body, "desk")
    assert all("\n" not in each for each in told.value.faults)


def test_ids_and_authors_are_codes(store):
    for record_id in ("", "a b", "../x", "x" * 81, "é", "a\n"):
        with pytest.raises(BadInput):
            store.put("water_report", record_id, water(), "desk")
    for author in ("", "Some Body", "x" * 41, "a\n"):
        with pytest.raises(BadInput):
            store.put("water_report", "w", water(), author)


def test_every_kind_says_who_may_see_it():
    assert all(contract.note.strip() and contract.sensitivity for contract in KINDS.values())
    assert "public" not in {contract.sensitivity for contract in KINDS.values()}


def test_text_of_every_script_and_odd_numbers_come_back_as_they_went(store):
    document = {
        "é\u0000\U0001f4a7": [{"none": None}, 1e308, 0.1, -0.0, 2**70, None, True, "النيجر", "\\u0000"],
        "deep": [[[{}]]],
    }
    store.put("plan", "p", {"on": "2026-06-15", "document": document}, "desk")
    assert store.get("plan", "p").body["document"] == document


def test_the_file_is_its_owners_alone_and_waits_for_the_disk(new_store, tmp_path: Path):
    path = tmp_path / "own.db"
    store = new_store(f"sqlite:///{path}")
    store.put("water_report", "w", water(), "desk")
    with store.database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() >= 10_000
        for each in (path, path.with_name("own.db-wal"), path.with_name("own.db-shm")):
            assert stat.S_IMODE(each.stat().st_mode) == 0o600
    path.chmod(0o644)
    new_store(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_postgis_keeps_shapes_and_finds_them_by_an_index(cluster, new_store):
    store = new_store(cluster.new_database())
    store.put("water_report", "w", water(), "desk")
    with store.database.reading() as connection:
        assert connection.scalar(select(func.ST_AsText(record.c.geometry))) == "POINT(11.5 19)"
        assert connection.scalar(select(func.ST_SRID(record.c.geometry))) == 4326
        index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_record_geometry'"
        assert "USING gist (geometry)" in connection.scalar(text(index))
        assert connection.scalar(select(func.count()).select_from(change)) == 1
        connection.execute(text("SET enable_seqscan = off"))
        query = "EXPLAIN SELECT * FROM record WHERE geometry && ST_MakeEnvelope(11, 18, 12, 20, 4326)"
        assert "ix_record_geometry" in "".join(connection.scalars(text(query)))


@pytest.mark.parametrize(
    "url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense", "sqlite:////no/such/f"]
)
def test_a_url_that_is_none_is_told_in_one_line(url, monkeypatch):
    from api.store.engine import Database

    with pytest.raises(BadInput) as told:
        Database(url)
    assert len(told.value.faults) == 1
