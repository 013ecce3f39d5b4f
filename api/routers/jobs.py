"""Jobs: how far work is, what came out, and dismissing it (OGC API Processes Part 1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access.who import identity_of
from api.job_access import author_for, files_of, job_of, output_answer, results_answer
from api.job_document import STATES, status_of
from api.moments import read_span
from api.negotiation import only
from api.process import processes
from api.process_document import link
from api.router import NamedRouter, context_of, json_answer, store_of
from api.store.jobs import Job
from data.errors import BadInput

routes = APIRouter(prefix="/jobs", tags=["jobs"])
_ONCE = ("datetime", "minDuration", "maxDuration", "limit", "offset", "f")
_MANY = ("type", "processID", "status")
Seconds = Annotated[int | None, Query(ge=0, le=10**9)]


@routes.get("")
def list_jobs(
    request: Request,
    kind: Annotated[list[str] | None, Query(alias="type", description="process: there is no other.")] = None,
    processID: Annotated[list[str] | None, Query(description="Of these processes.")] = None,
    status: Annotated[list[str] | None, Query(description=f"One or more of {', '.join(STATES)}.")] = None,
    moments: Annotated[str | None, Query(alias="datetime", max_length=80, description="Created then.")] = None,
    minDuration: Seconds = None,
    maxDuration: Seconds = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 10,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> Response:
    """List the jobs of who asks, newest first; an admin's are everybody's."""
    only(request, *_ONCE, many=_MANY)
    base, store, who = str(request.base_url), store_of(request), identity_of(request)
    wanted, states = _listed(processID), _states(_listed(status))
    kinds = [each for each in processes() if wanted is None or each in wanted]
    if "process" not in (_listed(kind) or ["process"]):
        kinds = []
    since, until = _ends(moments)
    found = store.jobs.heads(author_for(who), kinds, states, since, until)
    now = store.clock()
    found = tuple(each for each in found if _lasts(each, now, minDuration, maxDuration))
    links = [link(base, "self", "jobs", "this document")]
    if offset + limit < len(found):
        following = request.url.include_query_params(offset=offset + limit)
        links.append(link(base, "next", f"jobs?{following.query}", "further jobs"))
    listed = [status_of(each, base) for each in found[offset : offset + limit]]
    return json_answer({"jobs": listed, "links": links, "data_version": context_of(request).pack.version})


def _ends(moments: str | None) -> tuple[datetime | None, datetime | None]:
    if moments is None:
        return None, None
    since, until = (each.astype(datetime).replace(tzinfo=UTC) for each in read_span(moments))
    return since, until


def _listed(given: list[str] | None) -> list[str] | None:
    """Return the values of a parameter, given again and again or with commas between."""
    return None if given is None else [part for each in given for part in each.split(",")]


def _states(wanted: list[str] | None) -> list[str] | None:
    if unknown := sorted(set(wanted or ()) - set(STATES)):
        raise BadInput(f"status '{each[:40]}' is not one of {', '.join(STATES)}" for each in unknown)
    return None if wanted is None else [STATES[each] for each in wanted]


def _lasts(job: Job, now: datetime, least_s: int | None, most_s: int | None) -> bool:
    """Return whether a job has worked so long; one that was never begun has no duration."""
    if least_s is None and most_s is None:
        return True
    if job.started_at is None:
        return False
    lasted_s = ((job.finished_at or now) - job.started_at).total_seconds()
    return (least_s is None or lasted_s >= least_s) and (most_s is None or lasted_s <= most_s)


@routes.get("/{jobID}")
def show_job(request: Request, jobID: str) -> Response:
    """Tell how far a job is."""
    only(request, "f")
    return json_answer(status_of(job_of(request, jobID), str(request.base_url)))


@routes.delete("/{jobID}")
def dismiss_job(request: Request, jobID: str) -> Response:
    """Stop a job, or throw away what came out of it."""
    only(request)
    job = job_of(request, jobID)
    gone = store_of(request).jobs.dismiss(job.job_id)
    files_of(request).remove(job.job_id)
    return json_answer(status_of(gone, str(request.base_url)))


@routes.get("/{jobID}/results", responses={204: {"description": "Links alone, in the header Link."}})
def show_results(request: Request, jobID: str) -> Response:
    """Return what came out of a job, in the way it was asked for."""
    only(request, "f")
    return results_answer(request, jobID)


@routes.get("/{jobID}/results/{outputID}")
def show_output(request: Request, jobID: str, outputID: str) -> Response:
    """Return one thing that came out of a job: a document or a file."""
    only(request)
    return output_answer(request, jobID, outputID)


ROUTER = NamedRouter("jobs", routes)
