"""A day's climate at positions: from monthly rasters where they cover, else between stations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.grid import RasterGrid
from risk.climate import DayClimate, interpolate_normals, month_weights
from risk.terrain import value_at

Array = NDArray[np.float64]

STATIONS, CLEAR_SKY = "climate normals", "clear sky"
#: Which rasters tell what.
_TELL = {"air": ("tmax", "tmin"), "humidity": ("vapr",), "radiation": ("srad",)}


@dataclass(frozen=True, eq=False)
class Normals:
    """Where a day's climate is taken from.

    Attributes
    ----------
    stations, table : DataFrame
        Tables `climate_stations` and `climate_normals` of the region pack.
    rasters : mapping of str to RasterGrid
        By variable and month, as "tmax-07"; see `data.climate_raster`. Used in place of the stations between the
        middles of months that are both there.
    """

    stations: pd.DataFrame
    table: pd.DataFrame
    rasters: Mapping[str, RasterGrid] = field(default_factory=dict)

    def on(self, lon: Array, lat: Array, day: date, elevation_m: Array | None = None) -> DayClimate:
        """Return a day's climate at positions, shape (n,) degrees.

        A raster's temperature is that of its cell: no lapse is laid on it. Where it tells one extreme alone, the other
        moves with it, for the day's range is better known than its level.
        """
        usual = interpolate_normals(lon, lat, day, self.stations, self.table, elevation_m)
        if not self.rasters:
            return usual
        high, low, vapour, sun = (self._told(name, lon, lat, day) for name in ("tmax", "tmin", "vapr", "srad"))
        span = usual.tmax_degc - usual.tmin_degc
        air, humid = np.isfinite(high) | np.isfinite(low), vapour > 0
        tmax = np.where(np.isfinite(high), high, np.where(air, low + span, usual.tmax_degc))
        tmin = np.where(np.isfinite(low), low, np.where(air, high - span, usual.tmin_degc))
        known = {"air": air, "humidity": humid, "radiation": np.isfinite(sun)}
        return DayClimate(tmax, tmin, np.where(humid, vapour, usual.vapour_kpa), sun, known)

    def words(self, what: str) -> str:
        """Name the rasters that tell "air", "humidity" or "radiation"; "" where there are none."""
        titles = [grid.description for name, grid in self.rasters.items() if name.partition("-")[0] in _TELL[what]]
        return ", ".join(dict.fromkeys(one for title in titles for one in title.split(", ")))

    def _told(self, variable: str, lon: Array, lat: Array, day: date) -> Array:
        before, after, share = month_weights(day)
        grids = [self.rasters.get(f"{variable}-{month:02d}") for month in (before, after)]
        if grids[0] is None or grids[1] is None:
            return np.full(len(lon), np.nan)
        return np.asarray((1 - share) * value_at(grids[0], lon, lat) + share * value_at(grids[1], lon, lat))
