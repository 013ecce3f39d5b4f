"""Rasters of risk and its layers on a day, as `guelta risk --raster`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from api.access.audience import Audience
from api.process import GEOTIFF_TYPE, Bench, Inputs, Output, Process, Progress
from api.spread import Engine
from api.usecases.inputs import day_of
from api.usecases.raster import raster_names, write_rasters
from risk.layer import layers


class RasterInputs(Inputs):
    """Day and size of the cells."""

    date: str = Field(max_length=10, examples=["2026-06-15"], description="Day whose heat and water hold.")
    resolution_deg: float = Field(0.25, ge=0.02, le=5, description="Side of a cell, degrees.")


def _check(bench: Bench, inputs: RasterInputs) -> None:
    day_of(inputs.date)


def _run(bench: Bench, inputs: RasterInputs, folder: Path, progress: Progress) -> Mapping[str, Any]:
    engine = Engine.of_service()
    paths = write_rasters(bench.context, day_of(inputs.date), folder, inputs.resolution_deg, progress, engine=engine)
    return {path.stem: path for path in paths}


def _output(name: str) -> Output:
    known = layers()
    title = known[name].description if name in known else f"{name.replace('_', ' ').capitalize()} per km and day"
    return Output(name, title, GEOTIFF_TYPE, is_always=False)


PROCESS = Process(
    name="risk_raster",
    version="1.0.0",
    title="Rasters of risk",
    description="Computes risk and each of its layers on a grid over the region, as Cloud-Optimised GeoTIFFs.",
    least=Audience.RESEARCHER,
    scope="risk",
    inputs=RasterInputs,
    outputs=tuple(_output(name) for name in raster_names()),
    check=_check,
    run=_run,
)
