"""Elevation files: any raster that GDAL reads, as heights on a grid of the region."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.errors import BadInput
from data.grid import RasterGrid
from data.raster_file import read_band

#: Below and above these nothing of the region lies.
LOWEST_M, HIGHEST_M = -500.0, 6000.0


def read_elevation(path: Path) -> RasterGrid:
    """Read the part of an elevation raster that lies in the region; see `data.raster_file.read_band`.

    Returns
    -------
    RasterGrid
        Metres, float32, NaN where the file has none.

    Raises
    ------
    BadInput
        If the file cannot be read, has no projection, does not touch the region, or holds no heights in metres.
    """
    values, left, top, cell = read_band(str(path))
    values = np.where(values < LOWEST_M, np.nan, values)  # voids without a mark, as -32768
    if not np.isfinite(values).any():
        raise BadInput(f"{path.name} has no height in the region")
    if np.nanmax(values) > HIGHEST_M:
        raise BadInput(f"{path.name} holds heights of {np.nanmax(values):.0f} m; heights must be in metres")
    return RasterGrid(values.astype(np.float32), left, top, cell, "elevation", "m", f"Heights of {path.name}.")
