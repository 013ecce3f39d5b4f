"""Distance to water when a well is a claim with a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import DAYS_PER_YEAR

Array = NDArray[np.float64]
_GEOD = Geod(ellps="WGS84")

#: Probability that water is found in a state just verified, and what it returns to by kind. Judgement.
VERIFIED_PROBABILITY = {"perennial": 0.97, "seasonal": 0.5, "brackish": 0.3, "unknown": 0.5, "reported_dry": 0.05}
KIND_PRIOR = {"well": 0.6, "oasis": 0.95, "guelta": 0.7, "spring": 0.7, "piped": 0.98, "lake": 0.9, "river": 0.97}
#: Years after which half of what a verification told is forgotten.
HALF_LIFE_YEARS = {"well": 4.0, "oasis": 20.0, "guelta": 6.0, "spring": 8.0, "piped": 15.0, "lake": 15.0, "river": 30.0}
#: A statement without a date of its own is taken as known at the compilation of the pack.
COMPILED_ON = date(2024, 1, 1)
#: Kinds of place whose inhabitants have water: they count as piped water even without a row of their own.
INHABITED_KINDS = ("city", "town", "port", "landing")
NEAREST_COUNT = 6
#: Beyond this nobody walks; the expected distance of a place without any working well ends here.
FARTHEST_M = 500_000.0


@dataclass(frozen=True)
class WaterSupply:
    """Water points as the model sees them: degrees (WGS84) and the probability that each gives water today."""

    lon: Array
    lat: Array
    probability: Array

    @property
    def lonlat(self) -> Array:
        """Positions, shape (n, 2), degrees, longitude first."""
        return np.column_stack([self.lon, self.lat])


@dataclass(frozen=True)
class WaterDistance:
    """Water around n positions.

    Attributes
    ----------
    distance_m : array, shape (n, k)
        Geodesic distance to the k nearest points, ascending.
    probability : array, shape (n, k)
        That each gives water.
    first_working : array, shape (n, k)
        That it is the nearest one that works: p_k prod_{j<k} (1 - p_j).
    none_works : array, shape (n,)
        That none of the k works.
    """

    distance_m: Array
    probability: Array
    first_working: Array
    none_works: Array

    @property
    def nearest_m(self) -> Array:
        """Distance to the nearest point, m, shape (n,)."""
        return self.distance_m[:, 0]

    @property
    def expected_m(self) -> Array:
        """E[d] with dry wells; where none of the k works, `FARTHEST_M` (or the k-th, if farther) stands."""
        last = np.maximum(FARTHEST_M, self.distance_m[:, -1])
        return np.asarray((self.first_working * self.distance_m).sum(axis=1) + self.none_works * last)

    def dry_within(self, reach_m: float) -> Array:
        """Return the probability that nothing within `reach_m` gives water, shape (n,)."""
        return np.asarray(np.prod(np.where(self.distance_m <= reach_m, 1 - self.probability, 1.0), axis=1))


def give_probability(kind: pd.Series, reliability: pd.Series, verified_on: pd.Series, on: date) -> Array:
    """Return the probability that each point gives water on a day.

    It decays from the verified state to the kind's prior: p = prior + (verified - prior) 2^(-age / half-life).

    Parameters
    ----------
    kind, reliability : Series of str
        Vocabulary of the region pack.
    verified_on : Series of str
        ISO dates; "" stands for the compilation of the pack.
    on : date
        The day asked about; a verification after it is taken as fresh.

    Returns
    -------
    array, shape (n,)
        In (0, 1).
    """
    prior = kind.map(KIND_PRIOR).to_numpy(float)
    state = reliability.map(VERIFIED_PROBABILITY).to_numpy(float)
    verified = pd.to_datetime(verified_on.replace("", COMPILED_ON.isoformat()))
    age_years = np.maximum((pd.Timestamp(on) - verified).dt.days.to_numpy(float), 0) / DAYS_PER_YEAR
    return np.asarray(prior + (state - prior) * 2.0 ** (-age_years / kind.map(HALF_LIFE_YEARS).to_numpy(float)))


def water_supply(water_points: pd.DataFrame, places: pd.DataFrame, on: date) -> WaterSupply:
    """Join the water points and the inhabited places of a region pack into one supply."""
    inhabited = places[places["kind"].isin(INHABITED_KINDS)]
    points = water_points[["lon", "lat", "kind", "reliability", "verified_on"]]
    towns = inhabited[["lon", "lat"]].assign(kind="piped", reliability="perennial", verified_on="")
    everything = pd.concat([points, towns], ignore_index=True)
    probability = give_probability(everything["kind"], everything["reliability"], everything["verified_on"], on)
    return WaterSupply(everything["lon"].to_numpy(float), everything["lat"].to_numpy(float), probability)


def water_distance(lon: Array, lat: Array, supply: WaterSupply, count: int = NEAREST_COUNT) -> WaterDistance:
    """Find the nearest water of n positions.

    The tree works on earth-centred coordinates, where the nearest chord is the nearest geodesic to well under a
    metre of difference; the distances themselves are geodesics.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Degrees, WGS84.
    supply : WaterSupply
        At least one point.
    count : int
        How many points to consider for each position.

    Returns
    -------
    WaterDistance

    Raises
    ------
    ValueError
        If the supply is empty.
    """
    if len(supply.lon) == 0:
        raise ValueError("no water point is known")
    tree = cKDTree(earth_centred_m(supply.lon, supply.lat))
    _, near = tree.query(earth_centred_m(lon, lat), k=min(count, len(supply.lon)))
    near = np.reshape(near, (len(lon), -1))
    here_lon, here_lat = np.broadcast_to(lon[:, None], near.shape), np.broadcast_to(lat[:, None], near.shape)
    _, _, away = _GEOD.inv(here_lon.ravel(), here_lat.ravel(), supply.lon[near].ravel(), supply.lat[near].ravel())
    distance_m = np.reshape(away, near.shape)
    order = np.argsort(distance_m, axis=1)
    distance_m = np.take_along_axis(distance_m, order, axis=1)
    probability = np.take_along_axis(supply.probability[near], order, axis=1)
    dry_before = np.asarray(np.cumprod(1 - probability, axis=1), dtype=float)
    first: Array = probability * np.concatenate([np.ones((len(lon), 1)), dry_before[:, :-1]], axis=1)
    return WaterDistance(distance_m, probability, first, dry_before[:, -1])
