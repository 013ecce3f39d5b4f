"""`guelta report`: what patrols say on their return."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from api.cli.case_options import MOMENT
from api.cli.common import FiniteRange, json_option, print_json, print_table, progress_bar
from api.cli.report_well import well_command
from api.cli.store_options import by_option, opened, store_option
from data.errors import BadInput


@click.group("report")
def command() -> None:
    """Keep what patrols report on their return."""


command.add_command(well_command)


@command.command("add")
@click.argument("words", required=False, default="")
@click.option("--asset", "asset_id", help="The car or convoy.")
@click.option("--left", "left_at", type=MOMENT, help="As 2026-06-15T05:30Z.")
@click.option("--back", "back_at", type=MOMENT)
@click.option("--km", type=FiniteRange(min=0), help="Of one car of the convoy.")
@click.option("--hours", type=FiniteRange(min=0), help="Patrolled; else from leaving to coming back.")
@click.option("--corridor")
@click.option(
    "--segment", "segments", multiple=True, help="Driven, as `guelta risk` prints it; in place of --corridor."
)
@click.option("--plan", "plan_id")
@click.option("--group", "groups", multiple=True, help='Met: "09:10 14 adults 3 children water to agadez".')
@click.option("--remark")
@click.option("--id", "record_id", help="Else of asset and time of leaving.")
@click.option("--replaces", metavar="ETAG", help="The version of that report which this one corrects.")
@click.option("--zone", default="UTC", show_default=True, help="Of the times in words, as Africa/Niamey.")
@by_option
@store_option
@json_option
def add_command(words: str, groups: tuple[str, ...], **options: Any) -> None:
    """Keep a patrol's return, from WORDS or options; options win.

    "car-1 2026-06-15 05:30-17:40 412 km niger-libya; 09:10 14 adults 3 children water to agadez; 12:30 2 dead"
    """
    record_id, replaces, by = options.pop("record_id"), options.pop("replaces"), options.pop("by")
    url, as_json, zone = options.pop("url"), options.pop("as_json"), options.pop("zone")
    with progress_bar("reading the report") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.patrol_reports import keep_report, read_report

        context = open_prepared()
        progress(0.5)
        body = _body(context, words, groups, options, zone)
        report, taken_out = read_report(context, body)
        with opened(url, create=True) as store:
            stored = keep_report(store, record_id, report, by, if_version=replaces)
    if as_json:
        print_json({"report_id": stored.record_id, "etag": stored.etag, "taken_out": taken_out, **stored.body})
        return
    people = sum(each.adults + each.children for each in report.groups)
    click.echo(
        f"{stored.record_id}: {report.asset_id}, {report.left_at:%Y-%m-%d %H:%M}Z to {report.back_at:%Y-%m-%d %H:%M}Z, "
        f"{'? km' if report.km is None else f'{report.km:g} km'}; {len(report.groups)} groups, {people} people alive, "
        f"{sum(each.dead for each in report.groups)} dead"
    )
    for kind in taken_out:
        click.echo(f"a {kind} was taken out of the remark")


def _body(context: Any, words: str, groups: tuple[str, ...], options: dict[str, Any], zone: str) -> dict[str, Any]:
    """Join words and options into a body."""
    from api.usecases.report_words import read_words
    from data.schemas import CORRIDORS
    from routes.positions import read_position

    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"zone '{zone[:40]}' is none; write it as Africa/Niamey") from None

    def place_of(name: str) -> str:
        found = read_position(name, context.pack.places).place_id
        if found is None:
            raise BadInput(f"'{name}' is no place")
        return found

    left: datetime | None = options["left_at"]
    head = words or (f"{left.astimezone(clock):%Y-%m-%d}" if left else "")
    body = read_words("; ".join([head, *groups]), clock, place_of, CORRIDORS)
    given = {name: value for name, value in options.items() if value not in (None, ())}
    return body | given


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@store_option
@json_option
def import_(file: Path, by: str, url: str, as_json: bool) -> None:
    """Keep every patrol of FILE (CSV), or none: a row for each group met, or one for a patrol that met nobody.

    Columns: report_id, plan_id, asset_id, left_at, back_at, km, hours, corridor, segments (blanks between), remark;
    at, segment, adults, children, dead, need (water, medical, breakdown, none), case_id, handed_to.
    """
    with progress_bar("reading the table") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.report_table import import_reports

        context = open_prepared()
        progress(0.5)
        with opened(url, create=True) as store:
            written = import_reports(context, store, file.read_bytes(), by)
    if as_json:
        print_json({"reports": [each.record_id for each in written]})
    else:
        click.echo(f"{len(written)} patrols, {sum(len(each.body['groups']) for each in written)} groups")


@command.command("list")
@click.option("--since", type=MOMENT)
@click.option("--until", type=MOMENT)
@store_option
@json_option
def list_command(since: datetime | None, until: datetime | None, url: str, as_json: bool) -> None:
    """List reports, those of patrols that left between two moments."""
    from api.usecases.patrol_reports import KIND, every

    with opened(url) as store:
        found = list(every(store, KIND, since, until))
    if as_json:
        print_json({"reports": [{"report_id": each.record_id, "etag": each.etag, **each.body} for each in found]})
        return
    rows = []
    for each in found:
        groups = each.body["groups"]
        alive = sum(group["adults"] + group["children"] for group in groups)
        rows.append(
            [each.record_id, each.body.get("corridor", "by segments"), each.body["left_at"][:16],
             str(each.body.get("km", "")), str(len(groups)), str(alive), str(sum(group["dead"] for group in groups))]
        )  # fmt: skip
    print_table("Patrols", ["report", "corridor", "left", "km", "groups", "alive", "dead"], rows, left=3)
