"""How far a way can be trusted: a class and what speaks against it. The bounds are judgement."""

from __future__ import annotations

from typing import Any

from api.context import RegionContext
from data.units import M_PER_KM
from routes.paths import OPEN_GROUND, Route

#: Off the network so far a class is lost, and two.
NEAR_KM, FAR_KM = 1.0, 20.0
#: Legs drawn to this precision or better are known well; beyond the second their line says the direction only.
GOOD_KM, POOR_KM = 5.0, 20.0
CLASSES = ("high", "medium", "low")


def confidence(context: RegionContext, route: Route, closed_km: float) -> dict[str, Any]:
    """Return {"class": high, medium or low, "why": one line for each reason against}."""
    open_km = sum(leg.length_m for leg in route.legs if leg.mode == OPEN_GROUND) / M_PER_KM
    sea_km = sum(leg.length_m for leg in route.legs if not leg.leg_id) / M_PER_KM - open_km
    precision = context.network.legs["precision_km"]
    worst_km = max((float(precision[leg.leg_id]) for leg in route.legs if leg.leg_id), default=0.0)
    why, lost = [], 0
    if open_km > NEAR_KM:
        lost = max(lost, 2 if open_km > FAR_KM else 1)
        heights = "" if context.elevation is not None else ", slopes unknown (no heights given)"
        why.append(f"{open_km:.0f} km off the network, where nobody has driven for us; sand good to 30 km{heights}")
    if sea_km > NEAR_KM:
        lost = max(lost, 1)
        why.append(f"{sea_km:.0f} km over the sea off known ways; wind and current not counted")
    if worst_km > GOOD_KM:
        lost = max(lost, 2 if worst_km > POOR_KM else 1)
        why.append(f"the line of a leg is good to {worst_km:.0f} km only")
    if closed_km > 0:
        lost = 2
        why.append(f"{closed_km:.0f} km lie in closed areas")
    return {"class": CLASSES[lost], "why": why}
