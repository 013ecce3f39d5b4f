"""A plan changed by hand: locks, segments added and dropped, another fleet; and two plans side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from api.context import RegionContext
from api.usecases.inputs import Faults
from api.usecases.plan_file import PlanFile, PlannedConvoy
from api.usecases.wishes import read_request
from data.errors import BadInput
from routes.positions import read_position
from sar.request import PatrolRequest, Step


@dataclass(frozen=True)
class Changes:
    """What is changed in a plan, as users write it.

    Attributes
    ----------
    lock : tuple of str
        "agadez-1" or "agadez-1:2" (its second day): driven as in the plan whatever else changes.
    add, drop : tuple of str
        Segments that have to be visited, and that may not be driven.
    bases : tuple of str
        The fleet, in place of the plan's; empty to keep it.
    """

    lock: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()


def changed_request(context: RegionContext, plan: PlanFile, changes: Changes) -> PatrolRequest:
    """Return the request of a changed plan.

    Raises
    ------
    BadInput
        With every fault: unknown segments, convoys or days, and locks that drive what is dropped.
    """
    faults = Faults()
    wishes = replace(
        plan.wishes,
        bases=changes.bases or plan.wishes.bases,
        ends=tuple(each for each in plan.wishes.ends if _stays(context, each, changes.bases)),
        required=tuple(
            dict.fromkeys([*(each for each in plan.wishes.required if each not in changes.drop), *changes.add])
        ),
        closed=tuple(dict.fromkeys([*(each for each in plan.wishes.closed if each not in changes.add), *changes.drop])),
    )
    request = faults.read(lambda: read_request(context, plan.on, wishes))
    locked = faults.read(lambda: locked_steps(context, plan, changes.lock))
    if request and locked:
        fleet = {convoy.convoy_id for convoy in request.convoys}
        gone = sorted({convoy_id for convoy_id, _ in locked} - fleet)
        faults.lines += [f"convoy {convoy_id} is locked but no longer in the fleet" for convoy_id in gone]
        names = context.network.segments.index
        shut = {names[row] for steps in locked.values() for row, _ in steps} & set(request.closed)
        faults.lines += [
            f"segment '{segment}' is dropped or closed but a locked convoy drives it" for segment in sorted(shut)
        ]
    faults.settle()
    assert request is not None and locked is not None
    rows = row_of(context)
    known = {(convoy.convoy_id, convoy.day): _steps(rows, convoy) for convoy in plan.convoys}
    return replace(request, locked=locked, suggested=known)


def _stays(context: RegionContext, end: str, bases: tuple[str, ...]) -> bool:
    """Say whether the base of an end written "agadez:arlit" is still among the bases."""
    names = {read_position(base.partition(":")[0], context.pack.places).place_id for base in bases}
    return not bases or read_position(end.partition(":")[0], context.pack.places).place_id in names


def _steps(rows: dict[str, int], convoy: PlannedConvoy) -> tuple[Step, ...]:
    return tuple((rows[step.segment_id], step.forward) for step in convoy.steps)


def row_of(context: RegionContext) -> dict[str, int]:
    """Return the row of each segment in the network's table."""
    return {str(segment): row for row, segment in enumerate(context.network.segments.index)}


def locked_steps(
    context: RegionContext, plan: PlanFile, locks: Iterable[str]
) -> dict[tuple[str, int], tuple[Step, ...]]:
    """Return what locked convoys drive, by convoy and day."""
    faults = []
    locked: dict[tuple[str, int], tuple[Step, ...]] = {}
    rows = row_of(context)
    for text in locks:
        name, mark, day = text.partition(":")
        days = [
            convoy
            for convoy in plan.convoys
            if convoy.convoy_id == name and (not mark or str(convoy.day + 1) == day.strip())
        ]
        if not days:
            there = ", ".join(dict.fromkeys(convoy.convoy_id for convoy in plan.convoys))
            faults.append(f"'{text[:60]}' is no convoy and day of this plan; there are {there}, days 1 to {plan.days}")
        for convoy in days:
            locked[name, convoy.day] = _steps(rows, convoy)
    if faults:
        raise BadInput(faults)
    return locked


def comparison(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Put two plan documents side by side.

    Parameters
    ----------
    before, after : dict
        As `maps.exporters.json_plan.document` makes them.

    Returns
    -------
    dict
        Totals of each, what each convoy and day drives in each, and the segments only one of them visits.
    """
    seen = [_seen(document) for document in (before, after)]
    convoys = [
        {f"{convoy['convoy_id']}-d{convoy['day']}": convoy for convoy in document["convoys"]}
        for document in (before, after)
    ]
    names = list(dict.fromkeys([*convoys[0], *convoys[1]]))
    return {
        "kind": "plan-comparison",
        "plans": [_totals(document) for document in (before, after)],
        "convoys": [
            {"convoy": name, "before": _line(convoys[0].get(name)), "after": _line(convoys[1].get(name))}
            for name in names
        ],
        "only_before": _only(seen[0], seen[1]),
        "only_after": _only(seen[1], seen[0]),
    }


def _totals(document: dict[str, Any]) -> dict[str, Any]:
    convoys = document["convoys"]
    return {
        "plan_id": document["plan_id"],
        "date": document["date"],
        "days": document["days"],
        "expected_people_reached": document["expected_people_reached"],
        "at_least_share_of_best": document["at_least_share_of_best"],
        "km": sum(convoy["km"] for convoy in convoys),
        "hours": sum(convoy["hours"] for convoy in convoys),
        "fuel_l": sum(convoy["fuel_used_l"] * len(convoy["vehicles"]) for convoy in convoys),
    }


def _line(convoy: dict[str, Any] | None) -> dict[str, Any] | None:
    if convoy is None:
        return None
    ends = [convoy["legs"][0]["from"], *(leg["to"] for leg in convoy["legs"])] if convoy["legs"] else []
    return {
        "way": " → ".join(ends) or "stays at base",
        "km": convoy["km"],
        "hours": convoy["hours"],
        "expected_people_reached": convoy["expected_people_reached"],
        "segments": [segment["segment_id"] for leg in convoy["legs"] for segment in leg["segments"]],
    }


def _seen(document: dict[str, Any]) -> dict[str, float]:
    seen: dict[str, float] = {}
    for convoy in document["convoys"]:
        for leg in convoy["legs"]:
            for segment in leg["segments"]:
                name = segment["segment_id"]
                seen[name] = seen.get(name, 0.0) + segment["expected_people_reached"]
    return seen


def _only(one: dict[str, float], other: dict[str, float]) -> list[dict[str, Any]]:
    """List what one plan visits and the other does not, by the people it expects there."""
    left = sorted((name for name in one if name not in other), key=lambda name: -one[name])
    return [{"segment_id": name, "expected_people_reached": one[name]} for name in left]
