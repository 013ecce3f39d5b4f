"""`guelta case update`: what the field tells, in words or by options."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.cli.case_options import MOMENT, by_option, case_argument, desk_of, moment_option
from api.cli.case_output import show_case
from api.cli.common import FiniteRange, json_option, print_json, progress_bar
from api.cli.store_options import store_option

_PLATFORMS = ["ground vehicle", "foot", "aircraft", "drone"]


@click.command("update")
@case_argument
@click.argument("message", required=False, default="")
@click.option("--gpx", "gpx_files", multiple=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Track that was searched without finding anybody.")  # fmt: skip
@click.option("--asset", "asset_id", help="Who searched or tells it.")
@click.option("--platform", type=click.Choice(_PLATFORMS), default="ground vehicle", show_default=True)
@click.option("--begun", type=MOMENT, help="When the search of a track without times began.")
@click.option("--ended", type=MOMENT, help="When it ended.")
@click.option("--rd", "measured_rd_m", type=FiniteRange(1, 20_000), help="Range of detection measured, m.")
@click.option("--visibility", "visibility_km", type=FiniteRange(0, 100), help="During the search, km.")
@click.option("--add-asset", "assets", multiple=True, metavar="ID/PLACE[/PLATFORM[/READY[/HOURS]]]",
              help="Car, team, aircraft or drone that can search.")  # fmt: skip
@click.option("--release", multiple=True, metavar="ASSET", help="Searches no more.")
@click.option("--weight", "weights", multiple=True, metavar="SCENARIO=0..1", help="The others fill up to 1.")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="litres=20, adults=12, movement=walking ...")
@click.option("--withdraw", "withdrawn", type=click.IntRange(2), multiple=True, help="Number of an event told wrong.")
@click.option("--same-as", "same_as", multiple=True, metavar="CASE", help="A case that is the same event.")
@click.option("--note", "notes", multiple=True, help="Words that change nothing.")
@by_option
@moment_option
@store_option
@json_option
def update_command(
    case_id: str, message: str, by: str, at: datetime | None, url: str, as_json: bool, **given: Any
) -> None:
    """Tell a case something: a MESSAGE such as "clear to km 140 from Dirkou towards Achegour", or options."""
    with progress_bar("reading the message") as progress:
        desk = desk_of(url)
        from api.usecases.case_tell import Telling, tell

        progress(0.3)
        files = tuple((path.name, path.read_bytes()) for path in given.pop("gpx_files"))
        told = tell(desk, case_id, Telling(message=message, gpx_files=files, **given), by, at)
        progress(0.6)
        _, document = desk.show(case_id, at, progress=lambda share: progress(0.6 + 0.4 * share))
    document["told"] = told
    if as_json:
        print_json(document)
        return
    for line in told:
        click.echo(line)
    show_case(document)
