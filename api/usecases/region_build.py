"""The region with imports in it: the shipped tables, and what each import adds or tells of what is there."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from api.region_choice import CLIMATE, HEIGHTS
from api.usecases import region_add
from data.data_folder import Import
from data.region_folder import SHIPPED


def build_region(imports: Sequence[Import], root: Path, folder: Path) -> dict[int, list[str]]:
    """Write the region made from imports into a new folder, and check it as a whole.

    Parameters
    ----------
    imports : sequence of Import
        In the order they were made.
    root : Path
        The folder for data.
    folder : Path
        Written; must not be there.

    Returns
    -------
    dict of int to list of str
        What became of each import's records, by its number.

    Raises
    ------
    BadInput
        With every fault of the tables that come out.
    """
    from data.region_pack import read_region

    folder.mkdir(parents=True)
    tables = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in SHIPPED.glob("*.csv")}
    told: dict[int, list[str]] = {}
    for each in imports:
        source = root / "imports" / each.folder
        lines = told.setdefault(each.number, [])
        for kind, add in region_add.ADDERS.items():
            path = source / f"{kind}.parquet"
            if path.is_file():
                add(tables, path, each, lines)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    _heights([root / "imports" / each.folder / HEIGHTS for each in imports], folder)
    _climate({each.number: root / "imports" / each.folder / CLIMATE for each in imports}, folder, told)
    _name_rasters(folder)
    read_region(folder)
    return told


def _heights(paths: list[Path], folder: Path) -> None:
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


def _climate(paths: dict[int, Path], folder: Path, told: dict[int, list[str]]) -> None:
    """Put imported rasters of climate together; of two of one month in one place the later counts."""
    from data.climate_raster import months_of, put_together, read_climate, uncrossed, write_climate

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


def _name_rasters(folder: Path) -> None:
    """Write a table of the rasters: what is kept of a region is named after its tables, so that this one tells them."""
    there = [folder / name for name in (CLIMATE, HEIGHTS) if (folder / name).is_file()]
    if there:
        lines = [f"{path.name},{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in there]
        (folder / "rasters.csv").write_text("\n".join(["file,sha256", *lines, ""]), encoding="utf-8")


def write_heights(path: Path, values: np.ndarray, transform: object) -> None:
    """Write heights (m, NaN where none) as a GeoTIFF in tiles."""
    import rasterio

    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4326", "nodata": np.nan}
    profile |= {"height": values.shape[0], "width": values.shape[1], "transform": transform}
    profile |= {"compress": "deflate", "predictor": 3, "tiled": True, "blockxsize": 256, "blockysize": 256}
    with rasterio.open(path, "w", **profile) as target:
        target.write(values.astype(np.float32), 1)
