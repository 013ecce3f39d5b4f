"""The site is whole, asks no other machine for anything, and its pictures are light."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from tests_documents import ROOT

#: What a browser fetches by itself, as against a link that somebody follows.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)[^>]*\ssrc=\"([^\"]*)\"|<link[^>]*\shref=\"([^\"]*)\"|url\(([^)]*)\)"
)


def built(into: Path, **more: str) -> Path:
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(into), strict=True, **more))
    return into


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("site"))


def test_every_page_is_there_in_its_language(site: Path) -> None:
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert pages == {page.stem for page in site.glob("*.html")} - {"404", "search"}
    assert '<html class="writer-html5" lang="fr"' in (site / "guide-coordinateur.html").read_text(encoding="utf-8")
    assert '<html class="writer-html5" lang="en"' in (site / "guide-coordinator.html").read_text(encoding="utf-8")
    assert not list(site.rglob("*.py"))


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for file in [*site.rglob("*.html"), *site.rglob("*.css")]:
        found = {part.strip("'\" ") for each in _FETCHED.findall(file.read_text(encoding="utf-8")) for part in each}
        assert [each for each in found if "//" in each.removeprefix("data:")] == [], file.name


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    pages.mkdir()
    (pages / "index.md").write_text("[nowhere](nowhere.md)")
    with pytest.raises(Abort):
        built(tmp_path / "site", docs_dir=str(pages), nav=None, hooks=[])  # type: ignore[arg-type]


def test_the_pictures_are_light_and_shown() -> None:
    pictures = {picture.name: picture.stat().st_size for picture in (ROOT / "docs" / "pictures").glob("*.png")}
    told = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert pictures and max(pictures.values()) < 150_000 and sum(pictures.values()) < 1_000_000
    assert [name for name in pictures if f"(pictures/{name})" not in told] == []
