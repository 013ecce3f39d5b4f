"""KML 2.2 for globes and telephones: the way of each convoy, its stops, water and bases."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from maps.exporter import Exporter
from maps.plan_view import ConvoyView, PlanView
from risk.water import COUNTED_ON

NAMESPACE = "http://www.opengis.net/kml/2.2"
#: Colours as KML wants them, alpha blue green red; one a convoy, in order.
COLOURS = ("ff0000b4", "ffb46e00", "ff5a9600", "ff960096")


def plan_kml(view: PlanView) -> bytes:
    """Return the plan as one KML document (UTF-8)."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(_tag("kml"))
    document = _add(root, "Document")
    _add(document, "name", f"Guelta {view.plan.on.isoformat()}")
    _add(document, "description", f"plan {view.plan_id}, data {view.data_version}")
    for number in range(len(view.convoys)):
        style = _add(document, "Style", id=f"convoy{number}")
        line = _add(style, "LineStyle")
        _add(line, "color", COLOURS[number % len(COLOURS)])
        _add(line, "width", "4")
    for number, convoy in enumerate(view.convoys):
        _convoy(document, convoy, number)
    wells = _add(document, "Folder")
    _add(wells, "name", "water")
    for well in view.water_points.itertuples():
        state = f"{well.kind}, {well.reliability.replace('_', ' ')}, water {well.probability:.0%}"
        name = well.name if well.probability >= COUNTED_ON else f"{well.name} (doubtful)"
        _point(wells, name, f"{state}, position within {well.precision_km:g} km", well.lon, well.lat)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _convoy(document: ElementTree.Element, convoy: ConvoyView, number: int) -> None:
    folder = _add(document, "Folder")
    _add(folder, "name", convoy.plan.label)
    if not convoy.runs:
        return
    way = _add(folder, "Placemark")
    _add(way, "name", f"{convoy.plan.label}: {convoy.plan.km:.0f} km, {convoy.plan.hours:.1f} h")
    _add(way, "styleUrl", f"#convoy{number}")
    line = _add(way, "LineString")
    _add(line, "tessellate", "1")
    _add(line, "coordinates", _coordinates(convoy.lonlat))
    for order, run in enumerate(convoy.runs, start=1):
        note = f"{run.km:.0f} km, {run.hours:.1f} h, bearing {run.bearing_deg:.0f}, {run.mode}"
        _point(folder, f"{order:02d} {run.end_name}", note, *run.lonlat[-1].tolist())


def _point(parent: ElementTree.Element, name: str, note: str, lon: float, lat: float) -> None:
    placemark = _add(parent, "Placemark")
    _add(placemark, "name", name)
    _add(placemark, "description", note)
    _add(_add(placemark, "Point"), "coordinates", _coordinates(np.array([[lon, lat]])))


def _coordinates(lonlat: NDArray[np.float64]) -> str:
    return " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in lonlat.tolist())


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, _tag(name), attributes)
    child.text = text
    return child


def plan_kmz(view: PlanView) -> bytes:
    """Return the same zipped, with a fixed time inside: the same plan gives the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml", (1980, 1, 1, 0, 0, 0)), plan_kml(view), zipfile.ZIP_DEFLATED)
    return content.getvalue()


EXPORTER = Exporter(
    "kml",
    "application/vnd.google-earth.kml+xml",
    lambda view: {"plan.kml": plan_kml(view), "plan.kmz": plan_kmz(view)},
)
