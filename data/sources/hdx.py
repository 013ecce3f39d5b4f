"""Humanitarian Data Exchange: where the files of a data set are, as its CKAN interface tells."""

from __future__ import annotations

import re
from pathlib import Path

from data.errors import BadInput
from data.json_file import read_json
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile
from data.source_found import Found

PACKAGE = "https://data.humdata.org/api/3/action/package_show?id={dataset}"


def package_file(dataset: str) -> RemoteFile:
    """Return where the description of a data set is; BadInput if the name is none."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{1,99}", dataset):
        raise BadInput(f"'{dataset[:60]}' is no name of a data set; take it from the end of its page's address")
    return RemoteFile(dataset, PACKAGE.format(dataset=dataset), f"{dataset}.hdx.json")


def resources_of(path: Path) -> tuple[RemoteFile, ...]:
    """Return the files that the description of a data set names.

    Raises
    ------
    BadInput
        If it is no answer of `package_show`, or names no file.
    """
    document = read_json(path)
    package = document.get("result", document) if isinstance(document, dict) else None
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list):
        raise BadInput(f"{path.name}: no list 'resources': not what CKAN answers to package_show")
    found: dict[str, RemoteFile] = {}
    for each in resources:
        address = str(each.get("download_url") or each.get("url") or "") if isinstance(each, dict) else ""
        # a name of a resource may hold anything: it becomes a file name here
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", str(each.get("name") or address.rsplit("/", 1)[-1])).strip("._")
        if address.startswith("https://") and name:
            found.setdefault(name[:120], RemoteFile(name[:120], address, name[:120]))
    if not found:
        raise BadInput(f"{path.name}: names no file with an https address")
    return tuple(found.values())


def _read(path: Path, reading: Reading) -> Found:
    found = Found()
    for each in resources_of(path):
        found.remarks.append(f"file {each.part}: {each.address}")
    found.refuse("file", f"{path.name} only says where files are; fetch one, then check that file with its own source")
    return found


SOURCE = DataSource(
    name="hdx",
    title="Humanitarian Data Exchange",
    gives=("areas",),
    variables=(),
    bbox=WORLD_BBOX,
    since="2014",
    until="",
    licence="as each data set says",
    citation="OCHA Humanitarian Data Exchange, data.humdata.org, and the publisher of the data set",
    home="https://data.humdata.org",
    patterns=("*.hdx.json",),
    read=_read,
    by_hand="name a data set: guelta data fetch hdx --dataset NAME",
)
