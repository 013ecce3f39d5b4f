"""The order of each vehicle as a printable page, in each language."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import orjson

from maps.exporter import Exporter
from maps.order import order_document
from maps.order_map import order_map
from maps.plan_view import ConvoyView, PlanView
from maps.words import LANGUAGES, Language

ASSETS = Path(__file__).parent.parent / "assets"


def vehicle_pdf(view: PlanView, convoy: ConvoyView, vehicle_id: str, language: Language) -> bytes:
    """Return the order of one vehicle as PDF (A4), set by typst with the fonts that ship with the project."""
    import segno
    import typst

    document = order_document(view, convoy, vehicle_id, language)
    code = io.BytesIO()
    segno.make(document["code"], error="m").save(code, kind="svg", border=1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "order.json").write_bytes(orjson.dumps(document))
        (root / "map.svg").write_text(order_map(view, convoy, language), encoding="utf-8")
        (root / "code.svg").write_bytes(code.getvalue())
        (root / "order.typ").write_bytes((ASSETS / "order.typ").read_bytes())
        pdf: bytes = typst.compile(
            str(root / "order.typ"),
            root=str(root),
            font_paths=[str(ASSETS / "fonts")],
            ignore_system_fonts=True,
            timestamp=int(convoy.plan.start.timestamp()),
        )
    return pdf


def _render(view: PlanView) -> dict[str, bytes]:
    return {
        f"{vehicle_id}.{language}.pdf": vehicle_pdf(view, convoy, vehicle_id, language)
        for convoy in view.convoys
        if convoy.runs
        for vehicle_id in convoy.plan.order_ids
        for language in LANGUAGES
    }


EXPORTER = Exporter("pdf", "application/pdf", _render)
