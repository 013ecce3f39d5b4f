"""`guelta data`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli import data_import, data_join, data_pack, data_propose, data_sources
from api.cli.common import json_option, print_json, progress_bar


@click.group("data")
def command() -> None:
    """Find, fetch, check and import data; prepare and pack the region."""


for each in (
    *(data_sources.list_, data_sources.info, data_sources.fetch),
    *(data_import.check, data_import.import_, data_import.imports, data_import.undo),
    *(data_propose.propose, data_propose.proposals, data_propose.accept, data_propose.refuse),
    *(data_pack.pack, data_join.join),
):
    command.add_command(each)


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

    asked = [day_of(day) for day in days]
    audiences = [each for each in Audience if each < Audience.ADMIN]
    wanted = [(name, each) for name in COLLECTIONS for each in audiences if collection_for(name, each)]
    with progress_bar("preparing the region") as progress:
        context = open_prepared(folder)
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
