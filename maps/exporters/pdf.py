"""The order of each vehicle as a printable page, in each language."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from data.errors import NoAnswer
from maps.exporter import Exporter
from maps.order import order_document
from maps.order_map import order_map
from maps.plan_view import ConvoyView, PlanView
from maps.words import LANGUAGES, Language

ASSETS = Path(__file__).parent.parent / "assets"


def vehicle_pdf(view: PlanView, convoy: ConvoyView, vehicle_id: str, language: Language) -> bytes:
    """Return the order of one vehicle as PDF (A4), set by typst with the fonts that ship with the project."""
    return _set([(convoy, vehicle_id)], view, language)


def orders_pdf(view: PlanView, language: Language) -> bytes:
    """Return the orders of all vehicles that leave as one PDF, to be printed at once.

    Raises
    ------
    NoAnswer
        If no vehicle leaves.
    """
    wanted = [(convoy, each) for convoy in view.convoys if convoy.runs for each in convoy.plan.order_ids]
    if not wanted:
        raise NoAnswer("no vehicle leaves by this plan: there is no order to print")
    return _set(wanted, view, language)


def _set(wanted: Sequence[tuple[ConvoyView, str]], view: PlanView, language: Language) -> bytes:
    import segno
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, (convoy, vehicle_id) in enumerate(wanted):
            document = order_document(view, convoy, vehicle_id, language)
            own = root / str(number)
            own.mkdir()
            code = io.BytesIO()
            segno.make(document["code"], error="m").save(code, kind="svg", border=1)
            (own / "order.json").write_bytes(orjson.dumps(document))
            (own / "map.svg").write_text(order_map(view, convoy, language), encoding="utf-8")
            (own / "code.svg").write_bytes(code.getvalue())
            (own / "order.typ").write_bytes((ASSETS / "order.typ").read_bytes())
        pages = [f'#include "{number}/order.typ"' for number in range(len(wanted))]
        (root / "orders.typ").write_text("\n#pagebreak(weak: true)\n".join(pages))
        pdf: bytes = typst.compile(
            str(root / "orders.typ"),
            root=str(root),
            font_paths=[str(ASSETS / "fonts")],
            ignore_system_fonts=True,
            timestamp=int(wanted[0][0].plan.start.timestamp()),
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
