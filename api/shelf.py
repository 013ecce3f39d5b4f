"""What was computed of a region, kept between starts: arrays and bytes in files that only their owner can write.

Nothing here runs code it reads: files hold arrays and Arrow tables, no pickles. A file counts only if it and its
folder belong to this user, nobody else may write them, and its digest is right; any other is as good as none, and is
made anew.
The name of the folder is a digest of the region's tables, of the program and of the libraries that compute, so that
what either of them changes is never read.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.private_files import write_one

_LOG = logging.getLogger("guelta.shelf")
#: Folder to keep it in; "off" for nowhere.
VARIABLE = "GUELTA_PREPARED"
_FORM = b"guelta shelf 1\n"
_PACKAGES = ("api", "data", "maps", "risk", "routes", "sar")
#: Those whose newer version may compute something else.
_LIBRARIES = ("geopandas", "numpy", "pandas", "pvlib", "pyproj", "pythermalcomfort", "scipy", "shapely")
#: Regions and programs whose shelves are kept, and days on each.
MOST_SHELVES, MOST_DAYS = 3, 8
Arrays = dict[str, NDArray[Any]]


def root_of(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder of all shelves: `GUELTA_PREPARED`, or one in the user's folder for caches; None for none."""
    if named := environment.get(VARIABLE, ""):
        return None if named == "off" else Path(named)
    base = environment.get("XDG_CACHE_HOME", "")
    # the standard wants a relative one ignored
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "guelta"


def digest_of(folder: Path) -> str:
    """Return a digest of the tables of a region folder, of the program and of the libraries that compute."""
    digest = hashlib.sha256(program_digest())
    for path in sorted(folder.glob("*.csv")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:24]


@lru_cache(maxsize=1)
def program_digest() -> bytes:
    """Return a digest of the program, its tables and the libraries that compute."""
    top = Path(__file__).parents[1]
    digest = hashlib.sha256(sys.version.encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    for package in _PACKAGES:
        for path in sorted((top / package).rglob("*.py")) + sorted((top / package).rglob("*.npz")):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(top)} {len(content)}\n".encode() + content)
    return digest.digest()


class Shelf:
    """Arrays by name in one folder; a name is letters, digits and hyphens."""

    def __init__(self, root: Path, digest: str) -> None:
        self.folder = root / digest

    def read(self, name: str) -> Arrays | None:
        """Return what was kept under a name; None if there is nothing, or nothing that can be trusted."""
        try:
            if not all(_is_ours(os.lstat(each), stat.S_ISDIR) for each in (self.folder.parent, self.folder)):
                return None
            handle = os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        with os.fdopen(handle, "rb") as file:
            if not _is_ours(os.fstat(handle), stat.S_ISREG):
                return None
            content = file.read()
        head = len(_FORM) + hashlib.sha256().digest_size
        payload = memoryview(content)[head:]
        if content[:head] != _FORM + hashlib.sha256(payload).digest():
            _LOG.warning("%s of the prepared region is damaged and is made anew", name)
            return None
        try:
            with np.load(io.BytesIO(payload), allow_pickle=False) as stored:
                return {each: stored[each] for each in stored.files}
        except (ValueError, OSError, KeyError, EOFError):
            return None

    def holds(self, name: str) -> bool:
        """Return whether something that can be trusted is kept under a name."""
        return self.read(name) is not None

    def write(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> bool:
        """Keep arrays under a name, whole or not at all; False where nothing can be kept."""
        written = io.BytesIO()
        np.savez(written, allow_pickle=True, **arrays)
        payload = written.getvalue()
        try:
            self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room()
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_one(self._path(name), _FORM + hashlib.sha256(payload).digest() + payload)
        except OSError as error:
            _LOG.warning("the prepared region cannot be kept: %s", error)
            return False
        return True

    def forget_days(self, prefix: str) -> None:
        """Remove the oldest files whose name begins so, beyond `MOST_DAYS`."""
        _oldest_out(list(self.folder.glob(f"{prefix}*.npz")), MOST_DAYS)

    def _make_room(self) -> None:
        others = [each for each in self.folder.parent.iterdir() if each.is_dir() and each != self.folder]
        _oldest_out([each for each in others if len(each.name) == len(self.folder.name)], MOST_SHELVES - 1)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"


def _is_ours(info: os.stat_result, is_kind: Any) -> bool:
    return bool(is_kind(info.st_mode)) and info.st_uid == os.geteuid() and not info.st_mode & 0o022


def _oldest_out(paths: list[Path], most: int) -> None:
    with suppress(OSError):
        for path in sorted(paths, key=lambda each: each.stat().st_mtime, reverse=True)[most:]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def as_bytes(array: NDArray[Any]) -> bytes:
    """Return the bytes kept as an array."""
    return array.tobytes()


def as_array(content: bytes) -> NDArray[np.uint8]:
    """Return bytes as an array that can be kept."""
    return np.frombuffer(content, dtype=np.uint8)
