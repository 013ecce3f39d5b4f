"""Jobs as OGC API Processes tells of them."""

from __future__ import annotations

from typing import Any

from api.process import JSON_TYPE, Process
from api.process_document import link
from api.store.jobs import Job
from api.store.tables import iso

_REL = "http://www.opengis.net/def/rel/ogc/1.0"
#: State in the store to status of the standard, and what is said of it.
STATUS = {
    "queued": ("accepted", "waits for its turn"),
    "running": ("running", "at work"),
    "done": ("successful", "done"),
    "failed": ("failed", "failed"),
    "cancelled": ("dismissed", "dismissed"),
}
STATES = {status: state for state, (status, _) in STATUS.items()}


def status_of(job: Job, base: str) -> dict[str, Any]:
    """Return the status of a job; it holds nothing of what was asked and nothing of what came out."""
    status, said = STATUS[job.state]
    links = [
        link(base, "self", f"jobs/{job.job_id}", "this document"),
        link(base, "up", "jobs", "all jobs of this key"),
    ]
    if job.state == "done":
        links.append(link(base, f"{_REL}/results", f"jobs/{job.job_id}/results", "what came out"))
    times = {"created": job.created_at, "started": job.started_at, "finished": job.finished_at}
    times["updated"] = max(moment for moment in (*times.values(), job.beat_at) if moment is not None)
    return {
        "processID": job.kind,
        "type": "process",
        "jobID": job.job_id,
        "status": status,
        "message": job.error or said,
        "progress": int(100 * job.progress),
        **{name: iso(moment) for name, moment in times.items() if moment is not None},
        "links": links,
    }


def results_of(job: Job, process: Process, base: str) -> dict[str, Any]:
    """Return what came out of a job: values as they are, the others by links."""
    made, found = job.result or {}, {}
    for output in process.outputs:
        mode = job.params["outputs"].get(output.name)
        if mode == "value" and output.name in made["values"]:
            found[output.name] = {"value": made["values"][output.name], "mediaType": JSON_TYPE}
        elif mode == "reference" and (output.name in made["values"] or output.name in made["files"]):
            path = f"jobs/{job.job_id}/results/{output.name}"
            found[output.name] = link(base, "item", path, output.title, output.media_type)
    return found
