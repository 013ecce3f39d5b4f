"""Tokens of a real issuer, served on loopback, signed with real keys."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests_access import client_of, new_store

from api.access.audience import Audience, scopes_of
from api.access.oidc import IssuerTokens
from api.access.setup import Access
from api.context import RegionContext
from data.errors import BadInput


class Issuer:
    """An OpenID Connect issuer with discovery and keys."""

    def __init__(self) -> None:
        self.key: Any = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.answers, self.named = 0, ""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.answers += 1
                body = json.dumps(owner.document(self.path)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def document(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.named or self.address, "jwks_uri": f"{self.address}/keys"}
        return {"keys": [self.key.as_dict(private=False), {"kty": "oct", "k": "c2VjcmV0", "kid": "weak"}]}

    def token(self, key: Any = None, alg: str = "RS256", **claims: Any) -> str:
        key = key or self.key
        now = int(time.time())
        values = {
            "iss": self.address, "aud": "guelta", "sub": "u-17", "iat": now, "exp": now + 300,
            "guelta_roles": ["planner"], "guelta_purpose": "planning rescue convoys",
        } | claims  # fmt: skip
        header = {"alg": alg, "kid": key.kid}
        return jwt.encode(header, {k: v for k, v in values.items() if v is not None}, key, algorithms=[alg])


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.server.shutdown()
    issuer.server.server_close()


def test_a_good_token(issuer: Issuer) -> None:
    tokens = IssuerTokens(issuer.address)
    who = tokens.identity(issuer.token(), datetime.now(UTC))
    assert who and who.audience is Audience.PLANNER and who.scopes == scopes_of(Audience.PLANNER)
    assert who.key_id.startswith("oidc:") and "u-17" not in who.key_id and who.purpose == "planning rescue convoys"
    asked = issuer.answers
    for _ in range(20):
        assert tokens.identity(issuer.token(), datetime.now(UTC))
    assert issuer.answers == asked == 2
    narrow = tokens.identity(issuer.token(scope="openid guelta:plans guelta:metrics"), datetime.now(UTC))
    assert narrow and narrow.scopes == {"plans"}


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"aud": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": ""},
        {"sub": None},
        {"guelta_roles": ["boss"]},
        {"guelta_roles": {"planner": True}},
        {"guelta_roles": None},
        {"guelta_purpose": None},
        {"guelta_purpose": "border enforcement"},
    ],
)
def test_tokens_that_are_not_good(issuer: Issuer, claims: dict[str, Any]) -> None:
    assert IssuerTokens(issuer.address).identity(issuer.token(**claims), datetime.now(UTC)) is None


def test_forged_tokens(issuer: Issuer) -> None:
    tokens = IssuerTokens(issuer.address)
    good = issuer.token()
    head, body, signature = good.split(".")
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    confused = _signed_with_public_key(issuer, body)
    weak = OctKey.import_key("c2VjcmV0" * 6, {"kid": "weak"})
    unsigned = "eyJhbGciOiJub25lIn0." + body + "."
    for wrong in (
        issuer.token(stranger), confused, issuer.token(weak, "HS256"), unsigned,
        f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}", "a.b.c", "", "é", good + "." + body,
    ):  # fmt: skip
        assert tokens.identity(wrong, datetime.now(UTC)) is None


def _signed_with_public_key(issuer: Issuer, body: str) -> str:
    """Return a token whose MAC has the public key for its secret."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=")
    made = hmac.digest(issuer.key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"


def test_a_new_key_is_fetched_but_not_for_every_stranger(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = IssuerTokens(issuer.address)
    assert tokens.identity(issuer.token(), datetime.now(UTC))
    issuer.key = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
    new = issuer.token(alg="ES256")
    asked = issuer.answers
    for _ in range(10):
        assert tokens.identity(new, datetime.now(UTC)) is None
    assert issuer.answers == asked
    later = time.monotonic() + 60
    monkeypatch.setattr("api.access.oidc.time.monotonic", lambda: later)
    assert tokens.identity(new, datetime.now(UTC)) and issuer.answers == asked + 2


def test_an_issuer_of_another_name_or_none_at_all(issuer: Issuer) -> None:
    issuer.named = "https://other.example"
    assert IssuerTokens(issuer.address).identity(issuer.token(), datetime.now(UTC)) is None
    assert IssuerTokens("http://127.0.0.1:9").identity(issuer.token(), datetime.now(UTC)) is None
    for address in ("http://issuer.example", "file:///etc/passwd", "ftp://127.0.0.1"):
        with pytest.raises(BadInput, match="https"):
            IssuerTokens(address)


def test_over_http(issuer: Issuer, context: RegionContext) -> None:
    store = new_store()
    access = Access.of_store(store, {"GUELTA_OIDC_ISSUER": issuer.address})
    good = client_of(context, access, issuer.token(), store)
    assert good.get("/cases").json()["cases"] == []
    assert store.audit.read()[0].author.startswith("oidc:")
    researcher = client_of(context, access, issuer.token(guelta_roles="researcher"), store)
    assert researcher.get("/cases").status_code == 403
    assert client_of(context, access, issuer.token(aud="x"), store).get("/cases").status_code == 401
