"""The analyst's map: seconds from Python to a picture and to a file, seconds in a browser, bytes; beside folium.

    python -m benchmarks.pages

The other way draws the same lines in the same colours with `folium.GeoJson`, the usual way from Python to a Leaflet
map. It names scripts on other hosts, so only its making and its size are compared. The risk of the day is computed
before the clock starts: it is the model's time, not the page's.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import folium
import geopandas as gpd

from api.context import RegionContext, open_region
from api.usecases.analyst import View, risk_seen
from api.usecases.analyst_page import FILE_HOURS, analyst_data, effect_of
from data.units import REGION_BBOX
from maps.analyst_layers import RISK
from maps.analyst_page import analyst_file
from maps.map_picture import Picture, map_picture
from maps.ramps import UNKNOWN

ON = date(2026, 6, 15)
RUNS = 3


def timed(make: Callable[[], str | bytes]) -> tuple[float, int]:
    """Return the median of the seconds and the bytes made; one run before does not count."""
    made, seconds = make(), []
    for _ in range(RUNS):
        begun = time.perf_counter()
        made = make()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), len(made if isinstance(made, bytes) else made.encode())


def picture(context: RegionContext) -> bytes:
    table = risk_seen(context, ON)
    lines = gpd.GeoSeries(context.network.segments.geometry)
    return map_picture(Picture(lines, table, RISK, context.pack.places, REGION_BBOX, "risk", ""), "en")


def file(context: RegionContext, hours: tuple[int, ...]) -> str:
    tables = [(hour, risk_seen(context, ON, hour)) for hour in hours]
    told = [(hour, table, effect_of(table, hour, "en")) for hour, table in tables]
    return analyst_file(analyst_data(context, View(ON)), told, "en")


def by_folium(context: RegionContext) -> str:
    table = risk_seen(context, ON)
    places = RISK.classes(table)
    frame = gpd.GeoDataFrame(
        {
            "risk": RISK.values(table),
            "low": RISK.ends(table)[0],
            "high": RISK.ends(table)[1],
            "colour": [UNKNOWN if place < 0 else RISK.palette[place] for place in places],
        },
        geometry=context.network.segments.geometry.to_numpy(),
        crs="EPSG:4326",
    )
    made = folium.Map(tiles=None, prefer_canvas=True)
    folium.GeoJson(frame, style_function=lambda feature: {"color": feature["properties"]["colour"]}).add_to(made)
    return str(made.get_root().render())


def in_browser(path: Path) -> float | None:
    """Return the median seconds until the file's map and table are there; None without a browser."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright

    seconds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(RUNS):
            page = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True).new_page()
            begun = time.perf_counter()
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-ready]")
            seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def main() -> None:
    context = open_region()
    risk_seen(context, ON)
    print(f"{len(context.network.segments)} segments, median of {RUNS}")
    for name, make in (
        ("risk map as PNG", lambda: picture(context)),
        ("file, one hour", lambda: file(context, FILE_HOURS[3:4])),
        ("folium.GeoJson, risk alone", lambda: by_folium(context)),
    ):
        seconds, size = timed(make)
        print(f"{name:28} {seconds:6.2f} s {size / 1e6:6.2f} MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        path.write_text(file(context, FILE_HOURS), encoding="utf-8")
        told = in_browser(path) or float("nan")
        size = path.stat().st_size / 1e6
        print(f"file, {len(FILE_HOURS)} hours: {size:.2f} MB; ready in the browser after {told:.2f} s")


if __name__ == "__main__":
    main()
