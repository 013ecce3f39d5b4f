"""The nearest passage of a swath by each particle, hour by hour, in machine code: legs are judged by thousands."""

from __future__ import annotations

from math import cos, exp, radians, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.ellipsoid import A_M, E2
from sar.tour_moves import compiled

Array = NDArray[np.float64]


@compiled
def passages(
    lon: NDArray[np.float32], lat: NDArray[np.float32], walks: NDArray[np.float32], waits: NDArray[np.bool_],
    with_vehicle: NDArray[np.bool_], dies_h: Array, safe_h: Array, rows: tuple[int, int, int, int], at_m: Array,
    lonlat: Array, width_m: Array, first: NDArray[np.int64], middle: Array, peak: float, farthest: float,
) -> Any:  # fmt: skip
    """Return who may be seen, when and with what chance (see `sar.swath.sightings`).

    Parameters
    ----------
    lon, lat, walks, waits, with_vehicle, dies_h, safe_h
        Of particles.
    rows : tuple of int
        Of the targets: vehicle, standing, lying, body.
    at_m, lonlat, width_m : array, shape (k, 3), (k, 2), (k, targets)
        Points of the swath in order.
    first : array of int, shape (g + 1,)
        Where the points of each hour begin.
    middle : array, shape (g,)
        Hour at which particles stand still for each of them.
    peak, farthest : float
        Of the lateral range curve.
    """
    n, last = lon.shape[1], lon.shape[0] - 1
    spread = 1.0 / (peak * sqrt(2.0 * np.pi))
    who, hour, pod, found = np.empty(64, dtype=np.int64), np.empty(64), np.empty(64), 0
    for group in range(len(middle)):
        begin, end = first[group], first[group + 1]
        reach_m = 0.0
        left, right, bottom, top = 1e9, -1e9, 1e9, -1e9
        for point in range(begin, end):
            for kind in range(width_m.shape[1]):
                reach_m = max(reach_m, width_m[point, kind])
            left, right = min(left, lonlat[point, 0]), max(right, lonlat[point, 0])
            bottom, top = min(bottom, lonlat[point, 1]), max(top, lonlat[point, 1])
        reach_m *= spread * farthest
        if reach_m <= 0.0:
            continue
        margin = reach_m / 110_000.0
        across = margin / max(cos(radians(max(abs(bottom), abs(top)))), 0.1)
        within = min(max(middle[group], 0.0), float(last))
        whole = min(int(within), last - 1)
        part = within - whole
        step = min(int(middle[group]), len(walks) - 1)
        for each in range(n):
            x = (1 - part) * lon[whole, each] + part * lon[whole + 1, each]
            if x <= left - across or x >= right + across:
                continue
            y = (1 - part) * lat[whole, each] + part * lat[whole + 1, each]
            if y <= bottom - margin or y >= top + margin:
                continue
            phi, lam = radians(y), radians(x)
            normal = A_M / sqrt(1 - E2 * sin(phi) ** 2)
            east, north = normal * cos(phi) * cos(lam), normal * cos(phi) * sin(lam)
            up = normal * (1 - E2) * sin(phi)
            best, nearest = 1e30, -1
            for point in range(begin, end):
                away = (
                    (at_m[point, 0] - east) ** 2 + (at_m[point, 1] - north) ** 2 + (at_m[point, 2] - up) ** 2
                )  # fmt: skip
                if away < best:
                    best, nearest = away, point
            if sqrt(best) >= max(reach_m, 1.0):
                continue
            if with_vehicle[each] and waits[each]:
                kind = rows[0]
            elif dies_h[each] <= middle[group]:
                kind = rows[3]
            elif walks[step, each] <= 0 and not waits[each] and safe_h[each] > middle[group]:
                kind = rows[2]
            else:
                kind = rows[1]
            width = width_m[nearest, kind]
            off = sqrt(best) / (max(width, 1e-9) * spread)
            if width <= 0.0 or off >= farthest:
                continue
            if found == len(who):
                more = np.empty(2 * found + 64)
                who, hour, pod = np.append(who, more.astype(np.int64)), np.append(hour, more), np.append(pod, more)
            who[found], hour[found], pod[found] = each, middle[group], peak * exp(-(off**2) / 2)
            found += 1
    return who[:found], hour[:found], pod[:found]
