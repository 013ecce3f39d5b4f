"""Tiles in web mercator: vector tiles of features, pictures of rasters."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maps.classes import CLASS_EDGES, RAMP

#: Half the side of the world in web mercator, m.
HALF_WORLD_M = 20037508.342789244
EXTENT = 4096
#: Share of a tile by which lines go on beyond its edge, so that no seam shows.
_MARGIN = 64 / EXTENT
MOST_ZOOM = 14
TILE_SIDE = 256


def tile_bounds_m(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of a tile in web mercator, m; x counts from the west, y from the north."""
    side = 2 * HALF_WORLD_M / 2**z
    left, top = -HALF_WORLD_M + x * side, HALF_WORLD_M - y * side
    return left, top - side, left + side, top


def vector_tile(
    name: str,
    shapes_m: NDArray[np.object_],
    records: Sequence[Mapping[str, Any]],
    tree_m: shapely.STRtree,
    tile: tuple[int, int, int],
) -> bytes:
    """Return a Mapbox vector tile with one layer.

    Parameters
    ----------
    name : str
    shapes_m : array of geometries
        In web mercator.
    records : sequence of mapping
        Properties, aligned; what is None is left out.
    tree_m : STRtree
        Of `shapes_m`.
    tile : tuple of int
        z, x, y.
    """
    import mapbox_vector_tile

    left, bottom, right, top = bounds = tile_bounds_m(*tile)
    side = right - left
    box = (left - _MARGIN * side, bottom - _MARGIN * side, right + _MARGIN * side, top + _MARGIN * side)
    rows = np.sort(tree_m.query(shapely.box(*box), predicate="intersects"))
    shapes = shapely.clip_by_rect(shapely.simplify(shapes_m[rows], side / EXTENT), *box)
    features = [
        {"geometry": shape, "properties": {key: value for key, value in records[row].items() if value is not None}}
        for row, shape in zip(rows.tolist(), shapes, strict=True)
        if not shape.is_empty
    ]
    options = {"quantize_bounds": bounds, "extents": EXTENT}
    return bytes(mapbox_vector_tile.encode([{"name": name, "features": features}], default_options=options))


@lru_cache(maxsize=64)
def _class_edges(path: Path, written_ns: int) -> NDArray[np.float64]:
    import rasterio

    with rasterio.open(path) as raster:
        values = raster.read(1)
    return np.asarray(np.quantile(values[np.isfinite(values)], CLASS_EDGES), dtype=float)


def raster_tile(path: Path, tile: tuple[int, int, int]) -> bytes:
    """Return a tile of a raster as PNG: five classes by rank, light to dark; clear where nothing is known."""
    from rio_tiler.errors import TileOutsideBounds
    from rio_tiler.io import Reader

    z, x, y = tile
    try:
        with Reader(str(path)) as reader:
            values = reader.tile(x, y, z, tilesize=TILE_SIDE).array[0].filled(np.nan)
    except TileOutsideBounds:
        return _picture(np.zeros((TILE_SIDE, TILE_SIDE), dtype=np.uint8))
    known = np.isfinite(values)
    classes = np.digitize(np.where(known, values, 0), _class_edges(path, path.stat().st_mtime_ns))
    return _picture(np.where(known, classes + 1, 0).astype(np.uint8))


def _picture(places: NDArray[np.uint8]) -> bytes:
    """Return a PNG of a ramp's colours by number, 0 for clear; a palette takes half the bytes of plain colours."""
    from PIL import Image

    picture = Image.fromarray(places, "P")
    picture.putpalette(bytes(3) + bytes.fromhex("".join(colour[1:] for colour in RAMP)))
    written = io.BytesIO()
    picture.save(written, "PNG", transparency=0)
    return written.getvalue()
