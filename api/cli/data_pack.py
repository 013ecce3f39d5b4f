"""`guelta data pack`, and what `guelta --pack` does."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.cli.common import json_option, print_json, progress_bar
from api.cli.store_options import opened, store_option


@click.command("pack")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--sign", is_flag=True, help="Sign it with the key of the store.")
@store_option
@json_option
def pack(file: Path, sign: bool, url: str, as_json: bool) -> None:
    """Write the region in use (tables, rasters, graph, imports) into FILE: one file for a USB stick.

    `guelta --pack FILE plan ...` runs from it alone.
    """
    with progress_bar("packing"):
        from api.store.identity import spoken
        from api.usecases.source_pack import write_pack

        if sign:
            with opened(url, create=True) as store:
                manifest = write_pack(file, store.signer())
        else:
            manifest = write_pack(file)
    if as_json:
        print_json({"file": str(file), **manifest})
        return
    signed = f"signed by store {spoken(manifest['signer'])}" if sign else "not signed"
    click.echo(f"wrote {file} ({file.stat().st_size:,} bytes): region {manifest['data_version']}, {signed}")
    for line in manifest["attribution"]:
        click.echo(f"cite: {line}")


def use_pack(file: Path, signed_by: str) -> None:
    """Let this process start from a pack alone."""
    from api.store.identity import spoken
    from api.usecases.source_pack import open_pack
    from data.data_folder import ALONE

    found = open_pack(file, signed_by)
    os.environ[ALONE] = str(found.folder)
    who = f"signed by store {spoken(found.signer[:16])}" if found.signer else "not signed"
    click.echo(f"from {file.name} alone: region {found.data_version} of {found.made_at[:10]}, {who}", err=True)
