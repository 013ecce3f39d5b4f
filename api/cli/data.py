"""`guelta data`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import data_join
from api.cli.common import json_option, print_json, print_table, progress_bar


@click.group("data")
def command() -> None:
    """Check, describe and prepare the region's tables."""


command.add_command(data_join.join)


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


@command.command("prepare")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option("--date", "days", multiple=True, help="Day whose risk is computed ahead; may be given several times.")
@json_option
def prepare(folder: Path | None, days: tuple[str, ...], as_json: bool) -> None:
    """Check a region, cut its network and encode its features ahead, so that what comes after starts quickly.

    It is kept in the user's folder for caches, or where GUELTA_PREPARED says, and made anew when a table or the program
    changes. Nothing needs this command: what is not there is made when it is first needed.
    """
    from api.access.audience import Audience
    from api.collections import COLLECTIONS, collection_for
    from api.prepared import prepared
    from api.prepared_region import PreparedRegion, open_prepared
    from api.usecases.inputs import day_of
    from data.errors import NoAnswer
    from data.region_folder import SHIPPED

    asked = [day_of(day) for day in days]
    audiences = [each for each in Audience if each < Audience.ADMIN]
    wanted = [(name, each) for name in COLLECTIONS for each in audiences if collection_for(name, each)]
    with progress_bar("preparing the region") as progress:
        context = open_prepared(folder or SHIPPED)
        if not isinstance(context, PreparedRegion):
            raise NoAnswer("GUELTA_PREPARED is off: there is nowhere to keep it")
        for number, (name, audience) in enumerate(wanted):
            prepared(context, name, audience)
            progress((number + 1) / (len(wanted) + 10 * len(asked)))
        for number, day in enumerate(asked):
            context.risk(day)
            progress((len(wanted) + 10 * (number + 1)) / (len(wanted) + 10 * len(asked)))
    if not context.shelf.holds("facts"):
        raise NoAnswer(f"{context.shelf.folder} cannot be written, or others can write it")
    if as_json:
        print_json({"data_version": context.version, "folder": str(context.shelf.folder)})
        return
    click.echo(f"region {context.version} is prepared in {context.shelf.folder}")
