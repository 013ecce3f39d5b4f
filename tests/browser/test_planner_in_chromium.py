"""The planner's pages as coordinators use them: a plan, a case and a report by clicks and by keyboard."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests_runner import runner
from tests_server import served

from api.store.store import Store, open_store
from api.usecases.plan_shelf import keep_plan
from maps.exporters.json_plan import document
from maps.plan_view import PlanView
from maps.words import LANGUAGES, phrase

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=document.title='taken'> \u202egpj.exe `${1}`"
PATIENCE_MS = 300_000


def track() -> bytes:
    """Return the GPX of a car that drove west of Dirkou for an hour until now."""
    ended = datetime.now(UTC)
    points = [(19.0, 12.8 - 0.003 * minute, ended - timedelta(minutes=60 - minute)) for minute in range(61)]
    lines = [f'<trkpt lat="{y}" lon="{x}"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>' for y, x, at in points]
    head = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    return f"{head}{''.join(lines)}</trkseg></trk></gpx>".encode()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.fixture(scope="module")
def store(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder}/guelta.db")


@pytest.fixture(scope="module")
def site(folder: Path, store: Store) -> Iterator[str]:
    with served({"GUELTA_STORE": f"sqlite:///{folder}/guelta.db"}) as address, runner(store, folder):
        yield address


@pytest.fixture(scope="module")
def plan_id(store: Store, june_plan: PlanView) -> str:
    return keep_plan(store, json.loads(json.dumps(document(june_plan))), "tests").record_id


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/planner", "/planner/plans/{plan}", "/planner/cases", "/planner/reports"])
def test_a_page_opens_whole_and_without_barriers(watched: Any, plan_id: str, path: str, language: str) -> None:
    told = watched(f"{path.format(plan=plan_id)}?lang={language}")
    page = told.page
    if path not in ("/planner", "/planner/cases"):
        page.wait_for_selector("[data-drawn]", timeout=PATIENCE_MS)
    assert told.faults == [] and told.outside == []
    assert page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]") == [
        language,
        "rtl" if language == "ar" else "ltr",
    ]
    assert told.axe() == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"


def test_a_plan_is_made_by_keyboard_and_its_orders_are_printed(watched: Any, site: str) -> None:
    told = watched("/planner?lang=fr")
    page = told.page
    page.focus("#base1")
    page.keyboard.type("Arlit")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert page.input_value("#base1") == "arlit" and page.input_value("#base2") == ""
    page.focus("#hours")
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-job], .convoy", timeout=PATIENCE_MS)
    page.wait_for_url("**/planner/plans/*", timeout=PATIENCE_MS)
    assert "Arlit 1" in page.inner_text(".convoy h2")
    answer = page.request.get(site + page.get_attribute("a.button.main", "href"))
    assert answer.ok and answer.body().startswith(b"%PDF")
    gpx = page.locator("a", has_text="GPX").first
    assert b"<gpx" in page.request.get(site + gpx.get_attribute("href")).body()
    page.locator("summary", has_text=phrase("Message", "fr")).first.click()
    assert page.locator("pre").first.inner_text().startswith("GUELTA1 1/")
    page.select_option("#status", "ordered")
    page.locator(".orders button").click()
    page.wait_for_load_state("networkidle")
    assert page.input_value("#status") == "ordered"
    page.goto(site + "/planner?lang=fr")
    assert phrase("orders given", "fr") in page.inner_text("tbody")
    assert told.faults == []


def test_a_case_is_opened_told_of_and_closed_by_two(watched: Any, site: str) -> None:
    told = watched("/planner/cases?lang=fr")
    page = told.page
    page.fill("#message", f"27 people 90 km west of Dirkou since yesterday. {HOSTILE}")
    page.click("button.main")
    assert "27 adultes" in page.inner_text("#read")
    page.click("button[value=open]")
    page.wait_for_selector("#legs table", timeout=PATIENCE_MS)
    page.wait_for_selector("[data-drawn]", timeout=PATIENCE_MS)
    assert page.locator(".clock li").count() == 3 and page.title() != "taken"
    assert HOSTILE.split()[0] in page.inner_text("#events") and page.locator("#events img").count() == 0
    assert told.axe() == []
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the phone"
    page.locator("#legs button").first.click()
    page.wait_for_selector("#legs table, #legs .note", timeout=PATIENCE_MS)
    page.fill("#message", "RAS jusqu'au km 20 de Dirkou vers Achegour")
    page.click("#tell button")
    page.wait_for_load_state()
    page.wait_for_selector("#event-3", timeout=PATIENCE_MS)
    page.locator("#event-3 button").click()
    page.wait_for_selector("#event-3.gone", timeout=PATIENCE_MS)
    page.set_input_files("#track", {"name": "a.gpx", "mimeType": "application/gpx+xml", "buffer": b"<gpx"})
    page.locator("[data-send] button").click()
    page.wait_for_selector("[data-send] [role=status]:focus", timeout=PATIENCE_MS)
    assert "n'est pas un fichier GPX" in page.inner_text("[data-send] [role=status]")
    assert len(told.faults) == 1 and "422" in told.faults.pop()  # the browser's own line about the refusal
    page.set_input_files("#track", {"name": "b.gpx", "mimeType": "application/gpx+xml", "buffer": track()})
    page.locator("[data-send] button").click()
    page.wait_for_selector("#event-5", timeout=PATIENCE_MS)
    assert phrase("Searched", "fr") in page.inner_text("#event-5")
    for role in ("coordinator", "duty-officer"):
        page.select_option("#by2", role)
        page.fill("#reason", "all were brought to Dirkou")
        page.click("#decide button")
        page.wait_for_load_state("networkidle")
    assert phrase("closed case", "fr") in page.inner_text(".lead")
    assert told.faults == [] and told.outside == []


def test_a_message_that_is_not_understood_is_asked_about(watched: Any) -> None:
    page = watched("/planner/cases?lang=fr").page
    page.fill("#message", "ils sont quelque part")
    page.click("button.main")
    # A selector, since the page's policy forbids the evaluation that wait_for_function uses.
    page.wait_for_selector("#faults:focus", timeout=PATIENCE_MS)
    assert page.input_value("#message") == "ils sont quelque part"


def test_a_dry_well_is_reported_and_taken_back(watched: Any) -> None:
    told = watched("/planner/reports?lang=ar")
    page = told.page
    page.select_option("#water_id", "dirkou")
    page.fill("#well_remark", HOSTILE)
    page.click("#water_reports button.main")
    page.wait_for_selector("#water_reports tbody tr")
    row = page.inner_text("#water_reports tbody tr")
    assert phrase("dry", "ar") in row and "onerror" in row and page.title() != "taken"
    assert page.locator("#water_reports img").count() == 0 and told.axe() == []
    page.click("#water_reports tbody button")
    page.wait_for_selector("#water_reports tbody tr", state="detached")
    assert told.faults == []


def test_a_segment_is_picked_on_the_map(watched: Any) -> None:
    page = watched("/planner/reports?lang=en").page
    page.wait_for_selector("[data-drawn]", timeout=PATIENCE_MS)
    page.evaluate(
        "planner.maps[0].map.eachLayer((each) => { if (each.options.pane === 'network' && each.getPopup"
        " && each.getLatLngs && !window.done) { window.done = 1; each.openPopup(); } })"
    )
    page.locator(".leaflet-popup button").click()
    assert "--" in page.input_value("#segments")


def test_a_closed_area_is_drawn_with_the_mouse_or_typed(watched: Any) -> None:
    told = watched("/planner/reports?lang=fr")
    page = told.page
    page.wait_for_selector("[data-drawn]", timeout=PATIENCE_MS)
    page.click("button[data-draw=area]")
    box = page.locator(".leaflet-map").bounding_box()
    for across, down in ((0.3, 0.3), (0.5, 0.3), (0.5, 0.5)):
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
    assert len(page.input_value("#area").split(";")) == 3
    page.select_option("#why", "flood")
    page.click("#closures button.main")
    page.wait_for_selector("#closures tbody tr")
    assert phrase("an area", "fr") in page.inner_text("#closures tbody tr")
    page.fill("#area", "19.0, 8.0; 20.0, 9.0; 19.0, 9.0; 20.0, 8.0")
    page.click("#closures button.main")
    page.wait_for_selector("#faults:focus", timeout=PATIENCE_MS)
    assert "croise" in page.inner_text("#faults") and page.input_value("#area").startswith("19.0, 8.0;")
    page.click("#closures tbody button")
    page.wait_for_selector("#closures tbody tr", state="detached")
    assert told.outside == []
