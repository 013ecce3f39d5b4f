"""Bearer tokens of an OpenID Connect issuer.

Metadata as authlib reads it (OpenID Connect Discovery 1.0), signatures and claims by joserfc, authlib's own successor
for them. Only asymmetric signatures count, the issuer and the audience have to match, and a token without a role or a
purpose opens nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from api.access.audience import SCOPES, Audience, scopes_of
from api.access.purpose import checked_purpose
from api.access.who import Identity
from data.errors import BadInput

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
#: Seconds that keys are good for, and between two looks for a key that is not among them; clocks may differ so much.
KEPT_S, AGAIN_S, LEEWAY_S = 600.0, 30.0, 60
_MOST_BYTES = 512_000
_KINDS = ("RSA", "EC", "OKP")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def fetch_json(url: str) -> dict[str, Any]:
    """Return a JSON object of an issuer; OSError or ValueError if there is none."""
    request = Request(url, headers={"Accept": "application/json"})
    with build_opener(_NoRedirects).open(request, timeout=5) as answer:
        content = answer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("too long")
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


@dataclass
class IssuerTokens:
    """`Tokens` of one issuer.

    Attributes
    ----------
    issuer : str
        As in the claim `iss`; https, or http on loopback.
    audience : str
        What has to stand in the claim `aud`.
    roles_claim, purpose_claim : str
        Claims that hold the roles (a list, or words in a text) and what the holder uses this for.
    """

    issuer: str
    audience: str = "guelta"
    roles_claim: str = "guelta_roles"
    purpose_claim: str = "guelta_purpose"
    fetch: Callable[[str], dict[str, Any]] = fetch_json
    _keys: KeySet | None = None
    _fetched_s: float = field(default=-1e9)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        _check_address(self.issuer, "the issuer")

    def identity(self, token: str, now: datetime) -> Identity | None:
        """Return who holds a token; None for one that is not good."""
        claims = self._claims(token, now)
        if claims is None:
            return None
        audience = self._audience(claims)
        try:
            purpose = checked_purpose(str(claims.get(self.purpose_claim, "")))
        except BadInput:
            return None
        if audience is None or not isinstance(claims.get("sub"), str) or not claims["sub"]:
            return None
        # the subject may be a name or an address: only its digest is kept
        holder = sha256(f"{self.issuer}\n{claims['sub']}".encode("utf-8", "replace")).hexdigest()[:16]
        narrowed = {word.removeprefix("guelta:") for word in str(claims.get("scope", "")).split() if "guelta:" in word}
        scopes = scopes_of(audience) & (narrowed & set(SCOPES) if narrowed else scopes_of(audience))
        return Identity(audience, f"oidc:{holder}", scopes, purpose)

    def _claims(self, token: str, now: datetime) -> Mapping[str, Any] | None:
        for anew in (False, True):
            keys = self._key_set(anew=anew)
            if keys is None:
                return None
            try:
                read = jwt.decode(token, keys, algorithms=ALGORITHMS)
                registry = jwt.JWTClaimsRegistry(
                    now=int(now.timestamp()), leeway=LEEWAY_S, iss={"essential": True, "value": self.issuer},
                    aud={"essential": True, "value": self.audience}, exp={"essential": True}, iat={"essential": True},
                )  # fmt: skip
                registry.validate(read.claims)
                return read.claims
            except JoseError as error:
                # a signature that no known key made may be of a new key; wrong claims stay wrong
                if error.error not in ("bad_signature", "invalid_key_id", "missing_key"):
                    return None
            except ValueError:
                pass  # no key of that id
        return None

    def _audience(self, claims: Mapping[str, Any]) -> Audience | None:
        roles = claims.get(self.roles_claim, ())
        words = roles.split() if isinstance(roles, str) else roles if isinstance(roles, list) else []
        found = [each for each in Audience if each is not Audience.PUBLIC and each.word in words]
        return max(found, default=None)

    def _key_set(self, *, anew: bool) -> KeySet | None:
        with self._lock:
            age_s = time.monotonic() - self._fetched_s
            if age_s > KEPT_S or (anew and age_s > AGAIN_S):
                self._fetched_s = time.monotonic() - (KEPT_S - AGAIN_S)  # an issuer that is down is not asked each time
                try:
                    self._keys = self._fetched()
                    self._fetched_s = time.monotonic()
                except (OSError, ValueError, KeyError, TypeError, JoseError):
                    self._keys = None
            elif anew:
                return None
            return self._keys

    def _fetched(self) -> KeySet:
        address = get_well_known_url(self.issuer, external=True)
        metadata = OpenIDProviderMetadata(self.fetch(address))
        if urlsplit(self.issuer).scheme == "https":  # authlib knows no loopback
            metadata.validate_issuer()
            metadata.validate_jwks_uri()
        if metadata["issuer"] != self.issuer:
            raise ValueError("another issuer")
        _check_address(metadata["jwks_uri"], "its keys")
        keys: dict[str, Any] = self.fetch(metadata["jwks_uri"])
        public = [key for key in keys["keys"] if key["kty"] in _KINDS and key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": public})


def _check_address(address: str, what: str) -> None:
    parts = urlsplit(address)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise BadInput(f"OpenID Connect: {what} must be at an https address")
