"""Scripts and styles that the service hands out itself, under names that change with their content.

Files of this project lie in ``maps/static`` and are served as they are. What comes from elsewhere lies in
``maps/assets`` and stands in its ``manifest.json`` with package, version, licence and digest; a file that is not the
one noted there keeps the service from starting. To a page a file is ``{{ static("frame.css") }}``.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

OWN = Path(__file__).parent / "static"
ASSETS = Path(__file__).parent / "assets"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json"}
_IMAGES = re.compile(r"url\(images/[\w.-]+\)")


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served.

    Attributes
    ----------
    name : str
        What pages call it, such as "frame.css" or "leaflet/leaflet.js".
    served_name : str
        Without a folder, and with the first digits of its digest: "frame.1f0c2a9d44.css".
    media_type : str
    content, packed : bytes
        As it is, and gzipped.
    """

    name: str
    served_name: str
    media_type: str
    content: bytes
    packed: bytes


def verified(name: str, folder: Path = ASSETS) -> bytes:
    """Return a file that comes from elsewhere.

    Raises
    ------
    ValueError
        If it is not in the manifest, or not the file that stands there.
    """
    entry = manifest(folder).get(name)
    content = (folder / name).read_bytes() if entry else b""
    if entry is None or hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise ValueError(f"the asset '{name}' is not the one its manifest names")
    return content


@lru_cache(maxsize=4)
def manifest(folder: Path = ASSETS) -> dict[str, dict[str, str]]:
    """Return package, version, licence, licence_file and sha256 of every file that comes from elsewhere."""
    entries: dict[str, dict[str, str]] = orjson.loads((folder / "manifest.json").read_bytes())
    return entries


@lru_cache(maxsize=1)
def static_files() -> dict[str, StaticFile]:
    """Return every file that is served, by the name pages use."""
    own = {path.name: path.read_bytes() for path in sorted(OWN.iterdir()) if path.suffix in MEDIA_TYPES}
    foreign = {name: verified(name) for name, entry in manifest().items() if entry.get("served")}
    return {name: _made(name, content) for name, content in (own | foreign).items()}


def _made(name: str, content: bytes) -> StaticFile:
    path = Path(name)
    if path.suffix == ".css":
        # Leaflet's own pictures are not used, and a page must not ask for what is not there
        content = _IMAGES.sub("none", content.decode()).encode()
    digest = hashlib.sha256(content).hexdigest()[:10]
    served = f"{path.stem}.{digest}{path.suffix}"
    return StaticFile(name, served, MEDIA_TYPES[path.suffix], content, gzip.compress(content, 9, mtime=0))


@lru_cache(maxsize=1)
def by_served_name() -> dict[str, StaticFile]:
    """Return the same by the name in the address."""
    return {each.served_name: each for each in static_files().values()}
