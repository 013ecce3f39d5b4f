"""`guelta sync`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import json_option, print_json, print_table
from api.cli.store_options import by_option, opened, store_option
from data.errors import BadInput

if TYPE_CHECKING:
    from api.store.store import Conflict

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("sync")
def command() -> None:
    """Exchange changes between stores that are apart, as signed files, in any order; nothing is lost."""


@command.command("export")
@file_argument
@click.option(
    "--without",
    type=_THERE,
    help="A file exchanged with the other store before: what it holds is left out.",
)
@store_option
@by_option
@json_option
def export(file: Path, without: Path | None, url: str, by: str, as_json: bool) -> None:
    """Write the changes of the store into FILE, which must not exist. It holds positions of people in danger."""
    from api.store.identity import spoken
    from api.store.sync import export_changes

    with opened(url, create=True) as store:
        store.audit_append(by, "sync-export", file.name[:200])
        count, own = export_changes(store, file, without), store.node_id
    if as_json:
        print_json({"file": str(file), "changes": count, "store": own})
        return
    click.echo(f"wrote {file}: {count} changes, signed by store {spoken(own)}")


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=_THERE)
@store_option
@by_option
@json_option
def import_(files: tuple[Path, ...], url: str, by: str, as_json: bool) -> None:
    """Take the changes of FILES into the store; of each all or, if anything is wrong with it, none."""
    from api.store.sync import import_changes

    told = []
    with opened(url, create=True) as store:
        for file in files:
            done = import_changes(store, file)
            store.audit_append(by, "sync-import", file.name[:200], {"new": done.new, "known": done.known})
            told.append({"file": str(file), **vars(done)})
        pending = len(store.conflicts())
    if as_json:
        print_json({"files": told, "conflicts": pending})
        return
    for each in told:
        click.echo(f"{each['file']}: {each['new']} new changes, {each['known']} known")
        for remark in each["remarks"]:
            click.echo(remark)
    if pending:
        click.echo(f"{pending} records have versions to settle: guelta sync conflicts")


@command.command("trust")
@click.argument("file", type=_THERE)
@click.option("--id", "wanted", help="Id of the store, or its first 8 digits or more, as told by those who have it.")
@click.option("--label", default="", help="What it is called here, such as 'laptop 2'; never a person's name.")
@store_option
@by_option
@json_option
def trust(file: Path, wanted: str | None, label: str, url: str, by: str, as_json: bool) -> None:
    """Trust the store that made FILE, any file of `sync export`; without --id it shows the id and asks."""
    from api.store import sync
    from api.store.identity import spoken

    if wanted is None:
        told, _ = sync.made_by(file)
        click.echo(f"{file.name} was made by store {spoken(told)}", err=True)
        click.confirm("Do those who have that store tell the same id?", abort=True, err=True)
    with opened(url, create=True) as store:
        chosen = sync.trust(store, file, wanted, label)
        store.audit_append(by, "sync-trust", chosen)
    if as_json:
        print_json({"store": chosen, "label": label})
        return
    click.echo(f"store {spoken(chosen)} is trusted")


@command.command("distrust")
@click.argument("wanted", metavar="ID")
@store_option
@by_option
def distrust(wanted: str, url: str, by: str) -> None:
    """Take nothing more from the store whose id begins with ID, such as a laptop that was lost."""
    from api.store import sync
    from api.store.identity import spoken

    with opened(url) as store:
        chosen = sync.distrust(store, wanted)
        store.audit_append(by, "sync-distrust", chosen)
    click.echo(f"store {spoken(chosen)} is not trusted any more; what came from it before stays")


@command.command("stores")
@store_option
@json_option
def stores(url: str, as_json: bool) -> None:
    """List this store and those it has heard of."""
    from api.store.identity import spoken
    from api.store.sync import stores_known

    with opened(url) as store:
        known = stores_known(store)
    if as_json:
        print_json(known)
        return
    rows = [
        [
            spoken(each["node_id"]),
            "this one" if each["own"] else each["label"],
            "yes" if each["trusted"] else "no",
            str(each["changes"]),
            str(each["missing"]),
        ]
        for each in known
    ]
    print_table("Stores", ["id", "label", "trusted", "changes here", "missing"], rows, left=3)


@command.command("conflicts")
@store_option
@json_option
def conflicts(url: str, as_json: bool) -> None:
    """List records of which versions made apart say different things; the first of each is shown meanwhile."""
    with opened(url) as store:
        documents = [_document(each) for each in store.conflicts()]
    if as_json:
        print_json(documents)
        return
    rows = [
        [f"{each['kind']} {each['id']}", told["version"][:12], told["author"], told["at"], told["says"]]
        for each in documents
        for told in each["versions"]
    ]
    print_table(f"{len(documents)} conflicts", ["record", "version", "by", "at", "says"], rows, left=5)


@command.command("settle")
@click.argument("kind")
@click.argument("record_id", metavar="ID")
@click.option("--keep", required=True, metavar="VERSION", help="As `sync conflicts` lists it; 6 digits or more do.")
@store_option
@by_option
@json_option
def settle(kind: str, record_id: str, keep: str, url: str, by: str, as_json: bool) -> None:
    """Settle a conflict by keeping one version; the others stay in the history."""
    with opened(url) as store:
        found = [each for each in store.conflicts() if (each.shown.kind, each.shown.record_id) == (kind, record_id)]
        if not found:
            raise BadInput(f"{kind} {record_id}: there is no conflict of that record")
        fitting = [head for head in found[0].heads if head.startswith(keep.lower())]
        if len(keep) < 6 or len(fitting) != 1:
            raise BadInput(f"{len(fitting)} of its versions begin with {keep[:64]!r}; give 6 digits or more")
        settled = store.settle(found[0], by, keep=fitting[0])
    if as_json:
        print_json({"kind": kind, "id": record_id, "version": settled.etag, "deleted": settled.deleted})
        return
    click.echo(f"{kind} {record_id} is settled: version {settled.version} ({settled.etag[:12]})")


def _document(conflict: Conflict) -> dict[str, Any]:
    """Return a conflict as JSON values; each version tells the fields in which the versions differ."""
    changes = (conflict.winner, *conflict.others)
    bodies = [json.loads(each.body) for each in changes]
    names = sorted({name for body in bodies for name in body})
    differing = [name for name in names if any(body.get(name) != bodies[0].get(name) for body in bodies)]
    versions = []
    for one, body in zip(changes, bodies, strict=True):
        said = ", ".join(f"{name} {json.dumps(body.get(name), ensure_ascii=False)[:60]}" for name in differing)
        versions.append(
            {
                "version": one.change_id,
                "author": one.author,
                "at": one.at.isoformat(timespec="seconds"),
                "store": one.node_id,
                "deleted": one.deleted,
                "says": "deleted" if one.deleted else said,
                "body": body,
            }
        )
    return {"kind": conflict.shown.kind, "id": conflict.shown.record_id, "versions": versions}
