"""`guelta serve`."""

from __future__ import annotations

import click


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; loopback unless told otherwise."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def command(host: str, port: int) -> None:
    """Serve the API on this machine."""
    import uvicorn

    from api.app import create_app

    uvicorn.run(create_app(), host=host, port=port, log_level="info")
