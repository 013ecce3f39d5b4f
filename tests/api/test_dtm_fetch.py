"""DTM is asked with its own client: what is needed is kept and read, all else is one line."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from dtmapi import DTMApi

from api.usecases.dtm_fetch import KEY, fetch_dtm
from data.errors import BadInput, NoAnswer
from data.source import Reading, source_named

ROW = {
    "operation": "Displacement", "admin0Name": "Niger", "admin0Pcode": "NER", "admin1Name": "Agadez",
    "admin1Pcode": "NER001", "admin2Name": "Bilma", "admin2Pcode": "NER001003", "numPresentIdpInd": 240,
    "reportingDate": "2026-03-01T00:00:00", "roundNumber": 4, "numberMales": 120, "idpOriginAdmin1Name": "Diffa",
}  # fmt: skip


class Answering(BaseHTTPRequestHandler):
    """Answers as the API does, to the right key."""

    def do_GET(self) -> None:
        if self.headers.get("Ocp-Apim-Subscription-Key") != "right":
            self.send_response(401)
            self.end_headers()
            return
        country = parse_qs(urlsplit(self.path).query)["CountryName"][0]
        rows = [ROW] if country == "Niger" else []
        body = json.dumps({"isSuccess": True, "statusCode": 200, "errorMessages": [], "result": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/admin2"
    monkeypatch.setattr(DTMApi, "_get_endpoint", lambda self, kind: address)
    monkeypatch.setenv(KEY, "right")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("api")
def test_what_is_needed_is_kept_and_read(tmp_path: Path) -> None:
    got = fetch_dtm("Niger", tmp_path)
    text = got.path.read_text()
    assert got.new and "Bilma" in text and "numberMales" not in text and "Diffa" not in text
    found = source_named("dtm").read(got.path, Reading())
    areas = found.tables["areas"]
    assert areas["people"].tolist() == [240.0] and areas["date"].tolist() == ["2026-03-01"]
    assert not fetch_dtm("niger", tmp_path).new and fetch_dtm("Niger", tmp_path, again=True).new


@pytest.mark.usefixtures("api")
def test_what_goes_wrong_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoAnswer, match="nothing is told of 'Atlantis'"):
        fetch_dtm("Atlantis", tmp_path)
    monkeypatch.setenv(KEY, "k3y-of-nobody")
    with pytest.raises(NoAnswer, match="401") as told:
        fetch_dtm("Niger", tmp_path)
    assert "k3y-of-nobody" not in str(told.value) and "\n" not in str(told.value)
    monkeypatch.delenv(KEY)
    with pytest.raises(BadInput, match=KEY):
        fetch_dtm("Niger", tmp_path)
    with pytest.raises(BadInput, match="--part"):
        fetch_dtm(" ", tmp_path)
    assert not list(tmp_path.rglob("*.csv"))
