"""What the heat of the day means for the crews of a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from api.context import RegionContext
from risk.heat import hourly_loss
from risk.indices import wbgt_degc, work_share
from risk.survival import BodyParameters
from sar.note import Note
from sar.plan import ConvoyPlan, Plan

#: A crew's hours of a shift: driving and waiting in shade, and working on foot (digging out, searching). Judgement.
ON_FOOT_SHARE = 0.25


def with_crew_heat(context: RegionContext, plan: Plan) -> Plan:
    """Add to each convoy what its crew may work and has to drink at the worst of its route.

    The limits are those of ISO 7243 for acclimatised people at 300 W; the water is ISO 7933's loss, a quarter of the
    hours on foot.
    """
    return replace(plan, convoys=tuple(_with_heat(context, convoy) for convoy in plan.convoys))


def _with_heat(context: RegionContext, convoy: ConvoyPlan) -> ConvoyPlan:
    if not convoy.pieces:
        return convoy
    rows = context.network.segments.loc[[piece.segment_id for piece in convoy.pieces]]
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    weather = context.weather.hours(lon, lat, convoy.on)
    hours = _solar_hours(convoy, float(lon.mean()))
    heat = wbgt_degc(weather)[:, hours]
    worst = float(np.max(heat))
    loss = hourly_loss(context.loss_table, weather)
    hourly = (1 - ON_FOOT_SHARE) * loss.rest_shade + ON_FOOT_SHARE * loss.walk
    litres = float(hourly[:, hours].sum(axis=1).max()) + BodyParameters().urine_kg_per_h * len(hours)
    values = {"wbgt_degc": worst, "work_min": float(work_share(np.array(worst))) * 60, "drink_l": litres}
    return replace(convoy, notes=(*convoy.notes, Note("crew_heat", values)))


def _solar_hours(convoy: ConvoyPlan, lon: float) -> list[int]:
    """Return the hours of local solar time that a convoy is out."""
    moment, hours = convoy.start + timedelta(hours=lon / 15), []
    while moment < convoy.end + timedelta(hours=lon / 15):
        hours.append(moment.hour)
        moment += timedelta(hours=1)
    return list(dict.fromkeys(hours))
