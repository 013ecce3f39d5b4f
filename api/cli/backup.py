"""`guelta backup`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json
from api.cli.store_options import by_option, opened, store_option


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@store_option
@by_option
@json_option
def command(file: Path, url: str, by: str, as_json: bool) -> None:
    """Write everything the store holds into FILE, which must not exist; others may go on writing meanwhile.

    FILE holds positions of people in danger. It does not hold the key that the store signs with.
    """
    from api.store.backup import backup

    with opened(url) as store:
        store.audit_append(by, "backup", file.name[:200])
        lines = backup(store, file)
    document = {"file": str(file), "lines": lines, "bytes": file.stat().st_size}
    if as_json:
        print_json(document)
        return
    click.echo(f"wrote {file}: {lines} lines, {document['bytes']} bytes")
