"""Rasters of layers and risk, computed in blocks wherever there are workers, and written to a folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import date
from itertools import compress
from pathlib import Path

from api.context import RegionContext
from api.spread import HERE, Engine, spread
from api.usecases.inputs import Box
from data.grid import GridFrame
from data.units import REGION_BBOX
from maps.geotiff import BlockedGeoTiff
from risk.surface import SurfaceModel, near_network, surface_block, surfaces

#: Side of a block in cells. Blocks do not depend on who computes them, so neither do the files.
BLOCK = 256
#: Share of the time that blocks take; the rest goes into overviews and compression.
_BLOCKS_SHARE = 0.9


def raster_names() -> tuple[str, ...]:
    """Return the layers that there can be rasters of."""
    return tuple(band.name for band in surfaces())


def write_rasters(
    context: RegionContext,
    on: date,
    folder: Path,
    resolution_deg: float,
    progress: Callable[[float], None] = lambda share: None,
    *,
    bbox: Box = REGION_BBOX,
    engine: Engine = HERE,
) -> list[Path]:
    """Write one GeoTIFF a layer and return the paths; cells of `resolution_deg` over a box, degrees.

    Memory is bounded however many cells there are; a layer of which nothing is known anywhere, as slope without
    heights, has no raster.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frame = GridFrame.over(bbox, resolution_deg)
    model = SurfaceModel.of(frame, context.network.segments, context.stranding_rate(on), context.conditions(on))
    blocks = list(frame.blocks(BLOCK))
    wanted = list(compress(blocks, near_network(model, blocks)))
    tags = {"date": on.isoformat(), "data_version": context.pack.version, "source": "Guelta"}
    with ExitStack() as stack:
        rasters = [
            stack.enter_context(BlockedGeoTiff(frame, band, folder / f"{band.name}.tif", tags, tile=BLOCK))
            for band in surfaces()
        ]
        done = stack.enter_context(closing(spread(surface_block, model, wanted, engine)))
        for number, (block, values) in enumerate(done, 1):
            if values is not None:
                for raster, cells in zip(rasters, values, strict=True):
                    raster.write(block, cells)
            progress(_BLOCKS_SHARE * number / len(wanted))
        known = [raster for raster in rasters if not raster.is_empty]
        paths = []
        for number, raster in enumerate(known, 1):
            paths.append(raster.finish())
            progress(_BLOCKS_SHARE + (1 - _BLOCKS_SHARE) * number / len(known))
        return paths
