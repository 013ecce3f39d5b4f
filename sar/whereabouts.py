"""From what an alert says of a place to a weighted set of positions over tracks and open ground.

The spreads are judgement, and meant to be honest: a distance told is off by a seventh, a direction by half the step to
the next word of the compass, and a day of travel is anything from half to twice the usual.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import NoAnswer
from data.units import KM_PER_DEG, M_PER_KM
from risk.parameters import Bounded, bounds
from routes.attach import attach
from routes.described import Described
from routes.geodesy import GEOD, as_array, points_along
from routes.network import Network
from routes.positions import Position

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Steps between positions along tracks, and between those on open ground, km.
TRACK_STEP_KM, GROUND_STEP_KM = 2.0, 4.0
#: Standard deviations beyond which nobody is looked for.
FARTHEST = 3.0
#: A told radius is taken for so many standard deviations: two thirds of a plane Gaussian lie inside.
RADIUS_DEVIATIONS = 1.5
HOURS_OF_TRAVEL_A_DAY = 10.0
#: Ways so much longer than the shortest still count as between two places.
ONE_WAY = 1.005


@dataclass(frozen=True)
class SpreadParameters(Bounded):
    """How far off descriptions are. Judgement.

    Attributes
    ----------
    distance_share : float
        Standard deviation of a distance told, share of it.
    least_km : float
        Of any position told.
    cardinal_deg, diagonal_deg : float
        Standard deviation of "west" and of "north-west".
    day_km : float
        Covered by a loaded car in a day of travel.
    travel_log_spread : float
        Of a distance told as time, standard deviation of its logarithm.
    open_share : float
        Chance to be off the tracks where tracks are near.
    """

    distance_share: float = field(default=0.15, metadata=bounds(0.01, 1))
    least_km: float = field(default=3.0, metadata=bounds(0.1, 100))
    cardinal_deg: float = field(default=22.5, metadata=bounds(1, 90))
    diagonal_deg: float = field(default=12.0, metadata=bounds(1, 90))
    day_km: float = field(default=250.0, metadata=bounds(10, 1000))
    travel_log_spread: float = field(default=0.4, metadata=bounds(0.05, 2))
    open_share: float = field(default=0.2, metadata=bounds(0, 1))


@dataclass(frozen=True)
class Whereabouts:
    """Positions and their chances.

    Attributes
    ----------
    lon, lat : array, shape (n,)
        Degrees, WGS84.
    weight : array, shape (n,)
        Sums to 1.
    segment : array of int, shape (n,)
        Row of the segment a position lies on; -1 on open ground.
    track : array of int, shape (n,)
        Row among the `Tracks` it was made with; -1 on open ground.
    spacing_km : float
        Between positions on open ground; one stands for all ground as near to it.
    """

    lon: Array
    lat: Array
    weight: Array
    segment: Ints
    track: Ints
    spacing_km: float

    def on_segments(self, count: int) -> Array:
        """Return the chance to be on each of `count` segments; what is missing to 1 is on open ground."""
        on = self.segment >= 0
        return np.asarray(np.bincount(self.segment[on], self.weight[on], count), dtype=float)


@dataclass(frozen=True)
class Tracks:
    """Positions along land tracks, with the row of their segment, km of track they stand for, leg and km along it."""

    lon: Array
    lat: Array
    segment: Ints
    km: Array
    leg: NDArray[np.object_]
    at_km: Array


def track_points(network: Network) -> Tracks:
    """Lay positions along all land segments, every `TRACK_STEP_KM` or less."""
    segments = network.segments
    land = np.flatnonzero((segments["mode"] != "sea").to_numpy())
    length_km = segments["length"].to_numpy(float)[land] / M_PER_KM
    count = np.maximum(np.round(length_km / TRACK_STEP_KM).astype(int), 1)
    row, number = np.repeat(np.arange(len(land)), count), np.arange(count.sum())
    number = number - np.repeat(np.cumsum(count) - count, count)
    piece_km = (length_km / count)[row]
    legs = segments["leg_id"].to_numpy()[land][row]
    at_km = segments["km_from"].to_numpy(float)[land][row] + (number + 0.5) * piece_km
    lonlat = np.empty((len(row), 2))
    for leg_id, rows in pd.Series(np.arange(len(row))).groupby(legs):
        line = as_array(list(network.legs.at[leg_id, "geometry"].coords))
        lonlat[rows] = points_along(line, at_km[rows] * M_PER_KM)
    return Tracks(lonlat[:, 0], lonlat[:, 1], land[row], piece_km, legs, at_km)


def whereabouts(
    said: Described, network: Network, tracks: Tracks, parameters: SpreadParameters | None = None
) -> Whereabouts:
    """Turn a description into positions.

    Parameters
    ----------
    said : Described
    network : Network
    tracks : Tracks
        From `track_points` of the network's segments.
    parameters : SpreadParameters, optional

    Raises
    ------
    NoAnswer
        When the description fits no position, as between places that no track joins.
    """
    parameters = parameters or SpreadParameters()
    if said.kind in ("at", "offset"):
        return _over_ground(said, tracks, parameters)
    fits = _between(said, network, tracks) if said.kind == "between" else _along(said, network, tracks, parameters)
    weight = fits * tracks.km
    if weight.sum() <= 0:
        raise NoAnswer(f"no track fits the description: {said.read_as}")
    used = np.flatnonzero(weight > weight.max() * 1e-6)
    share = weight[used] / weight[used].sum()
    return Whereabouts(tracks.lon[used], tracks.lat[used], share, tracks.segment[used], used, 0.0)


def _over_ground(said: Described, tracks: Tracks, parameters: SpreadParameters) -> Whereabouts:
    """Positions around a point, or at a distance and direction from it: on tracks near there, and off them."""
    away_km = said.km or 0.0
    deviation_km = max(
        parameters.least_km,
        parameters.distance_share * away_km,
        (said.radius_km or 0.0) / RADIUS_DEVIATIONS,
    )
    reach_km = away_km + FARTHEST * deviation_km
    lon, lat, spacing_km = _grid(said.place, reach_km)
    ground = _kernel(said, lon, lat, deviation_km, parameters)
    track = _kernel(said, tracks.lon, tracks.lat, deviation_km, parameters) * tracks.km
    near = np.flatnonzero(track > 0)
    on_track = 1 - parameters.open_share if len(near) else 0.0
    weight = np.concatenate([on_track * _share(track[near]), (1 - on_track) * _share(ground)])
    off = np.full(len(lon), -1)
    segment, row = np.concatenate([tracks.segment[near], off]), np.concatenate([near, off])
    used = weight > 0
    lon, lat = np.concatenate([tracks.lon[near], lon]), np.concatenate([tracks.lat[near], lat])
    share = weight[used] / weight[used].sum()
    return Whereabouts(lon[used], lat[used], share, segment[used], row[used], spacing_km)


def _share(weight: Array) -> Array:
    return weight / weight.sum() if weight.sum() > 0 else weight


def _grid(centre: Position, reach_km: float) -> tuple[Array, Array, float]:
    """Return positions on a square grid around a centre, some `GROUND_STEP_KM` and at most 201 a side, and the step."""
    side = np.linspace(-reach_km, reach_km, int(np.clip(2 * reach_km / GROUND_STEP_KM, 11, 201)))
    east_km, north_km = (each.ravel() for each in np.meshgrid(side, side))
    lat = centre.lat + north_km / KM_PER_DEG
    return centre.lon + east_km / (KM_PER_DEG * np.cos(np.radians(lat))), lat, float(side[1] - side[0])


def _kernel(said: Described, lon: Array, lat: Array, deviation_km: float, parameters: SpreadParameters) -> Array:
    """Return how well positions fit a distance and a direction, zero beyond `FARTHEST` deviations."""
    count = len(lon)
    bearing, _, away_m = GEOD.inv(np.full(count, said.place.lon), np.full(count, said.place.lat), lon, lat)
    off = (np.asarray(away_m) / M_PER_KM - (said.km or 0.0)) / deviation_km
    squared = off**2
    if said.bearing_deg is not None:
        spread = parameters.diagonal_deg if said.bearing_deg % 90 else parameters.cardinal_deg
        turned = (np.asarray(bearing) - said.bearing_deg + 180) % 360 - 180
        squared = squared + (turned / spread) ** 2
        # a ring grows with its distance: what is told is where on it, not how much ground there is
        return np.asarray(_bell(squared) / np.maximum(np.asarray(away_m), 1.0), dtype=float)
    return _bell(squared)


def _bell(squared: Array) -> Array:
    """Return the Gaussian of a squared number of deviations, cut at `FARTHEST`."""
    return np.asarray(np.where(squared < FARTHEST**2, np.exp(-squared / 2), 0.0), dtype=float)


def _along(said: Described, network: Network, tracks: Tracks, parameters: SpreadParameters) -> Array:
    """Fit of a distance, or of hours of travel, along tracks from a place; towards a goal where one was told."""
    from_place_km = _network_km(said.place, network, tracks)
    if said.hours is not None:
        usual_km = said.hours / 24 * parameters.day_km
        if said.hours < 24:
            usual_km = min(said.hours, HOURS_OF_TRAVEL_A_DAY) / HOURS_OF_TRAVEL_A_DAY * parameters.day_km
        off = np.log(np.maximum(from_place_km, 0.1) / usual_km) / parameters.travel_log_spread
        fits = np.where(np.abs(off) < FARTHEST, np.exp(-(off**2) / 2), 0.0) / np.maximum(from_place_km, 1.0)
    else:
        told_km = said.km or 0.0
        off = (from_place_km - told_km) / max(parameters.least_km, parameters.distance_share * told_km)
        fits = np.where(np.abs(off) < FARTHEST, np.exp(-(off**2) / 2), 0.0)
    return fits * _towards(said, network, tracks, from_place_km)


def _towards(said: Described, network: Network, tracks: Tracks, from_place_km: Array) -> Array:
    """Return 1 where a position lies on the way to the goal: as far on as it has come; 0 elsewhere."""
    if not said.goal:
        return np.ones(len(from_place_km))
    left_km, to_goal = _goal_km(said, network, tracks)
    start_km = min(
        (to_goal.get(node, np.inf) + km * M_PER_KM for node, km in _near(said.place, network)), default=np.inf
    )
    on_way = from_place_km + left_km <= start_km / M_PER_KM * 1.05 + 1.0
    return np.asarray(on_way, dtype=float)


def towards_sign(said: Described, network: Network, tracks: Tracks) -> dict[int, int]:
    """Return for rows of tracks whether the goal of a description lies with growing km (+1) or against it (-1)."""
    left_km = _goal_km(said, network, tracks)[0]
    order = np.lexsort((tracks.at_km, tracks.leg.astype(str)))
    same = tracks.leg[order][1:] == tracks.leg[order][:-1]
    falls = np.sign(left_km[order][:-1] - left_km[order][1:])
    rows = order[:-1][same & np.isfinite(falls)]
    return dict(zip(rows.tolist(), falls[same & np.isfinite(falls)].astype(int).tolist(), strict=True))


def _goal_km(said: Described, network: Network, tracks: Tracks) -> tuple[Array, dict[str, float]]:
    """Return the distance along tracks to the goal, of each position (km) and of each place (m)."""
    places, land = network.places, _land(network)
    goals = [said.goal] if said.goal in places.index else places.index[places["country"] == said.goal].tolist()
    to_goal = nx.multi_source_dijkstra_path_length(land, set(goals) & set(land), weight="length")
    return _from_ends(to_goal, network, tracks), to_goal


def _between(said: Described, network: Network, tracks: Tracks) -> Array:
    """Return 1 along the ways between two places that are hardly longer than the shortest; 0 elsewhere."""
    assert said.other is not None
    first, second = (_network_km(place, network, tracks) for place in (said.place, said.other))
    through = first + second
    shortest = float(np.min(through, initial=np.inf))
    if not np.isfinite(shortest):
        raise NoAnswer(f"no track joins the two places: {said.read_as}")
    return np.asarray(through <= shortest * ONE_WAY + TRACK_STEP_KM / 4, dtype=float)


def _land(network: Network) -> nx.MultiDiGraph:
    edges = [
        (start, end, key) for start, end, key, mode in network.graph.edges(keys=True, data="mode") if mode != "sea"
    ]
    return network.graph.edge_subgraph(edges)


def _near(place: Position, network: Network) -> list[tuple[str, float]]:
    """Return the ends of the leg that a position lies at, with the km to each; the place itself where it is one."""
    if place.place_id is not None:
        return [(place.place_id, 0.0)]
    graph = network.graph.copy()
    at = attach(graph, network, place, "alert")
    if at.node in network.places.index:
        return [(at.node, at.approach_m / M_PER_KM)]
    return [
        (str(other), (at.approach_m + data["length"]) / M_PER_KM)
        for _, other, data in graph.out_edges(at.node, data=True)
    ]


def _network_km(place: Position, network: Network, tracks: Tracks) -> Array:
    """Return the distance along land tracks from a place to each position, km; infinite where there is none."""
    land = _land(network)
    reached: dict[str, float] = {}
    for node, km in _near(place, network):
        if node not in land:
            continue
        for other, length_m in nx.single_source_dijkstra_path_length(land, node, weight="length").items():
            reached[other] = min(reached.get(other, np.inf), km * M_PER_KM + length_m)
    return _from_ends(reached, network, tracks)


def _from_ends(reached_m: dict[str, float], network: Network, tracks: Tracks) -> Array:
    """Return the distance to each position by the nearer end of its leg, km."""
    legs = network.legs
    start_km, end_km = (
        pd.Series(legs[end].map(reached_m).to_numpy(float) / M_PER_KM, index=legs.index).fillna(np.inf)
        for end in ("from_id", "to_id")
    )
    length_km = legs["length"] / M_PER_KM
    first = start_km.reindex(tracks.leg).to_numpy() + tracks.at_km
    last = end_km.reindex(tracks.leg).to_numpy() + length_km.reindex(tracks.leg).to_numpy() - tracks.at_km
    return np.asarray(np.minimum(first, last), dtype=float)
