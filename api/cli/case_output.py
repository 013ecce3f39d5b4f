"""How a case looks in a terminal."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import click

from api.cli.common import print_table

LOCAL = timezone(timedelta(hours=1))
#: A share alive below this is told as nobody.
NOBODY = 0.02
WORDS = {
    "stayed": "stayed with the vehicle",
    "to-water": "walked to the nearest known water",
    "back": "along the track, back",
    "on": "along the track, on",
    "to-town": "towards a town or light",
    "as-told": "walked the way that was told",
    "split": "split group",
}


def show_case(document: dict[str, Any], *, brief: bool = False) -> None:
    """Print a case: on top what matters most."""
    _head(document)
    _legs(document)
    for each in document["questions"][:3]:
        click.echo(f"worth asking: {each['asks']}? (+{each['per_h']:.2f} people an hour)")
    if not brief:
        _where(document)
    for remark in document["remarks"]:
        click.echo(f"remark: {remark}")


def _head(document: dict[str, Any]) -> None:
    people = document["people"]
    left = document["hours_left"]
    click.echo(f"{document['case_id']} ({document['status']}), {_clock(document['now'])}: {document['understood']}")
    click.echo(
        f"{people['looked_for']} people looked for, {people['found_alive']} found alive, "
        f"{people['found_dead']} found dead; alive now {document['alive_now']:.0%} of those looked for"
    )
    if document["alive_now"] < NOBODY:
        click.echo("hours left: none; nobody of those looked for is expected to be alive, but at water")
    else:
        click.echo(
            f"hours left: one in ten dead in {_hours(left['p10'])}, half in {_hours(left['p50'])}, "
            f"nine in ten in {_hours(left['p90'])}"
        )
    click.echo(
        f"POS so far {document['pos']:.0%}; still possible there {document['residual']['poa']:.0%}, "
        f"and alive {document['residual']['alive']:.0%}"
    )


def _legs(document: dict[str, Any]) -> None:
    rows = []
    for each in document["next"]:
        legs = [each["best"], *each["others"]] if each["best"] else []
        if not legs:
            rows.append([each["asset_id"], "", "nothing it can reach in time", "", "", "", "", ""])
        for number, leg in enumerate(legs, 1):
            rows.append(
                [
                    each["asset_id"] if number == 1 else "",
                    str(number),
                    f"{leg['kind']} to {leg['to_place']}",
                    _clock(leg["leaves"]),
                    _clock(leg["done"]),
                    f"{leg['search_km']:.0f} of {leg['km']:.0f}",
                    f"{leg['pos']:.0%}",
                    f"{leg['alive_per_h']:.2f}",
                ]
            )
    if rows:
        title = "Next legs (the first is best)"
        heads = ["asset", "leg", "where", "leave (UTC+1)", "done", "km searched", "POS", "alive per h"]
        print_table(title, heads, rows, left=3)
    if document["assets_assumed"] and document["next"]:
        click.echo("no asset was named: one car at each of the nearest bases is assumed")
    if document["effort"]:
        effort = document["effort"]
        click.echo(f"all best legs: POS {document['next_pos']:.0%}, {document['next_alive']:.1f} people alive")
        click.echo(
            f"{effort['hours']:.0f} h of effort where it counts most: {effort['alive']:.1f} people alive, "
            f"no plan more than {effort['at_most']:.1f}"
        )


def _where(document: dict[str, Any]) -> None:
    rows = [
        [WORDS[name], f"{each['before']:.0%}", f"{each['now']:.0%}"]
        for name, each in document["scenarios"].items()
        if each["before"] or each["now"]
    ]
    print_table("Scenarios (weights are judgement: change them)", ["scenario", "before", "now"], rows)
    poa = document["poa"]
    rows = [[each["place"], f"{each['lat']:.2f}, {each['lon']:.2f}", f"{each['poa']:.1%}"] for each in poa["areas"]]
    print_table("Where they may be now (POA)", ["area", "middle", "POA"], rows, left=2)
    click.echo(
        f"on tracks {poa['on_tracks']:.0%}, open ground {poa['open_ground']:.0%}, elsewhere {poa['outside']:.0%}"
    )


def _hours(value: float | None) -> str:
    return f"{value:.0f} h" if value is not None else "more than 2 days"


def _clock(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(LOCAL):%d %b %H:%M}"
