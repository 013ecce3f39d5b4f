"""`guelta serve` with a runner: killed, stopped and begun again, no job is lost; and `guelta job`, `guelta work`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests_access import new_store
from tests_runner import ROOT, at_work, descendants, ended, is_alive, until

from api.cli.main import exit_code
from api.job_files import JobFiles

RASTER = {"inputs": {"date": "2026-06-15", "resolution_deg": 0.15}, "outputs": {"risk": {}}}


def serve(store, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = store.database.url.render_as_string()
    command = [sys.executable, "-m", "api.cli.main", "serve", "--open-planner", "--port", str(port), "--store", url]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert server.poll() is None
        try:
            return httpx.get(f"{address}/health").status_code == 200
        except httpx.TransportError:
            return False

    until(answers, "an answer of the server")
    return server, address


def runner_of(server: subprocess.Popen[bytes]) -> list[int]:
    found = [pid for pid in descendants(server.pid) if b"api.runner" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return [pid for pid in found if is_alive(pid)][:1]


def test_a_job_outlives_its_runner_and_its_server(tmp_path, capsys):
    store = new_store()
    url = store.database.url.render_as_string()
    server, address = serve(store, tmp_path)
    try:
        asked = httpx.post(f"{address}/processes/risk_raster/execution", json=RASTER)
        job = asked.json()["jobID"]
        at_work(store, job)
        (first,) = runner_of(server)
        os.kill(first, signal.SIGKILL)
        until(lambda: store.jobs.head(job).attempt == 2, "a second start")
        at_work(store, job)
        family = descendants(server.pid)
        server.terminate()
        assert server.wait(60) == 0
    finally:
        server.kill()
    until(lambda: not any(is_alive(pid) for pid in family), "the end of all that was begun")
    left = store.jobs.head(job)
    assert (left.state, left.worker, left.attempt) == ("queued", None, 1)
    assert not (JobFiles(Path(f"{store.database.url.database}.results")).folder / job).exists()
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "work", "--once", "--store", url, "--only", "risk_raster"], cwd=ROOT
    )
    assert done.returncode == 0 and ended(store, job) == "done"
    assert exit_code(["job", "result", job, "--store", url, "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "risk.tif").read_bytes()[:4] == b"II*\0" and "risk.tif" in capsys.readouterr().out


def test_the_command_line_shows_jobs_and_ends_them(tmp_path, capsys):
    store = new_store()
    url = store.database.url.render_as_string()
    inputs = {"date": "2026-06-15", "bases": ["agadez:2"]}
    for n in range(3):
        store.jobs.enqueue("patrol_plan", {"inputs": inputs}, "desk", job_id=f"{n}" * 32)
    store.jobs.finish(store.jobs.claim("w"), {"values": {"plan": {"kind": "patrol-plan"}}, "files": {}})

    def run(*words: str) -> tuple[int, str, str]:
        code = exit_code(["job", *words, "--store", url])
        told = capsys.readouterr()
        return code, told.out, told.err

    code, out, _ = run("list", "--json")
    assert code == 0 and [each["state"] for each in json.loads(out)["jobs"]].count("queued") == 2
    code, out, _ = run("list", "--state", "done")
    assert "0" * 32 in out and "1" * 32 not in out
    code, out, _ = run("show", "1" * 32)
    assert code == 0 and "patrol_plan" in out and "agadez:2" in out
    assert json.loads(run("show", "1" * 32, "--json")[1])["inputs"] == inputs
    assert run("result", "1" * 32)[0] == 3 and "is queued" in run("result", "1" * 32)[2]
    assert json.loads(run("result", "0" * 32, "--json")[1]) == {"plan": {"kind": "patrol-plan"}}
    assert run("result", "0" * 32, "--out", str(tmp_path))[0] == 0
    assert json.loads((tmp_path / "plan.json").read_bytes()) == {"kind": "patrol-plan"}
    assert run("cancel", "1" * 32)[0] == 0 and store.jobs.head("1" * 32).state == "cancelled"
    for words in (("show", "none"), ("cancel", "none"), ("result", "none")):
        code, _, err = run(*words)
        assert code == 2 and err.count("\n") == 1, err


@pytest.mark.parametrize("words", [["--only", "nothing"], ["--store", "mysql://x"]])
def test_bad_orders_of_a_runner_are_one_line(words, capsys):
    assert exit_code(["work", "--once", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_files_of_jobs_that_are_gone_are_swept(tmp_path):
    files = JobFiles(tmp_path / "results")
    with files.place() as first, files.place() as second:
        assert first != second
    with files.place() as again:
        assert again == first
    kept, old, new = ("a" * 32, "b" * 32, "c" * 32)
    for each in (kept, old, new):
        (files.make(each, 1) / "risk.tif").write_bytes(b"x")
    for each in (kept, old):
        os.utime(files.folder / each, (1, 1))
    assert files.sweep({kept}) == 1
    assert not (files.folder / old).exists() and (files.folder / kept).exists() and (files.folder / new).exists()
    with pytest.raises(ValueError):
        files.remove("../results")
