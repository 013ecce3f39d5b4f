"""`guelta indicators`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.common import json_option, language_option, print_json, print_table, progress_bar
from api.cli.store_options import opened, store_option


@click.command("indicators")
@click.option("--from", "first", metavar="MONTH", help="As 2026-01; else the last twelve months.")
@click.option("--to", "last", metavar="MONTH", help="As 2026-06, included.")
@click.option("--by", type=click.Choice(["whole", "month", "corridor", "month-corridor"]))
@click.option("--public", "is_public", is_flag=True, help="What everybody may know: delayed, small counts left out.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write CSV with HXL tags.")
@click.option("--chart", "chart_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a .svg or .png.")
@language_option
@store_option
@json_option
def command(
    first: str | None, last: str | None, by: str | None, is_public: bool, csv_file: Path | None,
    chart_file: Path | None, language: Any, url: str, as_json: bool,
) -> None:  # fmt: skip
    """Say what patrols and searches achieved in some months, as table, CSV and chart for reports.

    What it prints without --public is for those who run patrols.
    """
    if chart_file is not None and chart_file.suffix not in (".svg", ".png"):
        raise click.BadParameter(f"'{chart_file.name}' must end in .svg or .png", param_hint="--chart")
    with progress_bar("counting") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.indicator_document import inner_document, published_document

        context = open_prepared()
        progress(0.5)
        with opened(url) as store:
            made = (published_document if is_public else inner_document)(context, store, first, last, by)
        progress(0.9)
        files = _write(made, context.pack.places, language, csv_file, chart_file)
    if as_json:
        print_json(made)
    else:
        _print(made, context.pack.places, language)
        for path in files:
            click.echo(f"wrote {path}")


def _write(
    made: dict[str, Any], places: Any, language: Any, csv_file: Path | None, chart_file: Path | None
) -> list[Path]:
    from maps.indicator_chart import indicators_chart
    from maps.indicator_table import indicators_csv

    files = []
    if csv_file is not None:
        csv_file.parent.mkdir(parents=True, exist_ok=True)
        csv_file.write_bytes(indicators_csv(made, places, language))
        files.append(csv_file)
    if chart_file is not None:
        chart_file.parent.mkdir(parents=True, exist_ok=True)
        is_svg = chart_file.suffix == ".svg"
        chart_file.write_bytes(indicators_chart(made, places, language, "svg" if is_svg else "png"))
        files.append(chart_file)
    return files


def _print(made: dict[str, Any], places: Any, language: Any) -> None:
    """Print one table, or for months and corridors at once one for each month."""
    from maps.indicator_table import table
    from maps.indicator_words import whole_span
    from maps.words import phrase

    rows = made["indicators"]
    spans = list(dict.fromkeys((row["begins"], row["ends"]) for row in rows))
    is_crossed = len(spans) > 1 and len({row["corridor"] for row in rows}) > 1
    parts = [[row for row in rows if (row["begins"], row["ends"]) == span] for span in spans] if is_crossed else [rows]
    for part in filter(None, parts):
        heads, lines = table({**made, "indicators": part}, places, language)
        title = phrase("Rescue indicators {span}", language, span=whole_span(part, language))
        print_table(title, heads, lines, left=2)
    if not rows:
        click.echo(phrase("There is nothing to show.", language))
    for remark in made["remarks"]:
        click.echo(remark)
