"""A kept plan joined with names and geometry again, so that its orders can be printed days later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from api.context import RegionContext
from api.usecases.plan_file import PlanFile
from api.usecases.wishes import read_request
from data.errors import BadInput
from data.units import M_PER_KM
from maps.plan_view import PlanView, view_plan
from sar.fleet import Convoy
from sar.handover import HandOver
from sar.note import Note
from sar.plan import ConvoyPlan, DrivenPiece, LeftOut, Plan
from sar.request import PatrolRequest, PlaceOfSafety


def restored_view(context: RegionContext, plan: PlanFile) -> PlanView:
    """Return the view of a plan as it was made: nothing is planned anew, and its id stays.

    Water points are shown in the state known now.

    Raises
    ------
    BadInput
        If its vehicles or places are none of this region, or numbers are missing in it.
    """
    # what may be driven was decided when it was made: a closure told of since must not keep it from being read
    wishes = replace(plan.wishes, closed=(), required=(), zones=(), skills=(), ends=())
    request = replace(
        read_request(context, plan.on, wishes), closed=_closed(plan), required=frozenset(plan.wishes.required)
    )
    fleet = {each.convoy_id: each for each in request.convoys}
    document = plan.document
    try:
        convoys = tuple(_convoy(each, fleet[each["convoy_id"]], request) for each in document["convoys"])
        left_out = tuple(
            LeftOut(each["segment_id"], each["expected_people"], Note(each["reason"], each["values"]))
            for each in document["left_out"]
        )
        made = Plan(
            request, convoys, left_out, document["people_in_area"], float(document["aim"]), float(document["best_aim"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"plan {plan.plan_id} cannot be shown: {error} is missing or is none") from None
    water = context.water_points(plan.on)
    return view_plan(made, context.network.segments, context.pack.places, water, plan.data_version)


def _closed(plan: PlanFile) -> dict[str, date | None]:
    pairs = (each.partition("=") for each in plan.wishes.closed)
    return {segment: date.fromisoformat(until) if until else None for segment, _, until in pairs}


def _convoy(told: Mapping[str, Any], convoy: Convoy, request: PatrolRequest) -> ConvoyPlan:
    rest = told.get("rest")
    segments = [each for leg in told["legs"] for each in leg["segments"]]
    return ConvoyPlan(
        convoy=convoy,
        day=told["day"] - 1,
        days=request.days,
        on=date.fromisoformat(told["date"]),
        begins_at=told["from_place"],
        ends_at=told["to_place"],
        start=datetime.fromisoformat(told["start"]),
        end=datetime.fromisoformat(told["end"]),
        rest=(datetime.fromisoformat(rest[0]), datetime.fromisoformat(rest[1])) if rest else None,
        pieces=tuple(
            DrivenPiece(
                each["segment_id"], each["forward"], each["km"] * M_PER_KM, each["hours"], each["fuel_l"],
                each["expected_people_reached"],
            )
            for each in segments
        ),
        fuel_l=told["vehicles"][0]["fuel_l"],
        water_l=told["vehicles"][0]["water_l"],
        hand_over=_hand_over(told.get("hand_over")),
        notes=tuple(Note(each["code"], each["values"]) for each in told.get("remarks", ())),
    )  # fmt: skip


def _hand_over(told: Mapping[str, Any] | None) -> HandOver | None:
    if told is None:
        return None
    place = PlaceOfSafety(
        told["place_id"], told["country"], told["room"], frozenset(told["services"]), told["agreed_by"] or ""
    )
    return HandOver(place, told["hours_beyond_end"], told["hours_from_farthest"], told["drives_for_a_group"])
