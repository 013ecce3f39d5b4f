"""How well the model would have foretold later incidents, as `guelta hindcast`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field

from api.access.audience import Audience
from api.process import Bench, Inputs, Output, Process, Progress
from api.usecases.inputs import LAST_DAY, Faults, day_of
from data.errors import BadInput

#: Characters of an incident file: it is kept with the job.
MOST_TEXT = 5_000_000


class HindcastInputs(Inputs):
    """Incidents and the days that divide them."""

    incidents: str = Field(
        min_length=1,
        max_length=MOST_TEXT,
        description="A CSV file of incidents (Missing Migrants, ACLED or own template), as text.",
        json_schema_extra={"contentMediaType": "text/csv"},
    )
    train_until: str = Field(max_length=10, examples=["2020-12-31"], description="Last day of the incidents fitted.")
    test_from: str | None = Field(None, max_length=10, description="First day scored; the day after by default.")
    test_to: str | None = Field(None, max_length=10, description="Last day scored; the end of the file by default.")


def _days(inputs: HindcastInputs) -> tuple[date, date, date]:
    faults = Faults()
    until = faults.read(lambda: day_of(inputs.train_until, field="train_until"))
    first = faults.read(lambda: day_of(inputs.test_from or "", field="test_from")) if inputs.test_from else None
    last = faults.read(lambda: day_of(inputs.test_to or "", field="test_to")) if inputs.test_to else LAST_DAY
    faults.settle()
    assert until is not None and last is not None
    first = first or until + timedelta(days=1)
    if not until < first <= last:
        raise BadInput(f"the days must be in order: trained until {until}, scored from {first} to {last}")
    return until, first, last


def _check(bench: Bench, inputs: HindcastInputs) -> None:
    _days(inputs)


def _run(bench: Bench, inputs: HindcastInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    from api.usecases.hindcast import hindcast_document, run_hindcast

    path = folder / "incidents.csv"
    path.write_text(inputs.incidents, encoding="utf-8")
    try:
        progress(0.1)
        found = run_hindcast(bench.context, path, *_days(inputs))
    finally:
        path.unlink()
    return {"scores": hindcast_document(found, bench.context.pack.version)}


PROCESS = Process(
    name="hindcast",
    version="1.0.0",
    title="Hindcast",
    description="Fits on the incidents up to a day and scores how well the later ones are foretold, beside baselines.",
    least=Audience.RESEARCHER,
    scope="risk",
    inputs=HindcastInputs,
    outputs=(Output("scores", "Scores of the model and of simple ones, with intervals"),),
    check=_check,
    run=_run,
)
