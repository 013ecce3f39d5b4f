"""How well would the model have said where the next incidents are: capture of later incidents against baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from risk.coverage import covered_rows, search_order

Array = NDArray[np.float64]

SHARES = (0.01, 0.02, 0.05, 0.10, 0.20)
WITHIN_M = 10_000.0
REMOTE_M = 20_000.0
BOOTSTRAPS = 1000
#: Share of the probability spread evenly, so that a log score stays finite where a model says "never".
FLOOR = 0.05


@dataclass(frozen=True)
class Capture:
    """Score of one model on one set of incidents.

    Attributes
    ----------
    capture : array, shape (shares,)
        Share of incidents with a segment among the worst `SHARES` of land network km within `WITHIN_M`.
    low, high : array
        80 % bootstrap interval over incidents.
    searched : array, shape (shares,)
        The same share when the segments are taken in the order of `risk.coverage` instead of worst first.
    log_score : float
        Mean natural logarithm of the probability density (per km of network) at the incidents that have a segment near;
        higher is better.
    """

    capture: Array
    low: Array
    high: Array
    searched: Array
    log_score: float


def ranked_share(score: Array, length_m: Array) -> Array:
    """Return, for each segment, the share of network km that is worse or as bad, itself included.

    Ties are broken by row, so the answer does not depend on how equal scores are stored.
    """
    order = np.argsort(-score, kind="stable")
    share = np.empty(len(score))
    share[order] = np.cumsum(length_m[order]) / length_m.sum()
    return share


def kernel_density(at: Array, points: Array, weight: Array, bandwidth_m: float) -> Array:
    """Return a Gaussian kernel density at positions, both in earth-centred metres; the scale is arbitrary."""
    away = cKDTree(points)
    density = np.zeros(len(at))
    for row, near in enumerate(away.query_ball_point(at, 4 * bandwidth_m)):
        distance = np.linalg.norm(points[near] - at[row], axis=1)
        density[row] = np.sum(weight[near] * np.exp(-0.5 * (distance / bandwidth_m) ** 2))
    return density


def near_segments(incidents: pd.DataFrame, segments: pd.DataFrame) -> list[NDArray[np.int64]]:
    """Return, for each incident, the rows of segments whose middle is within `WITHIN_M` of it.

    A segment is at most 10 km long, so its middle stands for it to 5 km; the radius is widened by half its length.
    """
    tree = cKDTree(earth_centred_m(segments["lon"].to_numpy(float), segments["lat"].to_numpy(float)))
    at = earth_centred_m(incidents["lon"].to_numpy(float), incidents["lat"].to_numpy(float))
    half = segments["length"].to_numpy(float) / 2
    found = []
    for point in at:
        rows = np.array(tree.query_ball_point(point, WITHIN_M + half.max()), dtype=np.int64)
        away = np.linalg.norm(tree.data[rows] - point, axis=1)
        found.append(rows[away <= WITHIN_M + half[rows]])
    return found


def score_model(
    score: Array, near: list[NDArray[np.int64]], length_m: Array, covered: csr_array, rng: np.random.Generator
) -> Capture:
    """Score one ranking of segments.

    Parameters
    ----------
    score : array, shape (segments,)
        Higher is worse; not negative.
    near : list of int array
        From `near_segments`, one for each incident.
    length_m : array, shape (segments,)
    covered : csr_array
        From `risk.coverage.covered_rows`.
    rng : Generator
        For the bootstrap.
    """
    hits = _hits(score, near, length_m)
    draws = hits[rng.integers(0, len(hits), (BOOTSTRAPS, len(hits)))].mean(axis=1)
    searched = _hits(search_order(score, length_m, covered), near, length_m).mean(axis=0)
    length_km = length_m / 1000
    total = float(np.sum(score * length_km))
    density = (1 - FLOOR) * (score / total if total > 0 else 0.0) + FLOOR / length_km.sum()
    logs = [np.log(density[rows].mean()) for rows in near if len(rows)]
    low, high = np.quantile(draws, [0.1, 0.9], axis=0)
    return Capture(hits.mean(axis=0), low, high, searched, float(np.mean(logs)) if logs else float("nan"))


def _hits(score: Array, near: list[NDArray[np.int64]], length_m: Array) -> NDArray[np.bool_]:
    """Return which incidents (rows) have a segment among the worst of each share (columns)."""
    share = ranked_share(score, length_m)
    best = np.array([share[rows].min() if len(rows) else np.inf for rows in near])
    return np.asarray(best[:, None] <= np.array(SHARES)[None, :])


def uniform_capture(
    near: list[NDArray[np.int64]], length_m: Array, rng: np.random.Generator, rankings: int = 100
) -> Capture:
    """Return the mean over random rankings: what chance alone captures."""
    captures = np.array([_hits(rng.random(len(length_m)), near, length_m).mean(axis=0) for _ in range(rankings)])
    density = 1 / (length_m.sum() / 1000)
    low, high = np.quantile(captures, [0.1, 0.9], axis=0)
    mean = captures.mean(axis=0)
    return Capture(mean, low, high, mean, float(np.log(density)))


def baselines(segments: pd.DataFrame, train: pd.DataFrame, town_distance_m: Array) -> dict[str, Array]:
    """Return the scores of the simple models: near towns, and kernel densities of earlier incidents."""
    at = earth_centred_m(segments["lon"].to_numpy(float), segments["lat"].to_numpy(float))
    points = earth_centred_m(train["lon"].to_numpy(float), train["lat"].to_numpy(float))
    result = {"near-towns": np.exp(-town_distance_m / 50_000.0)}
    for width_km in (25, 50, 100):
        result[f"kde-{width_km}"] = kernel_density(at, points, np.ones(len(train)), width_km * 1000.0)
    return result


def score_all(
    models: Mapping[str, Array], near: list[NDArray[np.int64]], segments: pd.DataFrame, seed: int = 0
) -> dict[str, Capture]:
    """Score every model and chance on the same incidents with the same bootstrap draws."""
    length_m, covered = segments["length"].to_numpy(float), covered_rows(segments, WITHIN_M)
    scores = {
        name: score_model(score, near, length_m, covered, np.random.default_rng(seed)) for name, score in models.items()
    }
    return scores | {"uniform": uniform_capture(near, length_m, np.random.default_rng(seed))}
