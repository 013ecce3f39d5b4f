"""`guelta store`, `sync`, `backup` and `restore`, as somebody types them."""

from __future__ import annotations

import json

import pytest
from tests_store import water

from api.cli.main import exit_code
from api.store.store import open_store


@pytest.fixture
def type_(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(line, code=0):
        assert exit_code(line.split()) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return run


def test_two_laptops_exchange_settle_back_up_and_restore(type_, new_url):
    here, there, fresh = new_url(), new_url(), new_url()
    mine, yours = json.loads(type_(f"sync export a0 --store {here} --json")), type_(f"sync export b0 --store {there}")
    assert mine["changes"] == 0 and "signed by store" in yours
    assert "is trusted" in type_(f"sync trust a0 --store {there} --id {mine['store']} --label laptop-1")
    other = json.loads(type_(f"sync stores --store {there} --json"))
    own = next(each["node_id"] for each in other if each["own"])
    assert "2 other" not in type_(f"sync trust b0 --store {here} --id {own[:8]}")
    for url, remark in ((here, "a"), (there, "b")):
        store = open_store(url)
        store.put("water_report", "w-1", water(remark), "desk")
        store.close()
    type_(f"sync export a1 --store {here}")
    type_(f"sync export b1 --store {there} --without a1")
    assert "1 records have versions to settle" in type_(f"sync import b1 b1 --store {here}")
    assert "2 conflicts" not in type_(f"sync conflicts --store {here}")
    (conflict,) = json.loads(type_(f"sync conflicts --store {here} --json"))
    assert sorted(each["says"] for each in conflict["versions"]) == ['remark "a"', 'remark "b"']
    assert type_(f"sync settle water_report w-1 --keep 00 --store {here}", 2).count("\n") == 1
    kept = conflict["versions"][1]
    assert "is settled" in type_(f"sync settle water_report w-1 --keep {kept['version'][:8]} --store {here}")
    assert "no conflict of that record" in type_(
        f"sync settle water_report w-1 --keep {kept['version']} --store {here}", 2
    )
    told = type_(f"store check --store {here}")
    assert "no fault" in told and "conflicts to settle" in told
    assert "wrote full" in type_(f"backup full --store {here}")
    assert "already" in type_(f"backup full --store {here}", 2)
    assert "restored 1 records with 3 changes" in type_(f"restore full --store {fresh}")
    assert "--replace" in type_(f"restore full --store {there}", 3)
    assert json.loads(type_(f"restore full --store {there} --replace --json"))["changes"] == 3
    checked = json.loads(type_(f"store check --store {fresh} --json"))
    assert checked["records"] == {"water_report": 1} and checked["faults"] == [] and checked["conflicts"] == 0
    assert "not trusted any more" in type_(f"sync distrust {own} --store {here}")


def test_what_is_wrong_is_told_in_one_line(type_, tmp_path):
    for line in (
        "store check",
        "backup full",
        "sync conflicts",
        "store check --store mysql://x",
        "store check --store postgresql://nobody@localhost:1/none",
        "sync import none",
        "sync trust none --id 12345678",
        "restore none",
    ):
        told = type_(line, 3 if "localhost" in line else 2)
        assert told.count("\n") == 1 and told.startswith("guelta: "), told
    assert list(tmp_path.iterdir()) == []
    store = open_store(f"sqlite:///{tmp_path}/x.db")
    store.put("water_report", "w", water(), "desk")
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE record SET body = '{}'")
        connection.exec_driver_sql("UPDATE change SET author = 'other'")
    store.close()
    told = type_("store check --store sqlite:///x.db", 2)
    assert "was changed after it was written" in told and "is not what its changes come to" in told
