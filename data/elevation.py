"""Elevation files: any raster that GDAL reads, as heights on a grid of the region."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.errors import BadInput
from data.grid import RasterGrid
from data.units import CRS_WGS84, REGION_BBOX

#: More cells than this are read coarser: 60 million heights take 240 MB.
MOST_CELLS = 60_000_000
#: Below and above these nothing of the region lies.
LOWEST_M, HIGHEST_M = -500.0, 6000.0


def read_elevation(path: Path) -> RasterGrid:
    """Read the part of an elevation raster that lies in the region.

    Other projections are warped to longitude and latitude; cells are made square, and coarser where the whole would
    not fit in memory.

    Returns
    -------
    RasterGrid
        Metres, float32, NaN where the file has none.

    Raises
    ------
    BadInput
        If the file cannot be read, has no projection, does not touch the region, or holds no heights in metres.
    """
    import rasterio
    from rasterio.vrt import WarpedVRT
    from rasterio.windows import from_bounds

    try:
        with rasterio.open(path) as source:
            if source.crs is None:
                raise BadInput(f"{path.name} has no projection; give a GeoTIFF with one")
            with WarpedVRT(source, crs=CRS_WGS84, nodata=np.nan, dtype="float32") as warped:
                left, bottom, right, top = warped.bounds
                box = (
                    max(left, REGION_BBOX[0]),
                    max(bottom, REGION_BBOX[1]),
                    min(right, REGION_BBOX[2]),
                    min(top, REGION_BBOX[3]),
                )
                if box[0] >= box[2] or box[1] >= box[3]:
                    raise BadInput(f"{path.name} does not touch the region")
                cell = max(abs(warped.transform.a), abs(warped.transform.e))
                cell = max(cell, float(np.sqrt((box[2] - box[0]) * (box[3] - box[1]) / MOST_CELLS)))
                shape = tuple(max(2, round(span / cell)) for span in (box[3] - box[1], box[2] - box[0]))
                values = warped.read(1, window=from_bounds(*box, warped.transform), out_shape=shape)
    except rasterio.errors.RasterioError as error:
        raise BadInput(f"{path.name} cannot be read as a raster: {str(error).splitlines()[0]}") from None
    values = np.where(values < LOWEST_M, np.nan, values)  # voids without a mark, as -32768
    if not np.isfinite(values).any():
        raise BadInput(f"{path.name} has no height in the region")
    if np.nanmax(values) > HIGHEST_M:
        raise BadInput(f"{path.name} holds heights of {np.nanmax(values):.0f} m; heights must be in metres")
    return RasterGrid(values.astype(np.float32), box[0], box[3], cell, "elevation", "m", f"Heights of {path.name}.")
