"""`guelta case`: open, look at, decide; messages from the field are in `api.cli.case_update`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.cli.case_options import (
    alert_options,
    by_option,
    case_argument,
    desk_of,
    moment_option,
    now_option,
    reading_language_option,
    store_at,
)
from api.cli.case_output import show_case
from api.cli.case_pattern import pattern_command
from api.cli.case_read import read_command
from api.cli.case_update import update_command
from api.cli.common import json_option, print_json, print_table, progress_bar
from api.cli.store_options import store_option


@click.group("case")
def command() -> None:
    """Work on a call for help."""


command.add_command(pattern_command)
command.add_command(read_command)
command.add_command(update_command)


@command.command("locate")
@click.argument("description")
@json_option
def locate_command(description: str, as_json: bool) -> None:
    """Say where a DESCRIPTION puts people: "90 km west of Dirkou", "entre Séguédine et Madama", coordinates."""
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.locate import locate, location_document

        progress(0.3)
        context = open_prepared()
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


@command.command("open")
@click.argument("message", required=False, default="")
@alert_options
@reading_language_option
@by_option
@store_option
@json_option
def open_command(message: str, language: str, by: str, url: str, as_json: bool, **fields: Any) -> None:
    """Open a case from a MESSAGE as it came in, or from options; options win over what the message says."""
    with progress_bar("reading the alert") as progress:
        desk = desk_of(url)
        from api.usecases.case_intake import opened_by, reading_of, similar_cases

        progress(0.3)
        reading = reading_of(desk.context, message, fields, desk.clock(), language)
        opened = opened_by(reading, message)
        proposals = similar_cases(desk, opened)
        case_id = desk.open(opened, by)
        progress(0.6)
        _, document = desk.show(case_id, progress=lambda share: progress(0.6 + 0.4 * share))
    document["read"] = reading.read_back(language).splitlines()
    document["same_event"] = proposals
    if as_json:
        print_json(document)
        return
    for line in document["read"]:
        click.echo(line)
    for each in proposals:
        click.echo(f"perhaps the same as {each['case_id']} ({each['score']:.0%}): {'; '.join(each['reasons'])}")
    if proposals:
        click.echo("nothing was merged; if it is the same: guelta case update CASE --same-as OTHER")
    show_case(document)


@command.command("show")
@case_argument
@now_option
@store_option
@json_option
def show_command(case_id: str, now: datetime | None, url: str, as_json: bool) -> None:
    """Show a case: how long they have got, where they may be, what to do next."""
    with progress_bar("reading the case") as progress:
        desk = desk_of(url)
        progress(0.3)
        _, document = desk.show(case_id, now, progress=lambda share: progress(0.3 + 0.7 * share))
    if as_json:
        print_json(document)
        return
    show_case(document)


@command.command("next")
@case_argument
@click.option("--order", "orders", multiple=True, metavar="ASSET[:LEG]", help="Give an asset its best leg, or another.")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), help="Folder for the legs as GPX.")
@by_option
@now_option
@store_option
@json_option
def next_command(
    case_id: str, orders: tuple[str, ...], folder: Path | None, by: str, now: datetime | None, url: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Say the next best leg for each asset; with --order it is given and counted on."""
    with progress_bar("looking for the next legs") as progress:
        desk = desk_of(url)
        progress(0.3)
        for order in orders:
            asset_id, _, rank = order.partition(":")
            if rank and not rank.isdigit():
                raise click.BadParameter(f"'{order}': the leg is a number, as in {asset_id}:2")
            desk.order(case_id, asset_id, by, int(rank or 1), now)
        state, document = desk.show(case_id, now, progress=lambda share: progress(0.3 + 0.7 * share))
        if folder is not None:
            from api.usecases.case_export import export_case

            files = export_case(desk.context, state, document, folder, languages=(), formats=("gpx",))
            document["files"] = [str(path) for path in files]
    if as_json:
        print_json({name: document[name] for name in (
            "case_id", "now", "hours_left", "pos", "next", "next_pos", "next_alive", "questions", "effort", "remarks",
            "assets_assumed", "data_version", *(["files"] if folder else []),
        )})  # fmt: skip
        return
    show_case(document, brief=True)


