"""Rasters as GeoTIFF with CRS, nodata, unit and tags."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.grid import RasterGrid


def write_geotiff(grid: RasterGrid, path: Path, tags: dict[str, str]) -> Path:
    """Write one grid as a Cloud-Optimised GeoTIFF (float32, NaN where nothing is known) and return its path."""
    import rasterio  # only rasters need GDAL
    import rasterio.shutil

    rows, columns = grid.values.shape
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            dtype="float32",
            count=1,
            height=rows,
            width=columns,
            crs=grid.crs,
            transform=rasterio.Affine(*grid.transform),
            nodata=np.nan,
        ) as plain:
            plain.write(grid.values, 1)
            plain.set_band_description(1, grid.name)
            plain.set_band_unit(1, grid.unit)
            plain.update_tags(**tags, layer=grid.name, unit=grid.unit or "1", description=grid.description)
        with memory.open() as plain:
            rasterio.shutil.copy(plain, path, driver="COG", compress="ZSTD", predictor="YES")
    return path
