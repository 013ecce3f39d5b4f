"""Cursor on Target: each vehicle's way as one route event, for the team awareness programs that read it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from maps.exporter import Exporter
from maps.plan_view import ConvoyView, PlanView

#: Types used: a route, and its way points. The base schema takes any text; a wrong one is silently not drawn.
ROUTE, WAY_POINT = "b-m-r", "b-m-p-w"
TYPE = re.compile(r"^[a-z](-[A-Za-z0-9]+)+$")
#: How the position was made: h-e, entered by a person's decision and computed from it.
HOW = "h-e"
#: What is not known, by the schema's own convention.
UNKNOWN = "9999999.0"
#: After the return an order is history; it is kept on screens half a day.
STALE_H = 12.0


def vehicle_cot(view: PlanView, convoy: ConvoyView, vehicle_id: str) -> bytes:
    """Return the route event of one vehicle (XML, UTF-8); it goes stale `STALE_H` hours after the return."""
    plan = convoy.plan
    lon, lat = convoy.lonlat[0].tolist()
    event = ElementTree.Element(
        "event",
        {
            "version": "2.0",
            "uid": f"guelta-{view.plan_id}-{vehicle_id}",
            "type": _checked(ROUTE),
            "time": _instant(plan.start),
            "start": _instant(plan.start),
            "stale": _instant(plan.end + timedelta(hours=STALE_H)),
            "how": HOW,
        },
    )
    ElementTree.SubElement(
        event, "point", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "hae": UNKNOWN, "ce": "5000", "le": UNKNOWN}
    )
    detail = ElementTree.SubElement(event, "detail")
    ElementTree.SubElement(detail, "contact", {"callsign": f"{vehicle_id} {view.plan.on.isoformat()}"})
    stops = [
        (convoy.runs[0].start_name, convoy.runs[0].lonlat[0]),
        *((run.end_name, run.lonlat[-1]) for run in convoy.runs),
    ]
    for number, (name, lonlat) in enumerate(stops):
        lon, lat = lonlat.tolist()
        attributes = {
            "uid": f"guelta-{view.plan_id}-{vehicle_id}-{number}",
            "type": _checked(WAY_POINT),
            "point": f"{lat:.6f},{lon:.6f}",
            "callsign": f"{number:02d} {name}",
            "relation": "c",
        }
        ElementTree.SubElement(detail, "link", attributes)
    ElementTree.SubElement(detail, "remarks").text = f"plan {view.plan_id}, data {view.data_version}"
    return bytes(ElementTree.tostring(event, encoding="utf-8", xml_declaration=True))


def _checked(kind: str) -> str:
    if not TYPE.match(kind):
        raise ValueError(f"'{kind}' is no type of Cursor on Target")
    return kind


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _render(view: PlanView) -> dict[str, bytes]:
    return {
        f"{vehicle_id}.cot.xml": vehicle_cot(view, convoy, vehicle_id)
        for convoy in view.convoys
        if convoy.runs
        for vehicle_id in convoy.plan.order_ids
    }


EXPORTER = Exporter("cot", "application/xml", _render)
