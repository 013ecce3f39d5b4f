"""Fetching a source's files: resumed where they broke off, their hash kept, politely, and refused in a line offline.

`pooch` knows what is there and whether it is whole; what it lacks, resuming and waiting, is the downloader given to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.private_files import write_one
from api.usecases.source_import import locked
from data.errors import BadInput, NoAnswer
from data.source import RemoteFile

Progress = Callable[[float], None]
#: Tries in all, the first wait (s) which doubles, and the longest a server may ask for.
TRIES, WAIT_S, MOST_WAIT_S = 4, 2.0, 300.0
_TIMEOUT_S = (10.0, 60.0)
_PIECE = 1 << 16
_AGENT = "guelta (humanitarian route planning)"
#: Answers after which the same question may be asked again.
_AGAIN = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Fetched:
    """A file that is here: where, its hash, and whether it was fetched just now."""

    path: Path
    sha256: str
    new: bool


def fetch(
    remote: RemoteFile, source: str, root: Path, *, again: bool = False, progress: Progress = lambda _: None
) -> Fetched:
    """Fetch a file into the folder for data, unless it is there and whole.

    Parameters
    ----------
    remote : RemoteFile
    source : str
        Folder below `downloads`.
    root : Path
        The folder for data.
    again : bool
        Whether to fetch what is there, because it may have changed at its publisher's.
    progress : callable
        Told the share done, where the server says how long the file is.

    Raises
    ------
    NoAnswer
        If it cannot be reached: the line says the address, and where to put the file by hand.
    """
    import pooch

    folder = root / "downloads"
    name = f"{source}/{remote.file}"
    path = folder / source / remote.file
    with locked(root):
        known = _registry(folder)
        if path.is_file() and not again:
            digest = pooch.file_hash(str(path))
            if known.get(name, digest) == digest:
                _keep(folder, known | {name: digest})
                return Fetched(path, digest, new=False)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # what a publisher has renewed has another hash: known is only what was fetched, not what ought to be
        store = pooch.create(
            folder, base_url="", registry={name: None}, urls={name: remote.address}, allow_updates=True
        )
        downloader = _Resuming(path.with_name(f"{path.name}.part"), progress)
        before = path.with_name(f".{path.name}.before")
        if path.is_file():
            path.replace(before)
        pooch.get_logger().setLevel("ERROR")
        try:
            store.fetch(name, downloader=downloader)
        except (OSError, ValueError) as error:
            raise NoAnswer(_refusal(remote, source, path, error)) from None
        finally:
            if before.exists() and not path.exists():
                before.replace(path)
            before.unlink(missing_ok=True)
        digest = pooch.file_hash(str(path))
        _keep(folder, known | {name: digest})
        return Fetched(path, digest, new=True)


class _Resuming:
    """Downloads for pooch: into a file beside the target that is gone on with, now or the next time.

    Parameters
    ----------
    part : Path
        What is here of the file so far; the server's mark of its version lies beside it.
    progress : callable
    """

    def __init__(self, part: Path, progress: Progress) -> None:
        self._part, self._mark, self._progress = part, part.with_name(f"{part.name}.etag"), progress

    def __call__(self, url: str, output_file: Any, mover: Any, check_only: bool = False) -> None:
        """Download `url` into a file, or raise OSError saying why not."""
        import requests

        wait_s = WAIT_S
        for attempt in range(1, TRIES + 1):
            try:
                asked_s = self._once(url)
                if asked_s is None:
                    break
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
                if attempt == TRIES or (not self._part.exists() and _is_offline(error)):
                    raise OSError(_reason(error)) from None
                asked_s = 0.0
            if attempt == TRIES:
                raise OSError(f"the server is busy after {TRIES} tries")
            time.sleep(min(max(asked_s, wait_s), MOST_WAIT_S))
            wait_s *= 2
        self._part.replace(output_file)
        with suppress(OSError):
            self._mark.unlink()

    def _once(self, url: str) -> float | None:
        """Ask once; None when the file is whole, else how long the server wants to be left alone (s)."""
        import requests

        have = self._part.stat().st_size if self._part.exists() else 0
        mark = self._mark.read_text(encoding="utf-8") if have and self._mark.exists() else ""
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        if have and mark:  # without a mark nobody knows whether the rest belongs to the beginning
            headers |= {"Range": f"bytes={have}-", "If-Range": mark}
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
            if answer.status_code in _AGAIN:
                return _asked_s(answer.headers.get("Retry-After", ""))
            if answer.status_code not in (200, 206):
                raise OSError(f"the server answers {answer.status_code} {answer.reason}")
            goes_on = answer.status_code == 206
            self._mark.write_text(_mark_of(answer.headers), encoding="utf-8")
            done = have if goes_on else 0
            length = answer.headers.get("Content-Length", "")
            total = done + int(length) if length.isdigit() else 0
            with self._part.open("ab" if goes_on else "wb") as file:
                for piece in answer.iter_content(_PIECE):
                    file.write(piece)
                    done += len(piece)
                    self._progress(done / total if total else 0.0)
            if total and done < total:
                raise requests.ConnectionError("broken off")
        return None


def _mark_of(headers: Any) -> str:
    etag = str(headers.get("ETag", ""))
    # a weak mark does not promise the same bytes
    return etag if etag and not etag.startswith("W/") else str(headers.get("Last-Modified", ""))


def _asked_s(text: str) -> float:
    """Read Retry-After: seconds, or a moment."""
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def _is_offline(error: Exception) -> bool:
    return any(word in str(error) for word in ("NameResolution", "getaddrinfo", "unreachable", "refused"))


def _reason(error: Exception) -> str:
    words = str(error)
    for mark, said in (
        ("NameResolution", "its name is not found: no network?"),
        ("getaddrinfo", "its name is not found: no network?"),
        ("refused", "nobody answers there"),
        ("unreachable", "no network"),
        ("timed out", "no answer in time"),
        ("broken off", "the connection broke off; the next try goes on from there"),
        ("IncompleteRead", "the connection broke off; the next try goes on from there"),
        ("CERTIFICATE", "its certificate is not trusted"),
    ):
        if mark in words:
            return said
    return type(error).__name__


def _refusal(remote: RemoteFile, source: str, path: Path, error: Exception) -> str:
    host = urlsplit(remote.address).hostname or "the server"
    why = (str(error).splitlines() or [type(error).__name__])[0]
    then = f"guelta data import {path} --source {source}"
    return f"{host} cannot be reached ({why}); get {remote.address} by hand, put it at {path}, then: {then}"


def _registry(folder: Path) -> dict[str, str]:
    """Return the hashes kept, as `pooch` writes and reads them: a name and its SHA-256 a line."""
    path = folder / "registry.txt"
    if not path.is_file():
        return {}
    pairs = [line.rsplit(" ", 1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise BadInput(f"{path} is damaged; remove it, hashes are taken anew")
    return {pair[0]: pair[1] for pair in pairs}


def _keep(folder: Path, known: dict[str, str]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(known.items()))
    write_one(folder / "registry.txt", lines.encode())


def kept_hash(root: Path, path: Path) -> str | None:
    """Return the hash kept of a download, None for other files."""
    folder = root / "downloads"
    if not path.resolve().is_relative_to(folder.resolve()):
        return None
    return _registry(folder).get(path.resolve().relative_to(folder.resolve()).as_posix())
