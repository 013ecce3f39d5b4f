"""Coordinate reference systems that features are answered and asked in (OGC API Features Part 2).

Coordinates come in the order the reference system itself gives its axes: longitude, latitude in CRS84, but latitude,
longitude in EPSG:4326.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from api.prepared import Box
from data.errors import BadInput

if TYPE_CHECKING:
    import pyproj

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
#: UTM north zones from the Atlantic shore to the Horn.
UTM_ZONES = range(28, 39)
#: What may be asked for: address to the name PROJ knows it by.
SYSTEMS = {
    CRS84: "OGC:CRS84",
    f"{_EPSG}4326": "EPSG:4326",
    f"{_EPSG}3857": "EPSG:3857",
    # equal areas over the whole of Africa, for densities
    "http://www.opengis.net/def/crs/ESRI/0/102022": "ESRI:102022",
    **{f"{_EPSG}{32600 + zone}": f"EPSG:{32600 + zone}" for zone in UTM_ZONES},
}


def read_crs(address: str, parameter: str = "crs") -> str:
    """Return the address if it is one of `SYSTEMS`; raises BadInput otherwise."""
    if address not in SYSTEMS:
        raise BadInput(f"{parameter} '{address}' is not one of {', '.join(SYSTEMS)}")
    return address


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    import pyproj  # only other systems than CRS84 need it

    return pyproj.Transformer.from_crs(SYSTEMS[source], SYSTEMS[target], always_xy=False)


def geojson_in(geometries: NDArray[np.object_], address: str) -> list[str]:
    """Return geometries of CRS84 as GeoJSON texts with the coordinates and axis order of another system."""
    if address == CRS84:
        return list(shapely.to_geojson(geometries))
    moved = shapely.transform(geometries, _move(CRS84, address))
    step = 1e-7 if is_degrees(address) else 0.01
    return list(shapely.to_geojson(shapely.set_precision(moved, step, mode="pointwise")))


def to_crs84(geometry: Any, address: str) -> Any:
    """Return a geometry, told in the axis order of its system, in longitude and latitude."""
    return geometry if address == CRS84 else shapely.transform(geometry, _move(address, CRS84))


def _move(source: str, target: str) -> Any:
    transformer = _transformer(source, target)

    def move(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))

    return move


def read_bbox(text: str, address: str = CRS84) -> tuple[Box, ...]:
    """Read a box of four numbers, or six with heights, as one or two boxes of CRS84.

    A box whose west edge is east of its east edge crosses the antimeridian and is two boxes (Part 1, 7.15.3). Heights
    are read and left: features have none.

    Raises
    ------
    BadInput
        If the numbers are not four or six finite ones, or not in order, or outside the system.
    """
    fault = BadInput(f"bbox '{text}' is not the four (or, with heights, six) edges of a box in the axes of {address}")
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise fault from None
    if len(numbers) not in (4, 6) or not all(np.isfinite(numbers)):
        raise fault
    first, second = numbers[:2], numbers[len(numbers) // 2 :][:2]
    if address == f"{_EPSG}4326":
        first, second = first[::-1], second[::-1]
    (left, bottom), (right, top) = first, second
    if bottom > top:
        raise fault
    if is_degrees(address):
        if not (-180 <= left <= 180 and -180 <= right <= 180 and -90 <= bottom <= top <= 90):
            raise fault
        return ((left, bottom, right, top),) if left <= right else _two(left, bottom, right, top)
    if left > right:
        raise fault
    moved = _transformer(address, CRS84).transform_bounds(left, bottom, right, top)
    if not all(np.isfinite(moved)):
        raise fault
    west, south, east, north = (float(edge) for edge in moved)
    return ((west, south, east, north),) if west <= east else _two(west, south, east, north)


def is_degrees(address: str) -> bool:
    """Say whether a system's coordinates are degrees."""
    return address in (CRS84, f"{_EPSG}4326")


def _two(left: float, bottom: float, right: float, top: float) -> tuple[Box, ...]:
    return (left, bottom, 180.0, top), (-180.0, bottom, right, top)
