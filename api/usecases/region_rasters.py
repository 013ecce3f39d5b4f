"""Rasters of a region with imports in it: heights and climate put together, and written."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from api.private_files import write_one
from api.region_choice import CLIMATE, HEIGHTS

if TYPE_CHECKING:
    from data.climate_raster import Climate


def put_heights(paths: list[Path], folder: Path) -> None:
    """Put imported heights together; of two in one place the later counts."""
    from data.raster_file import MOST_CELLS

    there = [path for path in paths if path.is_file()]
    if not there:
        return
    target = folder / HEIGHTS
    if len(there) == 1:
        shutil.copyfile(there[0], target)
    else:
        import rasterio
        from rasterio.merge import merge

        opened = [rasterio.open(path) for path in reversed(there)]
        try:
            left, bottom = (min(getattr(each.bounds, side) for each in opened) for side in ("left", "bottom"))
            right, top = (max(getattr(each.bounds, side) for each in opened) for side in ("right", "top"))
            cell = max(
                min(each.res[0] for each in opened), float(np.sqrt((right - left) * (top - bottom) / MOST_CELLS))
            )
            values, transform = merge(opened, res=cell, nodata=np.nan)
        finally:
            for each in opened:
                each.close()
        write_heights(target, values[0], transform)


def put_climate(paths: dict[int, Path], folder: Path, told: dict[int, list[str]]) -> None:
    """Put imported rasters of climate together; of two of one month in one place the later counts."""
    from data.climate_raster import months_of, put_together, read_climate, uncrossed

    parts = {number: read_climate(path) for number, path in paths.items() if path.is_file()}
    if not parts:
        return
    made, crossed = uncrossed(put_together(list(parts.values())))
    write_climate(folder / CLIMATE, made)
    whole = months_of(made)
    for number, part in parts.items():
        for variable, months in months_of(part).items():
            lacking = ", ".join(str(month) for month in range(1, 13) if month not in whole[variable])
            use = f"; months {lacking} are lacking: used between the middles of months both there" if lacking else ""
            told[number].append(f"{variable}: {len(months)} months in place of the stations' where it covers{use}")
    if crossed:
        told[max(parts)].append(f"climate: {crossed} cells whose tmin is not below tmax were left out")


def name_rasters(folder: Path) -> None:
    """Write a table of the rasters: what is kept of a region is named after its tables, so that this one tells them."""
    there = [folder / name for name in (CLIMATE, HEIGHTS) if (folder / name).is_file()]
    if there:
        lines = [f"{path.name},{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in there]
        (folder / "rasters.csv").write_text("\n".join(["file,sha256", *lines, ""]), encoding="utf-8")


def write_heights(path: Path, values: np.ndarray, transform: object) -> None:
    """Write heights (m, NaN where none) as a GeoTIFF in tiles."""
    how = {"predictor": 3, "tiled": True, "blockxsize": 256, "blockysize": 256}
    _write(path, [values], transform, how, [])


def write_climate(path: Path, rasters: Climate) -> None:
    """Write rasters of one grid as the bands of a GeoTIFF, each with its name, unit and source."""
    grids = [rasters[name] for name in sorted(rasters)]
    named = [(grid.name, {"unit": grid.unit, "source": grid.description}) for grid in grids]
    from affine import Affine

    how = {"predictor": 3, "interleave": "band"}
    _write(path, [grid.values for grid in grids], Affine(*grids[0].transform), how, named)


def _write(
    path: Path,
    bands: Sequence[np.ndarray],
    transform: object,
    how: dict[str, Any],
    named: Sequence[tuple[str, dict[str, str]]],
) -> None:
    """Write bands into memory first: GDAL does not tell reliably that a disk is full."""
    from rasterio.io import MemoryFile

    rows, columns = bands[0].shape
    profile = {"driver": "GTiff", "dtype": "float32", "count": len(bands), "crs": "EPSG:4326", "nodata": np.nan}
    profile |= {"height": rows, "width": columns, "transform": transform, "compress": "deflate"}
    with MemoryFile() as memory:
        with memory.open(**(profile | how)) as target:
            for number, values in enumerate(bands, start=1):
                target.write(values.astype(np.float32), number)
            for number, (name, tags) in enumerate(named, start=1):
                target.set_band_description(number, name)
                target.update_tags(number, **tags)
        write_one(path, memory.getbuffer())
