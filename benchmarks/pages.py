"""Pages: seconds from Python to a picture and to a file, seconds in a browser, bytes on the wire; beside folium.

    python -m benchmarks.pages [--json]

The other way draws the same lines in the same colours with `folium.GeoJson`, the usual way from Python to a Leaflet
map. It names scripts on other hosts, so only its making and its size are compared. The risk of the day is computed
before the clock starts: it is the model's time, not the page's.

Pages of the service are opened in a browser without any cache: the planner's as a laptop does, until its map with the
whole network is drawn; those of the public as a slow phone does (a mobile network with 150 ms to answer and 1.6 Mbit/s,
a processor four times as slow as this one), until they are loaded; not with `--json`.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd

from api.context import RegionContext, open_region
from api.usecases.analyst import View, risk_seen
from api.usecases.analyst_page import FILE_HOURS, analyst_data, effect_of
from benchmarks.http import OPEN, server
from data.units import REGION_BBOX
from maps.analyst_layers import RISK
from maps.analyst_page import analyst_file
from maps.map_picture import Picture, map_picture
from maps.ramps import UNKNOWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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


@dataclass(frozen=True)
class Visit:
    """A page, the element that says it can be used, and whether a slow phone opens it."""

    path: str
    ready: str = "main"
    is_slow_phone: bool = True


VISITS = (
    Visit("/planner/reports?lang=fr", "[data-drawn]", is_slow_phone=False),
    Visit("/analyst?lang=fr", "html[data-ready]", is_slow_phone=False),
    Visit("/public?lang=fr"),
    Visit("/embed?lang=fr&corridor=niger-libya"),
)


def visited(browser: Browser, address: str, visit: Visit) -> tuple[float, float, float]:
    """Return seconds until a page can be used, kB on the wire, and the longest frame of a panning map, ms."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    client = page.context.new_cdp_session(page)
    wire = []
    client.on("Network.loadingFinished", lambda told: wire.append(told["encodedDataLength"]))
    client.send("Network.enable")
    if visit.is_slow_phone:
        speed = 1.6e6 / 8
        limits = {"offline": False, "latency": 150, "downloadThroughput": speed, "uploadThroughput": speed / 2}
        client.send("Network.emulateNetworkConditions", limits)
        client.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    begun = time.perf_counter()
    page.goto(address + visit.path)
    page.wait_for_selector(visit.ready)
    seconds = time.perf_counter() - begun
    longest = panned(page) if page.locator(".leaflet-container").count() else math.nan
    page.context.close()
    return seconds, sum(wire) / 1000, longest


def panned(page: Page) -> float:
    """Drag the map to and fro and return the longest time between two frames that was drawn meanwhile, ms."""
    box = page.locator(".leaflet-container").first.bounding_box() or {"x": 0, "y": 0, "width": 2, "height": 2}
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watch = """() => { window.frames_ms = []; let last = performance.now();
        const look = (now) => { frames_ms.push(now - last); last = now; requestAnimationFrame(look); };
        requestAnimationFrame(look); }"""
    page.evaluate(watch)
    page.mouse.move(*middle)
    page.mouse.down()
    for step in range(40):
        page.mouse.move(middle[0] + 4 * (20 - abs(step - 20)), middle[1] + 2 * step)
    page.mouse.up()
    frames = page.evaluate("frames_ms")
    return float(statistics.quantiles(frames, n=20)[-1])


def of_the_service() -> None:
    """Print how long pages of the service take; a service of its own, with the region prepared."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environment = OPEN | {"GUELTA_STORE": f"sqlite:///{folder}/guelta.db"}
        with server("api.serving:application", "/ready", Path(folder) / "log", **environment) as (_, address, _):
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for visit in VISITS:
                visited(browser, address, visit)  # the first makes what the others find
                runs = [visited(browser, address, visit) for _ in range(RUNS)]
                seconds, kb, frame = (statistics.median(each) for each in zip(*runs, strict=True))
                drawn = "" if math.isnan(frame) else f", 95 % of frames while panning within {frame:.0f} ms"
                who = "slow phone" if visit.is_slow_phone else "laptop"
                print(f"{visit.path:40} {who:10} ready after {seconds:.2f} s, {kb:.0f} kB on the wire{drawn}")


def measure(context: RegionContext) -> dict[str, Any]:
    """Make each thing and look at it; return a JSON-ready document."""
    risk_seen(context, ON)
    made = {}
    for name, make in (
        ("risk map as PNG", lambda: picture(context)),
        ("file, one hour", lambda: file(context, FILE_HOURS[3:4])),
        ("folium.GeoJson, risk alone", lambda: by_folium(context)),
    ):
        seconds, size = timed(make)
        made[name] = {"seconds": seconds, "bytes": size}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.html"
        path.write_text(file(context, FILE_HOURS), encoding="utf-8")
        browser = {"hours": len(FILE_HOURS), "bytes": path.stat().st_size, "ready_s": in_browser(path)}
    return {"segments": len(context.network.segments), "runs": RUNS, "made": made, "in_browser": browser}


def main() -> None:
    """Measure and print lines or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    found = measure(open_region())
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['segments']} segments, median of {RUNS}")
    for name, each in found["made"].items():
        print(f"{name:28} {each['seconds']:6.2f} s {each['bytes'] / 1e6:6.2f} MB")
    told = found["in_browser"]
    ready = "no browser" if told["ready_s"] is None else f"ready in the browser after {told['ready_s']:.2f} s"
    print(f"file, {told['hours']} hours: {told['bytes'] / 1e6:.2f} MB; {ready}")
    if shutil.which("chromium"):
        of_the_service()


if __name__ == "__main__":
    main()
