"""Kept plans and the files that hand them out. Never public: planners only, every read in the audit."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.access.policy import allowed
from api.access.who import audience_of
from api.router import NamedRouter, context_of, json_answer, reported_region_of, store_of
from api.versions import versioned_answer

routes = APIRouter()


@routes.get("/patrol-plans")
def list_plans(request: Request) -> Response:
    """List the plans of the last days and those to come, newest day first."""
    from api.usecases.plan_shelf import briefs

    plans = [
        {
            "plan_id": each.plan_id,
            "date": each.on.isoformat(),
            "days": each.days,
            "status": each.status,
            "bases": list(each.bases),
            "expected_people_reached": each.people,
        }
        for each in briefs(store_of(request))
    ]
    audience = audience_of(request)
    return json_answer(
        {
            "plans": [allowed("plans", each, audience) for each in plans],
            "data_version": context_of(request).pack.version,
        }
    )


@routes.get("/patrol-plans/{plan_id}")
def show_plan(request: Request, plan_id: str) -> Response:
    """Show a kept plan, with its status and its ETag."""
    from api.usecases.plan_shelf import KIND

    stored = store_of(request).get(KIND, plan_id)
    values = {**stored.body["document"], "status": stored.body["status"], "etag": stored.etag}
    return versioned_answer(request, stored, allowed("plans", values, audience_of(request)))


@routes.get("/patrol-plans/{plan_id}/orders/{name}")
def show_orders(request: Request, plan_id: str, name: str) -> Response:
    """Return a file of a plan: orders.fr.pdf, a vehicle's .gpx, .fr.pdf or .txt (messages), plan.kml, ..."""
    from api.usecases.plan_restore import restored_view
    from api.usecases.plan_shelf import kept_plan, order_file

    context = reported_region_of(request)
    _, plan = kept_plan(context, store_of(request), plan_id)
    media_type, content = order_file(context, restored_view(context, plan), plan.document, name)
    shown = "inline" if media_type in ("application/pdf", "text/plain") else "attachment"
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f'{shown}; filename="{plan_id}-{name}"'}
    )


ROUTER = NamedRouter("plans", routes)
