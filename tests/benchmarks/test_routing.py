"""The benchmark of routing runs, and all it asks agree."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks import routing


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")
def test_all_libraries_find_the_same_costs(tmp_path, monkeypatch, capsys):
    file = tmp_path / "routing.json"
    monkeypatch.setattr(sys, "argv", ["routing", "--nodes", "600", "--json", str(file)])
    routing.main()
    document = json.loads(file.read_text())
    assert document["arcs"] == 1500 and document["compared"]["costs"] == 200
    assert document["compared"]["relative"] < 1e-6
    assert set(document["others"]) == {"scipy", "igraph", "rustworkx", "networkx"}
    assert all(figures["sum_relative"] < 1e-6 for figures in document["others"].values())
    assert "ours is faster by" in capsys.readouterr().out
