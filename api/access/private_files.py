"""Folders and files for their owner alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from data.errors import BadInput


def make_folder(folder: Path) -> None:
    """Make a folder that nobody else may enter; BadInput if it cannot be made or others may enter it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = folder.stat()
        # a folder that holds other things may be meant for others: it is refused, not closed
        if info.st_mode & 0o077 and not any(folder.iterdir()):
            folder.chmod(0o700)
            info = folder.stat()
    except OSError as error:
        raise BadInput(f"the folder of keys and audit cannot be used ({error.strerror})") from None
    if info.st_mode & 0o077:
        raise BadInput("the folder of keys and audit is open to others: give it a folder of its own")


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place at once, mode 0600, on the disk when this returns."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    try:
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            made.unlink()


def sync_folder(folder: Path) -> None:
    """Confirm names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
