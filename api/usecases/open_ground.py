"""The ground of a window as vehicles and walkers meet it: sand and slopes, and what is closed to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from api.context import RegionContext
from api.usecases.traveller import Traveller
from data.grid import GridFrame
from data.shapes import inside, vertices
from data.units import KM_PER_DEG, M_PER_KM, REGION_BBOX
from maps.land import away_from_land_deg, clearly_at_sea, land_outline
from risk.blocks import blocks_on
from risk.terrain import elevation_m, in_sand
from routes.array_graph import Floats
from routes.geodesy import GEOD
from routes.open_ground import Mask, OpenGround, Terrain
from routes.segments import SPEED_KPH

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

#: Cells along a side of a window; more would be finer than what is known of the ground.
CELLS = 160
#: A window reaches at least so far, and at most; from one to the next it grows by the factor.
LEAST_KM, MOST_KM, GROWTH = 15.0, 1200.0, 2.5
#: Cells wider than this are as wide as straits may be; so many cells around an end are no lake or river.
_WIDE_DEG, _BESIDE_CELLS = 0.05, 1.5
#: Rivers that carry water all year are crossed on the network only.
_BARRED_RIVERS = ("perennial",)


@dataclass(frozen=True, eq=False)
class Window:
    """Ground around some positions, and the reasons why cells are closed, each a name and a mask."""

    ground: OpenGround
    reasons: tuple[tuple[str, Mask], ...]


def windows(lon: float, lat: float, least_km: float) -> Iterator[GridFrame]:
    """Yield square windows around a position, each larger than the one before."""
    half_km = max(LEAST_KM, least_km)
    while True:
        half_km = min(half_km, MOST_KM)
        yield frame_around((lon, lat, lon, lat), half_km)
        if half_km == MOST_KM:
            return
        half_km *= GROWTH


def frame_around(box: tuple[float, float, float, float], margin_km: float) -> GridFrame:
    """Return the cells over a box (left, bottom, right, top) and a margin, within the region."""
    north = margin_km / KM_PER_DEG
    east = north / np.cos(np.radians(max(abs(box[1]), abs(box[3]))))
    left, bottom = max(REGION_BBOX[0], box[0] - east), max(REGION_BBOX[1], box[1] - north)
    right, top = min(REGION_BBOX[2], box[2] + east), min(REGION_BBOX[3], box[3] + north)
    return GridFrame.over((left, bottom, right, top), max(right - left, top - bottom) / CELLS)


def window(
    context: RegionContext,
    frame: GridFrame,
    who: Traveller,
    on: date,
    ends: list[tuple[float, float]],
    *,
    through_blocked: bool,
) -> Window:
    """Return the ground of a window as travellers meet it on a day.

    At sea (where the first of `ends` clearly lies there) the land is closed instead, and boats go at the network's
    speed. The coast of the basemap is coarse: from an end beside it on its wet side, the ground to the nearest land is
    land. In wide cells all that the sea touches is sea, so that no strait is crossed.
    """
    afloat = clearly_at_sea(*ends[0])
    reasons: list[tuple[str, Mask]] = []
    lon, lat = (axis.reshape(frame.rows, frame.columns) for axis in frame.centres())
    land = rasterized(frame, [land_outline()], touched=False)
    if afloat:
        reasons.append(("the coast", land))
    else:
        # where people say they are, they are not in the water: its lines are good to kilometres
        away_deg = [np.hypot((lon - x) * np.cos(np.radians(y)), lat - y) for x, y in ends]
        beside = np.min(away_deg, axis=0) < _BESIDE_CELLS * frame.cell_deg
        sea = rasterized(frame, [_sea(frame)]) if frame.cell_deg > _WIDE_DEG else ~land
        for (x, y), away in zip(ends, away_deg, strict=True):
            from_land_deg = away_from_land_deg(x, y)
            sea &= (np.abs(lon - x) > frame.cell_deg / 2) | (np.abs(lat - y) > frame.cell_deg / 2)
            if from_land_deg > 0:
                sea &= away >= from_land_deg + frame.cell_deg / 2
        reasons.append(("the sea", sea))
        reasons += [(name, mask & ~beside) for name, mask in _waters(context, frame)]
        if not through_blocked:
            blocks = blocks_on(context.pack.blocked_areas, on)
            reasons += [
                (block.name, rasterized(frame, [block.polygon])) for block in blocks if _meets(frame, block.polygon)
            ]
    closed = np.any([mask for _, mask in reasons], axis=0)
    sand = in_sand(context.ground, lon, lat) & (not afloat)
    height = np.zeros_like(lon) if afloat else elevation_m(context.ground, lon, lat)
    terrain = Terrain(frame, closed, sand, height)
    kph = SPEED_KPH["sea"] if afloat else who.off_network_kph
    return Window(OpenGround(terrain, kph, who.ground_slowness), tuple(reasons))


def _sea(frame: GridFrame) -> BaseGeometry:
    from shapely import box

    right, bottom = frame.left + frame.columns * frame.cell_deg, frame.top - frame.rows * frame.cell_deg
    return box(frame.left, bottom, right, frame.top).difference(land_outline())


def blocks_around(context: RegionContext, lon: float, lat: float, on: date) -> list[str]:
    """Return the names of the areas closed by mines or fighting in which a position lies on a day."""
    at = np.array([lon]), np.array([lat])
    return [block.name for block in blocks_on(context.pack.blocked_areas, on) if inside(block.polygon, *at)[0]]


def _waters(context: RegionContext, frame: GridFrame) -> list[tuple[str, Mask]]:
    return [(name, rasterized(frame, [shape])) for name, shape in _barred_waters(context) if _meets(frame, shape)]


@lru_cache(maxsize=4)
def _barred_waters(context: RegionContext) -> list[tuple[str, BaseGeometry]]:
    """Return lakes, and rivers that carry water all year, by name; degrees."""
    from shapely import LineString, Polygon

    found: list[tuple[str, BaseGeometry]] = []
    for row in context.pack.water_shapes.itertuples():
        if row.shape == "polygon" and row.kind == "lake":
            found.append((str(row.name), Polygon(vertices(row.lonlat))))
        elif row.kind == "river" and row.reliability in _BARRED_RIVERS:
            found.append((str(row.name), LineString(vertices(row.lonlat))))
    return found


def lakes_around(context: RegionContext, lon: float, lat: float) -> list[str]:
    """Return the names of the lakes in whose outline a position lies; outlines are good to kilometres."""
    from shapely import Point

    at = Point(lon, lat)
    return [name for name, shape in _barred_waters(context) if shape.geom_type == "Polygon" and shape.contains(at)]


def blocks_crossed(context: RegionContext, lines: list[Floats], on: date) -> list[dict[str, Any]]:
    """Return the areas closed by mines or fighting that lines (degrees) go through, with the km in each."""
    from shapely import LineString, union_all

    whole = union_all([LineString(line) for line in lines])
    found = []
    for block in blocks_on(context.pack.blocked_areas, on):
        if whole.intersects(block.polygon):
            km = GEOD.geometry_length(whole.intersection(block.polygon)) / M_PER_KM
            if km > 0:
                found.append({"name": block.name, "kind": block.kind, "km": float(km)})
    return found


def _meets(frame: GridFrame, shape: BaseGeometry) -> bool:
    left, bottom, right, top = shape.bounds
    return bool(
        left < frame.left + frame.columns * frame.cell_deg
        and right > frame.left
        and bottom < frame.top
        and top > frame.top - frame.rows * frame.cell_deg
    )


def rasterized(frame: GridFrame, shapes: list[BaseGeometry], *, touched: bool = True) -> Mask:
    """Return the cells that shapes (degrees) touch, or whose centres lie in them."""
    from rasterio import Affine
    from rasterio.features import rasterize

    if all(shape.is_empty for shape in shapes):
        return np.zeros((frame.rows, frame.columns), dtype=bool)
    transform = Affine(frame.cell_deg, 0.0, frame.left, 0.0, -frame.cell_deg, frame.top)
    cells = rasterize(shapes, (frame.rows, frame.columns), transform=transform, all_touched=touched, dtype=np.uint8)
    return np.asarray(cells, dtype=bool)


def why_shut_in(window: Window, hours: Floats, lon: float, lat: float) -> list[str]:
    """Return what closes the ground around the cells that are reached, by name; empty where the window's edge does.

    Parameters
    ----------
    hours : array, as many values as cells
        Infinite where a cell is not reached from the position (degrees).
    """
    terrain = window.ground.terrain
    reached = np.isfinite(hours).reshape(terrain.closed.shape)
    if not reached.any():
        cell = terrain.cell(lon, lat)
        return [name for name, mask in window.reasons if cell is not None and mask.ravel()[cell]]
    edge = np.concatenate([reached[0], reached[-1], reached[:, 0], reached[:, -1]])
    if edge.any():
        return []
    around = reached.copy()
    for axis in (0, 1):
        around |= np.roll(around, 1, axis) | np.roll(around, -1, axis)
    return [name for name, mask in window.reasons if (mask & around & ~reached).any()]
