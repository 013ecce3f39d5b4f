"""Rasters that GDAL reads, cut to the region in longitude and latitude."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.grid import RasterGrid
from data.units import CRS_WGS84, REGION_BBOX

#: More cells than this are read coarser: 60 million take 240 MB.
MOST_CELLS = 60_000_000
#: More cells than this of a file are not read at all: the region at 30 m has 41 thousand million.
MOST_SOURCE_CELLS = 50_000_000_000
#: What marks cells without a value in files that do not say so.
VOID = -9000.0


def bands_of(name: str) -> int:
    """Return how many bands a raster has; BadInput where it is none."""
    import rasterio

    try:
        with rasterio.open(name) as source:
            return int(source.count)
    except rasterio.errors.RasterioError as error:
        raise BadInput(f"{Path(name).name} cannot be read as a raster: {str(error).splitlines()[0][:160]}") from None


def read_band(
    name: str, band: int = 1, most_cells: int = MOST_CELLS
) -> tuple[NDArray[np.float32], float, float, float]:
    """Read the part of a raster's band that lies in the region.

    Other projections are warped; cells are made square, and coarser where the whole would not fit in memory.

    Parameters
    ----------
    name : str
        A path, or a name of GDAL such as `/vsizip/FILE/MEMBER`.

    Returns
    -------
    values : array of float32, shape (rows, columns)
        NaN where the file has none.
    left, top, cell_deg : float
        Degrees.

    Raises
    ------
    BadInput
        If it cannot be read, has no projection, or does not touch the region.
    """
    import rasterio
    from rasterio.vrt import WarpedVRT
    from rasterio.windows import from_bounds

    file = Path(name).name
    try:
        with rasterio.open(name) as source:
            if source.crs is None:
                raise BadInput(f"{file} has no projection; give a GeoTIFF with one")
            with WarpedVRT(source, crs=CRS_WGS84, nodata=np.nan, dtype="float32") as warped:
                left, bottom, right, top = (
                    pick(mine, region)
                    for pick, mine, region in zip((max, max, min, min), warped.bounds, REGION_BBOX, strict=True)
                )
                if left >= right or bottom >= top:
                    raise BadInput(f"{file} does not touch the region")
                cell = max(abs(warped.transform.a), abs(warped.transform.e))
                cell = max(cell, float(np.sqrt((right - left) * (top - bottom) / most_cells)))
                shape = tuple(max(2, round(span / cell)) for span in (top - bottom, right - left))
                window = from_bounds(left, bottom, right, top, warped.transform)
                if window.width * window.height > MOST_SOURCE_CELLS:
                    words = f"{window.width:.0f} x {window.height:.0f} cells in the region"
                    raise BadInput(f"{file}: {words} are more than can be read; give a coarser one, or a part")
                values = warped.read(band, window=window, out_shape=shape)
    except rasterio.errors.RasterioError as error:
        raise BadInput(f"{file} cannot be read as a raster: {str(error).splitlines()[0][:160]}") from None
    return np.where(values <= VOID, np.nan, values).astype(np.float32), left, top, cell


def monthly(names: dict[int, str], variable: str, unit: str, described: str) -> dict[str, RasterGrid]:
    """Read a raster for each month named, as `tmax-07`; one of twelve bands gives all of them."""
    found = {}
    if len(names) == 1 and bands_of(only := next(iter(names.values()))) == 12:
        parts = [(month, only, month) for month in range(1, 13)]
    else:
        parts = [(month, name, 1) for month, name in sorted(names.items())]
    for month, name, band in parts:
        values, left, top, cell = read_band(name, band, MOST_CELLS // 12)
        key = f"{variable}-{month:02d}"
        found[key] = RasterGrid(values, left, top, cell, key, unit, described)
    return found
