"""`guelta restore`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json
from api.cli.store_options import by_option, opened, store_option


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the store holds.")
@store_option
@by_option
@json_option
def command(file: Path, replace: bool, url: str, by: str, as_json: bool) -> None:
    """Put the backup FILE into a store, of SQLite or PostgreSQL wherever it came from: all of it or nothing.

    The store signs with a new key from then on: others have to trust it again.
    """
    from api.store.backup import restore

    with opened(url, create=True) as store:
        told = restore(store, file, replace)
        store.audit_append(by, "restore", file.name[:200])
    if as_json:
        print_json({"changes": told.changes, "records": told.records, "rows": told.rows})
        return
    click.echo(f"restored {told.records} records with {told.changes} changes, and {told.rows} other rows")
