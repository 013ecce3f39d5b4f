"""`guelta replan`."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import click

from api.cli.common import folder_option, json_option, language_option, print_json, print_table, progress_bar
from api.cli.plan_output import show_plan, write_plan

#: Seconds after which the rest of the day is taken as it then stands: somebody is waiting.
MOST_SECONDS = 3.0


@click.command("replan")
@click.argument("plan_path", metavar="PLAN", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--at", "moment", required=True, metavar="TIME", help="Now, as 2026-06-15T09:30Z.")
@click.option("--alert", required=True, metavar="POSITION", help="Where help is needed.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="CONVOY=POSITION[;HOURS[;LITRES]]",
    help="Where a convoy says it is, with the hours of its shift and the litres in each vehicle that are left.",
)
@folder_option("Folder for the orders of the rest of the day.")
@language_option
@json_option
def command(
    plan_path: Path, moment: str, alert: str, reports: tuple[str, ...], folder: Path, language: str, as_json: bool
) -> None:
    """Divert patrols under way to an alert: who goes, what the others take over, what is dropped.

    Convoys that have not reported are taken to be where the plan has them.
    """
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import Faults, moment_of
        from api.usecases.plan_file import read_plan
        from api.usecases.replan import diversion_document, replan
        from api.usecases.under_way import read_reports
        from routes.positions import read_position
        from sar.patrol import Watch

        progress(0.3)
        context = open_prepared()
        faults = Faults()
        plan = faults.read(lambda: read_plan(context, plan_path))
        now = faults.read(lambda: moment_of(moment))
        where = faults.read(lambda: read_position(alert, context.pack.places))
        said = faults.read(lambda: read_reports(context, plan, reports)) if plan else None
        faults.settle()
        assert plan is not None and now is not None and where is not None and said is not None
        context.risk(now.date())
    began = monotonic()
    with progress_bar("diverting") as progress:
        found = replan(context, plan, now, where, said, Watch(progress, lambda: monotonic() - began > MOST_SECONDS))
    took = monotonic() - began
    files = write_plan(context, found.rest, folder, language)
    if as_json:
        print_json({**diversion_document(found), "seconds": took, "files": files})
        return
    click.echo(f"alert on segment {found.alert_segment}, {found.off_track_km:.0f} km from its middle ({where.read_as})")
    for name, stand in found.stands.items():
        moved = f", {stand.moved_km:.0f} km from its report" if stand.moved_km else ""
        click.echo(f"{name} is taken to be at {stand.under_way.node} at {stand.under_way.at:%m-%d %H:%M} UTC{moved}")
    goes = "GOES" if found.chosen.able else "would be soonest"
    rows = [
        [
            each.convoy_id + (f" {goes}" if each is found.chosen else ""),
            f"{each.arrives:%m-%d %H:%M} UTC",
            f"{each.hours_there:.1f}",
            f"{each.hours_home:.1f}",
            f"{each.margin_h:+.1f}",
            f"{each.margin_l:+.0f}",
        ]
        for each in found.candidates
    ]
    heads = ["convoy", "arrives", "h there", "h from there to its end", "h to spare", "l to spare"]
    print_table("Who can go", heads, rows)
    if not found.chosen.able:
        click.echo("NOBODY can go and end the day within shift, curfew and fuel: the orders below break them")
    click.echo(f"others take over: {', '.join(found.taken_over) or 'nothing'}")
    click.echo(f"dropped: {', '.join(found.dropped) or 'nothing'}")
    if plan.days > 1:
        click.echo("everybody ends today where the plan has them tonight: its other days still hold")
    show_plan(found.rest, files)
    click.echo(f"computed in {took:.1f} s")
