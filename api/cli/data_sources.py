"""`guelta data list`, `info` and `fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import json_option, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from api.usecases.source_fetch import Fetched
    from data.source import DataSource, RemoteFile

_PARTS_SHOWN = 8


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the sources of data there are."""
    from data.source import sources

    if as_json:
        print_json([_document(each) for each in sources().values()])
        return
    rows = [
        [each.name, each.title, ", ".join(each.gives), _span(each), each.licence, "fetch" if each.files else "by hand"]
        for each in sources().values()
    ]
    print_table("Sources of data", ["name", "what", "gives", "time", "licence", "how"], rows, left=6)
    click.echo("guelta data info NAME says the rest")


@click.command("info")
@click.argument("name")
@json_option
def info(name: str, as_json: bool) -> None:
    """Say what a source gives, where and when, under which licence, how to cite it and where its files are."""
    from data.data_folder import data_root
    from data.source import source_named

    source = source_named(name)
    folder = data_root() / "downloads" / source.name
    here = (
        sorted(each.name for each in folder.iterdir() if each.suffix not in (".part", ".etag"))
        if folder.is_dir()
        else []
    )
    if as_json:
        print_json(_document(source) | {"folder": str(folder), "here": here})
        return
    left, bottom, right, top = source.bbox
    lines = {
        "what": source.title,
        "gives": ", ".join(source.gives),
        "variables": ", ".join(_variable(each) for each in source.variables),
        "where": f"longitude {left:g} to {right:g}, latitude {bottom:g} to {top:g}",
        "time": _span(source),
        "stale": f"when the newest is older than {source.stale_days} days" if source.stale_days else "",
        "licence": source.licence,
        "cite": source.citation,
        "page": source.home,
        "file names": ", ".join(source.patterns),
        "by hand": source.by_hand,
        "parts": _parts(source),
        "address": source.files[0].address if source.files else "",
        "put by hand": str(folder / source.files[0].file) if source.files else "",
        "here": ", ".join(here),
    }
    for word, said in lines.items():
        if said:
            click.echo(f"{word:<12} {said}")


@click.command("fetch")
@click.argument("name")
@click.option("--part", default="", help="Which file, as `guelta data info NAME` lists them: a country, a tile.")
@click.option("--dataset", default="", help="For hdx: the name of the data set; --part then names one of its files.")
@click.option("--again", is_flag=True, help="Fetch it though it is here: it may have been renewed.")
@json_option
def fetch(name: str, part: str, dataset: str, again: bool, as_json: bool) -> None:
    """Fetch a file of the source NAME; broken off, the next try goes on from there."""
    from api.usecases.dtm_fetch import fetch_dtm
    from api.usecases.source_fetch import fetch as fetch_file
    from data.data_folder import data_root
    from data.source import source_named

    source, root = source_named(name), data_root()
    if name == "dtm":
        with progress_bar(f"asking DTM for {part}"):
            got = fetch_dtm(part, root, again=again)
        _told(source, got, as_json)
        return
    if name == "hdx":
        remote = _of_dataset(dataset, part, root, as_json)
        if remote is None:
            return
    else:
        remote = source.remote(part)
    with progress_bar(f"fetching {remote.file}") as progress:
        got = fetch_file(remote, source.name, root, again=again, progress=progress)
    _told(source, got, as_json)


def _told(source: DataSource, got: Fetched, as_json: bool) -> None:
    """Say what was fetched, and what comes next."""
    if as_json:
        print_json({"file": str(got.path), "sha256": got.sha256, "new": got.new, "licence": source.licence})
        return
    click.echo(f"{'fetched' if got.new else 'is here and whole:'} {got.path} ({got.path.stat().st_size:,} bytes)")
    click.echo(f"sha256 {got.sha256}")
    click.echo(f"licence {source.licence}; cite: {source.citation}")
    click.echo(f"next: guelta data check {got.path} --source {source.name}")


def _of_dataset(dataset: str, part: str, root: Path, as_json: bool) -> RemoteFile | None:
    """Return the file of a data set of HDX, or list its files and return None."""
    from api.usecases.source_fetch import fetch as fetch_file
    from data.errors import BadInput
    from data.sources.hdx import package_file, resources_of

    told = package_file(dataset)
    with progress_bar(f"asking for {dataset}") as progress:
        path = fetch_file(told, "hdx", root, progress=progress).path
    resources = resources_of(path)
    if part:
        found = next((each for each in resources if each.part == part), None)
        if found is None:
            raise BadInput(f"{dataset}: no file '{part}'; there are {', '.join(each.part for each in resources)}")
        return found
    if as_json:
        print_json([{"part": each.part, "address": each.address} for each in resources])
    else:
        print_table(
            f"Files of {dataset}", ["part", "address"], [[each.part, each.address] for each in resources], left=2
        )
    return None


def _document(source: DataSource) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "gives": source.gives,
        "variables": [
            {"name": each.name, "unit": each.unit, "low": each.low, "high": each.high} for each in source.variables
        ],
        "bbox": source.bbox,
        "since": source.since,
        "until": source.until,
        "stale_days": source.stale_days,
        "licence": source.licence,
        "citation": source.citation,
        "home": source.home,
        "patterns": source.patterns,
        "by_hand": source.by_hand,
        "files": [{"part": each.part, "address": each.address, "file": each.file} for each in source.files],
    }


def _span(source: DataSource) -> str:
    if not source.since:
        return ""
    return f"{source.since} to {source.until or 'now'}"


def _variable(each: Any) -> str:
    bounds = f" {each.low:g} to {each.high:g}" if each.low is not None and each.high is not None else ""
    return f"{each.name}{bounds}{f' {each.unit}' if each.unit else ''}"


def _parts(source: DataSource) -> str:
    parts = [each.part for each in source.files]
    more = f" and {len(parts) - _PARTS_SHOWN} more (--json lists them)" if len(parts) > _PARTS_SHOWN else ""
    return ", ".join(parts[:_PARTS_SHOWN]) + more if len(parts) > 1 else ""
