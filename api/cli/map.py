"""`guelta map`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, language_option, print_json, progress_bar, tomorrow

#: Kinds of page, and the file each is written to if nobody says otherwise.
KINDS = {"planner": "out/risk.html", "analyst": "out/analyst.html", "public": "out/public.html"}


@click.command("map")
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default="planner",
    show_default=True,
    help="planner: risk, water and incidents of a day, for planners alone; analyst: risk and layers by hour with "
    "how well they are known, for those with a key; public: what anybody should know.",
)
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day, as 2026-06-15.")
@click.option("--corridor", default="", help="Of the public page; the whole region if left out.")
@click.option(
    "--hotlines",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="GUELTA_HOTLINES",
    help="Table of telephone numbers for the public page.",
)
@click.option("--out", "path", type=click.Path(dir_okay=False, path_type=Path), help="The page to write.")
@language_option
@json_option
def command(
    kind: str, day: str, corridor: str, hotlines: Path | None, path: Path | None, language: str, as_json: bool
) -> None:
    """Write a map page in one file that opens without a network.

    The public and the analyst's page are in the language of --lang alone; the planner's carries all three.
    """
    path = path or Path(KINDS[kind])
    with progress_bar("drawing") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.analyst_page import write_analyst_file
        from api.usecases.inputs import day_of
        from api.usecases.page import write_page
        from api.usecases.public_file import write_public_file

        on = day_of(day)
        context = open_prepared()
        progress(0.4)
        if kind == "public":
            write_public_file(context, corridor, on, language, path, hotlines)  # type: ignore[arg-type]
        elif kind == "analyst":
            write_analyst_file(context, on, language, path, lambda share: progress(0.4 + 0.6 * share))  # type: ignore[arg-type]
        else:
            write_page(context, on, language, path)  # type: ignore[arg-type]
    if as_json:
        print_json({"data_version": context.pack.version, "date": on.isoformat(), "kind": kind, "files": [str(path)]})
    else:
        click.echo(f"wrote {path}")
