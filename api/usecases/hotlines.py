"""Telephone numbers of the public page, from a file of whoever runs the service; none is shipped."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

from api.context import RegionContext
from api.usecases.public_facts import corridors_of
from data.errors import BadInput
from maps.public_view import Hotline

COLUMNS = ("name_fr", "name_en", "name_ar", "phone", "hours", "corridors", "checked_on")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{1,22}[0-9]")
_MOST_BYTES, _MOST_TEXT = 100_000, 120


def read_hotlines(path: Path, corridors: frozenset[str]) -> tuple[Hotline, ...]:
    """Read a table (CSV in UTF-8): name_fr, name_en, name_ar, phone, hours, corridors, checked_on.

    Parameters
    ----------
    corridors : frozenset of str
        Known ones; a row names those it serves with spaces between, or none for all.

    Raises
    ------
    BadInput
        With every fault.
    """
    try:
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            raise BadInput(f"hotlines: {path} is larger than {_MOST_BYTES} bytes")
        rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"hotlines: {path} cannot be read ({getattr(error, 'strerror', None) or error})") from None
    faults: list[str] = []
    found = [_hotline(row, f"hotlines line {line}", corridors, faults) for line, row in enumerate(rows, start=2)]
    if faults:
        raise BadInput(faults)
    return tuple(each for each in found if each)


def hotlines_of(context: RegionContext, path: str | Path) -> tuple[Hotline, ...]:
    """Return the numbers of a file for a region; none where no file is named."""
    return read_hotlines(Path(path), frozenset(corridors_of(context))) if str(path) else ()


def _hotline(row: dict[str, str], where: str, corridors: frozenset[str], faults: list[str]) -> Hotline | None:
    if set(row) != set(COLUMNS) or None in row.values():
        faults.append(f"{where}: the columns are {', '.join(COLUMNS)}")
        return None
    row = {name: value.strip() for name, value in row.items()}
    served = frozenset(row["corridors"].split())
    bad = [f"{name} is missing or too long" for name in COLUMNS[:3] if not 0 < len(row[name]) <= _MOST_TEXT]
    if not _PHONE.fullmatch(row["phone"]):
        bad.append(f"phone '{row['phone'][:30]}' is no telephone number")
    if len(row["hours"]) > _MOST_TEXT:
        bad.append("hours is too long")
    bad += [f"corridor '{each[:40]}' is not known" for each in sorted(served - corridors)]
    try:
        checked = date.fromisoformat(row["checked_on"])
    except ValueError:
        bad.append(f"checked_on '{row['checked_on'][:20]}' is no day such as 2026-06-15")
    faults += [f"{where}: {each}" for each in bad]
    if bad:
        return None
    names = {"fr": row["name_fr"], "en": row["name_en"], "ar": row["name_ar"]}
    return Hotline(names, row["phone"], row["hours"], served, checked)  # type: ignore[arg-type]
