"""The view of a case that the exports are drawn from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from babel import Locale
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from api.context import RegionContext
from api.usecases.case_events import Clue, Driven, Found, Opened, Ordered, Storm
from api.usecases.case_replay import CaseState
from api.usecases.case_scene import told_bearing
from api.usecases.inputs import timezone_of
from api.usecases.locate import LANGUAGES, gazetteer, locate, tracks_of
from data.ellipsoid import earth_centred_m
from data.units import KM_PER_DEG, M_PER_KM
from maps.case_view import CaseView, ClueMark, FindMark, LastPosition, NextLeg, OrderedLeg, SearchedTrack
from routes.described import read_described
from sar.handover import NEEDED_SERVICES
from sar.next_legs import Advice, AssetAdvice
from sar.poa import poa_grid, search_areas
from sar.scenarios import Scenario
from sar.whereabouts import Whereabouts

Array = NDArray[np.float64]

#: Chance within about this of a position makes it the likeliest, km.
_AROUND_KM = 5.0


def case_view(context: RegionContext, state: CaseState, document: dict[str, Any], advice: Advice | None) -> CaseView:
    """Join a case with names and geometry.

    Parameters
    ----------
    context : RegionContext
    state : CaseState
    document : dict
        Of the same state, for its remarks and whether its assets are assumed.
    advice : Advice or None
        None where no legs are wanted.
    """
    belief, hour = state.belief, state.now_h
    grid, grid_outside = poa_grid(belief, hour)
    posterior = belief.scenarios()
    last = last_positions(context, state)
    country = nearest_country(context, last[0].lon, last[0].lat)
    return CaseView(
        case_id=state.case_id,
        status=state.status,
        now=state.now,
        zone=ZoneInfo(timezone_of(country)),
        alert=state.alert,
        said=read_described(state.alert.where, gazetteer(context)),
        told_bearing_deg=told_bearing(context, state.alert, locate(context, state.alert.where)[1]),
        looked_for=state.looked_for,
        found_alive=state.found_alive,
        found_dead=state.found_dead,
        hours_left=belief.hours_left(hour),
        ahead_h=max(belief.particles.hours - hour, 0.0),
        alive=belief.alive(hour),
        scenarios={name: (state.weights.get(name, 0.0), posterior[name.value]) for name in Scenario},
        poa=grid,
        poa_outside=grid_outside,
        outside=belief.outside,
        areas=search_areas(belief, hour, tracks_of(context), context.network.segments.index.to_numpy()),
        searches=_searches(state),
        pos=state.pos,
        ordered=_ordered(state),
        next_legs=() if advice is None else tuple(leg for each in advice.assets for leg in _legs(state, each)),
        idle=() if advice is None else tuple(each.searcher.asset_id for each in advice.assets if each.best is None),
        assets_assumed=bool(document["assets_assumed"]),
        questions=() if advice is None else advice.questions,
        clues=_clues(state),
        finds=finds_of(state),
        storms=tuple((each.event.begins, each.event.ends) for each in state.events if isinstance(each.event, Storm)),
        last_positions=last,
        safety={} if advice is None else _safety(context, advice),
        countries=_countries(context),
        places=context.pack.places,
        water_points=context.water_points(state.now.date()),
        segments=context.network.segments,
        remarks=tuple(document["remarks"]),
        data_version=context.pack.version,
    )


def last_positions(context: RegionContext, state: CaseState) -> tuple[LastPosition, ...]:
    """Return the likeliest spot of the alert as understood now and, where it said another place, as it came in."""
    opened = state.events[0].event
    assert isinstance(opened, Opened)
    now = _likeliest(context, "alert", state.alert.where)
    if opened.where == state.alert.where:
        return (now,)
    return now, _likeliest(context, "first alert", opened.where)


def _likeliest(context: RegionContext, name: str, where: str) -> LastPosition:
    """Return the position told, else that with most of the chance around it: a mean may lie between two tracks."""
    said, found = locate(context, where)
    lon, lat = (said.place.lon, said.place.lat) if said.kind == "at" else _densest(found)
    away_km = np.hypot((found.lon - lon) * np.cos(np.radians(lat)), found.lat - lat) * KM_PER_DEG
    order = np.argsort(away_km)
    row = int(np.searchsorted(np.cumsum(found.weight[order]), 0.5 * found.weight.sum()))
    return LastPosition(name, lon, lat, float(away_km[order][min(row, len(order) - 1)]))


def _densest(found: Whereabouts) -> tuple[float, float]:
    near = cKDTree(earth_centred_m(found.lon, found.lat)).sparse_distance_matrix(
        cKDTree(earth_centred_m(found.lon, found.lat)), 3 * _AROUND_KM * M_PER_KM, output_type="coo_matrix"
    )
    bell = found.weight[near.col] * np.exp(-((near.data / (_AROUND_KM * M_PER_KM)) ** 2) / 2)
    best = int(np.argmax(np.bincount(near.row, bell, len(found.lon))))
    return float(found.lon[best]), float(found.lat[best])


def nearest_country(context: RegionContext, lon: float, lat: float) -> str:
    """Return the country of the nearest place: near a border it may be the neighbour's."""
    places = context.pack.places
    east = (places["lon"].to_numpy(float) - lon) * np.cos(np.radians(lat))
    return str(places["country"].iloc[int(np.argmin(np.hypot(east, places["lat"].to_numpy(float) - lat)))])


