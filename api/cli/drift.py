"""`guelta drift`: scenarios for OpenDrift, and its results as maps."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import FiniteRange, json_option, print_json, progress_bar


@click.group("drift")
def command() -> None:
    """Write drift scenarios for OpenDrift and read its results."""


@command.command("write")
@click.argument("at")
@click.option("--start", required=True, help="When the drift began, as 2026-06-15T09:00Z.")
@click.option("--release-hours", type=float, default=0.0, show_default=True, help="Within how long after that.")
@click.option("--hours", type=float, default=24.0, show_default=True, help="How long to follow it.")
@click.option("--object", "drifting", default="rubber-boat", show_default=True, help="What drifts.")
@click.option("--radius-km", type=float, default=5.0, show_default=True, help="How vague the position is.")
@click.option("--number", type=int, default=5000, show_default=True, help="Particles.")
@click.option("--current", nargs=2, type=float, help="Constant current east and north, m/s, for exercises.")
@click.option("--wind", nargs=2, type=float, help="Constant wind east and north, m/s, for exercises.")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("out/drift"))
@json_option
def write(
    at: str,
    start: str,
    release_hours: float,
    hours: float,
    drifting: str,
    radius_km: float,
    number: int,
    current: tuple[float, float] | None,
    wind: tuple[float, float] | None,
    folder: Path,
    as_json: bool,
) -> None:
    """Write scenario.json and run_drift.py for a drift that began at AT."""
    from api.prepared_region import open_prepared
    from api.usecases.inputs import Faults, moment_of
    from data.errors import BadInput
    from maps.drift import DriftScenario, write_scenario
    from maps.land import clearly_at_sea, clearly_on_land
    from routes.positions import read_position

    faults = Faults()
    position = faults.read(lambda: read_position(at, open_prepared().pack.places))
    moment = faults.read(lambda: moment_of(start, field="start"))
    faults.settle()
    assert position is not None and moment is not None
    if position.place_id is None and clearly_on_land(position.lon, position.lat):
        swap = (
            "; did you mean the two numbers the other way round?" if clearly_at_sea(position.lat, position.lon) else ""
        )
        raise BadInput(f"{position.read_as} lies on land, where nothing drifts{swap}")
    scenario = DriftScenario(
        position.lon, position.lat, radius_km, moment, release_hours, hours, drifting, number, current, wind
    )
    files = [str(path) for path in write_scenario(scenario, folder)]
    if as_json:
        print_json({"files": files})
        return
    for path in files:
        click.echo(f"wrote {path}")
    click.echo("run it where OpenDrift is installed: python run_drift.py scenario.json --forcing FILE")


@command.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", "instant", help="Instant to map, as 2026-06-15T21:00Z; the last of the file by default.")
@click.option("--cell-km", type=FiniteRange(0.1, 50), default=1.0, show_default=True, help="Cell of the map.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="GeoTIFF to write.")
@json_option
def read(file: Path, instant: str | None, cell_km: float, out: Path | None, as_json: bool) -> None:
    """Map where a drifting object may be, from a result FILE of OpenDrift."""
    with progress_bar("reading the drift"):
        from api.usecases.drift import drift_map
        from api.usecases.inputs import moment_of

        found = drift_map(file, moment_of(instant, field="at") if instant else None, cell_km, out)
    if as_json:
        print_json(found)
        return
    lon, lat = found["likeliest_cell"]
    areas = ", ".join(f"{share} in {area:.0f} km2" for share, area in found["area_km2"].items())
    click.echo(f"{found['time']}: {found['particles']} particles, {found['still_drifting']:.0%} still drifting")
    click.echo(f"likeliest cell {lat:.4f}, {lon:.4f} ({found['likeliest_cell_probability']:.1%}); {areas}")
    for path in found["files"]:
        click.echo(f"wrote {path}")
