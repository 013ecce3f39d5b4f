"""A soak: the service under mixed reads, writes, cases, plans as jobs and clients that vanish, for half an hour.

Two workers and one runner on a fresh SQLite store. Every answer has a set of statuses that are meant; anything else is
told. Memory is the proportional set of all processes of the service, taken all along: the last third is compared with
the middle one, after everything has been asked for. Outside CI.
Run from the project: python -m benchmarks.soak [--minutes 30] [--json FILE]
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
DAY = "2026-06-15"
LANGUAGES = ("fr", "en", "ar")
PLACES = ("agadez", "tripoli", "dirkou", "arlit", "sabha", "tamanrasset", "gao", "niamey", "bilma", "ghat")
EVERY_S = 5.0


class Soak:
    """Asks until told to stop, and counts what comes back."""

    def __init__(self, address: str, port: int, pid: int, until: float) -> None:
        self.address, self.port, self.pid, self.until = address, port, pid, until
        self.counts: collections.Counter[str] = collections.Counter()
        self.unmeant: list[str] = []
        self.took: dict[str, list[float]] = collections.defaultdict(list)
        self.memory: list[tuple[float, float]] = []
        self.lock = threading.Lock()

    def ask(
        self, client: httpx.Client, name: str, method: str, path: str, meant: tuple[int, ...], **more: object
    ) -> httpx.Response | None:
        begun = time.perf_counter()
        try:
            answer = client.request(method, self.address + path, **more)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            self.note(name, f"{type(error).__name__} {path[:80]}")
            return None
        # of long answers only so many are made at once: others hear so, and when to come again
        busy = answer.status_code == 503 and "busy" in answer.text and "retry-after" in answer.headers
        self.counts["busy"] += busy
        wrong = answer.status_code not in meant and not busy
        self.note(name, f"{answer.status_code} {path[:80]} {answer.text[:120]}" if wrong else "")
        with self.lock:
            self.took[name].append(time.perf_counter() - begun)
        return answer

    def note(self, name: str, fault: str) -> None:
        with self.lock:
            self.counts[name] += 1
            if fault:
                self.unmeant.append(f"{name}: {fault}")

    def reads(self, rng: random.Random, client: httpx.Client) -> None:
        west, south = 5 + 5 * rng.random(), 15 + 5 * rng.random()
        box = f"{west:.4f},{south:.4f},{west + 8:.4f},{south + 8:.4f}"
        start, end = rng.sample(PLACES, 2)
        x, y = rng.randrange(14, 20), rng.randrange(11, 17)
        name, path, meant = rng.choice(
            [
                ("items", f"/collections/segments/items?bbox={box}&limit=100", (200,)),
                ("tile", f"/tiles/risk/5/{x}/{y}.png?datetime={DAY}", (200, 204)),
                ("vector tile", f"/tiles/segments/5/{x}/{y}.mvt", (200, 204)),
                ("route", f"/routes?from={start}&to={end}&by={rng.choice(('time', 'risk'))}&date={DAY}", (200, 409)),
                ("risk", f"/risk?date=2026-{rng.randrange(1, 13):02d}-15&top=50", (200,)),
                ("public", f"/public?lang={rng.choice(LANGUAGES)}", (200,)),
                ("embed", f"/embed?lang={rng.choice(LANGUAGES)}&corridor=niger-libya", (200,)),
                ("planner", f"/planner{rng.choice(('', '/cases', '/reports'))}?lang={rng.choice(LANGUAGES)}", (200,)),
                ("analyst", f"/analyst?lang={rng.choice(LANGUAGES)}&date={DAY}", (200,)),
                ("cells", "/incident-cells", (200,)),
                ("indicators", "/indicators?from=2026-01&to=2026-06", (200,)),
                ("survival", f"/survival?at=19.0,12.0&start={DAY}T09:00Z&people=20&litres=60", (200,)),
                ("bad", f"/routes?from=nowhere&to={end}&by=time&date={DAY}", (422,)),
                ("bad", "/collections/segments/items?bbox=1,2,3", (400,)),
            ]
        )  # fmt: skip
        self.ask(client, name, "GET", path, meant)

    def writes(self, rng: random.Random, client: httpx.Client) -> None:
        day = f"2026-0{rng.randrange(1, 7)}-{rng.randrange(1, 28):02d}"
        left = f"{day}T05:{rng.randrange(60):02d}:{rng.randrange(60):02d}Z"
        body = {
            "asset_id": f"car-{rng.randrange(50)}", "left_at": left, "back_at": f"{day}T17:00:00Z", "km": 300,
            "corridor": "niger-libya", "groups": [],
        }  # fmt: skip
        key = {"Idempotency-Key": f"soak-{rng.random()}"}
        # a car that was out in these hours already is refused
        first = self.ask(client, "report", "POST", "/patrol-reports", (201, 200, 409, 422), json=body, headers=key)
        again = self.ask(
            client, "report again", "POST", "/patrol-reports", (201, 200, 409, 422), json=body, headers=key
        )
        if (
            first is not None
            and again is not None
            and first.is_success
            and first.headers["etag"] != again.headers["etag"]
        ):
            self.note("report again", "the same report was made twice")
        time.sleep(0.3)

    def cases(self, rng: random.Random, client: httpx.Client) -> None:
        where = f"about {rng.randrange(30, 120)} km west of Dirkou"
        message = f"{rng.randrange(3, 40)} people, car broken down {where}, 40 litres left"
        told = {"message": message, "told_at": f"{DAY}T{rng.randrange(24):02d}:00Z"}
        opened = self.ask(client, "case", "POST", "/cases", (201,), json=told)
        if opened is None or not opened.is_success:
            return
        case = opened.json()["case_id"]
        update = {"message": "clear to km 40 of Dirkou towards Achegour"}
        self.ask(client, "update", "POST", f"/cases/{case}/updates", (201, 422), json=update)
        self.ask(client, "case read", "GET", f"/cases/{case}/events", (200,))
        time.sleep(2)

    def jobs(self, rng: random.Random, client: httpx.Client) -> None:
        inputs = {
            "date": DAY,
            "bases": [f"{rng.choice(('agadez', 'dirkou', 'arlit'))}:2"],
            "hours": rng.randrange(6, 13),
        }
        path, wait = "/processes/patrol_plan/execution", {"Prefer": "respond-async"}
        asked = self.ask(client, "job", "POST", path, (201, 429), json={"inputs": inputs}, headers=wait)
        if asked is None or asked.status_code != 201:
            time.sleep(1)
            return
        job, end = asked.json()["jobID"], time.monotonic() + rng.choice((3.0, 120.0))
        while time.monotonic() < min(end, self.until):
            state = self.ask(client, "job status", "GET", f"/jobs/{job}", (200,))
            if state is not None and state.json()["status"] in ("successful", "failed", "dismissed"):
                self.ask(client, "job result", "GET", f"/jobs/{job}/results", (200, 409, 422, 400))
                return
            time.sleep(0.5)
        self.ask(client, "job dismissed", "DELETE", f"/jobs/{job}", (200, 410))

    def vanishing(self, rng: random.Random, client: httpx.Client) -> None:
        """Send a part of a request, or all of it, and be gone."""
        body = b'{"where": "Dirkou", "told_at": "2026-06-15T10:00Z"'
        wants = rng.choice(
            [
                b"GET /collections/segments/items?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                b"POST /cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90000\r\n\r\n" + body,
                b"GET /risk?date=2026-06-15 HTTP/1.1\r\nHost: 127",
                b"GET /routes?from=agadez&to=tripoli&by=risk&date=2026-06-15&alternatives=5 HTTP/1.1\r\n"
                b"Host: 127.0.0.1\r\n\r\n",
            ]
        )
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(wants)
            if rng.random() < 0.5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.note("vanished", "")
        time.sleep(0.2)

    def watch(self) -> None:
        begun = time.monotonic()
        while time.monotonic() < self.until:
            self.memory.append((time.monotonic() - begun, memory_mb(self.pid)))
            time.sleep(EVERY_S)

    def run(self, work: Callable[[random.Random, httpx.Client], None], seed: int) -> None:
        rng = random.Random(seed)
        with httpx.Client(timeout=120) as client:
            while time.monotonic() < self.until:
                work(rng, client)


def memory_mb(pid: int) -> float:
    """Return the proportional memory of a process and all that it began, MB."""
    total = 0.0
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1000
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += memory_mb(int(child))
    return total


def served(folder: Path) -> tuple[subprocess.Popen[bytes], str, int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "api.cli.main", "serve", "--open-planner", "--workers", "2", "--port", str(port)]
    freely = {"GUELTA_RATE_ADDRESS": "100000", "GUELTA_RATE_KEY": "100000"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--store", f"sqlite:///{folder}/guelta.db"], cwd=ROOT, env=os.environ | freely, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    while process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(address + "/ready", timeout=60).status_code == 200:
                return process, address, port
        time.sleep(0.1)
    raise SystemExit("the server did not start: " + (folder / "log").read_text()[-500:])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=30)
    arguments.add_argument("--json", type=Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        process, address, port = served(Path(scratch))
        soak = Soak(address, port, process.pid, time.monotonic() + 60 * asked.minutes)
        works = [soak.reads, soak.reads, soak.writes, soak.cases, soak.jobs, soak.vanishing]
        threads = [threading.Thread(target=soak.run, args=(work, seed)) for seed, work in enumerate(works)]
        for each in (*threads, threading.Thread(target=soak.watch)):
            each.start()
        for each in threads:
            each.join()
        alive = process.poll() is None and httpx.get(address + "/ready", timeout=60).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        check = [sys.executable, "-m", "api.cli.main", "store", "check", "--store", f"sqlite:///{scratch}/guelta.db"]
        checked = subprocess.run([*check, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
        faults = [line for line in (Path(scratch) / "log").read_text().splitlines() if '"fault"' in line]
    third = len(soak.memory) // 3
    middle, last = (
        statistics.median(mb for _, mb in part) for part in (soak.memory[third : 2 * third], soak.memory[2 * third :])
    )
    told = {
        "minutes": asked.minutes, "requests": sum(soak.counts.values()), "by_kind": dict(soak.counts),
        "unmeant": len(soak.unmeant), "first_unmeant": soak.unmeant[:20], "logged_faults": faults[:10],
        "median_ms": {name: 1000 * statistics.median(each) for name, each in soak.took.items()},
        "memory_mb": {"first": soak.memory[0][1], "middle_third": middle, "last_third": last},
        "alive_at_end": alive, "store_faults": json.loads(checked.stdout or "{}").get("faults"),
    }  # fmt: skip
    for name, value in told.items():
        print(f"{name}: {value}")
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
