"""`guelta order`: orders as short messages."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from api.cli.common import json_option, print_json


@click.group("order")
def command() -> None:
    """Put a vehicle's order into short messages, and read them back."""


@command.command("encode")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("vehicle")
@json_option
def encode_command(plan: Path, vehicle: str, as_json: bool) -> None:
    """Write the order of VEHICLE in PLAN (plan.json) as messages of at most 160 characters."""
    from data.errors import BadInput
    from data.region_pack import load_region
    from maps.message import encode, order_of

    try:
        document = orjson.loads(plan.read_bytes())
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{plan.name} is not sound JSON: {error}") from None
    pack = load_region()
    order = order_of(document, vehicle)
    if order.version != pack.version[:4]:
        raise BadInput(f"the plan was made with data {document['data_version']}, here is {pack.version}: plan anew")
    parts = encode(order, list(pack.legs.index), list(pack.places.index))
    if as_json:
        print_json({"parts": parts})
        return
    for part in parts:
        click.echo(part)


@command.command("decode")
@click.argument("parts", nargs=-1, required=True)
@json_option
def decode_command(parts: tuple[str, ...], as_json: bool) -> None:
    """Read an order from its PARTS, each in quotes, in any order."""
    from data.region_pack import load_region
    from maps.message import decode

    pack = load_region()
    order = decode(list(parts), list(pack.legs.index), list(pack.places.index), pack.version)
    runs = [{"leg_id": run.leg_id, "first_segment": run.first, "last_segment": run.last} for run in order.runs]
    if as_json:
        print_json({"vehicle_id": order.vehicle_id, "start": order.start.isoformat(), "legs": runs})
        return
    click.echo(f"{order.vehicle_id}, leaves {order.start:%Y-%m-%d %H:%M} UTC")
    for number, run in enumerate(order.runs, start=1):
        click.echo(f"{number:2} {run.leg_id}, segments {run.first} to {run.last}")
