"""Files for their owner alone: a position that leaks can cost a life."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from data.errors import BadInput, NoAnswer

#: Leftovers of a writer that was killed are removed when older than this, s.
_LEFTOVER_S = 3600.0


def write_private(folder: Path, files: Mapping[str, bytes], ours: re.Pattern[str]) -> list[Path]:
    """Write files with mode 0600, each whole or not at all, and remove older ones of the same kind.

    Parameters
    ----------
    folder : Path
        Made for its owner alone where it is not there; one that is there keeps its mode.
    files : mapping of str to bytes
        Names without folders.
    ours : pattern
        Names in the folder that belong to the same thing: what is not written anew is removed, after all is written.

    Raises
    ------
    BadInput
        If the folder cannot be made.
    NoAnswer
        If a file cannot be written; those before it are.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"the folder for exports cannot be made ({error.strerror})") from None
    paths = []
    for name, content in files.items():
        try:
            write_one(folder / name, content)
        except OSError as error:
            raise NoAnswer(
                f"{name}: cannot be written ({error.strerror}); files after it are those of before"
            ) from None
        paths.append(folder / name)
    _remove_old(folder, set(files), ours)
    return paths


def write_one(path: Path, content: bytes | memoryview) -> None:
    """Put a file in its place at once, mode 0600, whole or not at all; raises OSError."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except BaseException:
        with suppress(OSError):
            made.unlink()
        raise


def _remove_old(folder: Path, written: set[str], ours: re.Pattern[str]) -> None:
    now = time.time()
    for path in folder.iterdir():
        leftover = path.name.startswith(".") and path.name.endswith(".new")
        name = path.name[1:].rsplit(".", 2)[0] if leftover else path.name
        if not ours.fullmatch(name) or path.name in written:
            continue
        # a file of a writer at work now is left alone
        with suppress(OSError):
            if not leftover or now - path.lstat().st_mtime > _LEFTOVER_S:
                path.unlink()
