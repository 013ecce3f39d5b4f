"""`guelta case`."""

from __future__ import annotations

import click

from api.cli.common import json_option, print_json, print_table, progress_bar


@click.group("case")
def command() -> None:
    """Work on a call for help."""


@command.command("locate")
@click.argument("description")
@json_option
def locate_command(description: str, as_json: bool) -> None:
    """Say where a DESCRIPTION puts people: "90 km west of Dirkou", "entre Séguédine et Madama", coordinates."""
    with progress_bar("opening the region") as progress:
        from api.context import open_region
        from api.usecases.locate import locate, location_document

        progress(0.3)
        context = open_region()
        progress(0.7)
        said, found = locate(context, description)
    document = location_document(context, description, said, found)
    if as_json:
        print_json(document)
        return
    click.echo(f"understood: {document['understood']}")
    rows = [[each["segment_id"], f"{each['probability']:.1%}"] for each in document["segments"]]
    print_table("Where that puts them", ["segment", "probability"], rows)
    listed = sum(each["probability"] for each in document["segments"])
    click.echo(f"other tracks {document['on_tracks'] - listed:.1%}, open ground {document['open_ground']:.1%}")
    click.echo(f"middle: {document['middle']['lat']:.3f}, {document['middle']['lon']:.3f}")
