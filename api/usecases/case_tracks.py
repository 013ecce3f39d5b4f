"""What was searched, from words or files, as events of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.case_events import Driven, Ordered, read_event
from api.usecases.case_evidence import Logged
from api.usecases.case_replay import CaseState
from api.usecases.locate import tracks_of
from data.errors import BadInput
from data.track_file import read_gpx
from data.units import M_PER_KM
from routes.geodesy import line_lengths_m
from routes.positions import Position, read_position
from sar.sweep import FREE_SPEED_KPH, Platform
from sar.track_graph import TrackGraph

Array = NDArray[np.float64]

#: Most points of a track kept in the log.
_MOST_KEPT = 5000


@lru_cache(maxsize=2)
def graph_of(context: RegionContext) -> TrackGraph:
    """Return the region's tracks as a graph, built once."""
    return TrackGraph.of(context.network, tracks_of(context))


def cleared(
    context: RegionContext, state: CaseState, said: str, *, start: str, towards: str, to_km: float, from_km: float,
    ended: datetime, begun: datetime | None, asset_id: str | None, platform: Platform,
) -> Driven:  # fmt: skip
    """Return what "clear to km 140" says was searched: from a place towards another, or along an asset's last order.

    Parameters
    ----------
    start, towards : str
        As `read_position` reads them; both "" for the leg last ordered to the asset.
    from_km, to_km : float
        Along that way.
    ended, begun : datetime
        Aware; where nobody told when it began, by the speed at which nothing is lost.

    Raises
    ------
    BadInput
        With each fault: a way that is not known, kilometres beyond its end, times that do not fit.
    """
    told = bool(start or towards)
    lonlat = way_between(context, start, towards) if told else np.array(_last_order(state.events, asset_id).lonlat)
    points = stretch(lonlat, from_km, to_km)
    hours = np.append(0.0, np.cumsum(line_lengths_m(points))) / M_PER_KM / FREE_SPEED_KPH[platform]
    if begun is not None:
        if begun >= ended:
            raise BadInput("the search ended before it began")
        hours = hours / hours[-1] * ((ended - begun) / timedelta(hours=1))
    first = ended - timedelta(hours=float(hours[-1]))
    times = [first + timedelta(hours=float(each)) for each in hours]
    return _driven(points, times, said, asset_id, platform)


def stretch(lonlat: Array, from_km: float, to_km: float | None) -> Array:
    """Return a way between two of its kilometres, shape (n, 2), degrees; to its end where none is given.

    Raises
    ------
    BadInput
        If they are not on the way, or not in order.
    """
    km = np.append(0.0, np.cumsum(line_lengths_m(lonlat))) / M_PER_KM
    last = float(km[-1]) if to_km is None else to_km
    if not 0 <= from_km < last:
        raise BadInput(f"from km {from_km:g} to km {last:g} is no way")
    if last > km[-1] + 1.0:
        raise BadInput(f"km {last:g} lies beyond the end of the way at km {km[-1]:.0f}")
    at = np.unique(np.concatenate([[from_km], km[(km > from_km) & (km < last)], [min(last, km[-1])]]))
    return np.column_stack([np.interp(at, km, lonlat[:, axis]) for axis in (0, 1)])


def way_between(context: RegionContext, start: str, towards: str) -> Array:
    """Return the quickest way over tracks between two places, shape (n, 2), degrees.

    Raises
    ------
    BadInput
        If a place is missing or not known, or no track joins them.
    """
    if not (start and towards):
        raise BadInput("say from which place and towards which one the kilometres are counted")
    graph = graph_of(context)
    first, last = (read_position(text, context.pack.places) for text in (start, towards))
    drive = graph.drive(first.lon, first.lat, 1.0, 15.0)
    to = _point(graph, last)
    if not np.isfinite(drive.hours[to]):
        raise BadInput(f"no track leads from {first.read_as} to {last.read_as}")
    lon, lat, _, _ = drive.way(to)
    return np.column_stack([lon, lat])


def _point(graph: TrackGraph, position: Position) -> int:
    near, _ = graph.joints(position.lon, position.lat)
    return int(near[0])


def _last_order(events: Sequence[Logged], asset_id: str | None) -> Ordered:
    orders = [
        each.event
        for each in events
        if isinstance(each.event, Ordered) and (asset_id is None or each.event.asset_id == asset_id)
    ]
    if not orders:
        whom = f"to {asset_id}" if asset_id else "to anybody"
        raise BadInput(f"no leg was ordered {whom}: say from which place and towards which one kilometres are counted")
    if asset_id is None and len({each.asset_id for each in orders}) > 1:
        raise BadInput(f"legs were ordered to {', '.join(sorted({each.asset_id for each in orders}))}: say which asset")
    return orders[-1]


def from_gpx(
    content: bytes, name: str, *, asset_id: str | None, platform: Platform, begun: datetime | None,
    ended: datetime | None, visibility_km: float | None = None, measured_rd_m: float | None = None,
) -> tuple[list[Driven], tuple[str, ...]]:  # fmt: skip
    """Return what a GPX file says was searched, one event for each piece without a gap, and remarks.

    Raises
    ------
    BadInput
        For files that hold no line, or no times where none are given either.
    """
    track = read_gpx(content, name)
    events = []
    for lonlat, times in track.pieces:
        moments = list(times)
        if not moments:
            if begun is None or ended is None or begun >= ended:
                raise BadInput(f"{name}: holds no times; say when it was driven (from and until)")
            along = np.append(0.0, np.cumsum(line_lengths_m(lonlat)))
            moments = [begun + (ended - begun) * float(part) for part in along / max(along[-1], 1e-9)]
        step = max(1, int(np.ceil(len(moments) / _MOST_KEPT)))
        rows = np.unique(np.append(np.arange(0, len(moments), step), len(moments) - 1))
        events.append(
            _driven(
                lonlat[rows], [moments[row] for row in rows], name, asset_id, platform, visibility_km, measured_rd_m
            )
        )
    return events, track.remarks


def _driven(
    lonlat: Array, times: Sequence[datetime], said: str,
    asset_id: str | None, platform: Platform, visibility_km: float | None = None, measured_rd_m: float | None = None,
) -> Driven:  # fmt: skip
    event = read_event(
        {
            "kind": "driven",
            "asset_id": asset_id,
            "platform": platform,
            "said": said[:400],
            "lonlat": [tuple(point) for point in lonlat.round(6).tolist()],
            "times": list(times),
            "visibility_km": visibility_km,
            "measured_rd_m": measured_rd_m,
        }
    )
    assert isinstance(event, Driven)
    return event
