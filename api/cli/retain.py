"""`guelta retain`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from api.cli.access_options import access_option
from api.cli.case_options import MOMENT, cases_option
from api.cli.common import json_option, print_json
from data.errors import NoAnswer


@click.command("retain")
@click.option("--now", type=MOMENT, help="As of 2026-06-15T09:00Z; else now.")
@cases_option
@access_option
@json_option
def command(now: datetime | None, cases: Path, access_folder: Path, as_json: bool) -> None:
    """Erase contact notes of cases closed 30 days ago, generalise positions of those closed 90 days ago.

    Meant for once a day (cron, systemd). Backups and copies have to follow the same rule; this cannot reach them.
    """
    from api.access.audit import FileAudit
    from api.access.retention import retain, retention_key
    from api.access.setup import AUDIT
    from api.prepared_region import open_prepared
    from api.usecases.locate import locate, location_document

    context = open_prepared()

    def place_of(words: str) -> tuple[float, float]:
        middle = location_document(context, words, *locate(context, words))["middle"]
        return float(middle["lon"]), float(middle["lat"])

    key = retention_key(access_folder)
    done, faults = retain(cases, now or datetime.now(UTC), key, place_of, FileAudit(access_folder / AUDIT))
    if as_json:
        print_json({"thinned": [{"case_id": each.case_id, "what": each.what} for each in done], "faults": faults})
    else:
        for each in done:
            click.echo(f"{each.case_id}: {'contact notes erased' if each.what == 'notes' else 'positions generalised'}")
        click.echo(f"{len(done)} changes")
    if faults:
        raise NoAnswer("not all cases could be done: " + "; ".join(faults))
