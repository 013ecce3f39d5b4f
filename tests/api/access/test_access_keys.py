"""A key from its making to its end."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests_access import new_store

from api.access.audience import Audience, scopes_of
from api.access.keys import KeyRing, new_key
from api.access.purpose import checked_purpose
from api.access.setup import Access
from api.access.stored import StoredKeys
from api.cli.main import exit_code
from api.store.store import open_store
from data.errors import BadInput

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
PURPOSE = "planning rescue convoys from Agadez"


@pytest.fixture
def store() -> StoredKeys:
    return StoredKeys(new_store())


def test_life_of_a_key(store: StoredKeys) -> None:
    key, record = new_key(store, Audience.PLANNER, PURPOSE, days=30, now=NOW)
    assert key.startswith(f"gk_{record.prefix}_") and record.hashed.startswith("$argon2id$")
    ring = KeyRing(store)
    held = ring.holder(key, NOW)
    assert held and held.audience is Audience.PLANNER and held.scopes == scopes_of(Audience.PLANNER)
    assert held.purpose == PURPOSE and [each.used for each in store.all()] == [NOW]
    assert ring.holder(key, NOW + timedelta(days=30) - timedelta(seconds=1))
    assert ring.holder(key, NOW + timedelta(days=30)) is None
    assert store.revoke(record.prefix, NOW) and ring.holder(key, NOW) is None
    assert KeyRing(store).holder(key, NOW) is None and not store.revoke("nothing", NOW)
    assert [each.state(NOW) for each in store.all()] == ["revoked"]


def test_wrong_keys_open_nothing(store: StoredKeys) -> None:
    key, record = new_key(store, Audience.ADMIN, PURPOSE, now=NOW)
    other, _ = new_key(store, Audience.RESEARCHER, PURPOSE, now=NOW)
    ring = KeyRing(store)
    assert ring.holder(key, NOW)
    mixed = f"gk_{record.prefix}_{other.split('_', 2)[2]}"
    for wrong in (
        "",
        "gk_",
        key[:-1],
        key + "x",
        mixed,
        key.upper(),
        f"gk_aaaaaaaaaa_{key[-43:]}",
        "é" * 60,
        key + "\n",
    ):
        assert ring.holder(wrong, NOW) is None


def test_the_file_is_private_and_holds_no_key(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/guelta.db")
    key, _ = new_key(StoredKeys(store), Audience.PLANNER, PURPOSE, now=NOW)
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert key.split("_", 2)[2].encode() not in file.read_bytes()
    with pytest.raises(ValueError, match="taken"):
        StoredKeys(store).add(StoredKeys(store).all()[0])


def test_all_faults_at_once(store: StoredKeys) -> None:
    with pytest.raises(BadInput) as caught:
        new_key(store, Audience.RESEARCHER, "x", days=0, scopes=["cases"], now=NOW)
    assert len(caught.value.faults) == 3 and store.all() == ()


@pytest.mark.parametrize(
    "purpose",
    [
        "law enforcement on the border",
        "Border control in the north",
        "contrôle des frontières",
        "lutte contre la migration irrégulière",
        "intercept convoys early",
        "surveillance of routes",
        "Pushbacks",
        "tracking migrants in Niger",
        "prevent crossings of the desert",
        "مراقبة الحدود الشمالية",
        "police work in Agadez",
        "tracking down irregular migrants",
        "to stop illegal crossings",
        "lutter contre les migrants irréguliers",
        "lutte contre les passeurs",
        "réduire les flux migratoires",
        "for the Gendarmerie nationale",
        "",
        "        ",
        "12345678",
        "x" * 201,
    ],
)
def test_purposes_that_are_refused(purpose: str) -> None:
    with pytest.raises(BadInput, match="purpose"):
        checked_purpose(purpose)


@pytest.mark.parametrize(
    "purpose",
    [
        PURPOSE,
        "research on deaths of thirst",
        "sauvetage en mer et au désert",
        "بحث وإنقاذ في الصحراء",
        "teaching health",
        "policy research on Libya",
        "to prevent deaths of migrants in the desert",
        "care for people expelled to Assamaka",
        "lutte contre la mort en mer",
        "artificial intelligence for search planning",
        "research on smuggling of people and deaths",
    ],
)
def test_purposes_that_are_not(purpose: str) -> None:
    assert checked_purpose(f" {purpose} ") == purpose


def test_first_start_makes_one_admin_key(tmp_path: Path) -> None:
    access = Access.of_store(new_store(), {})
    key = access.first_admin_key()
    assert key and access.first_admin_key() is None
    assert access.keys
    held = KeyRing(access.keys).holder(key, datetime.now(UTC))
    assert held and held.audience is Audience.ADMIN


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--store", f"sqlite:///{tmp_path}/guelta.db"]
    make = ["key", "create", "--audience", "researcher", "--purpose", "research on deaths of thirst", "--json", *folder]
    assert exit_code(make) == 0
    made = json.loads(capsys.readouterr().out)
    assert exit_code(["key", "list", *folder]) == 0
    listed = capsys.readouterr().out
    assert made["prefix"] in listed and "valid" in listed and made["key"] not in listed
    assert exit_code(["key", "revoke", made["key"], *folder]) == 0
    assert exit_code(["key", "revoke", "nosuchkey1", *folder]) == 2
    capsys.readouterr()
    assert exit_code(["key", "list", "--json", *folder]) == 0
    assert json.loads(capsys.readouterr().out)["keys"][0]["state"] == "revoked"
    assert exit_code([*make[:4], "--purpose", "border police", *folder]) == 2
    assert "enforcement" in capsys.readouterr().err
    assert exit_code(["audit", "verify", *folder]) == 0 and "2 entries" in capsys.readouterr().out
    assert exit_code(["audit", "show", *folder]) == 0 and "revoke" in capsys.readouterr().out


def test_an_open_planner_listens_on_loopback_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--host", "0.0.0.0", "--store", f"sqlite:///{tmp_path}/guelta.db"]
    assert exit_code(["serve", "--open-planner", *where]) == 2
    assert "loopback" in capsys.readouterr().err
