"""`guelta plan`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import (
    folder_option,
    json_option,
    language_option,
    print_json,
    print_table,
    progress_bar,
    tomorrow,
    weather_option,
)


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
@click.option("--hours", type=float, default=12.0, show_default=True, help="Length of the shift.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Same seed, same plan.")
@click.option("--close", "closed", multiple=True, metavar="SEGMENT", help="Segment that may not be driven.")
@click.option("--require", "required", multiple=True, metavar="SEGMENT", help="Segment that has to be visited.")
@click.option(
    "--since-visit",
    "since_h",
    type=float,
    default=168.0,
    show_default=True,
    help="Hours since the last patrol, where nothing better is known.",
)
@click.option("--allow-single", is_flag=True, help="Let a single car leave alone.")
@folder_option("Folder for plan.json, plan.geojson, a GPX and a PDF order for each vehicle, and map.html.")
@weather_option
@language_option
@json_option
def command(
    day: str,
    bases: tuple[str, ...],
    hours: float,
    seed: int,
    closed: tuple[str, ...],
    required: tuple[str, ...],
    since_h: float,
    allow_single: bool,
    folder: Path,
    weather_file: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Plan a day's patrols and write the orders.

    Convoys leave their base in twos, stay in its country and outside its curfew, and come back with a fifth of their
    fuel in reserve.
    """
    with progress_bar("opening the region") as progress:
        from api.context import open_region
        from api.usecases.inputs import FIRST_DAY, Faults, day_of, weather_of
        from api.usecases.page import write_page
        from api.usecases.patrol import plan_request, read_request, visit_parameters
        from api.usecases.risk import weather_words
        from maps.exporter import write_all
        from maps.exporters.json_plan import document

        progress(0.3)
        context = open_region()
        faults = Faults()
        on = faults.read(lambda: day_of(day))
        request = faults.read(
            lambda: read_request(
                context,
                on or FIRST_DAY,
                bases,
                hours,
                seed=seed,
                closed=closed,
                required=required,
                allow_single=allow_single,
            )
        )
        visit = faults.read(lambda: visit_parameters(since_h))
        weather = faults.read(lambda: weather_of(weather_file))
        faults.settle()
        assert on is not None and visit is not None and request is not None
        progress(0.5)
        context = context.with_files(weather)
        context.risk(on)
    with progress_bar("planning") as progress:
        view = plan_request(context, request, visit, progress)
    written = write_all(view, folder)
    page = write_page(context, on, language, folder / "map.html", view)  # type: ignore[arg-type]
    files = [str(path) for path in [*written, page]]
    if as_json:
        print_json({**document(view), "weather": weather_words(context, on), "files": files})
        return
    click.echo(f"weather: {weather_words(context, on)}")
    _print(view, files)


def _print(view: object, files: list[str]) -> None:
    from maps.plan_view import PlanView
    from maps.sentences import sentence

    assert isinstance(view, PlanView)
    rows = []
    for convoy in view.convoys:
        plan = convoy.plan
        legs = (
            " → ".join([convoy.runs[0].start_name, *(run.end_name for run in convoy.runs)])
            if convoy.runs
            else "stays at base"
        )
        for name in plan.convoy.vehicle_ids:
            rows.append(
                [
                    name,
                    legs,
                    f"{plan.km:.0f}",
                    f"{plan.hours:.1f}",
                    f"{plan.fuel_l:.0f}",
                    f"{plan.water_l:.0f}",
                    f"{plan.expected_people_reached:.2f}",
                ]
            )
            legs = "with the above"
    heads = ["vehicle", "legs", "km", "hours", "fuel l", "water l", "people reached by convoy"]
    print_table(f"Patrols of {view.plan.on}, plan {view.plan_id}", heads, rows, left=2)
    click.echo(
        f"expected people reached alive: {view.plan.expected_people_reached:.2f} of {view.plan.area_benefit:.2f} "
        "that visiting every segment of the bases' countries would reach"
    )
    for convoy in view.convoys:
        for note in convoy.plan.notes:
            click.echo(f"note: {sentence(note, 'en', view.places)}")
    print_table(
        "Worst segments left out",
        ["segment", "why"],
        [[left.segment_id, sentence(left.why, "en", view.places)] for left in view.plan.left_out],
        left=2,
    )
    click.echo("wrote:")
    for path in files:
        click.echo(f"  {path}")
