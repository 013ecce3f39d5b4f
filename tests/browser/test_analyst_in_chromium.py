"""The analyst's pages as people meet them: by keyboard, in three languages, with all outside them blocked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
import rasterio
from tests_days import JUNE
from tests_server import served

from api.context import RegionContext
from api.usecases.analyst import View
from api.usecases.analyst_page import analyst_data, effect_of
from maps.analyst_page import analyst_file
from maps.words import LANGUAGES, phrase

pytestmark = pytest.mark.browser
DAY = f"date={JUNE}"
BASELINES = Path(__file__).parent / "baselines"
#: The first page of a day waits for its risk.
SLOW_MS = 120_000


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def ready(watched: Any, site: str) -> Any:
    def open_map(query: str, size: str = "laptop") -> Any:
        told = watched(f"/analyst?{DAY}&{query}", size)
        told.page.set_default_timeout(SLOW_MS)
        told.page.wait_for_selector("html[data-ready]")
        return told

    return open_map


@pytest.mark.parametrize("size", ["laptop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_opens_without_faults_and_barriers(ready: Any, language: str, size: str) -> None:
    told = ready(f"lang={language}", size)
    page = told.page
    assert told.faults == [] and told.outside == []
    assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the window"
    assert page.locator("#worst tbody tr").count() == 20
    assert told.axe() == []


@pytest.mark.parametrize(
    "path", ["segment?id=ingall--assamaka:029", "weights?", "profile?", "hindcast?", "compare?other=2026-06-15"]
)
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_the_other_pages_open_without_faults_and_barriers(watched: Any, path: str, size: str) -> None:
    told = watched(f"/analyst/{path}&lang=ar&{DAY}", size)
    assert told.faults == [] and told.outside == [] and told.axe() == []
    assert told.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert told.page.evaluate("[...document.images].every((each) => each.naturalWidth > 0)")


def test_slider_and_layers_work_by_keyboard(ready: Any) -> None:
    told = ready("lang=fr")
    page = told.page
    before = page.inner_text("#worst tbody tr:first-child td")
    page.focus("#hour")
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector('html[data-ready="risk 19"]')
    assert page.inner_text("#worst tbody tr:first-child td") != before
    assert "19:00" in page.inner_text("#effect") and page.get_attribute("#hour", "aria-valuetext") == "19:00"
    page.focus('input[name="layer"]:checked')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute('input[name="layer"]:checked', "value")
    page.wait_for_selector(f'html[data-ready="{chosen} 19"]')
    assert page.locator("[data-legend]:visible").get_attribute("data-legend") == chosen
    assert phrase(chosen, "fr") in page.inner_text("#worst caption")
    assert told.faults == []


def test_a_segment_is_explained_from_the_table_and_from_the_map(ready: Any) -> None:
    told = ready("lang=en&corridor=niger-algeria")
    page = told.page
    page.focus("#worst tbody a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#why table")
    assert "km 287–297" in page.inner_text("#why h2") and "times the network's typical risk" in page.inner_text("#why")
    assert page.evaluate("document.activeElement.parentElement.id") == "why"
    # the chosen segment was moved to the middle of the map: another click there finds it again
    page.evaluate("document.getElementById('why').hidden = true")
    page.evaluate("document.getElementById('map').scrollIntoView({ block: 'center' })")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#why table")
    assert told.faults == []


def test_what_is_seen_is_taken_along_and_opens(ready: Any, site: str) -> None:
    page = ready("lang=en&corridor=niger-libya&layer=heat").page
    page.wait_for_timeout(400)
    links = [page.get_attribute(f"a[data-export] >> nth={at}", "href") for at in range(4)]
    assert all("layer=heat" in link and "bbox=" in link for link in links)
    picture, table, features, raster = (page.request.get(link).body() for link in links)
    assert matplotlib.image.imread(io.BytesIO(picture)).shape[1] > 600
    assert table.decode("utf-8-sig").splitlines()[1].startswith("#date")
    assert features.startswith(b'{"type":"FeatureCollection"')
    with rasterio.MemoryFile(raster) as held, held.open() as opened:
        assert np.isfinite(opened.read(1)).any()


@pytest.fixture(scope="module")
def file_page(context: RegionContext, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = analyst_data(context, View(JUNE))
    other = analyst_data(context, View(JUNE, 19)).table
    hours = [(10, data.table, effect_of(data.table, 10, "ar")), (19, other, effect_of(other, 19, "ar"))]
    path = tmp_path_factory.mktemp("file") / "map.html"
    path.write_text(analyst_file(data, hours, "ar"), encoding="utf-8")
    return path


def test_the_file_opens_from_a_stick_without_a_network(browser: Any, file_page: Path) -> None:
    assert file_page.stat().st_size < 5_000_000
    browsing = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    page = browsing.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
    page.goto(file_page.as_uri())
    page.wait_for_selector('html[data-ready="risk 10"]')
    page.focus("#hour")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector('html[data-ready="risk 19"]')
    page.locator("#worst tbody button").first.click()
    assert page.inner_text("#why p")
    assert faults == [] and [url for url in asked if not url.startswith(("file:", "data:"))] == []
    browsing.close()


@pytest.mark.parametrize("layer", ["risk", "heat"])
def test_legends_look_as_they_did(ready: Any, layer: str) -> None:
    page = ready(f"lang=en&layer={layer}").page
    shot = page.locator(f'[data-legend="{layer}"] .ramp').screenshot()
    kept = BASELINES / f"analyst-legend-{layer}.png"
    seen, wanted = (matplotlib.image.imread(source)[..., :3] for source in (io.BytesIO(shot), kept))
    # fonts differ from machine to machine by a pixel or two; colours and their order do not
    assert np.abs(np.array(seen.shape) - wanted.shape).max() <= 24
    rows, columns = np.minimum(seen.shape[:2], wanted.shape[:2])
    off = np.abs(seen[:rows, :columns] - wanted[:rows, :columns]).max(axis=2) > 0.25
    assert off.mean() < 0.08
