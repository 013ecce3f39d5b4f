"""The plan as JSON: every number of it, for machines."""

from __future__ import annotations

from typing import Any

import orjson

from maps.exporter import Exporter
from maps.plan_view import ConvoyView, LegRun, PlanView
from maps.sentences import sentence
from sar.plan import ConvoyPlan
from sar.request import PatrolRequest


def document(view: PlanView) -> dict[str, Any]:
    """Return the plan as a JSON-ready document; times are UTC, lengths km, fuel and water litres for each vehicle."""
    plan = view.plan
    return {
        "kind": "patrol-plan",
        "plan_id": view.plan_id,
        "data_version": view.data_version,
        "date": plan.on.isoformat(),
        "days": plan.request.days,
        "hours": plan.request.hours,
        "seed": plan.request.seed,
        "reserve_share": plan.request.reserve_share,
        "expected_people_reached": plan.expected_people_reached,
        "at_least_share_of_best": plan.share_of_best,
        "aim": plan.aim,
        "best_aim": plan.best_aim,
        "request": _request(plan.request),
        "people_in_area": plan.area_benefit,
        "convoys": [_convoy(view, convoy) for convoy in view.convoys],
        "left_out": [
            {
                "segment_id": left.segment_id,
                "expected_people": left.benefit,
                "reason": left.why.code,
                "values": dict(left.why.values),
                "detail": sentence(left.why, "en", view.places),
            }
            for left in plan.left_out
        ],
    }


def _convoy(view: PlanView, convoy: ConvoyView) -> dict[str, Any]:
    plan, vehicle = convoy.plan, convoy.plan.convoy.vehicle
    return {
        "convoy_id": plan.convoy.convoy_id,
        "base": plan.convoy.base.place_id,
        "timezone": plan.convoy.base.timezone,
        "vehicle_type": vehicle.vehicle_type,
        "vehicles": [
            {"vehicle_id": name, "fuel_l": round(plan.fuel_l, 1), "water_l": round(plan.water_l, 1)}
            for name in plan.order_ids
        ],
        "fuel_capacity_l": vehicle.tank_l + vehicle.cans_l,
        "day": plan.day + 1,
        "date": plan.on.isoformat(),
        "from_place": plan.begins_at,
        "to_place": plan.ends_at,
        "hand_over": _hand_over(plan),
        "start": plan.start.isoformat().replace("+00:00", "Z"),
        "end": plan.end.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "rest": [each.isoformat().replace("+00:00", "Z") for each in plan.rest] if plan.rest else None,
        "km": plan.km,
        "hours": plan.hours,
        "fuel_used_l": plan.fuel_used_l,
        "expected_people_reached": plan.expected_people_reached,
        "legs": [_run(run) for run in convoy.runs],
        "notes": [sentence(note, "en", view.places) for note in plan.notes],
        # the same for programs, to be said in another language
        "remarks": [{"code": note.code, "values": dict(note.values)} for note in plan.notes],
    }


def _request(request: PatrolRequest) -> dict[str, Any]:
    """Return what was asked, so that the plan can be changed and made again."""
    bases: dict[tuple[str, str], int] = {}
    skills: set[str] = set()
    for convoy in request.convoys:
        key = (convoy.base.place_id, convoy.vehicle.vehicle_type)
        bases[key] = bases.get(key, 0) + convoy.vehicles
        skills.update(f"{convoy.base.place_id}:{skill}" for skill in convoy.skills)
    return {
        "bases": [f"{base}:{count}:{vehicle}" for (base, vehicle), count in bases.items()],
        "closed": [segment + (f"={until}" if until else "") for segment, until in sorted(request.closed.items())],
        "required": sorted(request.required),
        "allow_single": any(convoy.vehicles == 1 for convoy in request.convoys),
        "explore": request.explore,
        "vary": request.vary,
        "home_each_night": not request.nights,
        "ends": [f"{base}:{place}" for base, place in sorted(request.ends.items())],
        "rest": "-".join(each.isoformat("minutes") for each in request.rest) if request.rest else "",
        "zones": [f"{segment}={skill}" for segment, skill in sorted(request.zones.items())],
        "skills": sorted(skills),
        "room": [f"{place.place_id}:{place.room}" for place in request.places_of_safety],
        "agreed": [f"{place.place_id}={place.agreed_by}" for place in request.places_of_safety if place.agreed_by],
    }


def _hand_over(plan: ConvoyPlan) -> dict[str, Any] | None:
    found = plan.hand_over
    if found is None:
        return None
    return {
        "place_id": found.place.place_id,
        "country": found.place.country,
        "room": found.place.room,
        "services": sorted(found.place.services),
        "agreed_by": found.place.agreed_by or None,
        "hours_beyond_end": found.extra_h,
        "hours_from_farthest": found.farthest_h,
        "drives_for_a_group": found.trips,
    }


def _run(run: LegRun) -> dict[str, Any]:
    return {
        "leg_id": run.leg_id,
        "mode": run.mode,
        "from": run.start_name,
        "to": run.end_name,
        "km_from": run.km_from,
        "km_to": run.km_to,
        "km": run.km,
        "hours": run.hours,
        "bearing_deg": run.bearing_deg,
        "fuel_l": run.fuel_l,
        "expected_people_reached": run.expected_people_reached,
        "segments": [
            {
                "segment_id": piece.segment_id,
                "forward": piece.forward,
                "km": piece.length_m / 1000,
                "hours": piece.hours,
                "fuel_l": piece.fuel_l,
                "expected_people_reached": piece.benefit,
            }
            for piece in run.pieces
        ],
    }


EXPORTER = Exporter(
    "json",
    "application/json",
    lambda view: {"plan.json": orjson.dumps(document(view), option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)},
)
