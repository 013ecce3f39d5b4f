"""JRC Global Surface Water: how often each 30 m cell was water, 1984-2021, as points of the small waters."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from data.country_parts import tile_name
from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import MOST_FEATURES, Found, table_of
from data.units import KM_PER_DEG, REGION_BBOX

_ADDRESS = "https://storage.googleapis.com/global-surface-water/downloads2021/occurrence/"
#: Water in fewer months than this share (percent) is a puddle; above the second it counts as lasting.
PUDDLE_PCT, LASTING_PCT = 25, 75
#: Larger waters are lakes or the sea, whose shores the region knows as shapes.
_MOST_KM2 = 50.0
_BLOCK = 2000
#: A tile of the publisher has 1.6 thousand million.
_MOST_CELLS = 4_000_000_000


def _tiles() -> tuple[RemoteFile, ...]:
    left, bottom, right, top = (10 * math.floor(edge / 10) for edge in REGION_BBOX)
    tiles = []
    for lat in range(bottom + 10, top + 11, 10):
        for lon in range(left, right + 1, 10):
            (north, east) = tile_name(lon, lat)
            tile = f"{abs(lon)}{east[0]}_{abs(lat)}{north[0]}"
            tiles.append(
                RemoteFile(tile, f"{_ADDRESS}occurrence_{tile}v1_4_2021.tif", f"occurrence_{tile}v1_4_2021.tif")
            )
    return tuple(tiles)


def _read(path: Path, reading: Reading) -> Found:
    import rasterio
    from rasterio.windows import Window

    found, rows = Found(), []
    try:
        with rasterio.open(path) as source:
            if source.crs is None or source.crs.to_epsg() != 4326:
                raise BadInput(f"{path.name}: is not in longitude and latitude (EPSG:4326)")
            if source.dtypes[0] != "uint8":
                raise BadInput(f"{path.name}: occurrence is bytes of 0 to 100; this is {source.dtypes[0]}")
            if source.width * source.height > _MOST_CELLS:
                raise BadInput(f"{path.name}: {source.width} x {source.height} cells are more than a tile has")
            beyond = 0
            for row in range(0, source.height, _BLOCK):
                for column in range(0, source.width, _BLOCK):
                    window = Window(column, row, min(_BLOCK, source.width - column), min(_BLOCK, source.height - row))
                    values = source.read(1, window=window)
                    beyond += int(((values > 100) & (values != 255)).sum())
                    rows += _waters(values, source.window_transform(window))
                    if len(rows) > MOST_FEATURES:
                        raise BadInput(f"{path.name}: more than {MOST_FEATURES} waters")
    except rasterio.errors.RasterioError as error:
        raise BadInput(f"{path.name} cannot be read as a raster: {str(error).splitlines()[0][:160]}") from None
    if beyond:
        found.refuse("units", f"{path.name}: {beyond} cells are above 100 %: this is no occurrence")
    if rows:
        found.tables["water"] = table_of("water", rows, precision_km=0.1)
    return found


def _waters(values: Any, transform: Any) -> list[dict[str, Any]]:
    """Return the waters of a block, each a patch of cells that touch."""
    from scipy import ndimage

    wet = (values >= PUDDLE_PCT) & (values <= 100)
    if not wet.any():
        return []
    patches, count = ndimage.label(wet, structure=np.ones((3, 3)))
    numbers = np.arange(1, count + 1)
    sizes, most = ndimage.sum_labels(wet, patches, numbers), ndimage.maximum(values, patches, numbers)
    middles = np.array(ndimage.center_of_mass(wet, patches, numbers)) + 0.5
    rows = []
    for size, percent, (down, across) in zip(sizes, most, middles, strict=True):
        lon, lat = transform * (float(across), float(down))
        km2 = size * abs(transform.a * transform.e) * KM_PER_DEG**2 * math.cos(math.radians(lat))
        if km2 <= _MOST_KM2:
            key = f"{lon:.5f}_{lat:.5f}".replace(".", "_").replace("-", "m")
            reliability = "perennial" if percent >= LASTING_PCT else "seasonal"
            row = {"row": f"patch {lat:.5f}, {lon:.5f}", "key": key, "lon": lon, "lat": lat, "kind": "lake"}
            rows.append(row | {"reliability": reliability})
    return rows


SOURCE = DataSource(
    name="surface-water",
    title="JRC Global Surface Water, occurrence",
    gives=("water",),
    variables=(Variable("occurrence", "%", 0, 100),),
    bbox=WORLD_BBOX,
    since="1984",
    until="2021",
    licence="free with attribution (Copernicus programme)",
    citation="Pekel et al. 2016, Nature 540, 418-422",
    home="https://global-surface-water.appspot.com/download",
    patterns=("occurrence_*.tif",),
    files=_tiles(),
    read=_read,
    confidence=0.6,
    precision_km=0.1,
)
