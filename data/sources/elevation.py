"""Digital elevation models: Copernicus, SRTM and others, GeoTIFF or VRT."""

from __future__ import annotations

import math
from pathlib import Path

from data.country_parts import tile_name
from data.elevation import HIGHEST_M, LOWEST_M, read_elevation
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import Found
from data.units import REGION_BBOX

_ADDRESS = "https://copernicus-dem-90m.s3.amazonaws.com/"


def _tiles() -> tuple[RemoteFile, ...]:
    left, bottom, right, top = map(math.floor, REGION_BBOX)
    tiles = []
    for lat in range(bottom, top):
        for lon in range(left, right):
            north, east = tile_name(lon, lat)
            name = f"Copernicus_DSM_COG_30_{north}_00_{east}_00_DEM"
            tiles.append(RemoteFile(f"{north}{east}", f"{_ADDRESS}{name}/{name}.tif", f"{name}.tif"))
    return tuple(tiles)


def _read(path: Path, reading: Reading) -> Found:
    return Found(rasters={"elevation": read_elevation(path)})


SOURCE = DataSource(
    name="elevation",
    title="Elevation model (Copernicus DEM, SRTM; GeoTIFF or VRT)",
    gives=("elevation",),
    variables=(Variable("elevation", "m", LOWEST_M, HIGHEST_M),),
    bbox=WORLD_BBOX,
    since="2011",
    until="2015",
    licence="Copernicus DEM: free with attribution; SRTM: public domain",
    citation="© DLR e.V. 2010-2014 and © Airbus Defence and Space GmbH 2014-2018, provided under COPERNICUS",
    home="https://dataspace.copernicus.eu/explore-data/data-collections/copernicus-contributing-missions/collections-description/COP-DEM",
    patterns=(
        "*_dem.tif",
        "*dem*.vrt",
        "*srtm*.tif",
        "*.hgt",
        "[ns][0-9][0-9][ew][0-9][0-9][0-9]*.tif",
        "[ns][0-9][0-9]_[ew][0-9]*.tif",
    ),
    files=_tiles(),
    read=_read,
)
