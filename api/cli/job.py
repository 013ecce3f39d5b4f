"""`guelta job`: long work that was asked of the API."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.common import folder_option, json_option, print_json, print_table
from api.cli.job_options import results_option
from api.cli.store_options import opened, store_option
from data.errors import NoAnswer

if TYPE_CHECKING:
    from api.store.jobs import Job

_STATES = ("queued", "running", "done", "failed", "cancelled")
job_argument = click.argument("job_id", metavar="JOB")


@click.group("job")
def command() -> None:
    """List and show long work that was asked of the API, take its results, cancel it."""


@command.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@store_option
@json_option
def list_command(state: str | None, limit: int, url: str, as_json: bool) -> None:
    """List jobs, newest first."""
    with opened(url) as store:
        found = store.jobs.heads(states=[state] if state else None)[:limit]
    if as_json:
        print_json({"jobs": [_values(each) for each in found]})
        return
    heads = ["job", "process", "state", "asked for", "by", "done"]
    rows = [[each.job_id, each.kind, each.state, _when(each.created_at), each.author, _done(each)] for each in found]
    print_table("Jobs", heads, rows, left=5)


@command.command("show")
@job_argument
@store_option
@json_option
def show_command(job_id: str, url: str, as_json: bool) -> None:
    """Show how far a job is and what was asked."""
    with opened(url) as store:
        job = store.jobs.get(job_id)
    if as_json:
        print_json({**_values(job), "inputs": job.params.get("inputs", {})})
        return
    asked = [[name, _short(value)] for name, value in job.params.get("inputs", {}).items()]
    rows = [[name.replace("_", " "), str(value)] for name, value in _values(job).items() if value is not None]
    print_table(f"Job {job.job_id}", ["", "", ""][:2], [*rows, *asked], left=2)


@command.command("cancel")
@job_argument
@store_option
@results_option
def cancel_command(job_id: str, url: str, results: Path | None) -> None:
    """Stop a job, or throw away what came out of it."""
    with opened(url) as store:
        store.jobs.dismiss(job_id)
        _files(store.database.url, results).remove(job_id)
    click.echo(f"{job_id} is cancelled")


@command.command("result")
@job_argument
@folder_option("Folder for the files of the result.")
@store_option
@results_option
@json_option
def result_command(job_id: str, folder: Path, url: str, results: Path | None, as_json: bool) -> None:
    """Write what came out of a job to files, or print it."""
    from api.job_files import JobFiles
    from api.private_files import write_private

    with opened(url) as store:
        job = store.jobs.get(job_id)
        files: JobFiles = _files(store.database.url, results)
    if job.state != "done":
        raise NoAnswer(f"job {job_id} is {job.state}{f': {job.error}' if job.error else ''}")
    made = job.result or {}
    if as_json:
        kept = {name: str(files.path(job_id, job.attempt, each)) for name, each in made["files"].items()}
        print_json({**made["values"], **({"files": kept} if kept else {})})
        return
    contents = {f"{name}.json": _bytes(value) for name, value in made["values"].items()}
    contents |= {each: files.path(job_id, job.attempt, each).read_bytes() for each in made["files"].values()}
    import re

    for path in write_private(folder, contents, re.compile(r"(?!)")):
        click.echo(f"wrote {path}")


def _files(url: Any, results: Path | None) -> Any:
    from api.job_files import JobFiles, folder_beside

    return JobFiles(results or folder_beside(url))


def _bytes(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}... ({len(text)} characters)"


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}Z"


def _done(job: Job) -> str:
    return f"{job.progress:.0%}"


def _values(job: Job) -> dict[str, Any]:
    moments = {name: getattr(job, name) for name in ("created_at", "started_at", "beat_at", "finished_at")}
    return {
        "job": job.job_id,
        "process": job.kind,
        "state": job.state,
        "done": round(job.progress, 3),
        "error": job.error,
        "by": job.author,
        "attempts": job.attempt,
        "worker": job.worker,
        **{name: _when(moment) if moment else None for name, moment in moments.items()},
    }
