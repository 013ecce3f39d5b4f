"""Fetching goes on where it broke off, keeps hashes, waits when asked, and says what to do without a network."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from api.cli.main import exit_code
from api.usecases import source_fetch
from api.usecases.source_fetch import fetch, kept_hash
from data.errors import NoAnswer
from data.source import RemoteFile

BODY = bytes(range(256)) * 4000


class Publisher(BaseHTTPRequestHandler):
    """Breaks off half-way, is busy, or has another version, as a test asks."""

    cuts: int = 0
    busy: int = 0
    etag: str = '"one"'
    body: bytes = BODY
    asked: list[str]

    def do_GET(self) -> None:
        kind = type(self)
        span = self.headers.get("Range", "")
        kind.asked.append(span)
        if kind.busy:
            kind.busy -= 1
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        fresh = self.headers.get("If-Range", kind.etag) == kind.etag
        start = int(span[6:-1]) if span and fresh else 0
        self.send_response(206 if start else 200)
        self.send_header("ETag", kind.etag)
        self.send_header("Content-Length", str(len(kind.body) - start))
        self.end_headers()
        content = kind.body[start:]
        if kind.cuts:
            kind.cuts -= 1
            content = content[: len(content) // 2]
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[tuple[type[Publisher], RemoteFile]]:
    kind = type("Own", (Publisher,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kind, RemoteFile("", f"http://127.0.0.1:{server.server_port}/d.bin", "d.bin")
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_fetch, "WAIT_S", 0.01)


def test_a_broken_download_goes_on_and_its_hash_is_kept(tmp_path, publisher):
    kind, remote = publisher
    kind.cuts, kind.busy = 2, 1
    shares: list[float] = []
    got = fetch(remote, "osm", tmp_path, progress=shares.append)
    assert got.new and got.path.read_bytes() == BODY and got.sha256 == hashlib.sha256(BODY).hexdigest()
    starts = [int(span[6:-1]) for span in kind.asked[2:]]
    assert kind.asked[:2] == ["", ""] and len(BODY) // 3 < starts[0] < starts[1] < len(
        BODY
    )  # nothing twice but a piece
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert (tmp_path / "downloads" / "registry.txt").read_text() == f"osm/d.bin {got.sha256}\n"
    assert kept_hash(tmp_path, got.path) == got.sha256 and kept_hash(tmp_path, Path(__file__)) is None
    assert not fetch(remote, "osm", tmp_path).new and len(kind.asked) == 4  # nobody is asked for what is here
    got.path.write_bytes(b"spoiled")
    assert fetch(remote, "osm", tmp_path).path.read_bytes() == BODY


def test_what_was_renewed_meanwhile_is_not_pieced_together(tmp_path, publisher):
    kind, remote = publisher
    kind.cuts = 9
    with pytest.raises(NoAnswer, match="the next try goes on from there"):
        fetch(remote, "osm", tmp_path)
    assert (tmp_path / "downloads" / "osm" / "d.bin.part").is_file()
    kind.cuts, kind.etag, kind.body = 0, '"two"', b"another" * 1000
    assert fetch(remote, "osm", tmp_path).path.read_bytes() == kind.body


def test_what_is_here_stays_when_a_newer_one_cannot_be_had(tmp_path, publisher):
    kind, remote = publisher
    path = fetch(remote, "osm", tmp_path).path
    kind.busy = 99
    with pytest.raises(NoAnswer, match="the server is busy after 4 tries"):
        fetch(remote, "osm", tmp_path, again=True)
    assert path.read_bytes() == BODY
    kind.busy, kind.etag, kind.body = 0, '"two"', b"newer" * 10
    assert fetch(remote, "osm", tmp_path, again=True).path.read_bytes() == kind.body


def test_without_a_network_one_line_says_what_to_do(tmp_path, capsys):
    remote = RemoteFile("", "http://127.0.0.1:9/niger-latest.osm.pbf", "niger-latest.osm.pbf")
    with pytest.raises(NoAnswer) as caught:
        fetch(remote, "osm", tmp_path)
    where = tmp_path / "downloads" / "osm" / "niger-latest.osm.pbf"
    said = caught.value.reason
    assert remote.address in said and f"put it at {where}" in said and "\n" not in said


def test_lists_and_descriptions_read_well(capsys):
    assert exit_code(["data", "list"]) == 0 and "Water Point Data Exchange" in capsys.readouterr().out
    assert exit_code(["data", "info", "osm"]) == 0
    out = capsys.readouterr().out
    assert "ODbL" in out and "niger" not in out.split("parts")[0] and "put by hand" in out
    assert exit_code(["data", "fetch", "acled"]) == 2 and "need an account" in capsys.readouterr().err
    assert exit_code(["data", "info", "nothing"]) == 2
