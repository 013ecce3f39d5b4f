"""The page as people see it: opened in Debian's Chromium with every request noted."""

import pytest
from tests_days import JUNE

from api.usecases.page import make_page

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser, context, june_plan, tmp_path):
    path = tmp_path / "map.html"
    path.write_text(make_page(context, JUNE, "fr", june_plan), encoding="utf-8")
    browsing = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page = browsing.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    page.wait_for_selector(".legend fieldset label")
    yield page, asked, errors
    browsing.close()


def test_no_request_leaves_the_page(opened):
    page, asked, errors = opened
    page.wait_for_timeout(500)
    assert errors == [] and [url for url in asked if not url.startswith("file:")] == []


def test_a_coordinator_reads_where_to_go(opened):
    page, _, _ = opened
    page.wait_for_timeout(600)  # names of the view before fade away
    text = page.inner_text("#panel")
    for wanted in (
        "Plan de patrouille",
        "Agadez 1",
        "Dirkou 1",
        "départ 06:00",
        "Carburant à bord",
        "Laissé de côté",
    ):
        assert wanted in text
    assert page.locator(".place-name.base").all_inner_texts() == ["Agadez", "Dirkou"]


@pytest.mark.parametrize(
    "language, title, direction",
    [("en", "Patrol plan", "ltr"), ("ar", "خطة الدوريات", "rtl"), ("fr", "Plan de patrouille", "ltr")],
)
def test_languages_switch(opened, language, title, direction):
    page, _, errors = opened
    page.click(f'.languages button[lang="{language}"]')
    assert page.locator("#panel section:visible h1").all_inner_texts() == [title]
    assert page.evaluate("document.documentElement.dir") == direction and errors == []


def test_layers_switch_by_keyboard(opened):
    page, _, errors = opened
    page.locator(".legend summary").focus()
    page.keyboard.press("Enter")
    radios = page.locator('.legend input[type="radio"]')
    assert radios.count() >= 5
    before = page.inner_text(".legend fieldset")
    radios.nth(3).focus()
    page.keyboard.press("Space")
    assert page.inner_text(".legend fieldset") != before and errors == []
    for box in page.locator('.legend input[type="checkbox"]').all():
        box.click()
    assert errors == []


def test_points_and_segments_answer_a_click_on_the_plan_page(opened):
    """Two canvases over one another would swallow every click, as they once did."""
    page, _, _ = opened
    assert page.locator(".leaflet-overlay-pane canvas").count() == 1
    at = page.evaluate(
        """() => {
            const map = Object.values(window).find((it) => it instanceof L.Map);
            return map.latLngToContainerPoint([18.10, 11.58]);
        }"""
    )
    box = page.locator(".folium-map").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    page.wait_for_selector(".leaflet-popup-content strong")
    assert "Fachi" in page.inner_text(".leaflet-popup-content")


def test_segments_tell_their_values(opened):
    page, _, _ = opened
    page.mouse.click(500, 300)
    page.evaluate(
        """() => {
            const map = Object.values(window).find((it) => it instanceof L.Map);
            const told = [];
            map.eachLayer((layer) => { if (layer.getPopup && layer.getPopup()) told.push(layer); });
            told[0].openPopup();
        }"""
    )
    page.wait_for_selector(".leaflet-popup-content strong")
    assert page.inner_text(".leaflet-popup-content")
