"""`guelta case read`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from api.cli.case_options import alert_options, reading_language_option
from api.cli.common import json_option, print_json, print_table, progress_bar


@click.command("read")
@click.argument("message", required=False, default="")
@alert_options
@reading_language_option
@json_option
def read_command(message: str, language: str, as_json: bool, **fields: Any) -> None:
    """Read a MESSAGE, English or French, and read back what was understood; no case is opened.

    Clock words are local time (UTC+1). What is ambiguous is asked, with both readings.
    """
    with progress_bar("opening the region") as progress:
        from api.prepared_region import open_prepared
        from api.usecases.case_intake import reading_of
        from api.usecases.read_alert import reading_document

        progress(0.3)
        context = open_prepared()
        progress(0.7)
        reading = reading_of(context, message, fields, datetime.now(UTC), language)
    if as_json:
        print_json(reading_document(reading))
        return
    french = language == "fr"
    rows = []
    for each in reading.fields:
        name, _, value = each.sentence.told(language).rstrip(".").partition(":")
        rows.append([name.strip(), value.strip(), each.words])
    heads = ["champ", "compris", "lu dans"] if french else ["field", "understood", "read from"]
    print_table("Ce qui est compris" if french else "What was understood", heads, rows, left=3)
    for note in reading.notes:
        click.echo(note.told(language))
    if reading.not_used:
        click.echo(f"{'non utilisé' if french else 'not used'}: {' | '.join(reading.not_used)}")
