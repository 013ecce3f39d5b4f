"""`guelta work`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from api.cli.job_options import results_option
from api.cli.store_options import store_option


@click.command("work")
@click.option("--only", multiple=True, metavar="PROCESS", help="Only jobs of this process; may be repeated.")
@click.option("--once", is_flag=True, help="End when no job waits.")
@store_option
@results_option
def command(only: tuple[str, ...], once: bool, url: str, results: Path | None) -> None:
    """Do the long work that was asked of the API, until stopped; what is begun then goes back to the queue.

    `guelta serve` does this by itself. Another machine may help where the store is PostgreSQL; it takes the jobs that
    make files only where their folder is named, because it has to be that of the server.
    """
    from api.access.setup import log_as_json
    from api.job_files import folder_beside
    from api.runner import DEFAULT_DAYS, DEFAULT_LIMIT_S, KEPT, LIMIT, Orders, names, run_until_told, whole_number
    from api.store.engine import read_url
    from data.errors import BadInput

    known = names()
    if unknown := sorted(set(only) - set(known)):
        raise BadInput(f"process '{each[:80]}' is not known; there are {', '.join(known)}" for each in unknown)
    at, kinds = read_url(url), only or known
    if at.drivername != "sqlite" and results is None:
        kinds = _without_files(kinds)
    log_as_json()
    limit_s = whole_number(os.environ, LIMIT, DEFAULT_LIMIT_S)
    days = whole_number(os.environ, KEPT, DEFAULT_DAYS)
    run_until_told(Orders(url, results or folder_beside(at), tuple(kinds), limit_s, days), once=once)


def _without_files(kinds: tuple[str, ...]) -> tuple[str, ...]:
    from api.process import processes

    known = processes()
    return tuple(each for each in kinds if not known[each].has_files)
