"""The search plan of a case, as `guelta case next`. What a job came to stays as it was; the case goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from api.access.audience import Audience
from api.process import Bench, Inputs, Output, Process, Progress
from api.usecases.inputs import Faults, moment_of


class SearchPlanInputs(Inputs):
    """A case and a moment."""

    case_id: str = Field(max_length=40, examples=["C-20260615-01"])
    now: str | None = Field(None, max_length=40, description="Look at the case at this moment; now if left out.")


def _moment(inputs: SearchPlanInputs) -> datetime | None:
    return None if inputs.now is None else moment_of(inputs.now, field="now")


def _check(bench: Bench, inputs: SearchPlanInputs) -> None:
    from api.usecases.case_desk import CaseDesk

    faults = Faults()
    faults.read(lambda: _moment(inputs))
    faults.read(lambda: CaseDesk(bench.reported, bench.store).told(inputs.case_id))
    faults.settle()


def _run(bench: Bench, inputs: SearchPlanInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    from api.usecases.case_desk import CaseDesk

    _, document = CaseDesk(bench.reported, bench.store).show(inputs.case_id, _moment(inputs), progress=progress)
    return {"search_plan": document}


PROCESS = Process(
    name="search_plan",
    version="1.0.0",
    title="Search plan of a case",
    description="Works out where the people of a case may be, how long they have, and the next best leg of each asset.",
    least=Audience.PLANNER,
    scope="cases",
    inputs=SearchPlanInputs,
    outputs=(Output("search_plan", "The case at the moment asked for, with its search plan"),),
    check=_check,
    run=_run,
    is_quick=True,
    case_of=lambda inputs: str(inputs.get("case_id", "")),
)
