"""Distance to water when a well is a claim with a date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import DAYS_PER_YEAR
from risk.outlines import Outline

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
#: Water less likely than this is shown as doubtful and not counted on.
COUNTED_ON = 0.5
#: Beyond this nobody walks; the expected distance of a place without any working well ends here.
FARTHEST_M = 500_000.0


@dataclass(frozen=True)
class WaterSupply:
    """Water as the model sees it.

    Attributes
    ----------
    lon, lat, probability : array, shape (n,)
        Points: degrees (WGS84) and the probability that each gives water today.
    shapes : tuple of Outline
        Rivers and lakes.
    shape_probability : array, shape (len(shapes),)
    """

    lon: Array
    lat: Array
    probability: Array
    shapes: tuple[Outline, ...] = ()
    shape_probability: Array = field(default_factory=lambda: np.zeros(0))

    def positions(self, least: float = 0.0) -> Array:
        """Return the positions of all water at least so probable, shape (m, 2), degrees; shapes as their points."""
        points = np.column_stack([self.lon, self.lat])[self.probability >= least]
        shores = [
            shape.lonlat
            for shape, probability in zip(self.shapes, self.shape_probability, strict=True)
            if probability >= least
        ]
        return np.concatenate([points, *shores])


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
    lon, lat : array, shape (n, k)
        Where they are, degrees.
    """

    distance_m: Array
    probability: Array
    first_working: Array
    none_works: Array
    lon: Array
    lat: Array

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


def water_supply(
    water_points: pd.DataFrame, places: pd.DataFrame, on: date, shapes: tuple[Outline, ...] = ()
) -> WaterSupply:
    """Join the water points and the inhabited places of a region pack with rivers and lakes into one supply."""
    inhabited = places[places["kind"].isin(INHABITED_KINDS)]
    points = water_points[["lon", "lat", "kind", "reliability", "verified_on"]]
    towns = inhabited[["lon", "lat"]].assign(kind="piped", reliability="perennial", verified_on="")
    everything = pd.concat([points, towns], ignore_index=True)
    probability = give_probability(everything["kind"], everything["reliability"], everything["verified_on"], on)
    outlined = pd.DataFrame({"kind": [each.kind for each in shapes], "state": [each.reliability for each in shapes]})
    undated = pd.Series([""] * len(shapes), dtype=str)
    along = give_probability(outlined["kind"], outlined["state"], undated, on) if shapes else np.zeros(0)
    return WaterSupply(
        everything["lon"].to_numpy(float), everything["lat"].to_numpy(float), probability, tuple(shapes), along
    )


def water_distance(lon: Array, lat: Array, supply: WaterSupply, count: int = NEAREST_COUNT) -> WaterDistance:
    """Find the nearest water of n positions.

    The tree works on earth-centred coordinates, where the nearest chord is the nearest geodesic to well under a
    metre of difference; the distances themselves are geodesics.

    Parameters
    ----------
    lon, lat : array, shape (n,)
        Degrees, WGS84.
    supply : WaterSupply
        At least one point or shape.
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
    if len(supply.lon) + len(supply.shapes) == 0:
        raise ValueError("no water is known")
    chord, near_lon, near_lat, probability = _candidates(np.column_stack([lon, lat]), supply, count)
    here_lon, here_lat = np.broadcast_to(lon[:, None], chord.shape), np.broadcast_to(lat[:, None], chord.shape)
    _, _, away = _GEOD.inv(here_lon.ravel(), here_lat.ravel(), near_lon.ravel(), near_lat.ravel())
    # a chord of nothing is the inside of a lake, whose shore may be far
    distance_m = np.where(chord > 0, np.reshape(away, chord.shape), 0.0)
    order = np.argsort(distance_m, axis=1)
    distance_m, probability, near_lon, near_lat = (
        np.take_along_axis(part, order, axis=1) for part in (distance_m, probability, near_lon, near_lat)
    )
    dry_before = np.asarray(np.cumprod(1 - probability, axis=1), dtype=float)
    first: Array = probability * np.concatenate([np.ones((len(lon), 1)), dry_before[:, :-1]], axis=1)
    return WaterDistance(distance_m, probability, first, dry_before[:, -1], near_lon, near_lat)


def _candidates(lonlat: Array, supply: WaterSupply, count: int) -> tuple[Array, Array, Array, Array]:
    """Return chord (m), longitude, latitude and probability of the nearest `count` points and shapes, in no order."""
    at = earth_centred_m(lonlat[:, 0], lonlat[:, 1])
    parts = [_nearest_points(at, supply, count)] if len(supply.lon) else []
    # a shape farther than the last point kept cannot be among the nearest
    last = parts[0][0].max(axis=1) if parts and parts[0][0].shape[1] == count else np.full(len(at), np.inf)
    for shape, probability in zip(supply.shapes, supply.shape_probability, strict=True):
        chord, number = shape.chords_m(lonlat, at, last)
        if np.isfinite(chord).any():
            where = shape.lonlat[number]
            part = (chord, where[:, 0], where[:, 1], np.full(len(at), probability))
            parts.append(tuple(each[:, None] for each in part))  # type: ignore[arg-type]
    chord, lon, lat, probability = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    if chord.shape[1] > count:
        keep = np.argpartition(chord, count - 1, axis=1)[:, :count]
        chord, lon, lat, probability = (
            np.take_along_axis(each, keep, axis=1) for each in (chord, lon, lat, probability)
        )
    return chord, lon, lat, probability


def _nearest_points(at: Array, supply: WaterSupply, count: int) -> tuple[Array, Array, Array, Array]:
    chord, near = cKDTree(earth_centred_m(supply.lon, supply.lat)).query(at, k=min(count, len(supply.lon)))
    near = np.reshape(near, (len(at), -1))
    return np.reshape(chord, near.shape), supply.lon[near], supply.lat[near], supply.probability[near]
