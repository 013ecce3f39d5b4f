"""Hourly weather of a file: points with values in time, asked for at any position and instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.errors import BadInput

Array = NDArray[np.float64]

#: What a weather file can tell. Air and dew point at 2 m, degrees Celsius; global radiation on the flat, W/m2.
VARIABLES = ("air_degc", "dew_degc", "global_wm2")
#: Values farther apart in time than this are not joined: between them nothing is covered.
LONGEST_GAP_S = 6.5 * 3600
#: Coldest dew point and hottest air of the region with room to spare.
PLAUSIBLE_DEGC = (-70.0, 62.0)
_NEIGHBOURS = 4
#: Instants interpolated at a time; bounds memory.
_BLOCK = 4096


def plausible_degc(values: NDArray[np.float32], what: str) -> NDArray[np.float32]:
    """Return temperatures (air or dew point) as they are; refuse what no weather has, such as unmarked fill values.

    Raises
    ------
    BadInput
        If any lies outside `PLAUSIBLE_DEGC`.
    """
    known = values[np.isfinite(values)]
    if len(known) and not (PLAUSIBLE_DEGC[0] <= known.min() and known.max() <= PLAUSIBLE_DEGC[1]):
        raise BadInput(f"{what} runs from {known.min():.4g} to {known.max():.4g} degC: that is no weather")
    return values


@dataclass(frozen=True, eq=False)
class WeatherSeries:
    """One variable.

    Attributes
    ----------
    times_s : array, shape (t,)
        Seconds since 1970-01-01T00Z, ascending. A mean over a span (radiation) stands at the span's middle.
    values : array of float32, shape (t, p)
        NaN where the file has none.
    """

    times_s: Array
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WeatherField:
    """What a file says of the weather.

    Attributes
    ----------
    name : str
        As shown beside each value taken from it.
    lon, lat : array, shape (p,)
        Degrees, WGS84.
    reach_m : float
        How far from its points the file holds.
    series : mapping of str to WeatherSeries
        By a name out of `VARIABLES`; `air_degc` is always there.
    """

    name: str
    lon: Array
    lat: Array
    reach_m: float
    series: Mapping[str, WeatherSeries]

    def sample(self, variable: str, lon: Array, lat: Array, times_s: Array) -> Array:
        """Return a variable at positions and instants; NaN where the file does not cover them.

        Inverse-square weights over the four nearest points within reach, linear in time.

        Parameters
        ----------
        variable : str
            Out of `VARIABLES`; one the file does not have gives NaN everywhere.
        lon, lat : array, shape (n,)
            Degrees, WGS84.
        times_s : array, shape (n, h)
            Seconds since 1970-01-01T00Z.

        Returns
        -------
        array, shape (n, h)
        """
        if variable not in self.series:
            return np.full(times_s.shape, np.nan)
        series = self.series[variable]
        tree = cKDTree(earth_centred_m(self.lon, self.lat))
        away_m, near = tree.query(earth_centred_m(lon, lat), k=min(_NEIGHBOURS, len(self.lon)))
        away_m, near = np.reshape(away_m, (len(lon), -1)), np.reshape(near, (len(lon), -1))
        weight = np.where(away_m <= self.reach_m, 1.0 / np.maximum(away_m, 1.0) ** 2, 0.0)
        found = np.full(times_s.shape, np.nan)
        for first in range(0, len(lon), _BLOCK):
            rows = slice(first, first + _BLOCK)
            found[rows] = _at(series, near[rows], weight[rows], times_s[rows])
        return found


def _at(series: WeatherSeries, near: NDArray[np.int64], weight: Array, times_s: Array) -> Array:
    """Interpolate a block of positions: values of its points, weighted where there are any."""
    before = np.clip(np.searchsorted(series.times_s, times_s, side="right") - 1, 0, len(series.times_s) - 1)
    after = np.minimum(before + 1, len(series.times_s) - 1)
    start, end = series.times_s[before], series.times_s[after]
    span = end - start
    inside = (times_s >= series.times_s[0]) & (times_s <= series.times_s[-1])
    covered = inside & ((span <= LONGEST_GAP_S) | (times_s == start))
    part = np.divide(times_s - start, span, out=np.zeros_like(times_s), where=span > 0)
    total, weights = np.zeros(times_s.shape), np.zeros(times_s.shape)
    for point, share in zip(near.T, weight.T, strict=True):
        low, high = (series.values[when, point[:, None]].astype(float) for when in (before, after))
        value = np.where(part > 0, low + part * (high - low), low)
        known = np.isfinite(value)
        total += np.where(known, share[:, None] * np.where(known, value, 0.0), 0.0)
        weights += np.where(known, share[:, None], 0.0)
    known_some = covered & (weights > 0)
    return np.asarray(np.where(known_some, total / np.where(known_some, weights, 1.0), np.nan))
