"""`guelta serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.cli.job_options import results_option
from api.cli.store_options import store_option


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; loopback unless told otherwise."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option("--open-planner", is_flag=True, help="One user: no key is asked of requests of this machine itself.")
@click.option(
    "--jobs", type=click.IntRange(0, 16), default=1, show_default=True, help="Processes that do long work; see job."
)
@store_option
@results_option
def command(host: str, port: int, workers: int, open_planner: bool, jobs: int, url: str, results: Path | None) -> None:
    """Serve the API on this machine; the first start prints an admin key, once."""
    if open_planner and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.UsageError("--open-planner goes with a loopback address only: others need keys")
    from api.access.setup import Access
    from api.prepared_region import open_prepared
    from api.serving import HOTLINES, Served, serve
    from api.store.store import open_store
    from api.usecases.hotlines import hotlines_of

    if path := os.environ.get(HOTLINES):
        hotlines_of(open_prepared(), path)  # faults are told here, once, and not by every worker
    if key := Access.of_store(open_store(url), os.environ, is_open=open_planner).first_admin_key():
        click.echo(f"admin key, shown this once: {key}", err=True)
        click.echo(
            "it makes nothing by itself; keys for others: guelta key create --audience planner --purpose ...", err=True
        )
    serve(host, port, workers, Served(url, open_planner, results), jobs)
