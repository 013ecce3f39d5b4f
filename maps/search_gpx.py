"""GPX 1.1 of a search for each asset: the way to follow, its turning points, and what lies near."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import gpxpy.gpx
import numpy as np
from numpy.typing import NDArray

from data.units import M_PER_KM, S_PER_H, require_utc
from maps.exporters.gpx import SYMBOLS
from routes.geodesy import bearing_deg, line_lengths_m
from sar.patterns import SearchPattern

Array = NDArray[np.float64]

#: Symbols of a receiver for what may be told beside the search.
WAYPOINT_SYMBOLS = {
    "last known position": "Flag, Red",
    "water": SYMBOLS["water"],
    "dry": SYMBOLS["dry"],
    "place of safety": "Medical Facility",
    "base": SYMBOLS["base"],
}


@dataclass(frozen=True)
class SearchWay:
    """One way of an asset: a search pattern, or any line such as the drive to it.

    Attributes
    ----------
    name : str
    lonlat : array, shape (n, 2)
        Degrees WGS84, longitude first; at least two.
    note : str
        Kind, spacing, length, hours, probability of detection.
    hours : float, optional
        For the whole way, at an even speed.
    starts : datetime, optional
        With a time zone; with the hours it puts a time on each point of the track.
    searching : array of bool, shape (n - 1,), optional
        False on transits; not given, nothing is said of a piece.
    times : tuple of datetime, optional
        With a time zone, one for each point; goes before `hours` and `starts`.
    """

    name: str
    lonlat: Array
    note: str = ""
    hours: float | None = None
    starts: datetime | None = None
    searching: NDArray[np.bool_] | None = None
    times: tuple[datetime, ...] | None = None

    @classmethod
    def of(
        cls, name: str, pattern: SearchPattern, *, pod: float | None = None, starts: datetime | None = None
    ) -> SearchWay:
        """Return the way of a pattern; `pod` is what its search is expected to find, in [0, 1]."""
        note = f"{pattern.kind}, spacing {pattern.spacing_m:.0f} m, {pattern.length_km:.1f} km, {pattern.hours:.1f} h"
        if pod is not None:
            note += f", POD expected {pod:.0%}"
        return cls(name, pattern.lonlat, note, pattern.hours, starts, pattern.searching)


@dataclass(frozen=True)
class SearchPoint:
    """A place to be shown: `kind` is one of `WAYPOINT_SYMBOLS`, `note` what to know of it."""

    name: str
    lon: float
    lat: float
    kind: str
    note: str = ""


def search_gpx(assets: Mapping[str, Sequence[SearchWay]], points: Iterable[SearchPoint] = ()) -> dict[str, bytes]:
    """Return a file for each asset (UTF-8), by its name.

    Parameters
    ----------
    assets : mapping of str to sequence of SearchWay
        What each asset does, in order.
    points : iterable of SearchPoint
        Shown in every file.

    Raises
    ------
    ValueError
        If two assets' names make the same name of a file.
    BadInput
        If a start has no time zone.
    """
    shown, files = list(points), {}
    for asset, ways in assets.items():
        name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', asset).strip('-.') or 'asset'}.gpx"
        if name in files:
            raise ValueError(f"two assets would be written to {name}")
        files[name] = asset_gpx(asset, ways, shown)
    return files


def asset_gpx(asset: str, ways: Sequence[SearchWay], points: Iterable[SearchPoint] = ()) -> bytes:
    """Return the GPX file of one asset (UTF-8): for each way a track and a route of its turning points.

    The route's first point is named CSP (commence search point), the others by number; where there are several ways
    the number of the way comes first.
    """
    gpx = gpxpy.gpx.GPX()
    gpx.creator, gpx.name = "Guelta", _clean(asset)
    gpx.waypoints = [
        _place(gpxpy.gpx.GPXWaypoint, point.lon, point.lat, point.name, point.note, WAYPOINT_SYMBOLS[point.kind])
        for point in points
    ]
    for number, way in enumerate(ways, start=1):
        gpx.routes.append(_route(way, f"{number}-" if len(ways) > 1 else ""))
        gpx.tracks.append(_track(way))
    return gpx.to_xml(version="1.1").encode()


def _place(make: Callable[..., Any], lon: float, lat: float, name: str, note: str, symbol: str) -> Any:
    place = make(latitude=round(lat, 6), longitude=round(lon, 6), name=_clean(name), symbol=symbol)
    place.description = _clean(note) or None
    return place


def _clean(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+", " ", text).strip()


def _route(way: SearchWay, prefix: str) -> gpxpy.gpx.GPXRoute:
    route = gpxpy.gpx.GPXRoute(name=_clean(way.name), description=_clean(way.note) or None)
    last = len(way.lonlat) - 1
    for k, (lon, lat) in enumerate(way.lonlat.tolist()):
        name = f"{prefix}CSP" if k == 0 and way.searching is not None else f"{prefix}{k + 1:02d}"
        note = "end" if k == last else _leg_note(way, k)
        route.points.append(_place(gpxpy.gpx.GPXRoutePoint, lon, lat, name, note, SYMBOLS["turn"]))
    return route


def _leg_note(way: SearchWay, k: int) -> str:
    """Return what to do from a turning point on: bearing (true) and length."""
    start, end = (tuple(each) for each in way.lonlat[k : k + 2].tolist())
    km = float(line_lengths_m(way.lonlat[k : k + 2])[0]) / M_PER_KM
    todo = "" if way.searching is None else "search, " if way.searching[k] else "transit, "
    return f"{todo}bearing {round(bearing_deg(start, end)) % 360:03d}, {km:.2f} km"


def _track(way: SearchWay) -> gpxpy.gpx.GPXTrack:
    track = gpxpy.gpx.GPXTrack(name=_clean(way.name), description=_clean(way.note) or None)
    points = [
        gpxpy.gpx.GPXTrackPoint(latitude=round(lat, 6), longitude=round(lon, 6), time=time)
        for (lon, lat), time in zip(way.lonlat.tolist(), _times(way), strict=True)
    ]
    track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return track


def _times(way: SearchWay) -> Sequence[datetime | None]:
    """Return the time at each point, to the second, or None for all."""
    if way.times is not None:
        return [require_utc(each).replace(microsecond=0) for each in way.times]
    if way.starts is None or way.hours is None:
        return [None] * len(way.lonlat)
    start = require_utc(way.starts).replace(microsecond=0)
    gone = np.append(0.0, np.cumsum(line_lengths_m(way.lonlat)))
    share = gone / gone[-1] if gone[-1] > 0 else gone
    return [start + timedelta(seconds=round(S_PER_H * way.hours * part)) for part in share.tolist()]
