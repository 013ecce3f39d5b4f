"""`guelta serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.cli.access_options import access_option
from api.cli.case_options import cases_option


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; loopback unless told otherwise."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--open-planner", is_flag=True, help="One user: no key is asked of requests of this machine itself.")
@access_option
@cases_option
def command(host: str, port: int, open_planner: bool, access_folder: Path, cases: Path) -> None:
    """Serve the API on this machine; the first start prints an admin key, once."""
    if open_planner and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.UsageError("--open-planner goes with a loopback address only: others need keys")
    import uvicorn

    from api.access.setup import Access, log_as_json
    from api.app import create_app

    access = Access.of_folder(access_folder, os.environ, is_open=open_planner)
    app = create_app(cases=cases, access=access)
    if key := access.first_admin_key():
        click.echo(f"admin key, shown this once: {key}", err=True)
        click.echo(
            "it makes nothing by itself; keys for others: guelta key create --audience planner --purpose ...", err=True
        )
    log_as_json()
    # uvicorn's own access log holds addresses and queries, which hold positions
    uvicorn.run(
        app, host=host, port=port, log_level="warning", access_log=False, proxy_headers=False, server_header=False,
        limit_concurrency=100, timeout_keep_alive=10,
    )  # fmt: skip
