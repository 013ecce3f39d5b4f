"""Processes: what long work there is, and asking for it (OGC API Processes Part 1)."""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.access.setup import Access
from api.access.who import identity_of
from api.execute import ExecuteBody, data_at, params_of, wait_s
from api.job_access import job_of, note_case, results_answer
from api.job_document import status_of
from api.negotiation import only
from api.problems import NoSuch
from api.process import Bench, Process, processes
from api.process_document import description_of, link, summary_of
from api.router import NamedRouter, context_of, json_answer, store_of
from api.store.jobs import Job
from data.errors import BadInput

routes = APIRouter(tags=["processes"])
#: Seconds between looks at a job that is waited for.
_LOOK_S = 0.1
_DONE = ("done", "failed", "cancelled")


def process_for(request: Request, name: str) -> Process:
    """Return a process; one that who asks may not ask for is not told from none."""
    found = processes()
    if name not in found or not found[name].is_for(identity_of(request)):
        raise NoSuch("no-such-process", f"there is no process '{name[:80]}'")
    return found[name]


@routes.get("/processes")
def list_processes(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000, description="Processes listed.")] = 100,
) -> Response:
    """List the processes that who asks may ask for."""
    only(request, "limit", "f")
    base, who = str(request.base_url), identity_of(request)
    found = [summary_of(each, base) for each in processes().values() if each.is_for(who)][:limit]
    links = [link(base, "self", "processes", "this document")]
    return json_answer({"processes": found, "links": links, "data_version": context_of(request).pack.version})


@routes.get("/processes/{processID}")
def describe_process(request: Request, processID: str) -> Response:
    """Describe a process, its inputs and its outputs."""
    only(request, "f")
    return json_answer(description_of(process_for(request, processID), str(request.base_url)))


@routes.post(
    "/processes/{processID}/execution",
    responses={201: {"description": "A job was made; Location says where."}, 204: {"description": "Links alone."}},
)
async def execute(
    request: Request,
    processID: str,
    body: ExecuteBody,
    prefer: Annotated[str, Header(max_length=200, description="respond-async, wait=SECONDS")] = "",
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="Sent again with the same key it is the same job.")
    ] = None,
) -> Response:
    """Ask for long work: answers with a job, or for quick processes with what comes out within half a minute."""
    only(request)
    process = process_for(request, processID)
    job = await run_in_threadpool(ask_for_job, request, process, body, idempotency_key)
    waits_s = wait_s(prefer, is_quick=process.is_quick)
    until = time.monotonic() + waits_s
    while job.state not in _DONE and time.monotonic() < until and not await request.is_disconnected():
        await asyncio.sleep(_LOOK_S)
        job = await run_in_threadpool(store_of(request).jobs.head, job.job_id)
    if waits_s and job.state in _DONE:
        return await run_in_threadpool(results_answer, request, job.job_id)
    answer = json_answer(status_of(job, str(request.base_url)), status=201)
    answer.headers["Location"] = f"{request.base_url}jobs/{job.job_id}"
    if "respond-async" in prefer.lower():
        answer.headers["Preference-Applied"] = "respond-async"
    return answer


def ask_for_job(request: Request, process: Process, body: ExecuteBody, key: str | None = None) -> Job:
    """Queue the work a request asks for; the same key of the same asker is the same job."""
    who, access = identity_of(request), request.app.state.access
    assert isinstance(access, Access)
    bench = Bench(context_of(request), store_of(request))
    if case_id := process.case_of(body.inputs):
        note_case(request, case_id)
    params = params_of(process, body, bench, lambda address: _referred(request, address))
    job_id = uuid.uuid4().hex if key is None else hashlib.sha256(f"{who.key_id}\n{key}".encode()).hexdigest()[:32]
    most = access.limits.open_jobs
    return store_of(request).jobs.enqueue(process.name, params, who.key_id, job_id=job_id, most_open=most)


def _referred(request: Request, address: str) -> Any:
    """Return what an address holds: a `data:` address, or what came out of a job of whoever asks.

    Nothing else is fetched: a service that follows any address can be sent where its network lets it go.
    """
    if address.startswith("data:"):
        return data_at(address)
    parts = urlsplit(address).path.removeprefix(urlsplit(str(request.base_url)).path).strip("/").split("/")
    if len(parts) == 4 and parts[0] == "jobs" and parts[2] == "results":
        job = job_of(request, parts[1])
        values = (job.result or {}).get("values", {}) if job.state == "done" else {}
        if parts[3] in values:
            return values[parts[3]]
    raise BadInput("it refers to nothing that can be read: give a data: address or the result of a job of yours")


ROUTER = NamedRouter("processes", routes)
