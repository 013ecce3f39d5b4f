"""`guelta key`: keys of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from api.access.audience import SCOPES, Audience
from api.access.audit import Entry
from api.access.keys import KeyRecord, new_key
from api.access.stored import StoredAudit, StoredKeys
from api.cli.common import json_option, print_json, print_table
from api.cli.store_options import opened, store_option
from api.store.store import Store
from data.errors import BadInput


@click.group("key")
def command() -> None:
    """Make, list and revoke keys of the API."""


@command.command("create")
@click.option(
    "--audience", required=True, type=click.Choice([each.word for each in Audience if each is not Audience.PUBLIC])
)
@click.option("--purpose", required=True, help="A sentence; kept with the key and every read.")
@click.option("--days", type=click.IntRange(1, 730), default=90, show_default=True, help="Until it expires.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(list(SCOPES)), help="Narrow it; else all it can.")
@store_option
@json_option
def create_command(audience: str, purpose: str, days: int, scopes: tuple[str, ...], url: str, as_json: bool) -> None:
    """Make a key and show it, once."""
    with opened(url, create=True) as store:
        keys = StoredKeys(store)
        key, record = new_key(keys, Audience.named(audience), purpose, days=days, scopes=scopes or None)
        _note(store, "create", record.prefix, record.purpose)
    if as_json:
        print_json({"key": key, **_values(record)})
        return
    click.echo(key)
    click.echo(f"{audience}, until {record.expires:%Y-%m-%d}; it is not shown again", err=True)


@command.command("list")
@store_option
@json_option
def list_command(url: str, as_json: bool) -> None:
    """List keys, without their secrets."""
    with opened(url) as store:
        records = [_values(each) for each in StoredKeys(store).all()]
    if as_json:
        print_json({"keys": records})
        return
    heads = ["prefix", "audience", "scopes", "state", "expires", "used", "purpose"]
    rows = [
        [each["prefix"], each["audience"], " ".join(each["scopes"]), each["state"], each["expires"][:10],
         (each["used"] or "never")[:16], each["purpose"]]
        for each in records
    ]  # fmt: skip
    print_table("Keys", heads, rows, left=7)


@command.command("revoke")
@click.argument("prefix")
@store_option
def revoke_command(prefix: str, url: str) -> None:
    """Revoke the key of a PREFIX (gk_PREFIX_...); it is refused from the next request on."""
    prefix = prefix.split("_")[1] if prefix.startswith("gk_") and prefix.count("_") else prefix
    with opened(url) as store:
        if not StoredKeys(store).revoke(prefix, datetime.now(UTC).replace(microsecond=0)):
            raise BadInput(f"there is no key '{prefix[:20]}'; `guelta key list` shows them")
        _note(store, "revoke", prefix, "")
    click.echo(f"{prefix} is revoked")


def _values(record: KeyRecord) -> dict[str, Any]:
    return {
        "prefix": record.prefix,
        "audience": record.audience.word,
        "scopes": sorted(record.scopes),
        "purpose": record.purpose,
        "state": record.state(datetime.now(UTC)),
        "made": record.made.isoformat(),
        "expires": record.expires.isoformat(),
        "revoked": record.revoked.isoformat() if record.revoked else None,
        "used": record.used.isoformat() if record.used else None,
    }


def _note(store: Store, did: str, prefix: str, purpose: str) -> None:
    # "local": whoever may write the store; who that is only the machine knows
    StoredAudit(store).note(Entry(datetime.now(UTC), "local", "admin", did, "key", prefix, purpose))
