"""What several commands share: options, JSON, tables and progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines instead of a table.")
language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(["fr", "en", "ar"]),
    default="fr",
    show_default=True,
    help="Language the page opens in; it carries all three.",
)


weather_option = click.option(
    "--weather",
    "weather_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="NetCDF or GRIB (ERA5, ERA5-Land, ECMWF) or Open-Meteo JSON, in place of climate normals where it covers.",
)


def folder_option(help_text: str) -> Callable[[Decorated], Decorated]:
    """Return the option that names the folder files are written to."""
    return click.option(
        "--out",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("out"),
        show_default=True,
        help=help_text,
    )


elevation_option = click.option(
    "--elevation",
    "elevation_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Elevation raster (GeoTIFF) for slopes, walking time and the lapse of temperature.",
)


def spread_options(command: Decorated) -> Decorated:
    """Add the options that say where long work is done; see `api.spread.Engine`."""
    workers = click.option(
        "--workers",
        type=click.IntRange(0, 256),
        default=0,
        help="Processes of this machine that share the work; without, threads of one.",
    )
    scheduler = click.option(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="Dask scheduler that shares out the work, as tcp://HOST:8786.",
    )
    return workers(scheduler(command))


class FiniteRange(click.FloatRange):
    """A range of floats that refuses NaN, which slips through every comparison."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if number != number:
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


def tomorrow() -> str:
    """Return tomorrow's date in the region (UTC+1 stands for all of it)."""
    return (datetime.now(ZoneInfo("Africa/Niamey")) + timedelta(days=1)).date().isoformat()


def print_json(document: Any) -> None:
    """Print a document as indented JSON."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
    click.echo(orjson.dumps(document, option=options).decode())


def print_table(title: str, heads: list[str], rows: list[list[str]], *, left: int = 1) -> None:
    """Print a table; the first `left` columns are text, the others numbers."""
    table = Table(title=title, title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number < left else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console()
    # a pipe has no width: never fold what a script may read
    (console if console.is_terminal else Console(width=160)).print(table)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on standard error while something takes more than a moment; yields a function of the share done."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task(label, total=1.0)
        yield lambda share: progress.update(task, completed=share)
