"""`guelta route`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.common import elevation_option, json_option, print_json, print_table, progress_bar, tomorrow

#: A way this many times the straight distance is worth a remark.
FAR_ROUND = 2.5
MODE_WORDS = {"open": "open ground"}


@click.command("route")
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option("--by", type=click.Choice(["distance", "time", "risk"]), default="time", show_default=True)
@click.option("--pareto", is_flag=True, help="All ways for which no other is both quicker and less risky.")
@click.option("--date", "day", default=tomorrow, show_default="tomorrow", help="Day whose risk counts.")
@click.option(
    "--alternatives", type=click.IntRange(1, 10), default=1, show_default=True, help="How many distinct ways."
)
@click.option("--vehicle", default="pickup_4x4", show_default=True, help='Type of vehicle, or "foot".')
@click.option("--litres", type=float, default=5.0, show_default=True, help="Water of each walker, with --vehicle foot.")
@click.option("--through-blocked", is_flag=True, help="Go through areas closed by mines or fighting too.")
@elevation_option
@json_option
def command(
    start: str,
    end: str,
    by: str,
    pareto: bool,
    day: str,
    alternatives: int,
    vehicle: str,
    litres: float,
    through_blocked: bool,
    elevation_file: Path | None,
    as_json: bool,
) -> None:
    """Find a way between two positions, over open ground and the network, with its dry gaps.

    FROM and TO are place ids or names (English, French, Arabic), `lat,lon`, DMS, UTM, MGRS, or words such as "90 km
    west of Dirkou"; put "--" before a position that begins with a minus sign.
    """
    with progress_bar("finding the way") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.inputs import day_of, elevation_of
        from api.usecases.route import find_route
        from api.usecases.route_document import route_document

        on = day_of(day)
        context = open_prepared().with_files(elevation=elevation_of(elevation_file))
        progress(0.4)
        answer = find_route(
            context,
            start,
            end,
            "pareto" if pareto else by,  # type: ignore[arg-type]
            on,
            alternatives,
            through_blocked=through_blocked,
            vehicle=vehicle,
            litres_each=litres,
        )
    document = route_document(answer, context.pack.version)
    if as_json:
        print_json(document)
        return
    click.echo(f"from {document['from']['read_as']}, to {document['to']['read_as']}")
    if pareto:
        _tell_trade_offs([document, *document["alternatives"]])
    for way in [document] if pareto else [document, *document["alternatives"]]:
        _tell_way(way)
    _tell_ends(document)


def _tell_way(way: dict[str, Any]) -> None:
    rows = [
        [leg["from"], leg["to"], MODE_WORDS.get(leg["mode"], leg["mode"]), f"{leg['km']:.0f}", f"{leg['hours']:.1f}"]
        for leg in way["legs"]
    ]
    risk = "not assessed" if way["risk"] is None else f"{way['risk']:.2g} expected deaths a day along its legs"
    print_table(f"{way['km']:.0f} km, {way['hours']:.1f} h, {risk}", ["from", "to", "mode", "km", "h"], rows, left=3)
    for area in way["closed_areas"]:
        click.echo(f"WARNING: {area['km']:.0f} km lie in a closed area: {area['name']} ({area['kind']})")
    if way["dry_gaps"]:
        gap = way["dry_gaps"][0]
        click.echo(f"longest dry gap {gap['km']:.0f} km, km {gap['km_from']:.0f}–{gap['km_to']:.0f}")
    if "fuel_l" in way:
        at_sea = any(leg["mode"] == "sea" for leg in way["legs"])
        click.echo(
            f"fuel {way['fuel_l']:.0f} l of {way['fuel_usable_l']:.0f} l carried, a reserve kept; "
            f"nothing taken up on the way{'; none counted at sea' if at_sea else ''}"
        )
    else:
        each = f"with {way['water_l_each']:g} l each"
        click.echo(f"on foot by night {each} a tenth are dead after {way['walking_reach_km']:.0f} km of level ground")
        click.echo("hours are those walked, without rests")
    what = "fuel" if "fuel_l" in way else "strength"
    for name, words in (("point_of_no_return", "point of no return"), ("runs_out", f"WARNING: {what} runs out")):
        if way[name] is not None:
            at = way[name]
            click.echo(f"{words} at km {at['km']:.0f}, after {at['hours']:.1f} h, {at['lat']:.4f},{at['lon']:.4f}")
    against = "; ".join(way["confidence"]["why"])
    click.echo(f"confidence {way['confidence']['class']}" + (f": {against}" if against else ""))


def _tell_trade_offs(ways: list[dict[str, Any]]) -> None:
    rows = []
    for number, way in enumerate(ways, 1):
        through = list(dict.fromkeys(leg["to"] for leg in sorted(way["legs"], key=lambda leg: -leg["km"])[:3]))
        rows.append([str(number), trade_off(way), ", ".join(through), f"{way['km']:.0f}", f"{way['hours']:.1f}"])
    title = "Ways for which no other is both quicker and less exposed"
    print_table(title, ["way", "against the quickest", "longest legs to", "km", "h"], rows, left=3)


def trade_off(way: dict[str, Any]) -> str:
    """Say in words what a way costs and gains: "+38 min, -41 % exposure"."""
    minutes, exposure = way["against_quickest"]["minutes"], way["against_quickest"]["exposure_pct"]
    if round(minutes) == 0 and not exposure:
        return "the quickest"
    later = f"+{minutes:.0f} min" if minutes < 120 else f"+{minutes / 60:.1f} h"
    if exposure is None:
        return later
    return f"{later}, {f'{exposure:.0f}' if exposure <= -1 else f'{exposure:.1g}'} % exposure".replace(
        "-", "\N{MINUS SIGN}"
    )


def _tell_ends(document: dict[str, Any]) -> None:
    from routes.geodesy import distance_m

    ends = [(document[name]["lon"], document[name]["lat"]) for name in ("from", "to")]
    straight_km = distance_m(*ends) / 1000
    if document["km"] > FAR_ROUND * straight_km:
        times = document["km"] / straight_km
        click.echo(f"note: {times:.1f} times the straight distance; compare with --by time or --by distance")
    for name, other, leg in (("from", "to", document["legs"][0]), ("to", "from", document["legs"][-1])):
        at = document[name]
        if at["approach_km"] > 0:
            bearing = "" if at["bearing_deg"] is None else f", true bearing {at['bearing_deg']:.0f}°"
            beyond = at["joins"] if len(document["legs"]) > 1 else document[other]["read_as"]
            # in the order of travel: the bearing is that from the first to the second
            first, last = (at["read_as"], beyond) if name == "from" else (beyond, at["read_as"])
            ground = "at sea" if leg["mode"] == "sea" else "of open ground"
            way = f"{at['approach_km']:.1f} km {ground} from {first} to {last}"
            click.echo(f"{way} ({at['approach_hours']:.1f} h{bearing})")
