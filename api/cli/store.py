"""`guelta store`."""

from __future__ import annotations

import click

from api.cli.common import json_option, print_json, print_table
from api.cli.store_options import opened, store_option
from data.errors import BadInput


@click.group("store")
def command() -> None:
    """Look after the operational store."""


@command.command("check")
@store_option
@json_option
def check_(url: str, as_json: bool) -> None:
    """Count what the store holds and prove it whole: digests, signatures, records, audit log; exit code 2 if not."""
    from api.store.check import check

    with opened(url) as store:
        told = check(store)
    if as_json:
        print_json(told)
    else:
        rows = [[name, str(count)] for name, count in told["records"].items()]
        rows += [[name.replace("_", " "), str(told[name])] for name in ("changes", "audit_entries", "keys")]
        rows += [[f"jobs {state}", str(count)] for state, count in told["jobs"].items()]
        print_table(
            f"Store {told['store']}", ["what", "count"], [*rows, ["conflicts to settle", str(told["conflicts"])]]
        )
        for remark in told["remarks"]:
            click.echo(remark)
        if not told["faults"]:
            click.echo("no fault")
    if told["faults"]:
        raise BadInput(told["faults"])
