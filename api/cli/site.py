"""`guelta site`."""

from __future__ import annotations

from typing import Any

import click

from api.cli.common import json_option, print_json, print_table, progress_bar, tomorrow


@click.command("site")
@click.option("--kind", required=True, metavar="base|water|beacon", help="What is to be built.")
@click.option("--count", type=int, default=3, show_default=True, help="How many, 1 to 50.")
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day whose heat and water hold.")
@click.option("--country", "countries", multiple=True, help="Only candidates there, as NE; may be repeated.")
@json_option
def command(kind: str, count: int, day: str, countries: tuple[str, ...], as_json: bool) -> None:
    """Say where new bases, water points or beacons would reach most people in time."""
    with progress_bar("weighing sites") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import Faults, day_of
        from api.usecases.site import check_request, propose_sites

        context, faults = open_prepared(), Faults()
        on = faults.read(lambda: day_of(day))
        faults.read(lambda: check_request(context, kind, count, countries))
        faults.settle()
        assert on is not None
        progress(0.1)
        document = propose_sites(context, on, kind, count, countries, progress=progress)
    if as_json:
        print_json(document)
        return
    _print(document)


def _print(document: dict[str, Any]) -> None:
    rows = [
        [
            str(site["rank"]),
            site.get("segment_id") or site["place_id"],
            site["name"],
            site["country"],
            f"{site['gain_per_year']:.1f}",
            f"{site['loss_without_per_year']:.1f}",
            f"{site['share_of_possible']:.0%}",
            str(site["segments_served"]),
        ]
        for site in document["sites"]
    ]
    heads = ["", "site", "where", "country", "adds a year", "lost without", "of possible", "segments"]
    found = len(document["sites"])
    print_table(f"Where {found} new of kind {document['kind']} would do most, {document['date']}", heads, rows, left=4)
    if found < document["count"]:
        click.echo(f"more than {found} would add nothing")
    click.echo(
        f"adds: {document['counts']}, in {document['unit']}; {document['gain_per_year']:.1f} together, "
        f"{document['possible_per_year']:.1f} if all {document['candidates']} candidates were built"
    )
    click.echo(
        f"now: {document['stranded_per_year']:.0f} stranded on land a year by the model, "
        f"{document['deaths_per_year']:.0f} die, "
        f"{document['deaths_beyond_cars_share']:.0%} of them where no base's car may drive"
    )
    if document["kind"] == "base":
        click.echo(f"{document['today_counts']}: {document['today_per_year']:.1f} a year")
    proof = "proven best" if document["proven_optimal"] else "NOT proven best"
    click.echo(
        f"{proof}: bound {document['bound_per_year']:.1f}, gap {document['gap']:.2%} ({document['solver_status']})"
    )
    click.echo(f"rests on judgement: the level of all numbers (few strandings are reported); {document['judgement']}")
