"""`guelta edit`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import folder_option, json_option, language_option, print_json, progress_bar
from api.cli.compare import show_comparison
from api.cli.plan_options import driven_option, since_option
from api.cli.plan_output import document, show_plan, watched, write_plan


@click.command("edit")
@click.argument("plan_path", metavar="PLAN", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--lock", multiple=True, metavar="CONVOY[:DAY]", help="Drive it as in the plan, whatever else changes.")
@click.option("--add", multiple=True, metavar="SEGMENT", help="Has to be visited.")
@click.option("--drop", multiple=True, metavar="SEGMENT", help="May not be driven.")
@click.option(
    "--base", "bases", multiple=True, metavar="PLACE[:VEHICLES[:TYPE]]", help="The fleet, in place of the plan's."
)
@driven_option
@since_option
@folder_option("Folder for the changed plan and its orders.")
@language_option
@json_option
def command(
    plan_path: Path,
    lock: tuple[str, ...],
    add: tuple[str, ...],
    drop: tuple[str, ...],
    bases: tuple[str, ...],
    driven_files: tuple[Path, ...],
    since_h: float,
    folder: Path,
    language: str,
    as_json: bool,
) -> None:
    """Change a plan (plan.json), plan the rest anew around what is locked, and put both side by side."""
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.edit import Changes, changed_request, comparison
        from api.usecases.inputs import Faults
        from api.usecases.patrol import plan_request, visit_parameters
        from api.usecases.plan_file import read_plan
        from api.usecases.visits import hours_since, read_visits

        progress(0.3)
        context = open_prepared()
        faults = Faults()
        before = faults.read(lambda: read_plan(context, plan_path))
        visit = faults.read(lambda: visit_parameters(since_h))
        visits = faults.read(lambda: read_visits(context, driven_files, before.on)) if before else None
        faults.settle()
        assert before is not None and visit is not None and visits is not None
        request = changed_request(context, before, Changes(lock, add, drop, bases))
        context.risk(before.on)
    with watched("planning") as watch:
        view = plan_request(context, request, visit, watch, hours_since(context, visits, before.on, since_h))
    files = write_plan(context, view, folder, language)
    both = comparison(before.document, document(view))
    if as_json:
        print_json({**document(view), "comparison": both, "files": files})
        return
    show_plan(view, files)
    show_comparison(both)
