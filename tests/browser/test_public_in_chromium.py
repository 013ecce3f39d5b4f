"""The public side and the sign-in as people meet them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests_server import served

from api.access.audience import Audience
from api.access.keys import new_key
from api.access.stored import StoredKeys
from api.store.store import open_store
from maps.words import LANGUAGES, phrase

pytestmark = pytest.mark.browser
MOST_BYTES = 300_000


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    environment = {"GUELTA_OPEN_PLANNER": "0", "GUELTA_STORE": f"sqlite:///{folder}/guelta.db"}
    with served(environment | {"GUELTA_FRAME_ANCESTORS": "https://ngo.example"}) as address:
        yield address


@pytest.mark.parametrize("size", ["laptop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/embed?corridor=niger-libya&", "/public?", "/sign-in?"])
def test_a_page_opens_whole_light_and_without_barriers(watched: Any, path: str, language: str, size: str) -> None:
    told = watched(f"{path}lang={language}", size)
    page = told.page
    assert told.faults == [] and told.outside == []
    assert told.wire_bytes < MOST_BYTES
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the window"
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 20
    assert told.axe() == []


def test_a_barrier_would_be_found(watched: Any) -> None:
    told = watched("/embed?lang=en")
    told.page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any(each.startswith("html-has-lang") for each in told.axe())


def test_the_map_is_drawn_and_its_numbers_stand_in_the_table(watched: Any) -> None:
    page = watched("/public?lang=en&corridor=niger-libya").page
    counts = [int(each) for each in page.locator(".map .count").all_text_contents()]
    rows = [int(each) for each in page.locator("table").first.locator("td.n").all_inner_texts()]
    assert counts and sum(counts) == sum(rows)
    box = page.locator(".map").bounding_box()
    assert box["width"] > 300 and box["height"] > 200


def test_the_region_is_chosen_without_a_script_and_by_keyboard(watched: Any) -> None:
    page = watched("/public?lang=fr").page
    page.focus("#corridor")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.inner_text("#corridor option:checked")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**corridor=*")
    assert name != "Sahara et Méditerranée" and page.inner_text("h1").endswith(name)
    assert page.locator("script").count() == 0


def test_the_skip_link_leads_to_the_content(watched: Any) -> None:
    page = watched("/public?lang=en").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_signing_in_and_out(watched: Any, folder: Path, site: str) -> None:
    key, _ = new_key(
        StoredKeys(open_store(f"sqlite:///{folder}/guelta.db")), Audience.PLANNER, "planning rescue convoys from Agadez"
    )
    told = watched("/sign-in?lang=en&next=/cases")
    page = told.page
    page.fill("#key", "gk_wrong")
    page.click("main button")
    assert phrase("This key is not valid.", "en") in page.inner_text("[role=alert]")
    told.faults.clear()  # the browser notes the 401
    page.fill("#key", key)
    page.click("main button")
    page.wait_for_url(site + "/cases")
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and key not in str(cookie)
    page.goto(site + "/public?lang=en")
    assert "planner" in page.inner_text("header") and told.axe() == []
    assert page.evaluate("document.cookie") == ""
    page.click("header form button")
    page.wait_for_url(site + "/public")
    assert page.context.cookies() == [] and page.goto(site + "/cases").status == 401
    assert [fault for fault in told.faults if "401" not in fault] == []
