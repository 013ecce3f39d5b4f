"""`guelta audit`: who read cases and plans."""

from __future__ import annotations

import json

import click

from api.access.audit import read_head
from api.cli.common import json_option, print_json, print_table
from api.cli.store_options import opened, store_option
from data.errors import NoAnswer


@click.group("audit")
def command() -> None:
    """Check and show who read cases and plans, and for what purpose."""


@command.command("verify")
@click.option("--seen", metavar="HEAD", help="NUMBER:DIGEST as printed earlier, which the log has to hold still.")
@store_option
@json_option
def verify_command(seen: str | None, url: str, as_json: bool) -> None:
    """Check the chain; exit code 3 if the log was changed."""
    with opened(url) as store:
        faults = store.audit.verify(read_head(seen) if seen else None)
        last, digest = store.audit.head()
    if as_json:
        print_json({"entries": last, "head": f"{last}:{digest}", "faults": list(faults)})
    else:
        click.echo(f"{last} entries, head {last}:{digest}")
    if faults:
        raise NoAnswer("the audit was changed: " + "; ".join(faults))


@command.command("show")
@click.option("--last", type=click.IntRange(1, 100_000), default=50, show_default=True)
@store_option
@json_option
def show_command(last: int, url: str, as_json: bool) -> None:
    """Show the newest entries."""
    with opened(url) as store:
        newest, _ = store.audit.head()
        entries = [
            {
                "n": each.n,
                "at": each.at.isoformat(timespec="seconds"),
                "who": each.author,
                "did": each.action,
                "what": each.subject,
                **json.loads(each.detail),
            }
            for each in store.audit.read(after=max(newest - last, 0), limit=last)
        ]
    if as_json:
        print_json({"entries": entries})
        return
    heads = ["n", "at", "who", "audience", "did", "what", "purpose"]
    print_table("Audit", heads, [[str(each.get(head, "")) for head in heads] for each in entries], left=7)
