"""Jobs as somebody may see them: one's own, and of an admin all."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import FileResponse

from api.access.audience import Audience
from api.access.audit import Entry
from api.access.setup import Access
from api.access.who import Identity, identity_of
from api.job_document import results_of
from api.job_files import JobFiles
from api.problems import NoSuch, problem
from api.process import JSON_TYPE, processes
from api.router import context_of, json_answer, store_of
from api.store.errors import Missing, StoreFault
from api.store.jobs import Job
from data.errors import BadInput


def author_for(who: Identity) -> str | None:
    """Return whose jobs somebody sees; None for everybody's."""
    return None if who.audience is Audience.ADMIN else who.key_id


def job_of(request: Request, job_id: str) -> Job:
    """Return a job; somebody else's is not told from none."""
    author = author_for(identity_of(request))
    try:
        job = store_of(request).jobs.get(job_id)
    except Missing:
        job = None
    if job is None or job.kind not in processes() or author not in (None, job.author):
        raise NoSuch("no-such-job", f"there is no job '{job_id[:80]}'")
    return job


def note_case(request: Request, case_id: str) -> None:
    """Write that a case is read; where that is impossible nothing is read."""
    access, who = request.app.state.access, identity_of(request)
    assert isinstance(access, Access)
    try:
        entry = Entry(access.clock(), who.key_id, who.audience.word, "read", "case", case_id, who.purpose)
        access.audit.note(entry)
    except (BadInput, OSError):
        raise StoreFault("the audit cannot be written: nothing is read") from None


def files_of(request: Request) -> JobFiles:
    """Return the files of the application's jobs."""
    store_of(request)
    return JobFiles(request.app.state.results)


def _done(request: Request, job_id: str) -> Job | Response:
    """Return a job that is done, or why there is nothing of it."""
    job = job_of(request, job_id)
    if case_id := processes()[job.kind].case_of(job.params.get("inputs", {})):
        note_case(request, case_id)
    if job.state == "failed":
        told = job.result or {"status": 500, "title": "error", "faults": [job.error or "it failed"]}
        version = context_of(request).pack.version
        return problem(told["status"], told["title"], list(told["faults"]), version)
    if job.state != "done":
        said = "was dismissed: nothing is kept of it" if job.state == "cancelled" else "is not done yet"
        raise NoSuch("result-not-ready", f"job {job_id} {said}")
    return job


def results_answer(request: Request, job_id: str) -> Response:
    """Return what came out of a job as it was asked for: raw or as a document, values or links."""
    job = _done(request, job_id)
    if isinstance(job, Response):
        return job
    found = results_of(job, processes()[job.kind], str(request.base_url))
    if job.params["response"] == "document":
        return json_answer(found)
    values = [each["value"] for each in found.values() if "value" in each]
    if values:  # no process has more than one
        return json_answer(values[0])
    links = [f'<{each["href"]}>; rel="{name}"; type="{each["type"]}"' for name, each in found.items()]
    return Response(status_code=204, headers={"Link": ", ".join(links)})


def output_answer(request: Request, job_id: str, name: str) -> Response:
    """Return one output of a job: a document, or a file."""
    job = _done(request, job_id)
    if isinstance(job, Response):
        return job
    made = job.result or {}
    if name in made["values"]:
        return json_answer(made["values"][name])
    path = files_of(request).path(job.job_id, job.attempt, made["files"].get(name, "-"))
    if name not in made["files"] or not path.is_file():
        raise NoSuch("no-such-output", f"job {job_id} has no '{name[:80]}'")
    media_type = next(each.media_type for each in processes()[job.kind].outputs if each.name == name)
    assert media_type != JSON_TYPE
    return FileResponse(path, media_type=media_type, filename=path.name)
