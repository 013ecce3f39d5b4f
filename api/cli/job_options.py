"""Options shared by the commands of jobs and of serving."""

from __future__ import annotations

from pathlib import Path

import click

results_option = click.option(
    "--results",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="GUELTA_RESULTS",
    show_default="beside the store",
    help="Folder of files that jobs make, for its owner alone.",
)
