"""What a new base, water point or beacon would be worth to a group stranded on each segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csc_array
from scipy.spatial import cKDTree

from data.ellipsoid import earth_centred_m
from data.units import M_PER_KM, S_PER_H
from risk.assess import Assessment
from risk.parameters import Bounded, bounds
from risk.stranding import Clocks, WaterReach, fate
from risk.survival import read_curve
from risk.terrain import walk_slowness
from routes.geodesy import GEOD
from sar.fleet import VehicleType
from sar.roads import drivable, quickest_ways

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Pairs whose fates are computed at once; each takes some 30 kB.
_CHUNK = 4000
#: Rows below this share of all deaths are left out: 10,000 of them are a thousandth of a per cent.
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class SitingParameters(Bounded):
    """What is assumed of new sites. All judgement: no data on any of these exist for the Sahara.

    Attributes
    ----------
    alarm_h : float
        Hours from a stranding until a base hears of it and a car leaves.
    heard_share : float
        Chance that a base hears of it at all. It scales the worth of bases and changes no choice among them.
    fuel_reserve_share : float
        Of the fuel carried, kept back; a car goes no farther than there and back on the rest.
    water_works : float
        Chance that a new water point gives water: a built well under upkeep.
    beacon_works : float
        Chance that a beacon's call gets through.
    farthest_walk_km : float
        Straight distance beyond which a new site is of no use on foot.
    """

    alarm_h: float = field(default=12.0, metadata=bounds(0, 240))
    heard_share: float = field(default=0.5, metadata=bounds(0, 1))
    fuel_reserve_share: float = field(default=0.2, metadata=bounds(0, 0.9))
    water_works: float = field(default=0.9, metadata=bounds(0, 1))
    beacon_works: float = field(default=0.9, metadata=bounds(0, 1))
    farthest_walk_km: float = field(default=60.0, metadata=bounds(1, 200))


def car_hours(
    segments: pd.DataFrame, vehicle: VehicleType, closed: NDArray[np.bool_], places: pd.Series, reserve_share: float
) -> Array:
    """Return the hours a car of each place drives to the middle of each segment, inside the place's country.

    As in patrol planning: sea legs, legs that cross a border and closed segments are not driven, and the car carries
    its fuel there and back.

    Parameters
    ----------
    segments : DataFrame
        n rows with `country` ("" where a leg crosses a border).
    vehicle : VehicleType
    closed : array of bool, shape (n,)
    places : Series of str
        Country of each of p places, indexed by place id.
    reserve_share : float
        Of the fuel, kept back.

    Returns
    -------
    array, shape (p, n)
        Infinite where no way leads.
    """
    hours = np.full((len(places), len(segments)), np.inf)
    for country in pd.unique(places):
        inside = (segments["country"] == country).to_numpy() & ~closed
        roads = drivable(segments, vehicle, inside)
        names = [(row, str(name)) for row, name in enumerate(places.index) if places.iloc[row] == country]
        starts = {row: roads.nodes[name] for row, name in names if name in roads.nodes}
        if not starts:
            continue
        ways = quickest_ways(roads, np.array(sorted(set(starts.values()))))
        source = [ways.row(node) for node in starts.values()]
        ends_h = np.stack([ways.time_s[source][:, end] for end in (roads.start, roads.end)])
        ends_l = np.stack([ways.fuel_l[source][:, end] for end in (roads.start, roads.end)])
        from_end = np.argmin(ends_h, axis=0)[None]
        litres = np.take_along_axis(ends_l, from_end, axis=0)[0] + roads.fuel_l / 2
        found = (np.take_along_axis(ends_h, from_end, axis=0)[0] + roads.time_s / 2) / S_PER_H
        found[2 * litres > vehicle.usable_fuel_l(reserve_share)] = np.inf
        hours[np.ix_(np.array(list(starts), dtype=np.int64), roads.rows)] = found
    return hours


def still_there_at(still_there: Array, hours: Array) -> Array:
    """Return S_unaided after some hours, linear between whole ones and zero beyond the horizon.

    Parameters
    ----------
    still_there : array, shape (n, t)
        By whole hours, t of at least 2.
    hours : array, shape (p, n)
        Not negative; may be infinite.

    Returns
    -------
    array, shape (p, n)
        In [0, 1].
    """
    found = read_curve(still_there, np.arange(len(still_there)), hours)
    return np.where(hours <= still_there.shape[1] - 1, found, 0.0)


def base_benefit(people: Array, still_there: Array, now_h: Array, new_h: Array, alarm_h: float) -> csc_array:
    """Return what each new base adds to the people that cars of existing bases meet alive.

    Parameters
    ----------
    people : array, shape (n,)
        Stranded and heard of, in any unit of time.
    still_there : array, shape (n, t)
        S_unaided by hours since the stranding.
    now_h, new_h : array, shape (n,) and (p, n)
        Hours of driving from the nearest existing base, and from each candidate.
    alarm_h : float

    Returns
    -------
    sparse array, shape (n, p)
        In the unit of `people`, not negative.
    """
    now = still_there_at(still_there, alarm_h + now_h[None, :])
    new = still_there_at(still_there, alarm_h + new_h)
    return csc_array((people * np.maximum(new - now, 0.0)).T)


@dataclass(frozen=True)
class Walks:
    """Straight walks from strandings to candidate sites.

    Attributes
    ----------
    row, site : array of int, shape (pairs,)
        Position of the stranding, and number of the candidate.
    distance_m : array, shape (pairs,)
        Along the geodesic.
    """

    row: Ints
    site: Ints
    distance_m: Array


def walks_to(
    lon: Array, lat: Array, length_m: Array, sites: Ints, farthest_km: float, closed: Sequence[shapely.Polygon]
) -> Walks:
    """Return the walks worth considering: not too far, and through no closed area.

    A stranding lies anywhere on its segment: from the segment with the site in its middle the walk is a quarter of
    the length on average, and never taken as less.

    Parameters
    ----------
    lon, lat, length_m : array, shape (n,)
        Middles of segments (degrees, WGS84) and their lengths.
    sites : array of int
        Rows of the segments in whose middle a site may stand.
    farthest_km : float
    closed : sequence of Polygon
        Degrees. Who is sent through a minefield is not saved.

    Returns
    -------
    Walks
        Ordered by row, then site.
    """
    if not (len(sites) and len(lon)):
        return Walks(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    here = cKDTree(earth_centred_m(lon, lat))
    near = here.query_ball_tree(cKDTree(earth_centred_m(lon[sites], lat[sites])), farthest_km * M_PER_KM)
    row = np.repeat(np.arange(len(lon)), [len(each) for each in near])
    site = np.array([number for each in near for number in sorted(each)], dtype=np.int64)
    at = sites[site]
    if len(closed):
        ways = shapely.linestrings(np.stack([np.c_[lon[row], lat[row]], np.c_[lon[at], lat[at]]], axis=1))
        area = shapely.union_all(list(closed))
        shapely.prepare(area)
        free = ~shapely.intersects(area, ways)
        row, site, at = row[free], site[free], at[free]
    _, _, away = GEOD.inv(lon[row], lat[row], lon[at], lat[at])
    return Walks(row, site, np.maximum(np.asarray(away), length_m[row] / 4))


def walk_benefit(
    found: Assessment, traffic_per_h: Array, people: Array, walks: Walks, sites: Ints, works: float, car_h: Array | None
) -> csc_array:
    """Return how many more live because of each new water point, or beacon, that groups can walk to.

    The fate of a group (`risk.stranding.fate`) is computed again with the site among its destinations; the gain is
    works x people x (P(death) without - P(death) with one that works), where that is positive. One that fails is taken
    to leave things as they are, although the fate model would let its nearness make more people walk.

    Parameters
    ----------
    found : Assessment
        Of n positions.
    traffic_per_h, people : array, shape (n,)
        Passing vehicles that stop; people stranded in any unit of time.
    walks : Walks
    sites : array of int
        Rows of the candidates.
    works : float
        Chance that the site does.
    car_h : array, shape (n,), or None
        For beacons the hours a car called takes to each position; None for water. The car that fetches those at the
        beacon and those who stayed needs the longer of the two; where none comes a beacon is worth nothing.

    Returns
    -------
    sparse array, shape (n, candidates)
        In the unit of `people`, not negative.
    """
    dead = people * found.fate.death
    counts = (dead > _NEGLIGIBLE * dead.sum())[walks.row]
    walks = Walks(walks.row[counts], walks.site[counts], walks.distance_m[counts])
    wait_h = np.full(len(walks.row), np.nan)
    if car_h is not None:
        wait_h = np.ceil(np.maximum(car_h[walks.row], car_h[sites[walks.site]]))
        comes = np.isfinite(wait_h)
        walks, wait_h = Walks(walks.row[comes], walks.site[comes], walks.distance_m[comes]), wait_h[comes]
    gain = np.zeros(len(walks.row))
    for first in range(0, len(gain), _CHUNK):
        part = slice(first, first + _CHUNK)
        row = walks.row[part]
        death = _death_with(found, traffic_per_h, row, sites[walks.site[part]], walks.distance_m[part], wait_h[part])
        gain[part] = works * people[row] * np.maximum(found.fate.death[row] - death, 0.0)
    used = gain > 0
    return csc_array((gain[used], (walks.row[used], walks.site[used])), shape=(len(found.lon), len(sites)))


def _death_with(
    found: Assessment, traffic_per_h: Array, row: Ints, at: Ints, distance_m: Array, wait_h: Array
) -> Array:
    """Return P(death | stranded) at some rows when one more destination is known that works, shape of `row`."""
    stranding, water = found.conditions.stranding, found.water
    to_lon, to_lat = found.lon[at][:, None], found.lat[at][:, None]
    slow = walk_slowness(found.conditions.ground, found.lon[row], found.lat[row], to_lon, to_lat, distance_m[:, None])
    straight_m = np.column_stack([water.distance_m[row], distance_m])
    walked_m = stranding.winding * np.column_stack([found.slowness[row], slow]) * straight_m
    probability = np.column_stack([water.probability[row], np.ones(len(row))])
    car_h = np.column_stack([np.full_like(water.probability[row], np.nan), wait_h])
    order = np.argsort(straight_m, axis=1, kind="stable")
    walked_m, probability, car_h = (np.take_along_axis(each, order, axis=1) for each in (walked_m, probability, car_h))
    before = np.column_stack([np.ones(len(row)), np.cumprod(1 - probability, axis=1)[:, :-1]])
    clock = Clocks(found.clock.staying[row], found.clock.walking[row], found.clock.walked_km[row])
    reach = WaterReach(walked_m / M_PER_KM, probability * before)
    return fate(clock, reach, traffic_per_h[row], stranding, car_h).death
