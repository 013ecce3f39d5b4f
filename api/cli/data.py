"""`guelta data`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.common import json_option, print_json, print_table


@click.group("data")
def command() -> None:
    """Check and describe the region's tables."""


@command.command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@json_option
def check(folder: Path | None, as_json: bool) -> None:
    """Check every table of a region folder (the shipped one by default); all faults are told at once."""
    from data.region_folder import SHIPPED
    from data.region_pack import read_region
    from data.schemas import SCHEMAS

    pack = read_region(folder or SHIPPED)
    rows = {name: len(getattr(pack, name)) for name in SCHEMAS}
    if as_json:
        print_json({"data_version": pack.version, "rows": rows})
        return
    print_table(
        f"Region {pack.version}: no fault", ["table", "rows"], [[name, str(count)] for name, count in rows.items()]
    )