def finds_of(state: CaseState) -> tuple[FindMark, ...]:
    """Return where people were found."""
    return tuple(
        FindMark(each.number, found.alive, found.dead, found.lon, found.lat, found.found_at, found.asset_id)
        for each in state.events
        if isinstance(found := each.event, Found)
    )


def _clues(state: CaseState) -> tuple[ClueMark, ...]:
    return tuple(
        ClueMark(each.number, clue.what, clue.lon, clue.lat, clue.radius_km, clue.seen_at, clue.grade, clue.bearing_deg)
        for each in state.events
        if isinstance(clue := each.event, Clue)
    )


def _searches(state: CaseState) -> tuple[SearchedTrack, ...]:
    gains = dict(state.gains)
    return tuple(
        SearchedTrack(
            each.number, driven.asset_id, driven.platform, np.array(driven.lonlat), driven.times[0], driven.times[-1],
            gains.get(each.number),
        )
        for each in state.events
        if isinstance(driven := each.event, Driven)
    )  # fmt: skip


def _ordered(state: CaseState) -> tuple[OrderedLeg, ...]:
    return tuple(
        OrderedLeg(
            each.number, leg.asset_id, leg.to, np.array(leg.lonlat), leg.times, np.array(leg.searching, dtype=bool)
        )
        for each in state.events
        if isinstance(leg := each.event, Ordered)
    )


def _legs(state: CaseState, each: AssetAdvice) -> list[NextLeg]:
    def moment(hour: float) -> datetime:
        return state.belief.particles.start + timedelta(hours=hour)

    choices = [] if each.best is None else [each.best, *each.others]
    return [
        NextLeg(
            each.searcher.asset_id, each.searcher.platform, rank, choice,
            tuple(moment(float(hour)) for hour in choice.leg.swath.hour),
        )
        for rank, choice in enumerate(choices, start=1)
    ]  # fmt: skip


def _safety(context: RegionContext, advice: Advice) -> dict[str, str]:
    """Return for each asset the place of safety nearest to the end of its leg, in the country of its base only."""
    marked = context.pack.places_of_safety
    fit = [set(str(row.services).split(";")) >= NEEDED_SERVICES and row.room > 0 for row in marked.itertuples()]
    safe = context.pack.places.loc[marked.loc[fit, "place_id"]]
    found = {}
    for each in advice.assets:
        if each.best is None:
            continue
        home = nearest_country(context, each.searcher.home_lon, each.searcher.home_lat)
        inside = safe[safe["country"] == home]
        if len(inside):
            lon, lat = each.best.leg.lonlat[-1].tolist()
            away = np.hypot((inside["lon"] - lon) * np.cos(np.radians(lat)), inside["lat"] - lat).to_numpy()
            found[each.searcher.asset_id] = str(inside.index[int(np.argmin(away))])
    return found


def _countries(context: RegionContext) -> dict[str, str]:
    codes = [str(code) for code in context.pack.places["country"].unique()]
    return {
        f"{language}:{code}": str(Locale(language).territories.get(code, code))
        for language in LANGUAGES
        for code in codes
    }
