"""What is looked at before a file of others is read: the size it unpacks to, and that it has lines."""

from __future__ import annotations

import zipfile
from pathlib import Path

from data.errors import BadInput

#: A header longer than this is none; the widest tables known have some hundred columns.
MOST_HEADER_BYTES = 1_000_000
MOST_UNPACKED_BYTES = {".zip": 60_000_000_000, ".xlsx": 1_000_000_000, ".xlsm": 1_000_000_000}
_TEXT = (".csv", ".tsv", ".txt")


def check_bounds(path: Path) -> None:
    """Refuse a file that would take the machine's memory or days before its reader could tell what is wrong.

    Raises
    ------
    BadInput
        In one line.
    """
    kind = path.suffix.lower()
    if kind in _TEXT:
        with path.open("rb") as file:
            _check_header(path.name, file.read(MOST_HEADER_BYTES))
    if kind not in MOST_UNPACKED_BYTES:
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if any(each.flag_bits & 1 for each in entries):
                raise BadInput(f"{path.name} is locked with a password")
            size, most = sum(each.file_size for each in entries), MOST_UNPACKED_BYTES[kind]
            if size > most:
                raise BadInput(f"{path.name}: unpacks to {size / 1e9:.1f} GB, more than {most / 1e9:.0f} GB")
            for each in entries:
                if each.filename.lower().endswith(_TEXT):
                    with archive.open(each) as member:
                        _check_header(f"{path.name}: {each.filename[:80]}", member.read(MOST_HEADER_BYTES))
    except zipfile.BadZipFile:
        raise BadInput(f"{path.name} is no sound zip file; was it fetched to its end?") from None


def _check_header(name: str, start: bytes) -> None:
    if len(start) == MOST_HEADER_BYTES and b"\n" not in start:
        raise BadInput(f"{name}: its first line is longer than {MOST_HEADER_BYTES // 1_000_000} MB: no table")
