"""Patrols: from a request to a plan joined with the map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from api.context import RegionContext
from api.usecases.crew_heat import with_crew_heat
from data.errors import BadInput
from maps.plan_view import PlanView, view_plan
from sar.benefit import VisitBenefit, VisitParameters
from sar.debt import CoverageDebt
from sar.patrol import Watch, plan_patrols
from sar.request import PatrolRequest

Array = NDArray[np.float64]


def plan_request(
    context: RegionContext,
    request: PatrolRequest,
    visit: VisitParameters | None = None,
    watch: Watch | None = None,
    hours_since: Array | None = None,
) -> PlanView:
    """Plan patrols.

    Parameters
    ----------
    context : RegionContext
    request : PatrolRequest
        From `api.usecases.wishes.read_request`.
    visit : VisitParameters, optional
        How well a patrol sees and when it last came.
    watch : Watch, optional
        Follows the work and may stop it.
    hours_since : array, shape (n,), optional
        Since the last visit to each segment, where a record is kept; else as `visit` says.

    Returns
    -------
    PlanView

    Raises
    ------
    BadInput, NoAnswer
        See `sar.patrol.plan_patrols`.
    """
    visit = visit or VisitParameters()
    since: Array | float = visit.hours_since_visit if hours_since is None else hours_since
    people, aim = debts(context, request, visit, since)
    plan = plan_patrols(context.network.segments, people, aim, request, watch)
    plan = with_crew_heat(context, plan)
    water = context.water_points(request.on)
    return view_plan(plan, context.network.segments, context.pack.places, water, context.pack.version)


def debts(
    context: RegionContext, request: PatrolRequest, visit: VisitParameters, since: Array | float
) -> tuple[CoverageDebt, CoverageDebt]:
    """Return what visits reach on the days of a request, and what the planner aims at.

    The aim gives a share to exploration: to each segment in proportion to the half-width of the 80 % interval of its
    rate, scaled so that the operational area holds as much to learn as people to reach.
    """
    table, segments = context.risk(request.on).table, context.network.segments
    length_m = segments["length"].to_numpy(float)
    rate = np.nan_to_num(table["incident_rate_per_km_day"].to_numpy(float))
    spread = np.nan_to_num((table["incident_rate_high"] - table["incident_rate_low"]).to_numpy(float)) / 2
    countries = {convoy.base.country for convoy in request.convoys}
    area = segments["country"].isin(countries).to_numpy() & (segments["mode"] != "sea").to_numpy()
    known, unsure = ((each * length_m)[area].sum() for each in (rate, spread))
    aimed = (1 - request.explore) * rate + request.explore * spread * (known / unsure if unsure > 0 else 0.0)
    still = context.risk(request.on).still_there
    benefits = [VisitBenefit.of(each, length_m, request.group_size, still, visit.pod) for each in (rate, aimed)]
    people, aim = (CoverageDebt.of(benefit, since, request.days) for benefit in benefits)
    return people, aim


def visit_parameters(hours_since_visit: float) -> VisitParameters:
    """Check what a user says of the last visit; raises BadInput outside 0 hours to a year."""
    try:
        return VisitParameters(hours_since_visit=hours_since_visit)
    except ValueError as error:
        raise BadInput(str(error)) from None
