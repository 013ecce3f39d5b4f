"""The plan as JSON: every number of it, for machines."""

from __future__ import annotations

from typing import Any

import orjson

from maps.exporter import Exporter
from maps.plan_view import ConvoyView, LegRun, PlanView
from maps.sentences import sentence


def document(view: PlanView) -> dict[str, Any]:
    """Return the plan as a JSON-ready document; times are UTC, lengths km, fuel and water litres for each vehicle."""
    plan = view.plan
    return {
        "kind": "patrol-plan",
        "plan_id": view.plan_id,
        "data_version": view.data_version,
        "date": plan.on.isoformat(),
        "hours": plan.hours,
        "seed": plan.seed,
        "reserve_share": plan.reserve_share,
        "expected_people_reached": plan.expected_people_reached,
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
            for name in plan.convoy.vehicle_ids
        ],
        "fuel_capacity_l": vehicle.tank_l + vehicle.cans_l,
        "start": plan.start.isoformat().replace("+00:00", "Z"),
        "end": plan.end.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "km": plan.km,
        "hours": plan.hours,
        "fuel_used_l": plan.fuel_used_l,
        "expected_people_reached": plan.expected_people_reached,
        "legs": [_run(run) for run in convoy.runs],
        "notes": [sentence(note, "en", view.places) for note in plan.notes],
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
