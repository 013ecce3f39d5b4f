"""Importing a source's file into the region: all of it or nothing, with a report, and undone on request."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from api.private_files import write_one
from api.region_choice import CLIMATE, HEIGHTS, region_name
from api.usecases.region_build import build_region
from api.usecases.region_rasters import write_climate, write_heights
from data.climate_raster import UNITS, months_of, put_together, useful
from data.data_folder import Import, State, read_state, state_bytes
from data.errors import BadInput, NoAnswer
from data.source import DataSource, Reading
from data.source_check import leave_out, read_checked
from data.source_found import COLUMNS, Finding, Found

#: Kinds that become part of the region; the others are only kept.
USED = ("places", "water", "incidents", "roads")
KEPT = ("areas", "borders", "fords")
#: Names of folders made here, and of their unfinished ones; what else lies beside them is left alone.
_IMPORT = re.compile(r"\d{4,}-[a-z-]+|\.\d{4,}-[a-z-]+\.[0-9a-f]{8}\.part")
_REGION = re.compile(r"[0-9a-f]{16}|\.[0-9a-f]{16}\.[0-9a-f]{8}\.part")
_NUMBERS = ("lon", "lat", "precision_km", "dead", "missing", "survivors", "people")


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    made: Import
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Let one process at a time change the folder for data."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadInput(f"{root}: data cannot be kept there ({error.strerror}); set GUELTA_DATA to a folder") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NoAnswer(f"another command is changing {root}; try again when it has ended") from None
        yield
    except OSError as error:
        why = error.strerror or "the disk is full, or fails"
        raise BadInput(f"{root}: cannot be read or written ({why}); what was there before holds") from None
    finally:
        os.close(handle)


def import_file(
    source: DataSource,
    path: Path,
    reading: Reading,
    root: Path,
    *,
    leave_bad_out: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> Imported:
    """Check a file, put it into the region and say what became of it.

    Raises
    ------
    BadInput
        With every fault of the file, or of the region that would come out; nothing is changed then.
    NoAnswer
        If the source gives nothing that is imported.
    """
    if set(source.gives) <= {"tracks"}:
        raise NoAnswer(f"tracks are not imported as they are: guelta data propose {path.name}")
    if set(source.gives) <= {"weather"}:
        raise NoAnswer(f"weather is not imported but given to a command: --weather {path.name}")
    found = read_checked(source, path, reading)
    if found.rasters and set(source.gives) <= {"climate"} and not useful(found.rasters):
        names = ", ".join(months_of(found.rasters))
        raise NoAnswer(f"{names} was checked but is not imported: models use {', '.join(UNITS)}")
    progress(0.3)
    if leave_bad_out:
        found = leave_out(found)
    faults = [each.text for each in found.findings if not each.warning]
    if faults:
        more = [] if leave_bad_out else ["nothing was imported; --leave-out imports the rest without the rows at fault"]
        raise BadInput(faults + (more if any(each.row for each in found.findings) else ["nothing was imported"]))
    made = put(found, source, path.name, file_digest(path), root, progress)
    return Imported(made, tuple(found.findings), tuple(found.remarks))


def imported(root: Path, source: str, digest: str) -> Import | None:
    """Return the import of a file by its SHA-256, None where it was not imported from that source."""
    known = read_state(root).imports
    return next((each for each in known if each.sha256 == digest and each.source == source), None)


def put(
    found: Found,
    source: DataSource,
    file: str,
    digest: str,
    root: Path,
    progress: Callable[[float], None] = lambda share: None,
) -> Import:
    """Put what was found in a file (its name, its SHA-256) into the region, in one step that happens or does not."""
    with locked(root):
        state = read_state(root)
        if twice := imported(root, source.name, digest):
            raise NoAnswer(f"{file} is imported already (number {twice.number}, {twice.at[:10]})")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        made = Import(state.next_number, source.name, file[:120], digest, now, found.counts)
        _tidy(root, state)
        kept = root / "imports" / made.folder
        part = kept.with_name(f".{kept.name}.{secrets.token_hex(4)}.part")
        try:
            part.mkdir(parents=True)
            _write(found, source, part)
            shutil.rmtree(kept, ignore_errors=True)  # of an import that was broken off before it counted
            part.rename(kept)
            progress(0.5)
            return _swing(root, State((*state.imports, made), "", made.number + 1)).imports[-1]
        except BaseException:
            # stopped after it counted, while old regions were being removed: then it stands
            if made.number not in {each.number for each in read_state(root).imports}:
                shutil.rmtree(kept, ignore_errors=True)
            raise
        finally:
            shutil.rmtree(part, ignore_errors=True)


def undo(root: Path, number: int | None = None) -> Import:
    """Take an import out of the region, the last one where none is named, and return it.

    Raises
    ------
    NoAnswer
        If there is none.
    """
    with locked(root):
        state = read_state(root)
        wanted = state.imports[-1].number if number is None and state.imports else number
        gone = next((each for each in state.imports if each.number == wanted), None)
        if gone is None:
            there = ", ".join(str(each.number) for each in state.imports) or "none"
            raise NoAnswer(f"there is no such import to undo; there are: {there}")
        rest = tuple(each for each in state.imports if each is not gone)
        _swing(root, replace(state, imports=rest))
        shutil.rmtree(root / "imports" / gone.folder, ignore_errors=True)
        return gone


def rebuild(root: Path) -> Path:
    """Make the region anew from what was imported and return its folder."""
    with locked(root):
        return root / "regions" / _swing(root, read_state(root)).region


def _swing(root: Path, state: State) -> State:
    """Build the region of a state, then make the state count; what was before holds until the last step."""
    before = read_state(root).region
    name = region_name(state.imports) if state.imports else ""
    if name:
        folder = root / "regions" / name
        part = folder.with_name(f".{name}.{secrets.token_hex(4)}.part")
        try:
            told = build_region(state.imports, root, part)
            shutil.rmtree(folder, ignore_errors=True)
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        state = replace(state, imports=tuple(replace(each, report=told[each.number]) for each in state.imports))
    state = replace(state, region=name)
    write_one(root / "data.json", state_bytes(state))
    # the one before stays: a service that started from it still reads there
    with suppress(OSError):
        for folder in (root / "regions").iterdir():
            if folder.name not in (before, name) and _REGION.fullmatch(folder.name):
                shutil.rmtree(folder)
    return state


def _tidy(root: Path, state: State) -> None:
    """Remove what imports that were killed left behind; nobody else is at work here while the folder is locked."""
    counted = {each.folder for each in state.imports}
    for path in (root / "imports").glob("*"):
        if path.name not in counted and _IMPORT.fullmatch(path.name):
            shutil.rmtree(path, ignore_errors=True)
    for path in root.glob(".*.json.*.new"):
        path.unlink(missing_ok=True)


def _write(found: Found, source: DataSource, folder: Path) -> None:
    for kind, table in found.tables.items():
        if kind in USED + KEPT:
            _typed(table, kind, source).to_parquet(folder / f"{kind}.parquet", index=False)
    if (grid := found.rasters.get("elevation")) is not None:
        from affine import Affine

        write_heights(folder / HEIGHTS, grid.values, Affine(*grid.transform))
    if climate := useful(found.rasters):
        named = {name: replace(grid, description=source.title) for name, grid in climate.items()}
        write_climate(folder / CLIMATE, put_together([named]))


def _typed(table: Any, kind: str, source: DataSource) -> Any:
    """Give each column one type: numbers, or text."""
    typed = table[list(COLUMNS[kind]) + [name for name in ("confidence",) if name in table]].copy()
    for name in typed.columns:
        if name in (*_NUMBERS, "confidence"):
            typed[name] = pd.to_numeric(typed[name], errors="coerce")
        elif name != "geometry":
            typed[name] = typed[name].map(lambda cell: "" if cell is None or cell != cell else str(cell)).astype(str)
    if "precision_km" in typed:
        typed["precision_km"] = typed["precision_km"].fillna(source.precision_km)
    return typed


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
