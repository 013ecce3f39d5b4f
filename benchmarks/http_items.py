"""Items over HTTP against a bare application that returns the same bytes, in the same run.

Both are served by uvicorn with two workers on loopback; one client process asks one after the other, in turns, so that
what else the machine does falls on both. Run from the project: python -m benchmarks.http_items
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

ASKED = "/collections/segments/items?bbox=5,15,15,25&limit=100"
ROUNDS, SECONDS, AT_ONCE = 5, 4.0, 16
#: A planner without key, and no limit of rate that the load would meet.
OPEN = {"GUELTA_OPEN_PLANNER": "1", "GUELTA_RATE_ADDRESS": "100000", "GUELTA_RATE_KEY": "100000"}
ROOT = Path(__file__).parents[1]


async def bare(scope, receive, send):
    """Return the bytes of a file, whatever is asked."""
    from starlette.responses import Response

    global _BODY
    if scope["type"] == "http":
        _BODY = _BODY or Path(os.environ["GUELTA_BENCHMARK_BODY"]).read_bytes()
        await Response(_BODY, media_type="application/geo+json")(scope, receive, send)


_BODY = b""


def start(application: str, factory: bool, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import uvicorn; from api.serving import run_workers; "
        f"run_workers(uvicorn.Config({application!r}, factory={factory}, workers=2, log_level='error', "
        f"access_log=False), '127.0.0.1', {port})"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            httpx.get(address + ASKED, timeout=60)
            return process, address
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server did not get ready")


async def load(address: str) -> tuple[float, list[float]]:
    """Ask over connections kept open for some seconds; returns requests a second and each one's milliseconds."""
    host, port = address.removeprefix("http://").split(":")
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def one() -> None:
        # plain sockets: httpx takes longer to read an answer than either server to give it
        reader, writer = await asyncio.open_connection(host, int(port))
        request = f"GET {ASKED} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: */*\r\n\r\n".encode()
        while time.perf_counter() < end:
            start_s = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert head.startswith("http/1.1 200"), head
            await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
            took.append((time.perf_counter() - start_s) * 1000)
        writer.close()

    start_s = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return len(took) / (time.perf_counter() - start_s), took


def report(name: str, rates: list[float], took: list[float]) -> None:
    took = sorted(took)
    print(
        f"{name:>8}: {statistics.median(rates):7.0f} requests/s (median of {len(rates)} rounds, "
        f"{min(rates):.0f} to {max(rates):.0f}); median {statistics.median(took):.2f} ms, "
        f"p99 {took[int(0.99 * len(took))]:.2f} ms"
    )


def main() -> None:
    ours, our_address = start("api.serving:application", True, **OPEN, GUELTA_ACCESS=tempfile.mkdtemp())
    processes = [ours]
    try:
        with tempfile.TemporaryDirectory() as folder:
            body = Path(folder) / "body"
            body.write_bytes(httpx.get(our_address + ASKED).content)
            other, bare_address = start("benchmarks.http_items:bare", False, GUELTA_BENCHMARK_BODY=str(body))
            processes.append(other)
            for address in (our_address, bare_address) * 2:
                asyncio.run(load(address))  # each worker makes what it keeps
            rates: dict[str, list[float]] = {"guelta": [], "bare": []}
            took: dict[str, list[float]] = {"guelta": [], "bare": []}
            for _ in range(ROUNDS):
                for name, address in (("guelta", our_address), ("bare", bare_address)):
                    rate, each = asyncio.run(load(address))
                    rates[name].append(rate)
                    took[name] += each
            print(f"{ASKED}: {body.stat().st_size / 1000:.0f} kB, {AT_ONCE} connections, 2 workers")
            for name in rates:
                report(name, rates[name], took[name])
            ratio = statistics.median(a / b for a, b in zip(rates["guelta"], rates["bare"], strict=True))
            print(f"   ratio: {ratio:.2f} of the bare application's rate")
    finally:
        for process in processes:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main()
