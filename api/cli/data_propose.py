"""`guelta data propose`, `proposals`, `accept` and `refuse`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import json_option, print_json, print_table, progress_bar
from api.cli.store_options import by_option

if TYPE_CHECKING:
    from api.usecases.proposals import Proposal


@click.command("propose")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def propose(path: Path, as_json: bool) -> None:
    """Read the tracks of a GPX file and propose, as new edges, where they left the network.

    Nothing changes until a person accepts one. Tracks are never shown to the public.
    """
    with progress_bar("holding tracks against the network") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.proposals import propose as add
        from api.usecases.source_import import file_digest
        from data.data_folder import data_root
        from data.errors import BadInput
        from data.source import Reading, source_named
        from data.source_check import read_checked

        found = read_checked(source_named("gpx"), path, Reading())
        if faults := [each.text for each in found.findings if not each.warning]:
            raise BadInput(faults)
        progress(0.3)
        made = add(open_prepared(), found, file_digest(path), data_root())
    if as_json:
        print_json([_document(each) for each in made])
        return
    for remark in found.remarks:
        click.echo(remark)
    if not made:
        click.echo("the tracks follow legs of the network, or what was decided already: nothing is proposed")
        return
    _table("Proposed", made)
    click.echo("guelta data accept NAME puts one into the network; guelta data refuse NAME --reason WHY does not")


@click.command("proposals")
@click.option("--all", "everything", is_flag=True, help="Decided ones too.")
@json_option
def proposals(everything: bool, as_json: bool) -> None:
    """List proposed edges that wait for a decision."""
    from api.usecases.proposals import read_proposals
    from data.data_folder import data_root

    known = [each for each in read_proposals(data_root()) if everything or each.state == "open"]
    if as_json:
        print_json([_document(each) for each in known])
    else:
        _table("Proposals", known)


@click.command("accept")
@click.argument("name")
@by_option
@json_option
def accept(name: str, by: str, as_json: bool) -> None:
    """Put the proposed edge NAME into the network."""
    with progress_bar("joining it to the network"):
        from api.prepared_region import open_prepared
        from api.usecases.proposals import accept as take
        from data.data_folder import data_root

        one, made = take(open_prepared(), data_root(), name, by)
    if as_json:
        print_json(_document(one) | {"report": made.report})
        return
    for line in made.report:
        click.echo(line)
    click.echo(f"{name} is in the network; guelta data undo {made.number} takes it back")


@click.command("refuse")
@click.argument("name")
@click.option("--reason", required=True)
@by_option
@json_option
def refuse(name: str, reason: str, by: str, as_json: bool) -> None:
    """Refuse the proposed edge NAME; it is not proposed again."""
    from api.usecases.proposals import refuse as decline
    from data.data_folder import data_root

    one = decline(data_root(), name, by, reason)
    if as_json:
        print_json(_document(one))
        return
    click.echo(f"{name} is refused")


def _table(title: str, known: list[Proposal]) -> None:
    rows = [
        [
            each.name,
            each.state,
            _end(each.lonlat[0]),
            _end(each.lonlat[-1]),
            max(each.days, default=""),
            f"{each.km:.0f}",
            str(len(each.days)),
            f"{each.confidence:.2f}",
        ]
        for each in known
    ]
    print_table(title, ["name", "state", "from", "to", "last driven", "km", "passes", "confidence"], rows, left=5)


def _end(point: list[float]) -> str:
    return f"{point[1]:.3f}, {point[0]:.3f}"


def _document(each: Proposal) -> dict[str, Any]:
    return {
        "name": each.name,
        "state": each.state,
        "km": each.km,
        "passes": len(each.days),
        "last_seen": max(each.days, default=""),
        "confidence": each.confidence,
        "lonlat": each.lonlat,
        "by": each.by,
        "reason": each.reason,
        "import": each.number,
    }
