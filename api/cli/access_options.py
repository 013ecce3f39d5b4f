"""Options shared by the commands of keys, audit and serving."""

from __future__ import annotations

from pathlib import Path

import click

access_option = click.option(
    "--access",
    "access_folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("access"),
    show_default=True,
    envvar="GUELTA_ACCESS",
    help="Folder of keys and audit; for its owner alone.",
)
