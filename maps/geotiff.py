"""Rasters as GeoTIFF with CRS, nodata, unit and tags, whole or block by block."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data.grid import Band, GridBlock, GridFrame, RasterGrid
from data.units import CRS_WGS84

if TYPE_CHECKING:
    from rasterio.io import DatasetWriter


class BlockedGeoTiff:
    """A raster that is written block by block, in any order, and never held in memory.

    Blocks go into a plain tiled file beside the one wanted; `finish` makes that a Cloud-Optimised GeoTIFF (float32, NaN
    where nothing is known or nothing was written), whose bytes do not depend on the order of the blocks. Used as a
    context, it leaves no plain file behind.

    Parameters
    ----------
    frame : GridFrame
    band : Band
    path : Path
        In a folder that is there.
    tags : dict of str to str
    crs : str
    tile : int
        Side of the plain file's tiles, a multiple of 16; blocks should be tiles of it, or whole rows of tiles.
    """

    def __init__(
        self, frame: GridFrame, band: Band, path: Path, tags: dict[str, str], crs: str = CRS_WGS84, tile: int = 256
    ) -> None:
        self.path = path
        self.is_empty = True
        self._frame, self._band, self._tags, self._crs, self._tile = frame, band, tags, crs, tile
        self._plain: DatasetWriter | None = None
        self._folder: Path | None = None

    def __enter__(self) -> BlockedGeoTiff:
        import rasterio  # only rasters need GDAL

        self._folder = Path(tempfile.mkdtemp(prefix=f".{self.path.stem}-", dir=self.path.parent))
        self._plain = rasterio.open(
            self._folder / "plain.tif",
            "w",
            driver="GTiff",
            dtype="float32",
            count=1,
            height=self._frame.rows,
            width=self._frame.columns,
            crs=self._crs,
            transform=rasterio.Affine(*self._frame.transform),
            nodata=np.nan,
            tiled=True,
            blockxsize=self._tile,
            blockysize=self._tile,
            sparse_ok=True,
            bigtiff="IF_SAFER",
            compress="ZSTD",
            zstd_level=1,
            predictor=3,
        )
        band, plain = self._band, self._plain
        plain.set_band_description(1, band.name)
        plain.set_band_unit(1, band.unit)
        plain.update_tags(**self._tags, layer=band.name, unit=band.unit or "1", description=band.description)
        return self

    def write(self, block: GridBlock, values: NDArray[np.float32]) -> None:
        """Write the cells of a block, shape (block.rows, block.columns)."""
        from rasterio.windows import Window

        assert self._plain is not None
        self.is_empty = self.is_empty and not bool(np.isfinite(values).any())
        self._plain.write(values, 1, window=Window(block.column, block.row, block.columns, block.rows))

    def finish(self) -> Path:
        """Make the Cloud-Optimised GeoTIFF of what was written and return its path."""
        import rasterio.shutil

        assert self._plain is not None
        self._plain.close()
        rasterio.shutil.copy(
            self._plain.name,
            self.path,
            driver="COG",
            compress="ZSTD",
            predictor="YES",
            sparse_ok=True,
            bigtiff="IF_SAFER",
        )
        return self.path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._plain is not None:
            self._plain.close()
        if self._folder is not None:
            shutil.rmtree(self._folder)


def write_geotiff(grid: RasterGrid, path: Path, tags: dict[str, str]) -> Path:
    """Write one grid as a Cloud-Optimised GeoTIFF (float32, NaN where nothing is known) and return its path."""
    with BlockedGeoTiff(grid.frame, grid.band, path, tags, grid.crs) as raster:
        raster.write(grid.frame.whole, grid.values)
        return raster.finish()
