"""The next legs of a case, and the effort that its areas deserve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.case_events import Asset, Clue, Driven, Ordered, read_event
from api.usecases.case_replay import CaseState
from api.usecases.case_tracks import graph_of
from api.usecases.locate import tracks_of
from data.units import KM_PER_DEG
from sar.effort import AssetPlan, SearchAsset, allocate_assets
from sar.leg_candidates import Theatre
from sar.next_legs import Advice, Choice, advise
from sar.particles import TARGETS
from sar.poa import SearchAreas
from sar.search_leg import LegKind, SearchLeg
from sar.searcher import Searcher
from sar.swath import Swath
from sar.sweep import Platform

Array = NDArray[np.float64]

#: Bases whose cars are assumed where a case names no asset, and how long such a car can be away, h.
ASSUMED_BASES, ASSUMED_ENDURANCE_H = 2, 30.0
#: Areas that effort is shared out over, hours of each slot, and how many slots.
EFFORT_AREAS, SLOT_H, SLOTS = 30, 4.0, 6


def theatre_of(context: RegionContext, state: CaseState) -> Theatre:
    """Return where searchers may move; closed ground is left out."""
    tracks, graph = tracks_of(context), graph_of(context)
    shut = (context.blocked(state.now.date()) != "").to_numpy()
    rows = np.flatnonzero(shut[tracks.segment])
    return Theatre(
        tracks, graph.closed(rows) if len(rows) else graph, context.network.segments.index.to_numpy(), state.skies
    )


def assumed_assets(context: RegionContext, state: CaseState) -> tuple[Asset, ...]:
    """Return one car at each of the nearest bases that can get to where people may be, ready in an hour."""
    graph = graph_of(context)
    particles, weight = state.belief.particles, state.belief.weight
    lon, lat = particles.at(state.now_h)
    rows = np.searchsorted(np.cumsum(weight) / weight.sum(), (np.arange(20) + 0.5) / 20).clip(max=len(weight) - 1)
    nearest = [int(graph.joints(float(lon[row]), float(lat[row]))[0][0]) for row in rows]
    found = []
    for place in context.pack.places.loc[context.pack.bases.index].itertuples():
        hours = float(np.median(graph.drive(place.lon, place.lat, 1.0, 15.0).hours[nearest]))
        found.append((hours, str(place.Index), float(place.lon), float(place.lat)))
    near = sorted(each for each in found if np.isfinite(each[0]))[:ASSUMED_BASES]
    ready = state.now + timedelta(hours=1)
    return tuple(
        Asset(asset_id=f"{name}-1", at=name, lon=lon, lat=lat, ready=ready, endurance_h=ASSUMED_ENDURANCE_H)
        for _, name, lon, lat in near
    )


def searchers_of(context: RegionContext, state: CaseState) -> tuple[tuple[Searcher, ...], bool]:
    """Return who searches, and whether that is assumed."""
    if state.searchers:
        return state.searchers, False
    hour = state.belief.particles.hour_of
    return tuple(
        Searcher(
            each.asset_id, each.platform, each.lon, each.lat, hour(each.ready), each.endurance_h, each.lon, each.lat
        )
        for each in assumed_assets(context, state)
    ), True


def advice_of(
    context: RegionContext, state: CaseState, searchers: Sequence[Searcher],
    progress: Callable[[float], None] = lambda share: None,
) -> Advice:  # fmt: skip
    """Choose the next leg of each asset."""
    vehicle_found = any(isinstance(each.event, Clue) and "vehicle" in each.event.what for each in state.events)
    return advise(
        state.belief, searchers, theatre_of(context, state), state.now_h, float(max(state.looked_for, 1)), progress,
        vehicle_found=vehicle_found, under_way=legs_under_way(state, searchers),
    )  # fmt: skip


def legs_under_way(state: CaseState, searchers: Sequence[Searcher]) -> list[SearchLeg]:
    """Return the legs ordered that are not over: what they will see is theirs."""
    by_name, last = {each.asset_id: each for each in searchers}, dict[str, Ordered | Driven]()
    for each in state.events:
        if isinstance(each.event, (Ordered, Driven)) and each.event.asset_id:
            last[each.event.asset_id] = each.event
    legs = []
    for name, event in last.items():
        if isinstance(event, Ordered) and event.times[-1] > state.now and name in by_name:
            hour = np.array([state.belief.particles.hour_of(moment) for moment in event.times])
            lonlat, searching = np.array(event.lonlat), np.array(event.searching)
            row = np.clip(((hour[1:] + hour[:-1]) / 2).astype(int), 0, len(state.skies.night) - 1)
            width = np.where(searching[:, None], state.skies.widths(by_name[name])[row], 0.0)
            swath = Swath(lonlat[:, 0], lonlat[:, 1], hour, width)
            legs.append(SearchLeg(name, LegKind.TRACK, event.to, swath, searching, float(hour[0]), float(hour[-1])))
    return legs


def ordered(state: CaseState, choice: Choice) -> Ordered:
    """Return a leg as the order that the log keeps."""
    swath = choice.leg.swath
    start = state.belief.particles.start
    event = read_event(
        {
            "kind": "ordered",
            "asset_id": choice.leg.asset_id,
            "to": choice.leg.to,
            "lonlat": [tuple(point) for point in choice.leg.lonlat.round(6).tolist()],
            "times": [start + timedelta(hours=float(hour)) for hour in swath.hour],
            "searching": tuple(bool(each) for each in choice.leg.searching),
        }
    )
    assert isinstance(event, Ordered)
    return event


def effort_of(
    state: CaseState, areas: SearchAreas, searchers: Sequence[Searcher]
) -> tuple[AssetPlan, NDArray[np.int64]]:
    """Share out the hours of all assets over the likeliest areas so that most people are found alive."""
    top = np.argsort(-areas.poa, kind="stable")[:EFFORT_AREAS]
    particles, weight = state.belief.particles, state.belief.weight
    edges = np.asarray(np.arange(SLOTS + 1) * SLOT_H, dtype=float)
    alive = np.stack(
        [
            np.bincount(areas.area, weight * particles.alive(state.now_h + edge), len(areas.poa))[top]
            / np.maximum(areas.poa[top], 1e-12)
            for edge in edges
        ],
        axis=1,
    )
    target = particles.target(state.now_h)
    kinds = np.stack(
        [np.bincount(areas.area, weight * (target == row), len(areas.poa))[top] for row in range(len(TARGETS))], axis=1
    ).astype(float)
    mix = kinds / np.maximum(kinds.sum(axis=1, keepdims=True), 1e-12)
    assets = [_search_asset(state, each, areas, top, mix) for each in searchers]
    survival: Array = np.minimum.accumulate(np.clip(alive, 0, 1), axis=1)
    return allocate_assets(
        areas.poa[top], areas.area_km2[top], assets, edges, survival, float(max(state.looked_for, 1))
    ), top


def _search_asset(
    state: CaseState, searcher: Searcher, areas: SearchAreas, top: NDArray[np.int64], mix: Array
) -> SearchAsset:
    widths = state.skies.widths(searcher)
    day = widths[~(state.skies.night | state.skies.storm)]
    width = mix @ (day[0] if len(day) else widths[0])
    away_km = (
        np.hypot((areas.lon[top] - searcher.lon) * np.cos(np.radians(searcher.lat)), areas.lat[top] - searcher.lat)
        * KM_PER_DEG
    )
    kph = {Platform.AIRCRAFT: 220.0, Platform.DRONE: 50.0, Platform.FOOT: 4.0}.get(searcher.platform, 30.0)
    travel_h = float(np.average(away_km, weights=np.maximum(areas.poa[top], 1e-12))) / kph
    arrives = max(searcher.ready_h - state.now_h, 0.0) + travel_h
    return SearchAsset(width, searcher.search_kph, arrives, max(searcher.endurance_h - 2 * travel_h, 0.0))
