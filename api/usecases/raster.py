"""Rasters of layers and risk, written to a folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from api.context import RegionContext
from data.grid import GridFrame
from data.units import REGION_BBOX
from maps.geotiff import write_geotiff
from risk.layer import layers
from risk.surface import risk_surfaces

_OWN_RASTERS = ("incidents", "risk", "risk_interval_width")


def raster_names() -> tuple[str, ...]:
    """Return the layers that there can be rasters of."""
    return (*(layer.name for layer in layers().values()), *_OWN_RASTERS)


def write_rasters(
    context: RegionContext,
    on: date,
    folder: Path,
    resolution_deg: float,
    progress: Callable[[float], None] | None = None,
) -> list[Path]:
    """Write one GeoTIFF a layer and return the paths; cells of `resolution_deg` over the whole region."""
    folder.mkdir(parents=True, exist_ok=True)
    grids = risk_surfaces(
        GridFrame.over(REGION_BBOX, resolution_deg),
        context.network.segments,
        context.stranding_rate(on),
        context.conditions(on),
        progress,
    )
    tags = {"date": on.isoformat(), "data_version": context.pack.version, "source": "Guelta"}
    # a layer of which nothing is known anywhere, as slope without heights, has no raster
    known = [grid for grid in grids if np.isfinite(grid.values).any()]
    return [write_geotiff(grid, folder / f"{grid.name}.tif", tags) for grid in known]
