"""`guelta incident`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import folder_option, json_option, print_json, print_table, progress_bar


@click.group("incident")
def command() -> None:
    """Read incident files."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@folder_option("Folder for the incidents and for the rows that are not used.")
@json_option
def import_(file: Path, folder: Path, as_json: bool) -> None:
    """Read FILE (csv or xlsx: Missing Migrants, ACLED, or the own template) and say what became of every row."""
    with progress_bar("reading") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.incidents import import_document, import_file

        context = open_prepared()
        progress(0.3)
        report, written = import_file(context, file, folder)
    document = import_document(report, written, context.pack.version)
    if as_json:
        print_json(document)
        return
    rows = [[name, str(count)] for name, count in document["outcomes"].items()]
    print_table(f"{report.source.title}: {document['rows_read']} rows", ["outcome", "rows"], rows)
    click.echo(f"{document['survey_rows']} rows come from interview surveys")
    for note, count in document["reasons"].items():
        click.echo(f"rejected, {note}: {count}")
    for repair in document["repairs"]:
        click.echo(f"repaired, line {repair['line']}: {repair['note']}; taken as {repair['lat']:g}, {repair['lon']:g}")
    for path in document["files"]:
        click.echo(f"wrote {path}")
