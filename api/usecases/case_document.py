"""A case as a JSON-ready document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from api.context import RegionContext
from api.usecases.case_advice import SLOT_H, SLOTS, effort_of
from api.usecases.case_replay import CaseState
from api.usecases.json_values import finite
from api.usecases.locate import tracks_of
from sar.alert import Alert
from sar.next_legs import Advice, AssetAdvice, Choice
from sar.poa import SearchAreas, search_areas
from sar.scenarios import Scenario
from sar.searcher import Searcher

#: Areas listed, and hours of effort below which an area is left out.
TOP, SHOWN_H = 15, 0.05


def case_document(
    context: RegionContext, state: CaseState, advice: Advice | None, searchers: Sequence[Searcher], assumed: bool
) -> dict[str, Any]:
    """Return a case as a JSON-ready document; hours beyond those followed are null."""
    belief, hour = state.belief, state.now_h
    areas = search_areas(belief, hour, tracks_of(context), context.network.segments.index.to_numpy())
    first, half, last = belief.hours_left(hour)
    alive = belief.alive(hour)
    posterior = belief.scenarios()
    return {
        "kind": "case",
        "case_id": state.case_id,
        "status": state.status,
        "now": state.now.isoformat(),
        "understood": state.understood,
        "alert": _alert_values(state.alert),
        "people": {"looked_for": state.looked_for, "found_alive": state.found_alive, "found_dead": state.found_dead},
        "hours_left": {"p10": finite(first), "p50": finite(half), "p90": finite(last)},
        "alive_now": alive,
        "scenarios": {
            name.value: {"before": state.weights.get(name, 0.0), "now": posterior[name.value]} for name in Scenario
        },
        "poa": _poa_values(context, state, areas),
        "searches": [{"event": number, "pos": gain} for number, gain in state.gains],
        "pos": state.pos,
        "residual": {"poa": 1 - belief.outside, "alive": (1 - belief.outside) * alive},
        "assets_assumed": assumed,
        "next": [] if advice is None else [_asset_values(context, state, each) for each in advice.assets],
        "next_pos": None if advice is None else advice.pos,
        "next_alive": None if advice is None else advice.alive,
        "questions": [] if advice is None else [{"asks": each.asks, "per_h": each.per_h} for each in advice.questions],
        "effort": _effort_values(state, areas, searchers) if advice is not None and searchers else None,
        "remarks": list(state.remarks),
        "data_version": context.pack.version,
    }


def _alert_values(alert: Alert) -> dict[str, Any]:
    return {
        "told_at": alert.told_at.isoformat(),
        "stranded_at": alert.stranded_at.isoformat(),
        "where": alert.where,
        "people": alert.people,
        "people_assumed": alert.group.people if not alert.people else None,
        "litres": alert.litres,
        "vehicle": alert.vehicle.value,
        "movement": alert.movement.value,
        "walked_towards": alert.walked_towards,
        "grade": alert.grade.value,
    }


def _poa_values(context: RegionContext, state: CaseState, areas: SearchAreas) -> dict[str, Any]:
    """Return where they may be: outside of all areas, on tracks, on open ground, and the likeliest areas."""
    on = areas.segment >= 0
    return {
        "outside": state.belief.outside,
        "on_tracks": float(areas.poa[on].sum()),
        "open_ground": float(areas.poa[~on].sum()),
        "areas": [
            {
                "area": areas.names[row],
                "place": place_name(context, areas.names[row]),
                "kind": "track" if areas.segment[row] >= 0 else "square",
                "poa": float(areas.poa[row]),
                "area_km2": float(areas.area_km2[row]),
                "lon": float(areas.lon[row]),
                "lat": float(areas.lat[row]),
            }
            for row in np.argsort(-areas.poa, kind="stable")[:TOP]
        ],
    }


def _asset_values(context: RegionContext, state: CaseState, each: AssetAdvice) -> dict[str, Any]:
    return {
        "asset_id": each.searcher.asset_id,
        "platform": each.searcher.platform.value,
        "best": None if each.best is None else _choice_values(context, state, each.best),
        "others": [_choice_values(context, state, other) for other in each.others],
    }


def _choice_values(context: RegionContext, state: CaseState, choice: Choice) -> dict[str, Any]:
    """Return a leg as JSON-ready values."""
    leg = choice.leg

    def moment(hour: float) -> str:
        return (state.belief.particles.start + timedelta(hours=hour)).isoformat(timespec="minutes")

    return {
        "kind": leg.kind.value,
        "pattern": leg.pattern.value if leg.pattern else None,
        "to": leg.to,
        "to_place": place_name(context, leg.to),
        "to_lon": float(leg.swath.lon[-1]),
        "to_lat": float(leg.swath.lat[-1]),
        "leaves": moment(leg.starts_h),
        "done": moment(leg.ends_h),
        "km": leg.swath.length_km,
        "search_km": leg.search_km,
        "home_h": choice.home_h,
        "pos": choice.pos,
        "alive": choice.alive,
        "alive_per_h": choice.per_h,
    }


def place_name(context: RegionContext, area: str) -> str:
    """Return a search area in words: "Achegour - Dirkou km 30-39" for a segment, a square by its middle."""
    segments = context.network.segments
    if area not in segments.index:
        return f"square {area}"
    segment = segments.loc[area]
    leg = context.network.legs.loc[segment["leg_id"]]
    ends = " - ".join(str(context.pack.places.at[leg[end], "name"]) for end in ("from_id", "to_id"))
    return f"{ends} km {segment['km_from']:.0f}-{segment['km_to']:.0f}"


def _effort_values(state: CaseState, areas: SearchAreas, searchers: Sequence[Searcher]) -> dict[str, Any]:
    plan, top = effort_of(state, areas, searchers)
    hours = plan.effort_h.sum(axis=2)
    return {
        "hours": SLOT_H * SLOTS,
        "alive": plan.alive,
        "at_most": plan.at_most,
        "pos": plan.pos,
        "areas": [
            {
                "area": areas.names[row],
                "hours": {
                    each.asset_id: float(hours[at, n]) for n, each in enumerate(searchers) if hours[at, n] > 0.05
                },
            }
            for at, row in enumerate(top.tolist())
            if hours[at].max() > SHOWN_H
        ],
    }
