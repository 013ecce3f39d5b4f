"""A plan put to the test on simulated strandings, as `guelta simulate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from api.access.audience import Audience
from api.process import Bench, Inputs, Output, Process, Progress
from api.spread import Engine


class SimulationInputs(Inputs):
    """A plan and how long it is driven."""

    plan: dict[str, Any] = Field(description="A plan as the process patrol_plan and `guelta plan` give it.")
    days: int = Field(90, ge=1, le=366, description="Days driven; a shorter plan begins anew when it ends.")
    runs: int = Field(2000, ge=1, le=100_000)
    seed: int = Field(1, ge=0, le=2**31 - 1, description="Same seed, same answer.")


def _check(bench: Bench, inputs: SimulationInputs) -> None:
    from api.usecases.plan_file import plan_of

    plan_of(bench.reported, inputs.plan, "plan")


def _run(bench: Bench, inputs: SimulationInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    from api.usecases.plan_file import plan_of
    from api.usecases.simulate import simulate_plan, simulation_document

    plan = plan_of(bench.reported, inputs.plan, "plan")
    bench.reported.risk(plan.on)
    progress(0.2)
    found = simulate_plan(
        bench.reported,
        plan,
        inputs.days,
        inputs.runs,
        inputs.seed,
        lambda share: progress(0.2 + 0.8 * share),
        Engine.of_service(),
    )
    return {"simulation": simulation_document(found)}


PROCESS = Process(
    name="patrol_simulation",
    version="1.0.0",
    title="Simulation of a plan",
    description="Strands groups one by one and lets a plan, and habits with the same fleet and fuel, meet them.",
    least=Audience.PLANNER,
    scope="plans",
    inputs=SimulationInputs,
    outputs=(Output("simulation", "People met alive by the plan and by each habit, with intervals"),),
    check=_check,
    run=_run,
)
