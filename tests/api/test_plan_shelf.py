"""Plans kept, read back and handed out."""

from __future__ import annotations

import json

import pytest
from tests_access import local_client, new_store

from api.context import RegionContext
from api.store.errors import Missing, Stale
from api.usecases.plan_file import plan_of
from api.usecases.plan_restore import restored_view
from api.usecases.plan_shelf import briefs, keep_plan, kept_plan, messages_of, order_file, set_status
from data.errors import BadInput
from maps.exporters.gpx import vehicle_gpx
from maps.exporters.json_plan import document
from maps.message import decode
from maps.panel import plan_panel
from maps.plan_view import PlanView


@pytest.fixture(scope="module")
def told(june_plan: PlanView) -> dict:
    # as it comes back from a store
    return json.loads(json.dumps(document(june_plan)))


def test_a_plan_read_back_is_the_plan_that_was_made(context: RegionContext, june_plan: PlanView, told: dict) -> None:
    view = restored_view(context, plan_of(context, told, "plan"))
    assert view.plan_id == june_plan.plan_id
    assert plan_panel(view, "fr") == plan_panel(june_plan, "fr")
    again, before = json.loads(json.dumps(document(view))), dict(told)
    assert again["convoys"] == before["convoys"] and again["left_out"] == before["left_out"]
    first = view.convoys[0]
    assert vehicle_gpx(view, first, first.plan.order_ids[0]) == vehicle_gpx(
        june_plan, june_plan.convoys[0], first.plan.order_ids[0]
    )


def test_a_closure_told_of_since_does_not_keep_a_plan_from_being_read(context: RegionContext, told: dict) -> None:
    segment = told["convoys"][0]["legs"][0]["segments"][0]["segment_id"]
    changed = {**told, "request": {**told["request"], "closed": [f"{segment}=2026-07-01"], "required": [segment]}}
    view = restored_view(context, plan_of(context, changed, "plan"))
    assert len(view.convoys) == len(told["convoys"]) and segment in view.plan.request.closed


def test_a_plan_is_kept_once_and_its_status_moves_on(context: RegionContext, told: dict) -> None:
    store = new_store()
    first, again = keep_plan(store, told, "tests"), keep_plan(store, told, "tests")
    assert (first.etag, first.body["status"]) == (again.etag, "draft")
    ordered = set_status(store, told["plan_id"], "ordered", "tests", first.etag)
    assert keep_plan(store, told, "tests").body["status"] == "ordered"
    with pytest.raises(Stale):
        set_status(store, told["plan_id"], "dropped", "tests", first.etag)
    with pytest.raises(BadInput, match="status"):
        set_status(store, told["plan_id"], "lost", "tests", ordered.etag)
    assert kept_plan(context, store, told["plan_id"])[1].plan_id == told["plan_id"]


def test_orders_are_handed_out(context: RegionContext, june_plan: PlanView, told: dict) -> None:
    vehicle = told["convoys"][0]["vehicles"][0]["vehicle_id"]
    assert order_file(context, june_plan, told, "orders.fr.pdf")[1].startswith(b"%PDF")
    assert order_file(context, june_plan, told, f"{vehicle}.gpx")[0] == "application/gpx+xml"
    assert b"<kml" in order_file(context, june_plan, told, "plan.kml")[1]
    parts = messages_of(context, told, vehicle)
    pack = context.pack
    read = decode(parts, list(pack.legs.index), list(pack.places.index), pack.version)
    assert read.vehicle_id == vehicle and read.runs
    for name in ("nobody.gpx", "../plan.json", "orders.de.pdf", f"{vehicle}.exe"):
        with pytest.raises(Missing):
            order_file(context, june_plan, told, name)
    with pytest.raises(BadInput, match="plan anew"):
        messages_of(context, {**told, "data_version": "ffff000000"}, vehicle)


def test_plans_over_http(context: RegionContext, told: dict) -> None:
    store = new_store()
    keep_plan(store, told, "tests")
    client = local_client(context, store)
    shown = client.get(f"/patrol-plans/{told['plan_id']}")
    assert shown.json()["plan_id"] == told["plan_id"] and shown.json()["status"] == "draft"
    assert (
        client.get(f"/patrol-plans/{told['plan_id']}", headers={"If-None-Match": shown.headers["etag"]}).status_code
        == 304
    )
    pdf = client.get(f"/patrol-plans/{told['plan_id']}/orders/orders.ar.pdf")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert client.get("/patrol-plans/none").status_code == 404
    assert client.get("/patrol-plans").json()["plans"] == [] and briefs(store) == []  # its day is long over
