"""The documentation's site as a browser shows it, with all outside blocked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from tests_documents import ROOT

pytestmark = pytest.mark.browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder)))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("page", ["index", "guide-coordinateur", "guide-coordinator", "api", "method"])
def test_a_page_opens_without_faults_and_without_the_world(watched: Any, page: str) -> None:
    told = watched(f"/{page}.html")
    assert told.faults == [] and told.outside == []
    pictures = told.page.locator("img")
    shown = pictures.evaluate_all("(all) => all.filter((each) => each.complete && each.naturalWidth > 0).length")
    assert shown == pictures.count()
    assert told.page.evaluate("document.fonts.size") > 0 and told.page.inner_text("h1") != ""


def test_the_search_finds_a_word_of_the_french_guide(watched: Any) -> None:
    told = watched("/search.html?q=couvre-feu")
    told.page.wait_for_selector("#mkdocs-search-results article")
    assert "guide-coordinateur" in told.page.inner_html("#mkdocs-search-results")
    assert told.faults == [] and told.outside == []
