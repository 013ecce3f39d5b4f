"""Debian's Chromium for the browser tests, and a served page watched while it opens."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent / "assets" / "axe.min.js"
SIZES = {"laptop": {"width": 1366, "height": 768}, "phone": {"width": 400, "height": 800}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # not for the session: playwright keeps an event loop running, in which no other test could start its own
    if CHROMIUM is None:
        if os.environ.get("GUELTA_REQUIRE_BROWSER"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


@dataclass
class Watched:
    """A page with what went wrong on it, and what it fetched."""

    page: Any
    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    wire_bytes: float = 0

    def axe(self) -> list[str]:
        """Return what axe-core finds: rule and element."""
        # run in the page's own world but not through its policy: the page itself may load no such script
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        found = session.send(
            "Runtime.evaluate",
            {
                "expression": "axe.run(document).then((told) => JSON.stringify(told.violations.flatMap("
                "(each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 120)}`))))",
                "awaitPromise": True,
            },
        )
        return list(json.loads(found["result"]["value"]))


@pytest.fixture
def watched(browser: Any, site: str) -> Iterator[Any]:
    """Open a page of the server `site`, which the module defines, in a size; all outside it is blocked and noted."""
    opened = []

    def watch(path: str, size: str = "laptop") -> Watched:
        browsing = browser.new_context(viewport=SIZES[size])
        opened.append(browsing)
        page = browsing.new_page()
        told = Watched(page)

        def let(route: Any) -> None:
            if route.request.url.startswith(site):
                route.continue_()
            else:
                told.outside.append(route.request.url)
                route.abort()

        browsing.route("**/*", let)
        page.on("pageerror", lambda error: told.faults.append(str(error)))
        page.on("console", lambda line: told.faults.append(line.text) if line.type in ("error", "warning") else None)
        network = browsing.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda sent: _add(told, sent["encodedDataLength"]))
        page.goto(site + path, wait_until="networkidle")
        return told

    yield watch
    for browsing in opened:
        browsing.close()


def _add(told: Watched, length: float) -> None:
    told.wire_bytes += length
