"""Layers and risk as rasters: what a stranding would mean at each cell, and how likely one is near the network.

A cell's values depend on its own position and on facts of the whole region alone, never on its neighbours in the
raster: computed in blocks of any size, here or elsewhere, they are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.grid import Band, GridBlock, GridFrame
from data.units import M_PER_DEG_AT_MOST
from risk.assess import Conditions, assess
from risk.incidents import StrandingRate
from risk.layer import layers
from risk.stranding import TRAFFIC_PER_H

Array = NDArray[np.float64]

#: Farther than this from the network the stranding rate is not known.
NETWORK_REACH_M = 25_000.0
#: Cells assessed at a time; bounds memory at some 150 MB.
_AT_ONCE = 2_000


@dataclass(frozen=True, eq=False)
class SurfaceModel:
    """All that the rasters of a day are computed from; small enough to be sent to other processes.

    Attributes
    ----------
    frame : GridFrame
        Of the rasters.
    conditions : Conditions
    lon, lat : array, shape (m,)
        Middles of the land segments, degrees.
    traffic_per_h : array, shape (m,)
        Vehicles that stop, by the segment's mode.
    mean_per_km_day, width_per_km_day : array, shape (m,)
        Stranding rate and the width of its 80 % interval.
    """

    frame: GridFrame
    conditions: Conditions
    lon: Array
    lat: Array
    traffic_per_h: Array
    mean_per_km_day: Array
    width_per_km_day: Array

    @classmethod
    def of(cls, frame: GridFrame, segments: pd.DataFrame, rate: StrandingRate, conditions: Conditions) -> SurfaceModel:
        """Take what is needed of a table of segments (lon, lat, mode) and the rate aligned with it; the sea is left."""
        land = (segments["mode"] != "sea").to_numpy()
        return cls(
            frame,
            conditions,
            segments["lon"].to_numpy(float)[land],
            segments["lat"].to_numpy(float)[land],
            segments["mode"][land].map(TRAFFIC_PER_H).to_numpy(float),
            rate.mean_per_km_day[land],
            (rate.quantile_per_km_day(0.9) - rate.quantile_per_km_day(0.1))[land],
        )

    def tree(self) -> cKDTree:
        """Return a tree of the segments' middles, earth-centred metres."""
        return cKDTree(earth_centred_m(self.lon, self.lat))


def surfaces() -> tuple[Band, ...]:
    """Return what there are rasters of: the layers of the registry, `incidents`, `risk` and `risk_interval_width`."""
    return (
        *(Band(layer.name, layer.unit, layer.description) for layer in layers().values()),
        Band("incidents", "1/(km day)", "Strandings per km of the nearest route and day."),
        Band("risk", "1/(km day)", "Expected deaths per km of the nearest route and day."),
        Band("risk_interval_width", "1/(km day)", "Width of the 80 % interval of the risk."),
    )


def near_network(model: SurfaceModel, blocks: Sequence[GridBlock]) -> NDArray[np.bool_]:
    """Return which blocks may have a cell within `NETWORK_REACH_M` of a land segment; the others are empty."""
    frame = model.frame
    rows, columns, row, column = (
        np.array([getattr(block, name) for block in blocks], dtype=float)
        for name in ("rows", "columns", "row", "column")
    )
    lon = frame.left + (column + columns / 2) * frame.cell_deg
    lat = frame.top - (row + rows / 2) * frame.cell_deg
    away_m, _ = model.tree().query(earth_centred_m(lon, lat))
    radius_m = np.hypot(rows, columns) / 2 * frame.cell_deg * M_PER_DEG_AT_MOST
    return np.asarray(away_m <= NETWORK_REACH_M + radius_m)


def surface_block(model: SurfaceModel, block: GridBlock) -> NDArray[np.float32] | None:
    """Compute each layer, the stranding rate and the risk on a block of the model's frame.

    Layers hold within `NETWORK_REACH_M` of a land segment, whose mode tells how often somebody passes; elsewhere, and
    at sea, the cells are empty: nothing is known there.

    Parameters
    ----------
    model : SurfaceModel
    block : GridBlock

    Returns
    -------
    array of float32, shape (len(surfaces()), block.rows, block.columns), or None
        In the order of `surfaces()`, NaN where nothing is known; None where that is so of all cells.
    """
    lon, lat = model.frame.centres(block)
    away_m, nearest = model.tree().query(earth_centred_m(lon, lat), distance_upper_bound=NETWORK_REACH_M)
    known = np.flatnonzero(np.isfinite(away_m))
    if len(known) == 0:
        return None
    cells = np.full((len(surfaces()), block.rows * block.columns), np.nan, dtype=np.float32)
    for start in range(0, len(known), _AT_ONCE):
        part = known[start : start + _AT_ONCE]
        cells[:, part] = _values(model, lon[part], lat[part], nearest[part])
    return cells.reshape(-1, block.rows, block.columns)


def _values(model: SurfaceModel, lon: Array, lat: Array, segment: NDArray[np.int64]) -> Array:
    """Return all surfaces at n positions near given segments, shape (len(surfaces()), n)."""
    assessment = assess(lon, lat, model.traffic_per_h[segment], model.conditions)
    per_stranding = model.conditions.stranding.group_size * assessment.fate.death
    mean, width = model.mean_per_km_day[segment], model.width_per_km_day[segment]
    found = [layer.values(assessment) for layer in layers().values()]
    return np.stack([*found, mean, mean * per_stranding, width * per_stranding])
