"""Where new bases, water points or beacons would do most, as `guelta site`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.access.audience import Audience
from api.process import Bench, Inputs, Output, Process, Progress
from api.usecases.inputs import Faults, day_of
from api.usecases.site import KINDS, MOST_SITES, check_request, propose_sites


class SitingInputs(Inputs):
    """What is to be built, and how many."""

    kind: str = Field(max_length=20, json_schema_extra={"enum": list(KINDS)})
    count: int = Field(3, ge=1, le=MOST_SITES)
    date: str = Field(max_length=10, examples=["2026-06-15"], description="Day whose heat and water hold.")
    countries: list[Annotated[str, StringConstraints(max_length=2)]] = Field(
        default_factory=list, max_length=50, description="Only candidates there, as NE; all if left out."
    )


def _check(bench: Bench, inputs: SitingInputs) -> None:
    faults = Faults()
    faults.read(lambda: day_of(inputs.date))
    faults.read(lambda: check_request(bench.reported, inputs.kind, inputs.count, inputs.countries))
    faults.settle()


def _run(bench: Bench, inputs: SitingInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    on = day_of(inputs.date)
    found = propose_sites(bench.reported, on, inputs.kind, inputs.count, inputs.countries, progress=progress)
    return {"sites": found}


PROCESS = Process(
    name="siting",
    version="1.0.0",
    title="Siting",
    description="Proposes where new bases, water points or beacons would reach most people in time.",
    least=Audience.PLANNER,
    scope="plans",
    inputs=SitingInputs,
    outputs=(Output("sites", "Sites in the order in which each adds most, with a proof of how good they are"),),
    check=_check,
    run=_run,
    is_quick=True,
)
