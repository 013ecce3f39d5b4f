"""What the record of a search says beside its view: what was believed before the find, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import numpy as np

from api.context import RegionContext
from api.usecases.case_events import Assets, Decision, Driven, Found, Ordered
from api.usecases.case_replay import CaseState, alert_of, replay
from api.usecases.locate import gazetteer
from data.units import KM_PER_DEG, S_PER_H
from maps.after_action import CaseFacts, FindFacts, FoundOnMap
from maps.case_view import CaseView, FindMark, LastPosition
from risk.terrain import cells_at, covers, elevation_m, value_at
from routes.described import read_described
from sar.alert import Alert
from sar.belief import GENUINE, Belief, seen_here
from sar.mapscore import score
from sar.poa import poa_grid
from sar.sweep import Platform

#: How near a find has to be for a scenario to fit it, km; hours that a leg may take longer than it was ordered.
_FIT_KM, _LATE_H = 2.0, 2.0


def case_facts(
    context: RegionContext, state: CaseState, view: CaseView, progress: Callable[[float], None] = lambda share: None
) -> CaseFacts:
    """Gather the facts of a search; the case is read again as it was at the alert and before each find."""
    opened = alert_of(state.events[:1])
    start = replay(context, state.case_id, state.events[:1], opened.told_at)
    gone_h = start.now_h
    first_h, half_h, last_h = (gone_h + each for each in start.belief.hours_left(gone_h))
    finds = []
    for number, mark in enumerate(view.finds):
        progress((number + 0.2) / len(view.finds))
        finds.append(_find(context, state, opened, mark))
    progress(1.0)
    ipp = view.last_positions[-1]
    until = max((mark.found_at for mark in view.finds), default=state.now)
    warmest, coolest = _air(state, ipp, until)
    known = {
        asset.asset_id: asset for each in state.events if isinstance(each.event, Assets) for asset in each.event.assets
    }
    ended = [each.at for each in state.events if isinstance(each.event, Decision)]
    sand = context.ground.sand
    return CaseFacts(
        opened=opened,
        ipp_type=_ipp_type(context, opened),
        ended_at=max(ended) if ended and state.status != "open" else None,
        hours_at_alert=(first_h, half_h, last_h),
        sand=sand is not None and bool(value_at(sand, np.array([ipp.lon]), np.array([ipp.lat]))[0] == 1),
        elevation_m=_height(context, ipp.lon, ipp.lat),
        tmax_degc=warmest,
        tmin_degc=coolest,
        assets=Counter(each.platform for each in known.values()),
        finds=tuple(finds),
    )


def _ipp_type(context: RegionContext, opened: Alert) -> str:
    said = read_described(opened.where, gazetteer(context))
    if said.kind != "at":
        return "position described"
    return "place told" if said.place.place_id else "position told"


def _height(context: RegionContext, lon: float, lat: float) -> float | None:
    height = float(elevation_m(context.ground, np.array([lon]), np.array([lat]))[0])
    return height if np.isfinite(height) else None


def _find(context: RegionContext, state: CaseState, opened: Alert, mark: FindMark) -> FindFacts:
    moment = max(mark.found_at, opened.told_at)
    told = [each for each in state.events if each.number < mark.number and not isinstance(each.event, Found)]
    alone = replay(context, state.case_id, state.events[:1], moment).belief
    belief = replay(context, state.case_id, told, moment).belief
    hour = belief.particles.hour_of(mark.found_at)
    genuine = GENUINE["A"]
    fits = belief.told(seen_here(belief, mark.lon, mark.lat, hour, _FIT_KM, genuine), 1 - genuine).scenarios()
    best = max(fits, key=lambda name: fits[name])
    platform, ordered = _finder(state, mark)
    return FindFacts(
        mark,
        _height(context, mark.lon, mark.lat),
        belief.alive(hour),
        _on_map(alone, alone.particles.hour_of(mark.found_at), mark),
        _on_map(belief, hour, mark),
        best,
        fits[best],
        platform,
        ordered,
    )


def _on_map(belief: Belief, hour: float, mark: FindMark) -> FoundOnMap:
    grid, _ = poa_grid(belief, hour)
    lon, lat = np.array([mark.lon]), np.array([mark.lat])
    cell_km = grid.cell_deg * KM_PER_DEG
    if not covers(grid, lon, lat)[0]:
        return FoundOnMap(0.0, cell_km, score(grid.values, None))
    row, column = (int(each[0]) for each in cells_at(grid, lon, lat))
    return FoundOnMap(float(grid.values[row, column]), cell_km, score(grid.values, (row, column)))


def _finder(state: CaseState, mark: FindMark) -> tuple[Platform | None, bool]:
    """Return what found them, and whether it was under an order."""
    if mark.asset_id is None:
        return None, False
    platform: Platform | None = None
    ordered = False
    for each in state.events:
        event = each.event
        if isinstance(event, Assets):
            platform = next((one.platform for one in event.assets if one.asset_id == mark.asset_id), platform)
        elif isinstance(event, Driven) and event.asset_id == mark.asset_id and platform is None:
            platform = event.platform
        elif isinstance(event, Ordered) and event.asset_id == mark.asset_id:
            late_h = (mark.found_at - event.times[-1]).total_seconds() / S_PER_H
            ordered |= event.times[0] <= mark.found_at and late_h <= _LATE_H
    return platform, ordered


def _air(state: CaseState, ipp: LastPosition, until: datetime) -> tuple[float | None, float | None]:
    """Return the warmest and the coolest hour from the stranding on at the weather position nearest to the IPP."""
    scene = state.scene
    east = (scene.anchor_lon - ipp.lon) * np.cos(np.radians(ipp.lat))
    hours = int(np.ceil(max((until - scene.start).total_seconds() / S_PER_H, 1.0)))
    air = scene.air_degc[int(np.argmin(np.hypot(east, scene.anchor_lat - ipp.lat)))]
    lived = air[scene.start_hour : scene.start_hour + hours]
    lived = lived[np.isfinite(lived)]
    return (float(lived.max()), float(lived.min())) if len(lived) else (None, None)
