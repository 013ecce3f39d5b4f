"""`guelta reach`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from api.cli.common import elevation_option, json_option, print_json, print_table, progress_bar, weather_option


@click.command("reach")
@click.argument("at", metavar="AT")
@click.option("--start", help="When they set out, with its zone: 2026-06-15T18:00Z; now if left out.")
@click.option("--hours", type=int, default=12, show_default=True, help="How long, up to 72.")
@click.option("--every", type=int, default=1, show_default=True, help="Hours from one outline to the next.")
@click.option("--vehicle", default="pickup_4x4", show_default=True, help='Type of vehicle, or "foot".')
@click.option("--litres", type=float, default=5.0, show_default=True, help="Water of each walker, with --vehicle foot.")
@click.option(
    "--behaviour", type=click.Choice(["walk-night", "walk-day"]), default="walk-night", help="When walkers walk."
)
@click.option("--through-blocked", is_flag=True, help="Go through areas closed by mines or fighting too.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the outlines here, as GeoJSON.")
@weather_option
@elevation_option
@json_option
def command(
    at: str,
    start: str | None,
    hours: int,
    every: int,
    vehicle: str,
    litres: float,
    behaviour: str,
    through_blocked: bool,
    out: Path | None,
    weather_file: Path | None,
    elevation_file: Path | None,
    as_json: bool,
) -> None:
    """How far a vehicle or people on foot get hour by hour, over open ground and the network.

    AT is a place, position or words as in `guelta route`. Vehicles are limited by their fuel and the water of the crew,
    walkers by water and heat: they get no farther once a tenth of them are dead.
    """
    with progress_bar("finding what is reached") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import elevation_of, weather_of
        from api.usecases.reach import ReachAsked, find_reach, reach_document

        context = open_prepared().with_files(weather_of(weather_file), elevation_of(elevation_file))
        progress(0.3)
        moment = start or datetime.now(UTC).isoformat(timespec="minutes")
        asked = ReachAsked(at, moment, hours, every, vehicle, litres, behaviour, through_blocked)  # type: ignore[arg-type]
        document = reach_document(find_reach(context, asked), context.pack.version)
    if out is not None:
        out.write_bytes(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY))
    if as_json:
        print_json(document)
        return
    _tell(document, hours)


def _tell(document: dict[str, Any], hours: int) -> None:
    """Print what is reached as tables and sentences."""
    rows = [
        [
            "there and back" if each["kind"] == "and_back" else "there",
            f"{each['hour']}",
            f"{each['km2']:,.0f}",
            "" if each["alive"] is None else f"{100 * each['alive']:.0f} %",
        ]
        for each in (feature["properties"] for feature in document["features"])
    ]
    print_table(f"Reached from {document['at']['read_as']}", ["reach", "hours", "km²", "alive"], rows)
    _tell_limit(document["limit"], hours)
    finer = "; fewer hours are drawn finer" if hours > 1 else ""
    click.echo(f"outlines are good to {document['good_to_km']:.1f} km{finer}")
    rows = [
        [each["name"], each["kind"], f"{each['by_hour']:.0f}", f"{100 * each['probability']:.0f} %"]
        for each in document["water"][:10]
    ]
    if rows:
        print_table("Water reached, soonest first", ["water", "kind", "by hour", "gives water"], rows, left=2)
    else:
        click.echo("no water point is reached")


def _tell_limit(limit: dict[str, Any], hours: int) -> None:
    if "fuel_usable_l" in limit:
        click.echo(
            f"limited by {limit['fuel_usable_l']:.0f} l of fuel and {limit['crew_water_h']:.0f} h of crew's water"
        )
    else:
        last = "over 1440" if limit["hours_p10"] is None else f"{limit['hours_p10']:.0f}"
        click.echo(
            f"with {limit['water_l_each']:g} l each a tenth are dead after {last} h; nobody is counted on after that"
        )
        click.echo(f"{limit['walked_h']:.1f} h of {hours} are walked, the rest rested")
