"""The service over HTTP beside a bare FastAPI application that returns the same bytes, in the same run.

Both are served with two workers on loopback; one client process asks one after the other, in turns, so that what else
the machine does falls on both. Boxes, tiles and pairs of places are varied where a cache would otherwise answer: "same"
and "cached" ask one address again and again, the others never ask twice in a round.
Run from the project: python -m benchmarks.http [--json FILE] [--rounds 3] [--seconds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

DAY = "2026-06-15"
AT_ONCE, WORKERS, STARTS = 16, 2, 5
ROOT = Path(__file__).parents[1]
#: A planner without key, and no limit of rate that the load would meet.
OPEN = {"GUELTA_OPEN_PLANNER": "1", "GUELTA_RATE_ADDRESS": "1000000", "GUELTA_RATE_KEY": "1000000"}
RANDOM = random.Random(6)
PLACES = ("agadez", "tripoli", "dirkou", "arlit", "sabha", "tamanrasset", "gao", "niamey", "murzuq", "ghat")


def items_same() -> Iterator[str]:
    while True:
        yield "/collections/segments/items?bbox=5,15,15,25&limit=100"


def items_varied() -> Iterator[str]:
    while True:
        west, south = 5 + 5 * RANDOM.random(), 15 + 5 * RANDOM.random()
        yield f"/collections/segments/items?bbox={west:.5f},{south:.5f},{west + 8:.5f},{south + 8:.5f}&limit=100"


def tile_cached() -> Iterator[str]:
    while True:
        yield f"/tiles/risk/5/16/14.png?datetime={DAY}"


def tile_fresh() -> Iterator[str]:
    # no tile of zoom 9 comes up twice: some 40,000 lie over the region
    tiles = [(x, y) for x in range(230, 330) for y in range(190, 260)]
    RANDOM.shuffle(tiles)
    while True:
        for x, y in tiles:
            yield f"/tiles/risk/9/{x}/{y}.png?datetime={DAY}"
        tiles = [(x + 1000, y) for x, y in tiles] if tiles[0][0] > 1000 else tiles


def route_same() -> Iterator[str]:
    while True:
        for by in ("time", "risk"):
            yield f"/routes?from=agadez&to=tripoli&by={by}&date={DAY}"


def route_varied() -> Iterator[str]:
    while True:
        start, end = RANDOM.sample(PLACES, 2)
        # the litres change nothing of a drive, and make every address another one
        litres = f"{50 * RANDOM.random():.6f}"
        yield f"/routes?from={start}&to={end}&by={RANDOM.choice(('time', 'risk'))}&date={DAY}&litres={litres}"


#: Name to what is asked, and the requests a second that are wanted.
CASES = {
    "items, same box": (items_same, 500),
    "items, varied box": (items_varied, 500),
    "tile, cached": (tile_cached, 1000),
    "tile, fresh": (tile_fresh, 60),
    "route agadez-tripoli": (route_same, 200),
    "route, varied": (route_varied, 200),
}


def bare() -> object:
    """Return a bare FastAPI application: the bytes of a file, whatever is asked."""
    from fastapi import FastAPI, Response

    app = FastAPI(openapi_url=None)
    bodies = {int(each.stem): each.read_bytes() for each in Path(os.environ["GUELTA_BENCHMARK"]).glob("*.body")}

    @app.get("/{number}/{rest:path}")
    async def answer(number: int) -> Response:
        return Response(bodies[number], media_type="application/octet-stream")

    return app


@contextmanager
def server(application: str, ready: str, log: Path, **environment: str) -> Iterator[tuple[int, str, float]]:
    """Serve with two workers in a session of their own; yields process id, address, and seconds until ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        f"import uvicorn; from api.serving import run_workers, _SERVER; run_workers(uvicorn.Config({application!r}, "
        f"factory=True, workers={WORKERS}, **_SERVER), '127.0.0.1', {port})"
    )
    begun = time.perf_counter()
    with log.open("ab") as lines:
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, stderr=lines, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        while time.perf_counter() - begun < 180:
            try:
                if httpx.get(address + ready, timeout=120).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.02)
        else:
            raise SystemExit("the server did not get ready")
        yield process.pid, address, time.perf_counter() - begun
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def load(address: str, paths: Iterator[str], seconds: float) -> tuple[float, list[float], int]:
    """Ask over connections kept open; returns requests a second, each one's milliseconds, answers other than 200."""
    host, port = address.removeprefix("http://").split(":")
    took: list[float] = []
    other = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        # plain sockets: httpx takes longer to read an answer than either server to give it
        nonlocal other
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < end:
            request = f"GET {next(paths)} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n".encode()
            start_s = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            other += not head.startswith("http/1.1 200")
            await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
            took.append((time.perf_counter() - start_s) * 1000)
        writer.close()

    start_s = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return len(took) / (time.perf_counter() - start_s), took, other


