"""Every block of the guides and the README does what it says (`tests_documents` says how)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_documents import ROOT, SERVICE, Block, Session, blocks_of, faults_in
from tests_server import served

PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
LANGUAGES = {"sh", "bash", "python", "http", "json", "text", "html"}


@contextlib.contextmanager
def session_of(page: Path, folder: Path) -> Iterator[Session]:
    """The desk of a page; where it asks the service, one is there for its first machine's store."""
    desk = Session(folder)
    if not any(
        SERVICE in each.text or each.language == "http" for each in blocks_of(page) if "not run" not in each.marks
    ):
        yield desk
        return
    store = f"sqlite:///{desk.machine()}/guelta.db"
    with served({"GUELTA_OPEN_PLANNER": "0", "GUELTA_STORE": store}) as address:
        desk.service = address
        yield desk


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_blocks_of_a_page_run_in_their_order(page: Path, tmp_path: Path) -> None:
    with session_of(page, tmp_path) as desk:
        for block in blocks_of(page):
            try:
                desk.run(block)
            except Exception as error:
                raise AssertionError(f"{page.name}, {block}: {error}") from error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_says_what_it_is(page: Path) -> None:
    fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    found = blocks_of(page)
    assert len(fences) == 2 * len(found), "a block without a language, or one that is not closed"
    assert {each.language for each in found} <= LANGUAGES


@pytest.mark.parametrize(
    "line",
    [
        "guelta case open --peeple 27",
        "guelta cases list",
        ".venv/bin/guelta plan --base agadez:2 --days seven",
        "make coffee",
        'curl "http://127.0.0.1:8000/nowhere"',
    ],
)
def test_a_block_that_is_not_run_is_still_read(line: str) -> None:
    assert faults_in(Block("sh", line, 1, {"not run": "a reason"})) != []


def test_a_block_that_fails_is_found(tmp_path: Path) -> None:
    desk = Session(tmp_path)
    for text in ("guelta case show C-20260615-01", "false", "guelta data chek"):
        with pytest.raises(AssertionError):
            desk.run(Block("sh", text, 1, {}))
    desk.run(Block("sh", "guelta data chek", 1, {"exit": "2"}))
    with pytest.raises(ValueError):
        desk.run(Block("json", "{", 1, {}))
