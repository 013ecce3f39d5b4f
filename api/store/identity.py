"""Who wrote a change: each store signs with an Ed25519 key of its own; its id is the digest of the public one."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_CHANGE, _FILE = b"guelta change\n", b"guelta file\n"


class Signer:
    """The private key of a store.

    Parameters
    ----------
    private_key : str, optional
        64 hexadecimal digits; a new key if left out.
    """

    def __init__(self, private_key: str | None = None) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key)) if private_key else _new()
        self.public_key = self._key.public_key().public_bytes_raw().hex()
        self.node_id = node_id_of(self.public_key)

    @property
    def private_key(self) -> str:
        """The secret itself, 64 hexadecimal digits."""
        return self._key.private_bytes_raw().hex()

    def sign_change(self, change_id: str) -> str:
        """Return the signature of a change."""
        return self._key.sign(_CHANGE + change_id.encode()).hex()

    def sign_file(self, digest: str) -> str:
        """Return the signature of a file, of which the digest is given."""
        return self._key.sign(_FILE + digest.encode()).hex()


def _new() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def node_id_of(public_key: str) -> str:
    """Return the id of the store with a public key; ValueError if it is none."""
    raw = bytes.fromhex(public_key)
    if len(raw) != 32 or raw.hex() != public_key:
        raise ValueError("a public key has 64 hexadecimal digits in small letters")
    return hashlib.sha256(raw).hexdigest()[:32]


def signed_change(public_key: str, change_id: str, signature: str) -> bool:
    """Say whether the owner of a key signed a change."""
    return _signed(public_key, _CHANGE + change_id.encode(), signature)


def signed_file(public_key: str, digest: str, signature: str) -> bool:
    """Say whether the owner of a key signed a file."""
    return _signed(public_key, _FILE + digest.encode(), signature)


def spoken(node_id: str) -> str:
    """Return an id in groups of four, to be compared over a telephone or radio."""
    return " ".join(node_id[at : at + 4] for at in range(0, len(node_id), 4))


def _signed(public_key: str, message: bytes, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
