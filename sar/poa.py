"""POA as people read it: a raster with its frame, shares on track segments, and search areas off them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.grid import GridFrame, RasterGrid
from data.units import KM_PER_DEG, M_PER_KM
from sar.belief import Belief
from sar.whereabouts import Tracks

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Nearer than this to a track people count as on its segment, km.
STRIP_KM = 1.0
#: A raster holds all but this share of the particles, and at most so many cells a side.
_LEFT_OUT, _MOST_CELLS = 0.01, 240
_FINEST_DEG = 0.005
#: Side of a search area on open ground, km.
BLOCK_KM = 6.0


def poa_grid(belief: Belief, hour: float) -> tuple[RasterGrid, float]:
    """Return the POA at an hour on a grid, smoothed by one cell, and the probability outside it.

    Cells and outside sum to 1. The grid covers all but a hundredth of the particles; its cells grow with the area.
    """
    lon, lat = belief.particles.at(hour)
    left, right = _quantiles(lon, belief.weight)
    bottom, top = _quantiles(lat, belief.weight)
    margin = 0.05 * max(right - left, top - bottom, 0.1)
    box = (left - margin, bottom - margin, right + margin, top + margin)
    cell = max(max(box[2] - box[0], box[3] - box[1]) / _MOST_CELLS, _FINEST_DEG)
    frame = GridFrame.over(box, cell)
    row = np.floor((frame.top - lat) / cell).astype(int)
    column = np.floor((lon - frame.left) / cell).astype(int)
    inside = (row >= 0) & (row < frame.rows) & (column >= 0) & (column < frame.columns)
    values = np.zeros((frame.rows, frame.columns))
    np.add.at(values, (row[inside], column[inside]), belief.weight[inside])
    held = values.sum()
    values = gaussian_filter(values, 1.0, mode="constant")
    values *= held / values.sum()
    told = "Probability of area at one hour; what is missing to 1 lies outside."
    grid = RasterGrid(values.astype(np.float32), frame.left, frame.top, cell, "poa", "", told)
    return grid, float(1 - grid.values.sum(dtype=float))


def _quantiles(values: Array, weight: Array) -> tuple[float, float]:
    order = np.argsort(values)
    share = np.cumsum(weight[order])
    rows = np.searchsorted(share / share[-1], (_LEFT_OUT / 4, 1 - _LEFT_OUT / 4)).clip(max=len(values) - 1)
    return float(values[order[rows[0]]]), float(values[order[rows[1]]])


@dataclass(frozen=True, eq=False)
class SearchAreas:
    """Particles by search area: strips along track segments, and squares of open ground.

    Attributes
    ----------
    area : array of int, shape (n,)
        Of each particle, a row of the lists below.
    names : tuple of str
        Segment id, or "N18.55 E012.10" for the middle of a square.
    segment : array of int, shape (areas,)
        Row of the segment; -1 for a square.
    lon, lat : array, shape (areas,)
        Of the middle of the particles in it, degrees.
    area_km2 : array, shape (areas,)
    poa : array, shape (areas,)
        With the belief's outside they sum to 1.
    """

    area: Ints
    names: tuple[str, ...]
    segment: Ints
    lon: Array
    lat: Array
    area_km2: Array
    poa: Array


def search_areas(belief: Belief, hour: float, tracks: Tracks, segment_ids: NDArray[np.object_]) -> SearchAreas:
    """Put every particle at an hour into an area: its segment within `STRIP_KM` of a track, else a square."""
    lon, lat = belief.particles.at(hour)
    away_m, near = cKDTree(earth_centred_m(tracks.lon, tracks.lat)).query(earth_centred_m(lon, lat))
    # positions along tracks are up to a kilometre from the next: half of that beside the strip is on it
    on = away_m < np.hypot(STRIP_KM, tracks.km[near] / 2) * M_PER_KM
    row, column = _squares(lon, lat)
    key = np.where(on, tracks.segment[near], -1 - ((row + 2**20) * 2**22 + column + 2**21))
    keys, area = np.unique(key, return_inverse=True)
    count = len(keys)
    poa = np.asarray(np.bincount(area, belief.weight, count), dtype=float)
    mass = np.maximum(poa, 1e-300)
    x, y = (np.bincount(area, belief.weight * axis, count) / mass for axis in (lon, lat))
    length_km = np.bincount(tracks.segment, tracks.km, minlength=int(keys.max(initial=0)) + 1)
    segment = np.asarray(np.where(keys >= 0, keys, -1), dtype=np.int64)
    size = np.where(segment >= 0, 2 * STRIP_KM * length_km[np.maximum(segment, 0)], BLOCK_KM**2)
    names = tuple(
        str(segment_ids[each]) if each >= 0 else _square_name(int(code))
        for each, code in zip(segment.tolist(), keys.tolist(), strict=True)
    )
    return SearchAreas(area, names, segment, x, y, np.maximum(size, 0.01).astype(float), poa)


def _squares(lon: Array, lat: Array) -> tuple[Ints, Ints]:
    """Return row and column of squares of `BLOCK_KM` a side, rows of latitude each with its own step of longitude."""
    row = np.floor(lat * KM_PER_DEG / BLOCK_KM).astype(np.int64)
    step = BLOCK_KM / (KM_PER_DEG * np.cos(np.radians((row + 0.5) * BLOCK_KM / KM_PER_DEG)))
    return row, np.floor(lon / step).astype(np.int64)


def square_box(name: str) -> tuple[float, float, float, float]:
    """Return (left, bottom, right, top) in degrees of a square by its name."""
    lat, lon = (float(part[1:]) * (-1 if part[0] in "SW" else 1) for part in name.split())
    row, column = _squares(np.array([lon]), np.array([lat]))
    bottom = float(row[0]) * BLOCK_KM / KM_PER_DEG
    step = BLOCK_KM / (KM_PER_DEG * np.cos(np.radians((row[0] + 0.5) * BLOCK_KM / KM_PER_DEG)))
    return float(column[0] * step), bottom, float((column[0] + 1) * step), bottom + BLOCK_KM / KM_PER_DEG


def square_name(lon: float, lat: float) -> str:
    """Return the name of the square that a position lies in."""
    row, column = _squares(np.array([lon]), np.array([lat]))
    return _square_name(-1 - ((int(row[0]) + 2**20) * 2**22 + int(column[0]) + 2**21))


def _square_name(code: int) -> str:
    key = -1 - code
    row, column = key // 2**22 - 2**20, key % 2**22 - 2**21
    lat = (row + 0.5) * BLOCK_KM / KM_PER_DEG
    lon = (column + 0.5) * BLOCK_KM / (KM_PER_DEG * np.cos(np.radians(lat)))
    return f"{'S' if lat < 0 else 'N'}{abs(lat):05.2f} {'W' if lon < 0 else 'E'}{abs(lon):06.2f}"
