"""What a corridor looks like to somebody on it: where the water is and how long the dry gaps are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM
from routes.geodesy import line_lengths_m, points_along

#: A water point this near the line counts as on the route: within an hour's detour on foot.
ON_ROUTE_M = 5_000.0
STEP_M = 1_000.0
#: A degree of latitude is nowhere shorter; beyond this latitude cells of degrees get too narrow to look into.
_LEAST_M_PER_DEG, _MOST_LAT_DEG = 110_000.0, 75.0


@dataclass(frozen=True)
class DryGap:
    """A stretch without usable water on the route, in kilometres from its start."""

    km_from: float
    km_to: float

    @property
    def length_km(self) -> float:
        """Length of the gap, km."""
        return self.km_to - self.km_from


@dataclass(frozen=True)
class CorridorProfile:
    """Water along a route.

    Attributes
    ----------
    length_km : float
        Geodesic length of the route.
    water_km : array, shape (w,)
        Kilometre at which each water point on the route is nearest, ascending.
    water_rows : array of int, shape (w,)
        Which of the given water points they are.
    dry_gaps : tuple of DryGap
        Longest first; start and end of the route close a gap like water does.
    """

    length_km: float
    water_km: NDArray[np.float64]
    water_rows: NDArray[np.int64]
    dry_gaps: tuple[DryGap, ...]


def corridor_profile(
    lonlat: NDArray[np.float64], water_lonlat: NDArray[np.float64], on_route_m: float = ON_ROUTE_M
) -> CorridorProfile:
    """Find the water on a route and the gaps between.

    Parameters
    ----------
    lonlat : array, shape (n, 2)
        Route vertices in degrees.
    water_lonlat : array, shape (w, 2)
        Water points that are counted on (leave out those likely to be dry).
    on_route_m : float
        How far from the line a water point may lie.

    Returns
    -------
    CorridorProfile
        Positions along the line are good to 1 km.
    """
    length_m = float(line_lengths_m(lonlat).sum())
    at_m = np.linspace(0.0, length_m, max(2, int(np.ceil(length_m / STEP_M)) + 1))
    track = points_along(lonlat, at_m)
    near = np.flatnonzero(_near(track, water_lonlat, on_route_m))
    tree = cKDTree(earth_centred_m(track[:, 0], track[:, 1]))
    off_m, nearest = tree.query(earth_centred_m(*water_lonlat[near].T), distance_upper_bound=on_route_m)
    on_route = np.flatnonzero(np.isfinite(off_m))  # a chord of 5 km is the geodesic to a tenth of a millimetre
    order = on_route[np.argsort(at_m[nearest[on_route]], kind="stable")]
    water_rows = near[order]
    water_km = at_m[nearest[order]] / M_PER_KM
    marks = np.concatenate([[0.0], water_km, [length_m / M_PER_KM]])
    gaps = sorted(
        (DryGap(float(a), float(b)) for a, b in zip(marks[:-1], marks[1:], strict=True)), key=lambda gap: -gap.length_km
    )
    return CorridorProfile(
        length_m / M_PER_KM,
        water_km,
        np.asarray(water_rows, dtype=np.int64),
        tuple(gap for gap in gaps if gap.length_km > 0),
    )


def _near(track: NDArray[np.float64], lonlat: NDArray[np.float64], within_m: float) -> NDArray[np.bool_]:
    """Leave out positions that no point of a track can be near to: all but those around cells the track runs through.

    The cells are as high and wide as the distance at least, so what is near a track lies in its cells or beside them.
    """
    high_deg = max(0.1, within_m / _LEAST_M_PER_DEG)
    widest = np.abs(track[:, 1]).max(initial=0.0) + 2 * high_deg
    if widest > _MOST_LAT_DEG or len(lonlat) == 0:
        return np.ones(len(lonlat), dtype=bool)
    wide_deg = high_deg / np.cos(np.radians(widest))
    rows, columns = int(180 / high_deg) + 4, int(360 / wide_deg) + 4
    cells = np.zeros((rows, columns), dtype=bool)
    row, column = ((track[:, 1] + 90) / high_deg).astype(int) + 1, ((track[:, 0] + 180) / wide_deg).astype(int) + 1
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            cells[row + down, column + right] = True
    found: NDArray[np.bool_] = cells[
        ((lonlat[:, 1] + 90) / high_deg).astype(int) + 1, ((lonlat[:, 0] + 180) / wide_deg).astype(int) + 1
    ]
    return found
