"""Risk at a position, along a way and in an area, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from api.context import RegionContext
from api.usecases.risk import risk_record, risk_table
from data.ellipsoid import earth_centred_m
from data.errors import BadInput, NoAnswer

#: Lines are compared by points this far apart; distances told are at most half of it too long.
_STEP_DEG = 0.005
#: Farther than this from the network no risk is told for a position.
REACH_KM = 25.0
#: Points a way asked about may come to; some 50,000 km.
_MOST_POINTS = 100_000


@dataclass(frozen=True)
class _Samples:
    tree: cKDTree
    segment: NDArray[np.intp]


def _sampled(lines: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    fine = shapely.segmentize(lines, _STEP_DEG)
    lonlat, owner = shapely.get_coordinates(fine, return_index=True)
    return earth_centred_m(lonlat[:, 0], lonlat[:, 1]), owner


@lru_cache(maxsize=2)
def _samples(context: RegionContext) -> _Samples:
    points, owner = _sampled(context.network.segments.geometry.to_numpy())
    return _Samples(cKDTree(points), owner)


def read_shape(text: str, *kinds: str) -> Any:
    """Read well-known text of one of some kinds, in longitude and latitude.

    Raises
    ------
    BadInput
        If it is none, or not on the Earth.
    """
    try:
        shape = shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        raise BadInput(f"coords '{text[:80]}' is not well-known text") from None
    if shape is None or shape.geom_type not in kinds or shape.is_empty:
        raise BadInput(f"coords '{text[:80]}' is not a {' or '.join(kinds)}")
    left, bottom, right, top = shape.bounds
    if not (-180 <= left <= right <= 180 and -90 <= bottom <= top <= 90):
        raise BadInput(f"coords '{text[:80]}' is outside longitude -180 to 180, latitude -90 to 90")
    if not shape.is_valid:
        raise BadInput(f"coords '{text[:80]}' crosses itself")
    return shape


def risk_at(context: RegionContext, on: date, point: Any) -> list[dict[str, Any]]:
    """Return the record of the segment nearest to a point, with `distance_km`.

    Raises
    ------
    NoAnswer
        If none is assessed within `REACH_KM`.
    """
    samples = _samples(context)
    near = samples.tree.query_ball_point(earth_centred_m(np.array([point.x]), np.array([point.y]))[0], REACH_KM * 1000)
    where = earth_centred_m(np.array([point.x]), np.array([point.y]))
    distance_m = np.linalg.norm(samples.tree.data[near] - where, axis=1)
    table = risk_table(context, on)
    ids = context.network.segments.index.to_numpy()
    for each in np.argsort(distance_m, kind="stable"):
        name = ids[samples.segment[near[each]]]
        if name in table.index:
            return [{**risk_record(table.loc[name]), "distance_km": round(float(distance_m[each]) / 1000, 2)}]
    raise NoAnswer(f"no assessed segment lies within {REACH_KM:g} km of this position")


def risk_along(context: RegionContext, on: date, line: Any, width_km: float) -> list[dict[str, Any]]:
    """Return the records of the segments in a corridor of a width around a line, worst first."""
    if shapely.length(line) / _STEP_DEG > _MOST_POINTS:
        raise BadInput("coords: the way is too long")
    points, _ = _sampled(np.array([line]))
    samples = _samples(context)
    away_m, _ = cKDTree(points).query(samples.tree.data, distance_upper_bound=width_km * 500)
    return _records(context, on, np.unique(samples.segment[np.isfinite(away_m)]))


def risk_within(context: RegionContext, on: date, area: Any) -> list[dict[str, Any]]:
    """Return the records of the segments that meet an area, worst first."""
    meets = shapely.intersects(context.network.segments.geometry.to_numpy(), area)
    return _records(context, on, np.flatnonzero(meets))


def _records(context: RegionContext, on: date, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    table = risk_table(context, on)
    chosen: pd.DataFrame = table[table.index.isin(context.network.segments.index[rows])]
    return [risk_record(row) for _, row in chosen.iterrows()]
