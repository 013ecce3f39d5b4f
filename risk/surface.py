"""Layers and risk as rasters: what a stranding would mean at each cell, and how likely one is near the network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.grid import GridFrame, RasterGrid
from risk.assess import Conditions, assess
from risk.incidents import StrandingRate
from risk.layer import layers
from risk.stranding import TRAFFIC_PER_H

Array = NDArray[np.float64]

#: Farther than this from the network the stranding rate is not known.
NETWORK_REACH_M = 25_000.0
#: Cells assessed at a time; bounds memory at some 400 MB.
_BLOCK = 6_000


def risk_surfaces(
    frame: GridFrame,
    segments: pd.DataFrame,
    rate: StrandingRate,
    conditions: Conditions,
    progress: Callable[[float], None] | None = None,
) -> list[RasterGrid]:
    """Compute each layer, the stranding rate and the risk on a grid.

    Layers hold within `NETWORK_REACH_M` of a land segment, whose mode tells how often somebody passes; elsewhere, and
    at sea, the cells are empty: nothing is known there.

    Parameters
    ----------
    frame : GridFrame
    segments : DataFrame
        With lon, lat, mode.
    rate : StrandingRate
        Aligned with `segments`.
    conditions : Conditions
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    list of RasterGrid
        Layers of the registry, then `incidents` and `risk` (per km of network and day) and `risk_interval_width`.
    """
    lon, lat = frame.centres()
    land = (segments["mode"] != "sea").to_numpy()
    tree = cKDTree(earth_centred_m(segments["lon"].to_numpy(float)[land], segments["lat"].to_numpy(float)[land]))
    away_m, nearest = tree.query(earth_centred_m(lon, lat), distance_upper_bound=NETWORK_REACH_M)
    known = np.flatnonzero(np.isfinite(away_m))
    segment = nearest[known]
    traffic = segments["mode"][land].map(TRAFFIC_PER_H).to_numpy(float)[segment]
    found, death = _assess_in_blocks(lon[known], lat[known], traffic, conditions, progress)
    per_stranding = conditions.stranding.group_size * death
    mean = rate.mean_per_km_day[land][segment]
    width = (rate.quantile_per_km_day(0.9) - rate.quantile_per_km_day(0.1))[land][segment]

    def grid(values: Array, name: str, unit: str, description: str) -> RasterGrid:
        cells = np.full(frame.rows * frame.columns, np.nan, dtype=np.float32)
        cells[known] = values
        return RasterGrid(
            cells.reshape(frame.rows, frame.columns), frame.left, frame.top, frame.cell_deg, name, unit, description
        )

    result = [grid(found[layer.name], layer.name, layer.unit, layer.description) for layer in layers().values()]
    return [
        *result,
        grid(mean, "incidents", "1/(km day)", "Strandings per km of the nearest route and day."),
        grid(mean * per_stranding, "risk", "1/(km day)", "Expected deaths per km of the nearest route and day."),
        grid(width * per_stranding, "risk_interval_width", "1/(km day)", "Width of the 80 % interval of the risk."),
    ]


def _assess_in_blocks(
    lon: Array, lat: Array, traffic_per_h: Array, conditions: Conditions, progress: Callable[[float], None] | None
) -> tuple[dict[str, Array], Array]:
    """Return every layer's values and the lethality at n positions, a block at a time to bound memory."""
    found = {layer.name: np.zeros(len(lon)) for layer in layers().values()}
    death = np.zeros(len(lon))
    for start in range(0, len(lon), _BLOCK):
        block = slice(start, start + _BLOCK)
        assessment = assess(lon[block], lat[block], traffic_per_h[block], conditions)
        death[block] = assessment.fate.death
        for layer in layers().values():
            found[layer.name][block] = layer.values(assessment)
        if progress:
            progress(min(1.0, (start + _BLOCK) / len(lon)))
    return found, death
