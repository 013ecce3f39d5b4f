"""Patrols under way diverted to an alert, as `guelta replan`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import Field

from api.access.audience import Audience
from api.process import Bench, Inputs, Output, Process, Progress
from api.processes.patrol_plan import Listed, Words
from api.usecases.inputs import Faults, moment_of
from api.usecases.plan_file import PlanFile
from api.usecases.plan_shelf import kept_plan
from api.usecases.replan import diversion_document, replan
from api.usecases.under_way import Report, read_reports
from routes.positions import Position, read_position
from sar.patrol import Watch

#: Seconds after which the rest of the day is taken as it then stands: somebody is waiting.
MOST_SECONDS = 3.0


class PatrolDiversionInputs(Inputs):
    """A plan under way, and where help is needed."""

    plan: str = Field(max_length=80, description="Id of a plan that is kept.")
    at: str = Field(max_length=40, examples=["2026-06-15T09:30Z"], description="Now.")
    alert: Words = Field(description="Where help is needed: a place, or a position.")
    reports: Listed = Field(default_factory=list, description="CONVOY=POSITION[;HOURS[;LITRES]] of who has called.")


def _asked(bench: Bench, wanted: PatrolDiversionInputs) -> tuple[PlanFile, datetime, Position, dict[str, Report]]:
    context, faults = bench.reported, Faults()
    plan = faults.read(lambda: kept_plan(context, bench.store, wanted.plan)[1])
    now = faults.read(lambda: moment_of(wanted.at, field="at"))
    where = faults.read(lambda: read_position(wanted.alert, context.pack.places))
    said = faults.read(lambda: read_reports(context, plan, tuple(wanted.reports))) if plan else None
    faults.settle()
    assert plan is not None and now is not None and where is not None and said is not None
    return plan, now, where, said


def _check(bench: Bench, inputs: PatrolDiversionInputs) -> None:
    _asked(bench, inputs)


def _run(bench: Bench, inputs: PatrolDiversionInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    plan, now, where, said = _asked(bench, inputs)
    bench.reported.risk(now.date())
    progress(0.3)
    began = monotonic()
    watch = Watch(lambda share: progress(0.3 + 0.7 * share), lambda: monotonic() - began > MOST_SECONDS)
    found = diversion_document(replan(bench.reported, plan, now, where, said, watch))
    rest = found.pop("rest_of_day")
    return {"plan": {**rest, "replaces": inputs.plan, "diversion": found}}


PROCESS = Process(
    name="patrol_diversion",
    version="1.0.0",
    title="Patrols diverted to an alert",
    description="Sends the convoy that reaches an alert soonest and can be home, and plans the rest of the day anew.",
    least=Audience.PLANNER,
    scope="plans",
    inputs=PatrolDiversionInputs,
    outputs=(Output("plan", "The rest of the day as a plan, with who goes, what is taken over and what is dropped"),),
    check=_check,
    run=_run,
    is_quick=True,
)
