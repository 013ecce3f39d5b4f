"""`guelta route`."""

from __future__ import annotations

import click

from api.cli.common import json_option, print_json, print_table, progress_bar, tomorrow

#: A way this many times the straight distance is worth a remark.
FAR_ROUND = 2.5


@click.command("route")
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option("--by", type=click.Choice(["distance", "time", "risk"]), default="time", show_default=True)
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day whose risk counts.")
@click.option(
    "--alternatives", type=click.IntRange(1, 10), default=1, show_default=True, help="How many distinct ways."
)
@click.option("--through-blocked", is_flag=True, help="Go through areas closed by mines or fighting too.")
@json_option
def command(start: str, end: str, by: str, day: str, alternatives: int, through_blocked: bool, as_json: bool) -> None:
    """Find a way between two positions, with its dry gaps.

    FROM and TO are place ids or names (English, French, Arabic), `lat,lon`, DMS, UTM or MGRS; put "--" before a
    position that begins with a minus sign.
    """
    with progress_bar("finding the way") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import day_of
        from api.usecases.route import find_route, route_document
        from routes.geodesy import distance_m

        on = day_of(day)
        context = open_prepared()
        progress(0.4)
        answer = find_route(
            context,
            start,
            end,
            by,  # type: ignore[arg-type]
            on,
            alternatives,
            through_blocked=through_blocked,
        )
    document = route_document(answer, context.pack.version)
    if as_json:
        print_json(document)
        return
    click.echo(f"from {document['from']['read_as']}, to {document['to']['read_as']}")
    for way in [document, *document["alternatives"]]:
        rows = [[leg["from"], leg["to"], leg["mode"], f"{leg['km']:.0f}", f"{leg['hours']:.1f}"] for leg in way["legs"]]
        risk = "not assessed" if way["risk"] is None else f"{way['risk']:.2g} expected deaths a day along it"
        print_table(
            f"{way['km']:.0f} km, {way['hours']:.1f} h, {risk}", ["from", "to", "mode", "km", "h"], rows, left=3
        )
        for area in way["closed_areas"]:
            click.echo(f"WARNING: {area['km']:.0f} km lie in a closed area: {area['name']} ({area['kind']})")
        if way["dry_gaps"]:
            gap = way["dry_gaps"][0]
            click.echo(f"longest dry gap {gap['km']:.0f} km, km {gap['km_from']:.0f}–{gap['km_to']:.0f}")
    straight_km = (
        distance_m((document["from"]["lon"], document["from"]["lat"]), (document["to"]["lon"], document["to"]["lat"]))
        / 1000
    )
    if document["km"] > FAR_ROUND * straight_km:
        times = document["km"] / straight_km
        click.echo(f"note: {times:.1f} times the straight distance; compare with --by time or --by distance")
    for name in ("from", "to"):
        if document[name]["approach_km"] > 0:
            at = document[name]
            click.echo(f"{at['approach_km']:.1f} km of open ground between {at['read_as']} and {at['joins']}")
