"""`guelta data check`, `import`, `imports` and `undo`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import json_option, print_json, print_table, progress_bar
from data.errors import BadInput

if TYPE_CHECKING:
    from data.data_folder import Import
    from data.source import DataSource, Reading
    from data.source_found import Found

#: Lines of one kind that people are shown; --json has all.
_SHOWN = 40
_source_option = click.option("--source", "name", help="Name of the source; by the file's name where it tells.")
_mapping_option = click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For the source `mapped`: JSON that says what the columns are.",
)
_within_option = click.option(
    "--within", help="Take only what lies in LEFT,BOTTOM,RIGHT,TOP (degrees); the whole region by default."
)


@click.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
@_source_option
@_mapping_option
@_within_option
@json_option
def check(path: Path | None, name: str | None, mapping_file: Path | None, within: str | None, as_json: bool) -> None:
    """Check a file of a source before it is used, or every table of a region folder; all faults are told at once.

    Without PATH the region in use is checked.
    """
    if path is None or path.is_dir():
        _check_region(path, as_json)
        return
    with progress_bar(f"checking {path.name}"):
        source, reading = _asked(path, name, mapping_file, within)
        from data.source_check import read_checked

        found = read_checked(source, path, reading)
    faults = [each for each in found.findings if not each.warning]
    if as_json:
        print_json(_document(source, found))
    else:
        _tell(source, path, found)
    if faults:
        raise BadInput([each.text for each in faults[:_SHOWN]] + _more(len(faults)))


@click.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_source_option
@_mapping_option
@_within_option
@click.option("--leave-out", is_flag=True, help="Import the rest where single rows are at fault.")
@json_option
def import_(
    path: Path, name: str | None, mapping_file: Path | None, within: str | None, leave_out: bool, as_json: bool
) -> None:
    """Put a file into the region that plans, ways and risk start from: all of it or nothing; `undo` takes it back.

    Wells and places that are known already are not doubled, roads are joined to the network there is. It is kept in
    GUELTA_DATA, or in the user's folder for data; the tables that ship are not touched.
    """
    with progress_bar(f"importing {path.name}") as progress:
        from api.usecases.source_fetch import kept_hash
        from api.usecases.source_import import import_file
        from data.data_folder import data_root

        source, reading = _asked(path, name, mapping_file, within)
        root = data_root()
        _same_as_fetched(path, kept_hash(root, path))
        done = import_file(source, path, reading, root, leave_bad_out=leave_out, progress=progress)
    if as_json:
        warnings = [each.text for each in done.findings]
        print_json(_import_document(done.made) | {"warnings": warnings, "remarks": done.remarks})
        return
    for line in (*done.remarks, *done.made.report):
        click.echo(line)
    for line in [f"warning: {each.text}" for each in done.findings[:_SHOWN]] + _more(len(done.findings)):
        click.echo(line)
    click.echo(f"imported as number {done.made.number}; guelta data undo takes it back")


@click.command("imports")
@json_option
def imports(as_json: bool) -> None:
    """List what was imported, and what became of it."""
    from data.data_folder import data_root, read_state

    root = data_root()
    state = read_state(root)
    if as_json:
        print_json({"folder": str(root), "imports": [_import_document(each) for each in state.imports]})
        return
    rows = [[str(each.number), each.source, each.file, each.at[:16], _said(each.counts)] for each in state.imports]
    print_table(f"Imports in {root}", ["number", "source", "file", "when (UTC)", "records"], rows, left=5)
    for each in state.imports:
        for line in each.report:
            click.echo(f"{each.number}: {line}")


@click.command("undo")
@click.argument("number", type=int, required=False)
@json_option
def undo(number: int | None, as_json: bool) -> None:
    """Take import NUMBER out of the region again, the last one by default."""
    from api.usecases.source_import import undo as take_back
    from data.data_folder import data_root

    with progress_bar("making the region anew"):
        gone = take_back(data_root(), number)
    if as_json:
        print_json({"undone": _import_document(gone)})
        return
    click.echo(f"import {gone.number} ({gone.source}, {gone.file}) is taken back")


def _asked(path: Path, name: str | None, mapping_file: Path | None, within: str | None) -> tuple[DataSource, Reading]:
    from api.region_choice import chosen_region
    from data.json_file import read_json
    from data.source import Reading, source_named, source_of
    from data.units import REGION_BBOX

    source = source_named(name) if name else source_of(path)
    mapping = read_json(mapping_file) if mapping_file else None
    if mapping is not None and not isinstance(mapping, dict):
        raise BadInput(f"{mapping_file}: a mapping is a JSON object")
    return source, Reading(_box(within) if within else REGION_BBOX, mapping, chosen_region())


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        left, bottom, right, top = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"--within '{text}' is no box; write it as 5,16,14,22") from None
    if not (-180 <= left < right <= 180 and -90 <= bottom < top <= 90):
        raise BadInput(f"--within '{text}': left lies before right and bottom below top, in degrees")
    return left, bottom, right, top


def _same_as_fetched(path: Path, kept: str | None) -> None:
    from api.usecases.source_import import file_digest

    if kept is not None and file_digest(path) != kept:
        raise BadInput(f"{path} is not what was fetched (its hash differs); fetch it with --again")


def _check_region(folder: Path | None, as_json: bool) -> None:
    from api.region_choice import chosen_region
    from data.region_pack import read_region
    from data.schemas import SCHEMAS

    pack = read_region(folder or chosen_region())
    rows = {name: len(getattr(pack, name)) for name in SCHEMAS}
    if as_json:
        print_json({"data_version": pack.version, "rows": rows})
        return
    print_table(
        f"Region {pack.version}: no fault", ["table", "rows"], [[name, str(count)] for name, count in rows.items()]
    )


def _tell(source: DataSource, path: Path, found: Found) -> None:
    click.echo(f"{path.name}: {source.title}; {_said(found.counts) or 'no records'}")
    for line in found.remarks:
        click.echo(line)
    warnings = [f"warning: {each.text}" for each in found.findings if each.warning]
    for line in warnings[:_SHOWN] + _more(len(warnings)):
        click.echo(line)
    if all(each.warning for each in found.findings):
        click.echo("no fault")


def _more(count: int) -> list[str]:
    return [f"and {count - _SHOWN} more; --json lists them all"] if count > _SHOWN else []


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())


def _document(source: DataSource, found: Found) -> dict[str, Any]:
    def lines(warning: bool) -> Iterable[dict[str, str]]:
        return [{"about": each.about, "text": each.text} for each in found.findings if each.warning == warning]

    return {
        "source": source.name,
        "licence": source.licence,
        "citation": source.citation,
        "records": found.counts,
        "faults": lines(False),
        "warnings": lines(True),
        "remarks": found.remarks,
    }


def _import_document(each: Import) -> dict[str, Any]:
    return {
        "number": each.number,
        "source": each.source,
        "file": each.file,
        "sha256": each.sha256,
        "at": each.at,
        "records": each.counts,
        "report": each.report,
    }