def children(pid: int) -> list[int]:
    """Return the workers of a server: its children that hold more than 40 MB."""
    kids = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [kid for kid in kids if memory_mb(kid)[0] > 40]


def memory_mb(pid: int) -> tuple[float, float]:
    """Return resident and proportional memory of a process, MB."""
    told = dict(
        line.split()[:2] for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:] if " kB" in line
    )
    return int(told["Rss:"]) / 1000, int(told["Pss:"]) / 1000


def one_case(name: str, number: int, ours: str, other: str, rounds: int, seconds: float) -> dict[str, object]:
    make, wanted = CASES[name]
    paths = make()
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    faults = 0
    same = iter(lambda: f"/{number}/x", "")
    for _ in range(rounds):
        for who, address, asked in (("ours", ours, paths), ("bare", other, same)):
            rate, each, wrong = asyncio.run(load(address, asked, seconds))
            rates[who].append(rate)
            took[who] += each
            faults += wrong if who == "ours" else 0
    share = statistics.median(a / b for a, b in zip(rates["ours"], rates["bare"], strict=True))
    spread = sorted(took["ours"])
    return {
        "case": name, "wanted_per_s": wanted, "ours_per_s": statistics.median(rates["ours"]),
        "bare_per_s": statistics.median(rates["bare"]), "share": share, "p50_ms": statistics.median(spread),
        "p99_ms": spread[int(0.99 * len(spread))], "answers": len(spread), "not_200": faults,
    }  # fmt: skip


def warm(address: str, seconds: float) -> None:
    """Ask for everything once on every worker: each makes what it keeps."""
    for make, _ in CASES.values():
        asyncio.run(load(address, make(), seconds))


def starts(folder: Path, environment: dict[str, str]) -> list[float]:
    """Return the seconds from the start of a process to /ready of one worker, the region prepared.

    The first start, which compiles the modules, is left out: bytecode is there from then on, unless it is forbidden.
    """
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    usual["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    found = []
    for _ in range(STARTS + 1):
        command = [sys.executable, "-m", "uvicorn", "api.serving:application", "--factory", "--log-level", "error"]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        begun = time.perf_counter()
        with (folder / "log").open("ab") as lines:
            process = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, env=usual | environment, stderr=lines)
        while process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/ready", timeout=60).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.01)
        found.append(time.perf_counter() - begun)
        process.terminate()
        process.wait(30)
    return found[1:]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=3.0)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        environment = OPEN | {"GUELTA_STORE": f"sqlite:///{folder}/guelta.db"}
        log = folder / "log"
        with server("api.serving:application", "/ready", log, **environment) as (pid, ours, _):
            for number, (make, _) in enumerate(CASES.values()):
                body = httpx.get(ours + next(make()), timeout=120)
                body.raise_for_status()
                (folder / f"{number}.body").write_bytes(body.content)
            with server("benchmarks.http:bare", "/0/x", log, GUELTA_BENCHMARK=str(folder)) as (_, other, _):
                warm(ours, 2.0)
                rows = [
                    one_case(name, number, ours, other, asked.rounds, asked.seconds)
                    for number, name in enumerate(CASES)
                ]
            memory = [memory_mb(kid) for kid in children(pid)]
        ready = starts(folder, environment)
    each = f"medians of {asked.rounds} rounds of {asked.seconds:g} s in turns"
    print(f"{AT_ONCE} connections, {WORKERS} workers each, {each}")
    print(f"{'':22}{'ours/s':>9}{'bare/s':>9}{'share':>8}{'p50 ms':>9}{'p99 ms':>9}{'wanted/s':>10}{'not 200':>9}")
    for row in rows:
        print(
            f"{row['case']:22}{row['ours_per_s']:9.0f}{row['bare_per_s']:9.0f}{row['share']:8.0%}{row['p50_ms']:9.1f}"
            f"{row['p99_ms']:9.1f}{row['wanted_per_s']:10}{row['not_200']:9}"
        )
    span = f"{min(ready):.2f} to {max(ready):.2f}"
    print(f"start to ready, region prepared: median {statistics.median(ready):.2f} s of {STARTS} ({span})")
    print(
        "memory of each worker after all this, RSS/PSS MB: " + ", ".join(f"{rss:.0f}/{pss:.0f}" for rss, pss in memory)
    )
    if asked.json:
        asked.json.write_text(json.dumps({"cases": rows, "start_s": ready, "memory_mb": memory}, indent=1) + "\n")


if __name__ == "__main__":
    main()