@command.command("list")
@store_option
@json_option
def list_command(url: str, as_json: bool) -> None:
    """List all cases."""
    from api.usecases.case_desk import summaries

    found = summaries(store_at(url))
    if as_json:
        print_json({"cases": found})
        return
    rows = [[each["case_id"], each["status"], each["where"], each["last"], str(each["events"])] for each in found]
    print_table("Cases", ["case", "status", "where", "last message", "events"], rows, left=4)


@command.command("log")
@case_argument
@store_option
@json_option
def log_command(case_id: str, url: str, as_json: bool) -> None:
    """List every event of a case as it was told."""
    from api.usecases.case_desk import event_log

    lines, remarks = event_log(store_at(url), case_id)
    if as_json:
        print_json({"case_id": case_id, "events": lines, "remarks": remarks})
        return
    rows = [[str(each["n"]), each["at"], each["kind"], each["by"], each["told"]] for each in lines]
    print_table(f"Events of {case_id}", ["n", "at", "kind", "by", "told"], rows, left=5)
    for remark in remarks:
        click.echo(remark)


@command.command("close")
@case_argument
@click.option("--what", type=click.Choice(["close", "suspend", "reopen"]), default="close", show_default=True)
@click.option("--reason", required=True, help="Why; it is kept.")
@by_option
@moment_option
@store_option
@json_option
def close_command(case_id: str, what: str, reason: str, by: str, at: datetime | None, url: str, as_json: bool) -> None:
    """Give one person's voice to close, suspend or reopen a case: it takes two different people."""
    with progress_bar("reading the case") as progress:
        desk = desk_of(url)
        from api.usecases.case_events import read_event

        progress(0.3)
        desk.add(case_id, read_event({"kind": "decision", "what": what, "reason": reason}), by, at)
        state, document = desk.show(case_id, at, advise=False)
    if as_json:
        print_json(document)
        return
    residual = document["residual"]
    click.echo(
        f"{case_id} is {state.status}; probability that they are where the alert says and not found: "
        f"{residual['poa']:.0%}, and alive: {residual['alive']:.0%}"
    )
    if (state.status, what) not in {("closed", "close"), ("suspended", "suspend"), ("open", "reopen")}:
        click.echo(f"one voice to {what}; a second person has to say the same")


@command.command("export")
@case_argument
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("out"),
              show_default=True, help="Folder; the files hold positions of people in danger.")  # fmt: skip
@click.option("--lang", "languages", multiple=True, type=click.Choice(["fr", "en", "ar"]), default=("fr",),
              show_default=True, help="Of the page; may be given several times.")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(["pdf", "gpx", "geojson", "record", "raster"]),
              help="All but the raster where none is given.")  # fmt: skip
@now_option
@store_option
@json_option
def export_command(
    case_id: str, folder: Path, languages: tuple[str, ...], formats: tuple[str, ...], now: datetime | None, url: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Write a case as one page (PDF), GPX for each asset, GeoJSON and an after-action record."""
    with progress_bar("writing the case") as progress:
        desk = desk_of(url)
        from api.usecases.case_export import FORMATS, export_case

        progress(0.2)
        state, document = desk.show(case_id, now, progress=lambda share: progress(0.2 + 0.3 * share))
        files = export_case(
            desk.context, state, document, folder, languages=languages, formats=formats or FORMATS[:-1],
            progress=lambda share: progress(0.5 + 0.5 * share),
        )  # fmt: skip
    if as_json:
        print_json({"case_id": case_id, "files": [str(path) for path in files]})
        return
    for path in files:
        click.echo(str(path))
