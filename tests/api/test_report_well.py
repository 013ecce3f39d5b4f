"""`guelta report well` keeps what the desk over HTTP would keep, and refuses what it would refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli.main import exit_code
from api.store.store import open_store


def test_a_well_is_reported_by_name_and_not_ahead_of_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--store", f"sqlite:///{tmp_path}/guelta.db"]
    assert exit_code(["report", "well", "achegour", "dry", "--seen", "2026-06-15T14:10Z", *where]) == 0
    (kept,) = open_store(where[1]).list("water_report")
    assert (kept.body["water_id"], kept.body["state"]) == ("achegour", "dry")
    assert exit_code(["report", "well", "achegour", "dry", "--seen", "2031-06-15T14:10Z", *where]) == 2
    assert "lies ahead" in capsys.readouterr().err and len(open_store(where[1]).list("water_report")) == 1
