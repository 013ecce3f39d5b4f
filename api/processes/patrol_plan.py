"""Patrols of one or more days, as `guelta plan`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints

from api.access.audience import Audience
from api.context import RegionContext
from api.process import Bench, Inputs, Output, Process, Progress
from api.usecases.inputs import FIRST_DAY, Faults, day_of

if TYPE_CHECKING:
    from sar.benefit import VisitParameters
    from sar.request import PatrolRequest

Words = Annotated[str, StringConstraints(max_length=120)]
Listed = Annotated[list[Words], Field(max_length=1000)]


class PatrolPlanInputs(Inputs):
    """What is wished of patrols; the options of `guelta plan` in words."""

    date: str = Field(max_length=10, examples=["2026-06-15"], description="First day of the patrols.")
    bases: list[Words] = Field(
        min_length=1,
        max_length=20,
        examples=[["agadez:2", "dirkou:2"]],
        description="Bases and their vehicles: place:vehicles or place:vehicles:type.",
    )
    hours: float = Field(12.0, gt=0, le=24, description="Length of the shift, h.")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Same seed, same plan.")
    closed: Listed = Field(default_factory=list, description="Segments that may not be driven; SEGMENT=DATE opens one.")
    required: Listed = Field(default_factory=list, description="Segments that have to be visited.")
    allow_single: bool = Field(False, description="Let a single car leave alone.")
    days: int = Field(1, ge=1, le=14)
    explore: float = Field(0.15, ge=0, lt=1, description="Share of the aim for uncertain segments.")
    vary: float = Field(0.0, ge=0, le=0.5, description="Share of the aim given up so that nobody foresees the plan.")
    home_each_night: bool = False
    ends: Listed = Field(default_factory=list, description="base:place where convoys end elsewhere.")
    rest: str = Field("", max_length=20, description="12:00-15:30 without driving for the heat.")
    zones: Listed = Field(default_factory=list, description="SEGMENT=SKILL: who may drive there.")
    skills: Listed = Field(default_factory=list, description="base:skill.")
    room: Listed = Field(default_factory=list, description="place:40, people a place of safety can take today.")
    agreed: Listed = Field(default_factory=list, description="place=who agreed that people are brought there.")
    hours_since_visit: float = Field(168.0, ge=0, le=8760, description="Hours since the last patrol everywhere.")


def asked_of(context: RegionContext, wanted: PatrolPlanInputs) -> tuple[PatrolRequest, VisitParameters]:
    """Return what is asked of the planner; raises BadInput with every fault."""
    from api.usecases.patrol import visit_parameters
    from api.usecases.wishes import Wishes, read_request

    values: dict[str, Any] = wanted.model_dump(exclude={"date", "hours_since_visit"})
    values = {name: tuple(each) if isinstance(each, list) else each for name, each in values.items()}
    wishes = Wishes(**values)
    faults = Faults()
    on = faults.read(lambda: day_of(wanted.date))
    asked = faults.read(lambda: read_request(context, on or FIRST_DAY, wishes))
    visit = faults.read(lambda: visit_parameters(wanted.hours_since_visit))
    faults.settle()
    assert asked is not None and visit is not None
    return asked, visit


def _check(bench: Bench, inputs: PatrolPlanInputs) -> None:
    asked_of(bench.reported, inputs)


def _run(bench: Bench, inputs: PatrolPlanInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    from api.usecases.patrol import plan_request
    from maps.exporters.json_plan import document
    from sar.patrol import Watch

    request, visit = asked_of(bench.reported, inputs)
    bench.reported.risk(request.on)
    progress(0.2)
    watch = Watch(lambda share: progress(0.2 + 0.8 * share))
    return {"plan": document(plan_request(bench.reported, request, visit, watch))}


PROCESS = Process(
    name="patrol_plan",
    version="1.0.0",
    title="Patrol plan",
    description="Plans patrols of one or more days that reach most people alive in expectation, with a bound.",
    least=Audience.PLANNER,
    scope="plans",
    inputs=PatrolPlanInputs,
    outputs=(Output("plan", "The plan as JSON: what each convoy drives, carries and is expected to reach"),),
    check=_check,
    run=_run,
    is_quick=True,
)
