"""`guelta retain`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from api.cli.case_options import MOMENT
from api.cli.common import json_option, print_json
from api.cli.store_options import opened, store_option
from data.errors import NoAnswer


@click.command("retain")
@click.option("--now", type=MOMENT, help="As of 2026-06-15T09:00Z; else now.")
@store_option
@json_option
def command(now: datetime | None, url: str, as_json: bool) -> None:
    """Erase contact notes of cases closed 30 days ago, generalise positions of those closed 90 days ago.

    Meant for once a day (cron, systemd). Backups and copies have to follow the same rule; this cannot reach them.
    """
    from api.access.retention import retain
    from api.access.stored import StoredAudit
    from api.prepared_region import open_prepared
    from api.usecases.locate import locate, location_document

    context = open_prepared()

    def place_of(words: str) -> tuple[float, float]:
        middle = location_document(context, words, *locate(context, words))["middle"]
        return float(middle["lon"]), float(middle["lat"])

    with opened(url) as store:
        done, faults = retain(store, now or datetime.now(UTC), place_of, StoredAudit(store))
    if as_json:
        print_json({"thinned": [{"case_id": each.case_id, "what": each.what} for each in done], "faults": faults})
    else:
        for each in done:
            click.echo(f"{each.case_id}: {'contact notes erased' if each.what == 'notes' else 'positions generalised'}")
        click.echo(f"{len(done)} changes")
    if faults:
        raise NoAnswer("not all cases could be done: " + "; ".join(faults))
