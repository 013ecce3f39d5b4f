"""A kept plan changed by hand and the rest planned anew, as `guelta edit`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from api.access.audience import Audience
from api.process import Bench, Inputs, Output, Process, Progress
from api.processes.patrol_plan import Listed
from api.usecases.edit import Changes, changed_request
from api.usecases.patrol import plan_request, visit_parameters
from api.usecases.plan_shelf import kept_plan
from maps.exporters.json_plan import document
from sar.patrol import Watch
from sar.request import PatrolRequest


class PatrolEditInputs(Inputs):
    """A plan, and what is changed in it."""

    plan: str = Field(max_length=80, description="Id of a plan that is kept.")
    lock: Listed = Field(default_factory=list, description="agadez-1 or agadez-1:2 (its day): driven as it is.")
    add: Listed = Field(default_factory=list, description="Segments that have to be visited.")
    drop: Listed = Field(default_factory=list, description="Segments that may not be driven.")
    bases: Listed = Field(default_factory=list, description="The fleet, in place of the plan's.")
    hours_since_visit: float = Field(168.0, ge=0, le=8760, description="Hours since the last patrol everywhere.")


def _asked(bench: Bench, wanted: PatrolEditInputs) -> PatrolRequest:
    _, plan = kept_plan(bench.reported, bench.store, wanted.plan)
    changes = Changes(tuple(wanted.lock), tuple(wanted.add), tuple(wanted.drop), tuple(wanted.bases))
    return changed_request(bench.reported, plan, changes)


def _check(bench: Bench, inputs: PatrolEditInputs) -> None:
    _asked(bench, inputs)


def _run(bench: Bench, inputs: PatrolEditInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    request = _asked(bench, inputs)
    bench.reported.risk(request.on)
    progress(0.2)
    visit = visit_parameters(inputs.hours_since_visit)
    watch = Watch(lambda share: progress(0.2 + 0.8 * share))
    return {"plan": {**document(plan_request(bench.reported, request, visit, watch)), "replaces": inputs.plan}}


PROCESS = Process(
    name="patrol_edit",
    version="1.0.0",
    title="Patrol plan changed",
    description="Keeps what is locked of a plan, adds and drops segments, and plans the rest anew.",
    least=Audience.PLANNER,
    scope="plans",
    inputs=PatrolEditInputs,
    outputs=(Output("plan", "The changed plan as JSON"),),
    check=_check,
    run=_run,
    is_quick=True,
)
