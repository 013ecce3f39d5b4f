"""`guelta audit`: who read cases and plans."""

from __future__ import annotations

import json
from pathlib import Path

import click

from api.access.audit import FileAudit, read_head, verify
from api.access.setup import AUDIT
from api.cli.access_options import access_option
from api.cli.common import json_option, print_json, print_table
from data.errors import NoAnswer


@click.group("audit")
def command() -> None:
    """Check and show who read cases and plans, and for what purpose."""


@command.command("verify")
@click.option("--seen", metavar="HEAD", help="NUMBER:DIGEST as printed earlier, which the log has to hold still.")
@access_option
@json_option
def verify_command(seen: str | None, access_folder: Path, as_json: bool) -> None:
    """Check the chain; exit code 3 if the log was changed."""
    last, digest, faults = verify(FileAudit(access_folder / AUDIT), read_head(seen) if seen else None)
    if as_json:
        print_json({"entries": last, "head": f"{last}:{digest}", "faults": list(faults)})
    else:
        click.echo(f"{last} entries, head {last}:{digest}")
    if faults:
        raise NoAnswer("the audit was changed: " + "; ".join(faults))


@command.command("show")
@click.option("--last", type=click.IntRange(1, 100_000), default=50, show_default=True)
@access_option
@json_option
def show_command(last: int, access_folder: Path, as_json: bool) -> None:
    """Show the newest entries."""
    from collections import deque

    entries = []
    for line in deque(FileAudit(access_folder / AUDIT).lines(), maxlen=last):
        try:
            entries.append(dict(json.loads(line)))
        except ValueError:
            entries.append({"n": "damaged"})
    if as_json:
        print_json({"entries": entries})
        return
    heads = ["n", "at", "who", "audience", "did", "kind", "what", "purpose"]
    print_table("Audit", heads, [[str(each.get(head, "")) for head in heads] for each in entries], left=8)
