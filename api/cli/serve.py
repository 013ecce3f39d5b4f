"""`guelta serve`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.case_options import cases_option


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; loopback unless told otherwise."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@cases_option
def command(host: str, port: int, workers: int, cases: Path) -> None:
    """Serve the API on this machine."""
    import uvicorn

    if workers > 1:
        from api.serving import serve_by_workers

        serve_by_workers(host, port, workers, cases)
        return

    from api.app import create_app

    uvicorn.run(create_app(cases=cases), host=host, port=port, log_level="info")
