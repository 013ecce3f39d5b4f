"""`guelta map`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, language_option, print_json, progress_bar, tomorrow


@click.command("map")
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day, as 2026-06-15.")
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("out/risk.html"),
    show_default=True,
    help="The page to write.",
)
@language_option
@json_option
def command(day: str, path: Path, language: str, as_json: bool) -> None:
    """Write a map page that opens without a network."""
    with progress_bar("drawing") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import day_of
        from api.usecases.page import write_page

        on = day_of(day)
        context = open_prepared()
        progress(0.4)
        write_page(context, on, language, path)  # type: ignore[arg-type]
    if as_json:
        print_json({"data_version": context.pack.version, "date": on.isoformat(), "files": [str(path)]})
    else:
        click.echo(f"wrote {path}")
