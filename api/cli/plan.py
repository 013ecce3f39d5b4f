"""`guelta plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.common import (
    folder_option,
    json_option,
    language_option,
    print_json,
    progress_bar,
    tomorrow,
    weather_option,
)
from api.cli.plan_options import driven_option, since_option, wish_options
from api.cli.plan_output import document, show_plan, watched, write_plan


@click.command("plan")
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day of the patrols, as 2026-06-15.")
@click.option(
    "--base",
    "bases",
    multiple=True,
    required=True,
    metavar="PLACE[:VEHICLES[:TYPE]]",
    help="A base and its vehicles, as agadez:2; may be given several times.",
)
@wish_options
@driven_option
@since_option
@folder_option("Folder for plan.json, plan.geojson, a GPX and a PDF order for each vehicle, and map.html.")
@weather_option
@language_option
@json_option
def command(
    day: str,
    bases: tuple[str, ...],
    driven_files: tuple[Path, ...],
    since_h: float,
    folder: Path,
    weather_file: Path | None,
    language: str,
    as_json: bool,
    **wishes: Any,
) -> None:
    """Plan patrols of one or more days and write the orders.

    Convoys leave their base in twos, stay in its country and outside its curfew, and come back with a fifth of their
    fuel in reserve. Ctrl-C during planning takes the best plan so far.
    """
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import FIRST_DAY, Faults, day_of, weather_of
        from api.usecases.patrol import plan_request, visit_parameters
        from api.usecases.risk import weather_words
        from api.usecases.visits import hours_since, read_visits
        from api.usecases.wishes import Wishes, read_request

        progress(0.3)
        context = open_prepared()
        faults = Faults()
        on = faults.read(lambda: day_of(day))
        request = faults.read(lambda: read_request(context, on or FIRST_DAY, Wishes(bases, **wishes)))
        visit = faults.read(lambda: visit_parameters(since_h))
        visits = faults.read(lambda: read_visits(context, driven_files, on or FIRST_DAY))
        weather = faults.read(lambda: weather_of(weather_file))
        faults.settle()
        assert on is not None and visit is not None and request is not None and visits is not None
        progress(0.5)
        context = context.with_files(weather)
        context.risk(on)
    since = hours_since(context, visits, on, since_h)
    with watched("planning") as watch:
        view = plan_request(context, request, visit, watch, since)
    files = write_plan(context, view, folder, language)
    if as_json:
        print_json({**document(view), "weather": weather_words(context, on), "files": files})
        return
    click.echo(f"weather: {weather_words(context, on)}")
    show_plan(view, files)
