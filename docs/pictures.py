"""Pictures of real pages for the guides: `python docs/pictures.py` plans, opens a case, serves, and takes them anew.

Needs Debian's `chromium` and `poppler-utils`, and some minutes. Pictures are reduced to the colours they need.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image

ROOT = Path(__file__).parents[1]
INTO = Path(__file__).parent / "pictures"
DAY, TOLD = "2026-06-15", "2026-06-15T09:00Z"
CALLS = {
    "fr": "27 personnes en panne à 90 km à l'ouest de Dirkou depuis hier matin, 40 litres",
    "en": "27 people, car broken down 90 km west of Dirkou since yesterday morning, 40 litres left",
}
#: Where a served page is taken from, with what it is shown in.
SERVED = {
    "public-fr": ("/public?lang=fr&corridor=niger-libya", (1100, 900)),
    "public-en": ("/public?lang=en&corridor=niger-libya", (1100, 900)),
    "embed-fr": ("/embed?lang=fr&corridor=niger-libya", (420, 720)),
    "planner-fr": ("/planner?lang=fr", (1366, 768)),
    "planner-en": ("/planner?lang=en", (1366, 768)),
    "planner-case-fr": ("/planner/cases/C-20260615-01?lang=fr", (1366, 1200)),
    "planner-case-en": ("/planner/cases/C-20260615-02?lang=en", (1366, 1200)),
    "planner-reports-fr": ("/planner/reports?lang=fr", (1366, 768)),
    "analyst-en": ("/analyst?lang=en&date=2026-06-15", (1366, 900)),
}
#: What a page waits for before it is whole.
READY = {"planner-case": "#legs table", "planner-reports": "[data-drawn]", "analyst": "html[data-ready]"}
MOST_COLOURS, PAGE_DPI, LONGEST_MS = 64, 80, 120_000


def guelta(folder: Path, *words: str) -> None:
    """Run a command in a folder."""
    subprocess.run(
        [sys.executable, "-m", "api.cli.main", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def first_page(pdf: Path, name: str) -> None:
    """Take the first page of a PDF."""
    made = pdf.parent / name
    subprocess.run(["pdftoppm", "-png", "-r", str(PAGE_DPI), "-singlefile", str(pdf), str(made)], check=True)
    keep(made.with_suffix(".png"), name)


def keep(taken: Path, name: str) -> None:
    """Put a picture into the docs, with the colours it needs."""
    picture = Image.open(taken).convert("RGB").quantize(MOST_COLOURS, dither=Image.Dither.NONE)
    picture.save(INTO / f"{name}.png", optimize=True)


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """Serve the region to everybody on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli.main", "serve", "--open-planner", "--port", str(port), "--jobs", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{port}/health")
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def pages(folder: Path, address: str) -> None:
    """Take the served pages, and the map of the plan, as Chromium shows them."""
    from playwright.sync_api import sync_playwright

    wanted = {name: (address + path, size) for name, (path, size) in SERVED.items()}
    wanted["map-fr"] = ((folder / "orders" / "map.html").as_uri(), (1100, 700))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (where, (width, height)) in wanted.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(where, wait_until="networkidle", timeout=LONGEST_MS)
            if (ready := READY.get(name.rpartition("-")[0])) is not None:
                page.wait_for_selector(ready, timeout=LONGEST_MS)
            page.screenshot(path=str(folder / f"{name}.png"))
            keep(folder / f"{name}.png", name)
            page.close()
        browser.close()


def main() -> None:
    """Take all pictures."""
    INTO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        guelta(folder, "plan", "--date", DAY, "--base", "arlit:2", "--hours", "10", "--out", "orders")
        for language, call in CALLS.items():
            first_page(folder / "orders" / f"arlit-1-v1.{language}.pdf", f"order-{language}")
            guelta(folder, "case", "open", call, "--told", TOLD, "--lang", language)
            number = list(CALLS).index(language) + 1
            guelta(
                folder, "case", "export", f"C-20260615-{number:02}", "--lang", language, "--format", "pdf",
                "--out", language, "--now", TOLD,
            )  # fmt: skip
            first_page(next((folder / language).glob("*.pdf")), f"case-{language}")
        with service(folder) as address:
            pages(folder, address)


if __name__ == "__main__":
    main()
