"""`guelta case pattern`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.common import FiniteRange, folder_option, json_option, print_json, progress_bar
from sar.sweep import Platform, Target

KINDS = ["track line", "parallel sweep", "creeping line", "expanding square", "sector search"]


@click.command("pattern")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--at", default="", help="Datum or middle: words, coordinates, or a square such as 'N19.13 E012.02'.")
@click.option("--from", "start", default="", help="Place where the track begins, for a track line.")
@click.option("--towards", default="", help="Place the track leads to.")
@click.option("--from-km", type=FiniteRange(0, 5000), default=0.0, show_default=True)
@click.option("--to-km", type=FiniteRange(0, 5000))
@click.option(
    "--length", "length_km", type=FiniteRange(0.1, 500), default=6.0, show_default=True, help="Of the area, km."
)
@click.option("--width", "width_km", type=FiniteRange(0.1, 500), default=6.0, show_default=True)
@click.option("--heading", "heading_deg", type=FiniteRange(0, 360), help="Of the legs, degrees true.")
@click.option("--platform", type=click.Choice([each.value for each in Platform]), default="ground vehicle",
              show_default=True)  # fmt: skip
@click.option("--target", type=click.Choice([each.value for each in Target]), default="standing person",
              show_default=True, help="What is searched for.")  # fmt: skip
@click.option("--coverage", type=FiniteRange(0.1, 5), default=1.0, show_default=True)
@click.option("--speed", "speed_kph", type=FiniteRange(0.5, 500), help="While searching.")
@click.option("--hours", type=FiniteRange(0.1, 48), help="Cut after so many hours.")
@click.option("--visibility", "visibility_km", type=FiniteRange(0, 100), default=20.0, show_default=True)
@click.option("--height", "height_m", type=FiniteRange(10, 3000), default=152.4, show_default=True)
@click.option("--rd", "measured_rd_m", type=FiniteRange(1, 20_000), help="Range of detection measured, m.")
@click.option("--asset", "asset_id", default="asset", show_default=True)
@folder_option("Folder for the GPX file.")
@json_option
def pattern_command(asset_id: str, folder: Path, as_json: bool, **wanted: Any) -> None:
    """Lay out a search pattern of a KIND, spaced by the sweep width, and write it as GPX."""
    with progress_bar("laying out") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.search_pattern import WantedPattern, pattern_gpx, pattern_of

        progress(0.3)
        pattern, told = pattern_of(open_prepared(), WantedPattern(**wanted))
        folder.mkdir(parents=True, exist_ok=True)
        told["files"] = []
        for name, content in pattern_gpx(asset_id, pattern, told).items():
            (folder / name).write_bytes(content)
            told["files"].append(str(folder / name))
    if as_json:
        print_json(told)
        return
    click.echo(
        f"{told['kind']}: {told['length_km']:.1f} km ({told['search_km']:.1f} km searched), {told['hours']:.1f} h; "
        f"sweep width {told['sweep_width_m']:.0f} m, legs {told['spacing_m']:.0f} m apart, POD {told['pod']:.0%}"
    )
    click.echo(f"commence at {told['commence']['lat']:.5f}, {told['commence']['lon']:.5f}")
    if told["outside_km"] > 0.1:
        click.echo(f"{told['outside_km']:.1f} km of it lead outside the area: look at the map before going")
    for path in told["files"]:
        click.echo(path)
