"""`guelta report well`: what somebody found at a water point."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from api.cli.case_options import MOMENT
from api.cli.common import json_option, print_json
from api.cli.store_options import by_option, opened, store_option
from data.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

STATES = ("gives", "little", "dry", "brackish", "fouled", "guarded", "not found")


@click.command("well")
@click.argument("well")
@click.argument("state", type=click.Choice(STATES))
@click.option("--seen", "seen_at", type=MOMENT, help="When, as 2026-06-15T14:10Z; else now.")
@click.option("--grade", type=click.Choice(["A", "B", "C", "D"]), default="B", show_default=True, help="Of the source.")
@by_option
@store_option
@json_option
def well_command(
    well: str, state: str, seen_at: datetime | None, grade: str, by: str, url: str, *, as_json: bool
) -> None:
    """Keep what was found at WELL, its id or name: plans, cases and routes count on it from then on."""
    from api.prepared_region import open_prepared
    from api.usecases.report_desk import REPORT_KINDS, read_field_report

    context = open_prepared()
    water_id = _water_id(context.pack.water_points, well)
    body = {"water_id": water_id, "seen_at": (seen_at or datetime.now(UTC)).isoformat(), "state": state, "grade": grade}
    kind = next(each for each in REPORT_KINDS if each.kind == "water_report")
    with opened(url, create=True) as store:
        kept, _ = read_field_report(kind, context, body, store.clock())
        stored = store.put(kind.kind, None, kept, by)
    if as_json:
        print_json({"record_id": stored.record_id, "etag": stored.etag, **stored.body})
        return
    click.echo(f"{stored.record_id}: {water_id}, {state}, seen {stored.body['seen_at']}")


def _water_id(points: pd.DataFrame, well: str) -> str:
    """Return the id of a water point told by id or name; where several bear the name, the ids are offered."""
    from routes.positions import read_position

    named = points.rename(columns={"water_id": "place_id"}).set_index("place_id", drop=False)
    found = read_position(well, named).place_id
    if found is None:
        raise BadInput(f"'{well}' is a position; name the water point (`water-points` of the service lists them)")
    return found
