"""Which region commands and service start from: a pack's alone, the shipped one, or that with imports in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from data.data_folder import ALONE, Import, data_root, read_state
from data.region_folder import SHIPPED

#: Heights that were imported, beside a region's tables.
HEIGHTS = "elevation.tif"
#: Monthly climate that was imported.
CLIMATE = "climate.tif"
#: Raised when the same imports make another region than before.
_RULES = b"rules 1\n"


def chosen_region() -> Path:
    """Return the folder of the region to use.

    Raises
    ------
    BadInput
        If the folder for data is damaged, or what was imported no longer fits the region that ships.
    """
    if alone := os.environ.get(ALONE, ""):
        return Path(alone)
    root = data_root()
    state = read_state(root)
    if not state.imports:
        return SHIPPED
    folder = root / "regions" / state.region
    if state.region == region_name(state.imports) and (folder / "places.csv").is_file():
        return folder
    # another version of the project, or a folder that was cleared: made anew from what was imported
    from api.usecases.source_import import rebuild

    return rebuild(root)


def heights_of(folder: Path) -> Path | None:
    """Return the raster of heights of a region folder, if it has one."""
    path = folder / HEIGHTS
    return path if path.is_file() else None


def climate_of(folder: Path) -> Path | None:
    """Return the rasters of climate of a region folder, if it has some."""
    path = folder / CLIMATE
    return path if path.is_file() else None


def uses_pack() -> bool:
    """Say whether a pack is used alone."""
    return bool(os.environ.get(ALONE, ""))


def region_name(imports: Sequence[Import]) -> str:
    """Return the name of the region made from imports: a digest of them, of the shipped tables and of the rules."""
    digest = hashlib.sha256(_RULES + _shipped())
    for each in imports:
        digest.update(f"{each.folder} {each.sha256} {each.at}\n".encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def _shipped() -> bytes:
    digest = hashlib.sha256()
    for path in sorted(SHIPPED.glob("*.csv")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()
