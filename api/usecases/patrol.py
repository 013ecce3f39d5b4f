"""Patrols of a day: from bases as users write them to a plan joined with the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from api.context import RegionContext
from api.usecases.crew_heat import with_crew_heat
from api.usecases.inputs import Faults, convoys_of
from data.errors import BadInput
from maps.plan_view import PlanView, view_plan
from sar.benefit import VisitParameters, visit_benefit
from sar.patrol import plan_patrols
from sar.workspace import PatrolRequest


def read_request(
    context: RegionContext,
    on: date,
    bases: Iterable[str],
    hours: float,
    *,
    seed: int = 0,
    closed: Iterable[str] = (),
    required: Iterable[str] = (),
    allow_single: bool = False,
) -> PatrolRequest:
    """Turn what a user wrote into a request.

    Parameters
    ----------
    context : RegionContext
    on : date
    bases : iterable of str
        "place:vehicles" or "place:vehicles:vehicle_type".
    hours : float
        Shift of every convoy.
    seed : int
    closed, required : iterable of str
        Segment ids.
    allow_single : bool
        Whether a single car may leave alone.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults = Faults()
    closed, required = frozenset(closed), frozenset(required)
    convoys = faults.read(lambda: convoys_of(context.pack, bases, allow_single=allow_single))
    unknown = sorted((closed | required) - set(context.network.segments.index))
    faults.lines += [f"segment '{segment[:80]}' is not known" for segment in unknown]
    group_size = context.conditions(on).stranding.group_size
    # a stand-in base lets the other faults be found while the bases themselves are wrong
    checked = convoys or convoys_of(context.pack, ["agadez:2"])
    blocked = blocked_names(context, on)
    request = faults.read(
        lambda: PatrolRequest(on, hours, checked, closed, required, group_size=group_size, seed=seed, blocked=blocked)
    )
    faults.settle()
    assert request is not None
    return request


def blocked_names(context: RegionContext, on: date) -> dict[str, str]:
    """Return the segments closed by mines or fighting on a day, with the name of their area."""
    blocked = context.blocked(on)
    names = context.pack.blocked_areas.set_index("area_id")["name"]
    return {str(segment): str(names[area]) for segment, area in blocked[blocked != ""].items()}


def plan_request(
    context: RegionContext,
    request: PatrolRequest,
    visit: VisitParameters | None = None,
    progress: Callable[[float], None] | None = None,
) -> PlanView:
    """Plan a day's patrols.

    Parameters
    ----------
    context : RegionContext
    request : PatrolRequest
        From `read_request`.
    visit : VisitParameters, optional
        How well a patrol sees and when it last came.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    PlanView

    Raises
    ------
    BadInput, NoAnswer
        See `sar.patrol.plan_patrols`.
    """
    visit = visit or VisitParameters()
    risk, segments = context.risk(request.on), context.network.segments
    benefit = visit_benefit(
        risk.table["incident_rate_per_km_day"].to_numpy(float),
        segments["length"].to_numpy(float),
        request.group_size,
        risk.still_there,
        visit.hours_since_visit,
        visit.pod,
    )
    plan = with_crew_heat(context, plan_patrols(segments, benefit, request, progress=progress))
    water = context.water_points(request.on)
    return view_plan(plan, segments, context.pack.places, water, context.pack.version)


def visit_parameters(hours_since_visit: float) -> VisitParameters:
    """Check what a user says of the last visit; raises BadInput outside 0 hours to a year."""
    try:
        return VisitParameters(hours_since_visit=hours_since_visit)
    except ValueError as error:
        raise BadInput(str(error)) from None
