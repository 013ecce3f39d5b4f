"""Legs that an asset could do next: ways over tracks, lines flown along them, sweeps of squares of open ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import KM_PER_DEG, M_PER_KM
from sar.belief import Belief
from sar.patterns import expanding_square
from sar.poa import SearchAreas, search_areas, square_name
from sar.search_leg import SearchLeg, area_leg, ground_leg, straight_leg, track_leg
from sar.searcher import AIR_KPH, OFF_TRACK_KPH, Searcher, Skies
from sar.sweep import Platform, Target
from sar.track_graph import Drive, TrackGraph
from sar.whereabouts import Tracks

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Segments and squares looked at for each asset, and hours a sweep lasts at most.
SEGMENTS, SQUARES, SWEEP_H = 24, 10, 4.0
#: Ways through to the far ends, and small places off the tracks, that are looked at.
WAYS_THROUGH, SPOTS = 8, 6
#: Search speed along tracks where getting through sooner is worth more than seeing farther, km/h.
FAST_KPH = 40.0
#: Size of such a place, km, and the least probability it holds.
_SPOT_KM, _LEAST_SPOT = 1.0, 0.003
#: Tracks within this of a particle are driven at search speed, km.
_HOT_KM = 3.0


@dataclass(frozen=True, eq=False)
class Theatre:
    """Where searchers move.

    Attributes
    ----------
    tracks : Tracks
    graph : TrackGraph
        Of the same tracks; closed ones left out.
    segment_ids : array of str
        By row of the segments.
    skies : Skies
    """

    tracks: Tracks
    graph: TrackGraph
    segment_ids: NDArray[np.object_]
    skies: Skies


def candidates(belief: Belief, searcher: Searcher, theatre: Theatre, start_h: float) -> list[tuple[SearchLeg, float]]:
    """Return legs an asset could do and be home again in time, with the hours home."""
    areas = search_areas(belief, start_h + 1.0, theatre.tracks, theatre.segment_ids)
    until_h = searcher.ready_h + searcher.endurance_h
    starts = {start_h, theatre.skies.next_light(start_h)}
    found: list[tuple[SearchLeg, float]] = []
    if searcher.flies:
        for start in starts:
            found += _flights(searcher, theatre, areas, start, until_h)
    else:
        share = searcher.speed_share
        kph = OFF_TRACK_KPH[searcher.platform]
        drive = theatre.graph.drive(searcher.lon, searcher.lat, share, kph)
        home = theatre.graph.drive(searcher.home_lon, searcher.home_lat, share, kph)
        hot = hot_points(belief, theatre, start_h + 1.0)
        for start in starts:
            found += _drives(searcher, theatre, areas, drive, home, hot, start)
            found += _through(searcher, theatre, belief, drive, home, hot, start)
            found += _sweeps(searcher, theatre, areas, drive, home, start, until_h, hot)
            found += _spots(searcher, theatre, belief, drive, home, hot, start)
    return [(leg, home_h) for leg, home_h in found if leg.ends_h + home_h <= until_h and leg.searching.any()]


def hot_points(belief: Belief, theatre: Theatre, hour: float) -> Bools:
    """Return the points of the graph with people near them in one world of a thousand or more."""
    lon, lat = belief.particles.at(hour)
    graph = theatre.graph
    tree = cKDTree(earth_centred_m(lon, lat))
    near = tree.query_ball_point(earth_centred_m(graph.lon, graph.lat), _HOT_KM * M_PER_KM, return_length=True)
    return np.asarray(near >= max(1, len(lon) // 1000))


def _drives(
    searcher: Searcher, theatre: Theatre, areas: SearchAreas, drive: Drive, home: Drive, hot: Bools, start_h: float
) -> list[tuple[SearchLeg, float]]:
    """Ways to both ends of the likeliest segments."""
    legs = []
    tracks = theatre.tracks
    on = np.flatnonzero(areas.segment >= 0)
    for area in on[np.argsort(-areas.poa[on], kind="stable")][:SEGMENTS]:
        rows = np.flatnonzero(tracks.segment == areas.segment[area])
        for to in {int(rows[0]), int(rows[-1])}:
            if np.isfinite(drive.hours[to]) and np.isfinite(home.hours[to]) and drive.before[to] >= 0:
                leg = track_leg(searcher, theatre.skies, drive, to, areas.names[area], hot, start_h)
                legs.append((leg, float(home.hours[to])))
    return legs


def _sweeps(
    searcher: Searcher,
    theatre: Theatre,
    areas: SearchAreas,
    drive: Drive | None,
    home: Drive | None,
    start_h: float,
    until_h: float,
    hot: Bools | None = None,
) -> list[tuple[SearchLeg, float]]:
    """Parallel sweeps of the likeliest squares, spaced for somebody standing and, on the ground, for a vehicle."""
    legs = []
    off = np.flatnonzero(areas.segment < 0)
    for area in off[np.argsort(-areas.poa[off], kind="stable")][:SQUARES]:
        lon, lat = float(areas.lon[area]), float(areas.lat[area])
        if drive is None or home is None:
            way_h, home_h = 0.0, _flight_h(searcher, lon, lat)
        else:
            way_h, home_h = drive.to_ground(lon, lat)[1], home.to_ground(lon, lat)[1]
        most_h = min(until_h - start_h - home_h, way_h + SWEEP_H)
        if most_h <= way_h:
            continue
        for target in (Target.STANDING,) if drive is None else (Target.STANDING, Target.VEHICLE):
            leg = area_leg(searcher, theatre.skies, drive, areas.names[area], target, start_h, most_h, hot)
            if leg is not None:
                legs.append((leg, home_h))
    return legs


def _through(
    searcher: Searcher, theatre: Theatre, belief: Belief, drive: Drive, home: Drive, hot: Bools, start_h: float
) -> list[tuple[SearchLeg, float]]:
    """Ways that lead through as many people as possible to the far ends of where they may be."""
    graph = theatre.graph
    away_m, near = graph.tree.query(earth_centred_m(*belief.particles.at(start_h + 1.0)))
    mass = np.bincount(near, np.where(away_m < _HOT_KM * M_PER_KM, belief.weight, 0.0), len(graph.lon))
    count = len(graph.lon)
    before = drive.before[:count]
    reached = np.isfinite(drive.hours) & (before >= 0)
    passed = mass.copy()
    for node in np.argsort(drive.hours, kind="stable").tolist():  # the nearer first: what lies before is known
        if reached[node] and before[node] < count:
            passed[node] += passed[before[node]]
    leads = np.zeros(count + 1, dtype=bool)
    leads[before[hot & reached]] = True
    ends = np.flatnonzero(hot & ~leads[:count] & reached & np.isfinite(home.hours))
    legs = []
    for to in ends[np.argsort(-passed[ends], kind="stable")][:WAYS_THROUGH].tolist():
        name = str(theatre.segment_ids[theatre.tracks.segment[to]]) if to < len(theatre.tracks.lon) else "place"
        for driver in _paces(searcher):
            legs.append((track_leg(driver, theatre.skies, drive, to, name, hot, start_h), float(home.hours[to])))
    return legs


def _paces(searcher: Searcher) -> tuple[Searcher, ...]:
    """Return a car at the speed at which nothing is lost and, where nobody set its speed, faster and seeing less."""
    if searcher.platform is not Platform.GROUND_VEHICLE or searcher.speed_kph is not None:
        return (searcher,)
    return searcher, replace(searcher, speed_kph=FAST_KPH)


def _spots(
    searcher: Searcher, theatre: Theatre, belief: Belief, drive: Drive, home: Drive, hot: Bools, start_h: float
) -> list[tuple[SearchLeg, float]]:
    """Looks at small places off the tracks that hold many people, as a well they may have come to."""
    lon, lat = belief.particles.at(start_h + 1.0)
    off = np.flatnonzero(theatre.graph.tree.query(earth_centred_m(lon, lat))[0] > _SPOT_KM * M_PER_KM)
    if not len(off):
        return []
    step = _SPOT_KM / KM_PER_DEG
    cell = np.column_stack([np.floor(lon[off] * np.cos(np.radians(lat[off])) / step), np.floor(lat[off] / step)])
    _, number = np.unique(cell, axis=0, return_inverse=True)
    mass = np.bincount(number.ravel(), belief.weight[off])
    kph = min(OFF_TRACK_KPH[searcher.platform], searcher.search_kph)
    legs = []
    for spot in np.argsort(-mass, kind="stable")[:SPOTS]:
        if mass[spot] < _LEAST_SPOT:
            break
        own = off[number.ravel() == spot]
        at = (float(np.average(lon[own], weights=belief.weight[own])), float(lat[own].mean()))
        home_h = home.to_ground(*at)[1]
        if np.isfinite(drive.to_ground(*at)[1]) and np.isfinite(home_h):
            square = expanding_square(at, _SPOT_KM * M_PER_KM / 2, kph, radius_m=_SPOT_KM * M_PER_KM).lonlat
            on = np.ones(len(square), dtype=bool)
            name = square_name(*at)
            legs.append((ground_leg(searcher, theatre.skies, drive, square, name, on, hot, start_h), home_h))
    return legs


def _flights(
    searcher: Searcher, theatre: Theatre, areas: SearchAreas, start_h: float, until_h: float
) -> list[tuple[SearchLeg, float]]:
    """Lines along the tracks of the likeliest segments, from either end, and squares."""
    legs = _sweeps(searcher, theatre, areas, None, None, start_h, until_h)
    tracks = theatre.tracks
    on = np.flatnonzero(areas.segment >= 0)
    top = on[np.argsort(-areas.poa[on], kind="stable")][:SEGMENTS]
    hot_legs = {str(tracks.leg[np.flatnonzero(tracks.segment == areas.segment[area])[0]]) for area in top}
    for leg_id in sorted(hot_legs):
        held = set(areas.segment[top].tolist())
        rows = np.flatnonzero((tracks.leg == leg_id) & np.isin(tracks.segment, list(held)))
        rows = rows[np.argsort(tracks.at_km[rows])]
        rows = np.flatnonzero(
            (tracks.leg == leg_id) & (tracks.at_km >= tracks.at_km[rows[0]]) & (tracks.at_km <= tracks.at_km[rows[-1]])
        )
        rows = rows[np.argsort(tracks.at_km[rows])]
        for line in (rows, rows[::-1]):
            lonlat = np.column_stack([tracks.lon[line], tracks.lat[line]])
            if len(lonlat) < 2:
                continue
            name = str(theatre.segment_ids[tracks.segment[line[-1]]])
            flown = straight_leg(searcher, theatre.skies, lonlat, name, np.ones(len(lonlat) - 1, dtype=bool), start_h)
            legs.append((flown, _flight_h(searcher, float(lonlat[-1, 0]), float(lonlat[-1, 1]))))
    return legs


def _flight_h(searcher: Searcher, lon: float, lat: float) -> float:
    ends = earth_centred_m(np.array([searcher.home_lon, lon]), np.array([searcher.home_lat, lat]))
    return float(np.linalg.norm(ends[0] - ends[1])) / M_PER_KM / AIR_KPH[searcher.platform]
