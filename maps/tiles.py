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
RELIEF = "relief"
EARTH_RADIUS_M = 6378137.0
#: Towards the light, from the north-west at 45 degrees: east and north as shares of up, and up of the whole.
LIGHT = (-np.sqrt(0.5), np.sqrt(0.5), np.sqrt(0.5))


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


def relief_tile(path: Path, tile: tuple[int, int, int]) -> bytes:
    """Return a tile of shaded relief as PNG: dark where slopes turn from the light, clear where the ground is flat.

    The shade is that of B. K. P. Horn, "Hill shading and the reflectance map" (1981): light from the north-west, 45
    degrees high. Slopes are raised five times below zoom 9, where true ones would not be seen.
    """
    from PIL import Image
    from rio_tiler.errors import TileOutsideBounds
    from rio_tiler.io import Reader

    z, x, y = tile
    try:
        with Reader(str(path)) as reader:
            read = reader.tile(x, y, z, tilesize=TILE_SIDE, buffer=1, resampling_method="bilinear")
    except TileOutsideBounds:
        return _picture(np.zeros((TILE_SIDE, TILE_SIDE), dtype=np.uint8))
    heights_m = read.array[0].astype(float).filled(np.nan)
    left, bottom, right, top = tile_bounds_m(*tile)
    latitude = 2 * np.arctan(np.exp((bottom + top) / 2 / EARTH_RADIUS_M)) - np.pi / 2
    step_m = (right - left) / TILE_SIDE * np.cos(latitude)
    raised = 5.0 if z < 9 else 2.0
    south, east = (each[1:-1, 1:-1] * raised for each in np.gradient(heights_m, step_m))
    light = (1 - east * LIGHT[0] + south * LIGHT[1]) * LIGHT[2] / np.sqrt(1 + east**2 + south**2)
    dark = np.clip((LIGHT[2] - light) / LIGHT[2], 0, 1)
    shade = np.where(np.isfinite(dark), 160 * dark, 0).astype(np.uint8)
    written = io.BytesIO()
    Image.merge("LA", [Image.new("L", shade.shape[::-1], 40), Image.fromarray(shade)]).save(written, "PNG")
    return written.getvalue()


def _picture(places: NDArray[np.uint8]) -> bytes:
    """Return a PNG of a ramp's colours by number, 0 for clear; a palette takes half the bytes of plain colours."""
    from PIL import Image

    picture = Image.fromarray(places, "P")
    picture.putpalette(bytes(3) + bytes.fromhex("".join(colour[1:] for colour in RAMP)))
    written = io.BytesIO()
    picture.save(written, "PNG", transparency=0)
    return written.getvalue()
